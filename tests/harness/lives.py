"""The desk's lives: stand-ins and a database that stay, and on them, again and again, a stretch of the story, told to processes."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.demo.start import start
from app.partner_sync import CONNECTION
from app.senders import SENDERS
from core.customers.commands import AddCustomer, ConfirmLink, RecordSubscriptions, SwitchMode
from core.customers.model import LinkKind, Mode
from core.engine.calendars import Hours
from core.engine.clock import Clock
from core.engine.db.tables.engine import cards, inbox, outbox, timers
from core.engine.db.tables.people import conversations, identities
from core.people.commands import SetCalendar
from core.people.telling import SAY, TELL
from playground.accounting.deliveries import Deliveries
from playground.accounting.server import LocalAccounting
from playground.partner_center.server import PartnerCenter
from playground.slack.server import LocalSlack
from playground.teams.server import LocalTeams
from playground.teams.tokens import Login
from playground.ticketing.server import Ticketing
from tests.harness.accounting import connect_books
from tests.harness.databases import Databases, free_port
from tests.harness.faces import SlackFace, TeamsFace
from tests.harness.partner_center import settings_for
from tests.harness.receivables import customer_with_payer
from tests.harness.signing import SECRET, connect
from tests.harness.snapshots import Snapshot, StandIns, keep, put_back
from tests.harness.supervised import Delivery, Nursery, Supervised, until
from tests.harness.world import ADA, ANA, BEN, CHANNELS, World, build_world

PACE = 0.001  # of Standard Webhooks' schedule: the second retry after 0.3 s, the third after 1.8 s


@dataclass(frozen=True)
class Stage:
    """What stays over many tellings. Snapshots belong to the stage they were taken of: addresses are in them."""

    world: World
    outside: StandIns
    databases: Databases
    nursery: Nursery
    port: int

    def keep(self) -> Snapshot:
        """How everything is now, between two tellings."""
        return keep(self.world, self.outside, self.databases)

    def put_back(self, kept: Snapshot) -> None:
        """Make everything what it was."""
        put_back(self.world, self.outside, self.databases, kept)

    @contextmanager
    def life(self, folder: Path, kill_at: Collection[str] = ()) -> Iterator["Life"]:
        """The two processes, alive for one telling, dying at `kill_at`."""
        folder.mkdir()
        desk = Supervised(self.nursery, folder, self._environment(), self.port, kill_at)
        lived = Life(self.world, self.outside, desk)
        desk.on_death = lived.note_leases
        with desk:
            yield lived

    def _environment(self) -> dict[str, str]:
        """The same settings the parent's house was built from, as an operator would give them."""
        known = self.world.house.settings.model_dump()
        plain = {name: getattr(value, "get_secret_value", lambda value=value: value)() for name, value in known.items()}
        given = {name.upper(): str(value) for name, value in plain.items() if value not in ("", None)}
        return given | settings_for(self.outside.partner_center) | {"DESK_CONFIG": "/dev/null", "DESK_DEMO": "1", "PATH": "/usr/bin:/bin"}


@dataclass
class Life:
    """What a chapter acts on. `world.client` posts to the real web process; the stand-ins live in the test's own process.

    `caught`: how often a conversation's post was under way when the worker died; only those may be posted again.
    """

    world: World
    outside: StandIns
    desk: Supervised
    caught: Counter[str] = field(default_factory=Counter)
    slack: SlackFace = field(init=False)
    teams: TeamsFace = field(init=False)

    def __post_init__(self) -> None:
        self.slack, self.teams = SlackFace(self.world), TeamsFace(self.world)

    def move(self, by: timedelta) -> None:
        """Let business time pass, for the desk and for its stand-ins."""
        self.world.house.clock.move(by)
        self.outside.move(by)
        self.world.now = self.world.house.clock.now()

    def until(self, what: Callable[[], Any]) -> Any:
        """Wait until it is so; a failure shows what the processes said."""
        return until(what, every=0.03, why=self.desk.logs)

    def pass_time_until(self, what: Callable[[], Any]) -> None:
        """Business time passes in steps of half a minute until it is so: what reads back at intervals gets its turn."""

        def passed() -> Any:
            if not what():
                self.move(timedelta(seconds=30))
            return what()

        until(passed, every=0.15, why=self.desk.logs)

    def insist(self, gesture: Callable[[], object], *, until: Callable[[], Any]) -> None:
        """A person who sees that nothing happened does it again, as long as it takes: the gesture is a new one each time."""

        def tried() -> Any:
            if not until():
                with suppress(AssertionError, IndexError, KeyError):  # no answer, or the card is not there yet
                    gesture()
            return until()

        self.until(tried)

    def note_leases(self, name: str) -> None:
        """A process died: count the posts it had claimed and not settled. Only the worker claims any."""
        if name != "worker":
            return
        place = conversations.c.face + " " + conversations.c.external
        leased = (
            sa.select(place)
            .join_from(cards, conversations, conversations.c.id == cards.c.conversation_id)
            .where(cards.c.lease_until.is_not(None), cards.c.ref == "")
        )
        sending = sa.select(outbox.c.kind, outbox.c.ids).where(outbox.c.state == "sending", outbox.c.kind.in_([TELL, SAY]))
        with self.world.house.desk.reading() as connection:
            self.caught.update(connection.scalars(leased))
            for row in connection.execute(sending):
                self.caught.update(connection.scalars(_addressees(row, place)))

    def rest(self) -> None:
        """Wait until nothing is left to do: no webhook on its way or unread, no open outbox row, no stale card, no due timer, twice in
        a row."""
        self.until(lambda: self._is_at_rest() and self._is_at_rest())

    def _is_at_rest(self) -> bool:
        if not self.outside.have_delivered():
            return False
        now = self.world.house.clock.now()
        is_open, is_known = outbox.c.state.in_(("waiting", "sending")), outbox.c.kind.in_(list(SENDERS))
        open_rows = sa.select(outbox.c.id).where(is_open, is_known)
        stale = sa.select(cards.c.id).where(cards.c.wanted > cards.c.shown, cards.c.state == "live")
        unread = sa.select(inbox.c.id).where(inbox.c.state == "new")
        due = sa.select(timers.c.id).where(timers.c.state == "waiting", timers.c.due_at <= now)
        with self.world.house.desk.reading() as connection:
            return not any(connection.execute(left.limit(1)).first() for left in (open_rows, stale, unread, due))


def _addressees(row: Any, place: sa.ColumnElement[str]) -> sa.Select[Any]:
    """Where a row that tells a person or says something in a conversation may have been posted."""
    if row.kind == SAY:
        return sa.select(place).where(conversations.c.id == row.ids["conversation_id"])
    personal = sa.case((identities.c.face == "slack", "slack D"), else_="teams a:") + identities.c.user
    return sa.select(personal).where(identities.c.staff_id == row.ids["staff_id"])


@contextmanager
def stage(databases: Databases, nursery: Nursery, login: Login) -> Iterator[Stage]:
    """A desk with one live customer who has a subscription, a ticketing system and an accounting system; nothing has happened yet."""
    port = free_port()
    hooks = f"http://127.0.0.1:{port}/webhooks"
    outside = StandIns(
        LocalTeams(login=login), LocalSlack(channels=[CHANNELS["slack"]]), PartnerCenter(),
        LocalAccounting("books-token", Deliveries(f"{hooks}/books", SECRET, pace=PACE)),
        Ticketing(f"{hooks}/helpdesk", SECRET, token="1-14-token", user="csp-bot", scale=PACE),
    )  # fmt: skip
    for stand_in in outside.all():
        stand_in.start()
    with databases.fresh() as url:
        world = build_world(url, outside.teams, outside.slack, **settings_for(outside.partner_center))
        world.house.clock.now = lambda: Clock.now(world.house.clock)  # type: ignore[method-assign]  # the desk's own again, which moves
        now = datetime.now(UTC)
        by = timedelta(seconds=int((start(now) - now).total_seconds()))  # whole, as the desk's clock counts: nobody may be ahead of it
        world.house.clock.move(by)
        outside.move(by)
        world.now = world.house.clock.now()
        _prepare(world, outside)
        for person in (ANA, BEN, ADA):  # heard from once, so that they can be told something in Teams too
            TeamsFace(world).type("help", by=person)
        world.client = Delivery(port)  # type: ignore[assignment]  # stands where Flask's test client stands
        try:
            yield Stage(world, outside, databases, nursery, port)
        finally:
            world.house.close()
            for stand_in in outside.all():
                stand_in.stop()


def _prepare(world: World, outside: StandIns) -> None:
    world.hire(ANA, BEN, ADA)
    world.do(SetCalendar(name="default", week=((Hours(opens=time(0), closes=time(0)),),) * 7, country=""))  # told at any hour, any day
    for face in ("slack", "teams"):
        world.route(face, "question", "collection", "approval")
    connect(world, url=outside.ticketing.url, case_field="BillingCaseId")
    connect_books(world, url=outside.accounting.url)
    local = outside.partner_center
    tenant = local.add_customer("Nowak")
    local.add_subscription(tenant)
    customer_id = customer_with_payer(world)
    world.do(ConfirmLink(customer_id=customer_id, kind=LinkKind.TENANT, connection=CONNECTION, external=tenant))
    world.do(SwitchMode(customer_id=customer_id, mode=Mode.LIVE))
    held = tuple(local.truth(tenant, one) for one in local.customers[tenant].subscriptions)
    world.do(RecordSubscriptions(customer_id=customer_id, tenant=tenant, as_of=world.now, resources=held))
    second = world.do(AddCustomer(name="Kowalska")).ids["customer_id"]
    world.do(ConfirmLink(customer_id=second, kind=LinkKind.PAYER, connection="books", external="K-2"))
