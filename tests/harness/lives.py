"""One life of the desk: fresh stand-ins and database, a story told to the supervised processes, ledgers to compare."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.partner_sync import CONNECTION
from app.senders import SENDERS
from core.customers.commands import ConfirmLink, RecordSubscriptions, SwitchMode
from core.customers.model import LinkKind, Mode
from core.engine.clock import Clock
from core.engine.db.tables.engine import cards, inbox, outbox, timers
from playground.partner_center.server import PartnerCenter
from playground.slack.server import LocalSlack
from playground.teams.server import LocalTeams
from playground.teams.tokens import Login
from playground.ticketing.server import Ticketing
from tests.harness.databases import free_port
from tests.harness.faces import SlackFace, TeamsFace
from tests.harness.partner_center import settings_for
from tests.harness.receivables import customer_with_payer, feed, invoice
from tests.harness.signing import SECRET, connect
from tests.harness.supervised import Delivery, Nursery, Supervised, until
from tests.harness.world import ADA, ANA, BEN, CHANNELS, World, build_world


@dataclass
class Life:
    """What a story acts on. `world.client` posts to the real web process; the stand-ins live in the test's own process."""

    world: World
    partner_center: PartnerCenter
    desk: Supervised
    customer_id: int
    tenant: str
    subscription: str
    ticketing: Ticketing
    caught: int = 0
    slack: SlackFace = field(init=False)
    teams: TeamsFace = field(init=False)

    def __post_init__(self) -> None:
        self.slack, self.teams = SlackFace(self.world), TeamsFace(self.world)

    def move(self, by: timedelta) -> None:
        """Let business time pass, for the desk and for Partner Center."""
        self.world.house.clock.move(by)
        self.partner_center.move(by)
        self.world.now = self.world.house.clock.now()

    def until(self, what: Callable[[], Any]) -> Any:
        """Wait until it is so; a failure shows what the processes said."""
        return until(what, why=self.desk.logs)

    def pass_time_until(self, what: Callable[[], Any]) -> None:
        """Business time passes in steps of half a minute until it is so: what reads back at intervals gets its turn."""

        def passed() -> Any:
            if not what():
                self.move(timedelta(seconds=30))
            return what()

        until(passed, every=0.3, why=self.desk.logs)

    def insist(self, gesture: Callable[[], object], *, until: Callable[[], Any]) -> None:
        """A person who sees that nothing happened does it again, as long as it takes: the gesture is a new one each time."""

        def tried() -> Any:
            if not until():
                with suppress(AssertionError, IndexError, KeyError):  # no answer, or the card is not there yet
                    gesture()
            return until()

        self.until(tried)

    def note_leases(self, name: str) -> None:
        """A process died: count the rows it had claimed and not settled. Only the worker claims any."""
        if name != "worker":
            return
        sending = sa.select(sa.func.count()).select_from(outbox).where(outbox.c.state == "sending")
        leased = sa.select(sa.func.count()).select_from(cards).where(cards.c.lease_until.is_not(None))
        with self.world.house.desk.reading() as connection:
            self.caught += sum(connection.scalar(count) or 0 for count in (sending, leased))

    def rest(self) -> None:
        """Wait until nothing is left to do: no unread delivery, no open outbox row, no stale card, no due timer, twice in a row.

        A kind of row that nobody sends yet waits for ever and does not count.
        """
        self.until(lambda: self._is_at_rest() and self._is_at_rest())

    def _is_at_rest(self) -> bool:
        now = self.world.house.clock.now()
        is_open, is_known = outbox.c.state.in_(("waiting", "sending")), outbox.c.kind.in_(list(SENDERS))
        open_rows = sa.select(sa.func.count()).select_from(outbox).where(is_open, is_known)
        stale = sa.select(sa.func.count()).select_from(cards).where(cards.c.wanted > cards.c.shown, cards.c.state == "live")
        unread = sa.select(sa.func.count()).select_from(inbox).where(inbox.c.state == "new")
        due = sa.select(sa.func.count()).select_from(timers).where(timers.c.state == "waiting", timers.c.due_at <= now)
        with self.world.house.desk.reading() as connection:
            return not any(connection.scalar(count) for count in (open_rows, stale, unread, due))


@contextmanager
def life(database: str, folder: Path, nursery: Nursery, login: Login, *, kill_at: Collection[str] = ()) -> Iterator[Life]:
    """A desk with one live customer who owes money and has a subscription, running as two processes that die at `kill_at`."""
    port = free_port()
    local_teams, local_slack, local = LocalTeams(login=login), LocalSlack(), PartnerCenter()
    hook = f"http://127.0.0.1:{port}/webhooks/helpdesk"
    ticketing = Ticketing(hook, SECRET, token="1-14-token", user="csp-bot", scale=0.01)
    stand_ins = (local_teams, local_slack, local, ticketing)
    for stand_in in stand_ins:
        stand_in.start()
    world = build_world(database, local_teams, local_slack, **settings_for(local))
    world.house.clock.now = lambda: Clock.now(world.house.clock)  # type: ignore[method-assign]  # the desk's own again, which it can move
    world.now = datetime.now(UTC)
    local_slack.methods.channels.add(CHANNELS["slack"])
    tenant, subscription = local.add_customer("Nowak"), ""
    subscription = local.add_subscription(tenant)
    customer_id = _prepare(world, local, tenant)
    connect(world, url=ticketing.url)
    world.client = Delivery(port)  # type: ignore[assignment]  # stands where Flask's test client stands
    desk = Supervised(nursery, folder, _environment(world, local), port, kill_at)
    lived = Life(world, local, desk, customer_id, tenant, subscription, ticketing)
    desk.on_death = lived.note_leases
    try:
        with desk:
            yield lived
    finally:
        world.house.close()
        for stand_in in stand_ins:
            stand_in.stop()


def owe(world: World, as_of: datetime) -> None:
    """The accounting reports an invoice a month overdue."""
    day = as_of.date()
    due = invoice(issued_on=day - timedelta(days=60), due_on=day - timedelta(days=30))
    feed(world, due, as_of=as_of, complete=True)


def _prepare(world: World, local: PartnerCenter, tenant: str) -> int:
    world.hire(ANA, BEN, ADA)
    for face in ("slack", "teams"):
        world.route(face, "question", "collection", "approval")
    customer_id = customer_with_payer(world)
    world.do(ConfirmLink(customer_id=customer_id, kind=LinkKind.TENANT, connection=CONNECTION, external=tenant))
    world.do(SwitchMode(customer_id=customer_id, mode=Mode.LIVE))
    held = tuple(local.truth(tenant, one) for one in local.customers[tenant].subscriptions)
    world.do(RecordSubscriptions(customer_id=customer_id, tenant=tenant, as_of=world.now, resources=held))
    return customer_id


def _environment(world: World, local: PartnerCenter) -> dict[str, str]:
    """The same settings the parent's house was built from, as an operator would give them."""
    known = world.house.settings.model_dump()
    plain = {name: getattr(value, "get_secret_value", lambda value=value: value)() for name, value in known.items()}
    given = {name.upper(): str(value) for name, value in plain.items() if value not in ("", None)}
    return given | settings_for(local) | {"DESK_CONFIG": "/dev/null", "DESK_DEMO": "1", "PATH": "/usr/bin:/bin"}
