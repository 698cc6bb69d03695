"""What a moment of the story was, kept so that it can be begun from there again: the database, the stand-ins' books, the time it was."""

from collections.abc import Collection
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core.engine.clock import SHIFT, shift
from core.engine.db.dialects import insert_into
from core.engine.db.tables.engine import switches
from playground.accounting.server import LocalAccounting
from playground.partner_center.server import PartnerCenter
from playground.slack.server import LocalSlack
from playground.teams.server import LocalTeams
from playground.ticketing.server import Ticketing
from tests.harness.databases import Databases
from tests.harness.world import World


@dataclass(frozen=True)
class StandIns:
    """Everything outside the desk."""

    teams: LocalTeams
    slack: LocalSlack
    partner_center: PartnerCenter
    accounting: LocalAccounting
    ticketing: Ticketing

    def all(self) -> tuple[LocalTeams, LocalSlack, PartnerCenter, LocalAccounting, Ticketing]:
        """In any order."""
        return self.teams, self.slack, self.partner_center, self.accounting, self.ticketing

    def have_delivered(self) -> bool:
        """Whether no webhook is on its way."""
        deliveries = self.accounting.deliveries
        return not self.ticketing.deliveries.open and (deliveries is None or all(one.delivered for one in deliveries.messages))

    def move(self, by: timedelta) -> None:
        """Let business time pass in the books that have one."""
        self.partner_center.move(by)
        self.accounting.ahead += by

    def books(self) -> tuple[tuple[Any, Collection[str]], ...]:
        """What changes in them, as objects and the names of their attributes. What only counts up, or is a lock, stays."""
        return (
            (self.teams.ledger, ("conversations", "messages", "version", "read")),
            (self.slack.ledger, ("channels", "ephemerals", "opened", "homes", "responses")),
            (self.slack.methods, ("channels",)),
            (self.partner_center, ("customers", "_ahead")),
            (self.partner_center.ledger, ("calls", "effects", "answers")),
            (self.accounting, ("ahead",)),
            (self.accounting.books, ("payers",)),
            (self.accounting.deliveries, ("messages",)),
            (self.ticketing.ledger, ("tickets",)),
            (self.ticketing.deliveries, ("open", "log")),
        )


@dataclass(frozen=True)
class Snapshot:
    """`taken_at` is real time; what was kept is put back as if no time had passed since."""

    database: str
    books: tuple[dict[str, Any], ...]
    taken_at: datetime


def keep(world: World, outside: StandIns, databases: Databases) -> Snapshot:
    """Nobody may be running."""
    world.house.store.close()
    books = tuple({name: deepcopy(getattr(book, name)) for name in names} for book, names in outside.books())
    return Snapshot(databases.keep(str(world.house.settings.desk_database_url.get_secret_value())), books, datetime.now(UTC))


def put_back(world: World, outside: StandIns, databases: Databases, kept: Snapshot) -> None:
    """Everything is again as it was, and so late in the business day. Nobody may be running."""
    world.house.store.close()
    databases.put_back(world.house.settings.desk_database_url.get_secret_value(), kept.database)
    for (book, _), held in zip(outside.books(), kept.books, strict=True):
        for name, value in held.items():
            setattr(book, name, deepcopy(value))
    passed = timedelta(seconds=int((datetime.now(UTC) - kept.taken_at).total_seconds()))
    outside.move(-passed)
    with world.house.store.writing() as connection:
        total = int((shift(connection) - passed).total_seconds())
        moved = insert_into(connection, switches).values(name=SHIFT, value=total)
        connection.execute(moved.on_conflict_do_update(index_elements=["name"], set_={"value": total}))
    world.now = world.house.clock.now()
