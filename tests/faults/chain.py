"""The dangerous chain, driven from outside: what people, feeds and clocks may do to one customer, in any order, with crashes.

Decisions go through both chats' own doors; everything else is the command that those doors would give. Chat posts are not sent: what is
judged is what reaches Partner Center.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import current_thread, main_thread
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.partner import SENDERS
from app.sweeps import sweep_outbox, sweep_timers
from core.cases.commands import AssignCase
from core.collections.commands import PlaceHold, RecordPromise, ReleaseHold, ReportPayment, WithdrawPayment, WithdrawPromise
from core.collections.model import HoldKind
from core.customers.commands import SwitchMode
from core.customers.model import Mode
from core.customers.queries import subscriptions_of
from core.engine.db.tables.engine import journal, outbox, timers
from core.engine.db.tables.receivables import payers
from core.engine.errors import DeskError
from core.engine.handling import Command
from core.engine.transaction import Actor
from core.people.commands import SetRoles
from core.people.model import Role
from core.people.queries import by_handle
from core.receivables.model import NoticeKind
from core.suspensions.commands import (
    AllowSuspensions,
    ApproveSuspension,
    AttestBank,
    HaltSuspensions,
    ProposeSuspension,
    RefuseSuspension,
    StopSuspension,
)
from core.suspensions.model import Suspension
from core.suspensions.ports import Answer, SubscriptionsPort, Wanted
from core.suspensions.restore_commands import RestoreService
from playground.partner_center.ledger import Ledger
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from playground.slack.server import LocalSlack
from playground.teams.server import LocalTeams
from tests.harness.databases import Databases
from tests.harness.faces import FACES
from tests.harness.receivables import feed, invoice
from tests.harness.suspensions import CLEO, NOON, OTTO, Story, connected, ripe
from tests.harness.world import ADA, ANA, BEN, FAY, Persona, World, build_world

PEOPLE: Mapping[str, Persona] = {who.handle: who for who in (ANA, BEN, CLEO, OTTO, FAY, ADA)}


class Crash(BaseException):
    """The process dies here; no handler of ours sees it."""


@dataclass(frozen=True)
class Written:
    """A write that left: when by the business clock, after which entry of the journal, and how many seats were really there then."""

    wanted: Wanted
    request_id: str
    at: datetime
    after: int
    seats: int


@dataclass
class Watched:
    """The desk's own client; writes down what passes, and dies where it is told to."""

    port: SubscriptionsPort
    note: Callable[[Wanted, str], None]
    dies: str = ""  # "before" or "after" the next write

    def read(self, tenant: str, subscription: str) -> Mapping[str, Any]:
        return self.port.read(tenant, subscription)

    def write_status(
        self, tenant: str, subscription: str, resource: Mapping[str, Any], wanted: Wanted, *, request_id: str, correlation_id: str
    ) -> Answer:
        self._die("before")
        self.note(wanted, request_id)
        answer = self.port.write_status(tenant, subscription, resource, wanted, request_id=request_id, correlation_id=correlation_id)
        self._die("after")
        return answer

    def _die(self, where: str) -> None:
        if self.dies == where:
            self.dies = ""
            raise Crash


@dataclass
class Chain:
    """One customer who owes 123.00 PLN for fifteen seats, and everybody who may do something about it."""

    story: Story
    segment: str = ""
    writes: list[Written] = field(default_factory=list)
    seats_read: dict[int, int] = field(default_factory=dict)  # by the journal's last entry when they were read
    roles: list[tuple[int, str, tuple[Role, ...]]] = field(default_factory=list)  # after which entry who holds what
    modes: list[tuple[int, Mode]] = field(default_factory=list)
    commits: int = -1  # so many more transactions, and the process dies in one; -1: it lives
    lost: bool = False  # whether that one is rolled back, or committed and nobody hears of it
    opened: int = 12300

    def __post_init__(self) -> None:
        house = self.world.house
        assert house.subscriptions is not None
        self.watched = Watched(house.subscriptions, self._note)
        self.world.house = replace(house, subscriptions=self.watched)
        self._commit = house.store.writing
        house.store.writing = self._dying  # type: ignore[method-assign]  # a test's own in its place
        self.faces = {name: made(self.world) for name, made in FACES.items()}
        self.roles = [(0, who.handle, who.roles) for who in PEOPLE.values()]
        self.modes = [(0, Mode.LIVE)]
        self.seats_read = {0: self.seats}
        with house.desk.reading() as connection:
            self.handles = {f"staff:{by_handle(connection, each).id}": each for each in PEOPLE}

    @property
    def world(self) -> World:
        return self.story.world

    @property
    def seats(self) -> int:
        """What is true at Microsoft."""
        return int(self.story.local.truth(self.story.tenant, self.story.subscription)["quantity"])

    def newest(self) -> Suspension | None:
        """The newest request, if there is one."""
        with self.world.house.desk.reading() as connection:
            found = connection.scalar(sa.select(sa.func.max(journal.c.id)).where(journal.c.event == "suspension_proposed"))
        return self.story.newest() if found is not None else None

    def entry(self) -> int:
        """The journal's last entry."""
        with self.world.house.desk.reading() as connection:
            return int(connection.scalar(sa.select(sa.func.max(journal.c.id))) or 0)

    # --- what people do; a refusal is as good an answer as any

    def propose(self, who: str, face: str) -> None:
        with self.world.house.desk.reading() as connection:
            theirs = tuple(each.id for each in subscriptions_of(connection, self.story.customer_id))
        self._does(who, face, ProposeSuspension(case_id=self.story.case_id, reason="Silent", subscription_ids=theirs))

    def approve(self, who: str, face: str) -> None:
        """On the card, as it is shown to them at this moment."""
        if (found := self.newest()) is None:
            return
        self._outlive(lambda: self._click(found.number, who, face))

    def force(self, who: str, face: str) -> None:
        """As a forged click would."""
        if (found := self.newest()) is not None:
            self._does(who, face, ApproveSuspension(suspension_id=found.id, facts=found.facts))

    def refuse(self, who: str, face: str) -> None:
        if (found := self.newest()) is not None:
            self._does(who, face, RefuseSuspension(suspension_id=found.id, reason="Not this one"))

    def stop(self, who: str, face: str) -> None:
        if (found := self.newest()) is not None:
            self._does(who, face, StopSuspension(suspension_id=found.id))

    def restore(self, who: str, face: str) -> None:
        self._does(who, face, RestoreService(case_id=self.story.case_id, reason="A mistake"))

    def attest(self, who: str, face: str, *, minutes_ago: int) -> None:
        """Say that the bank was checked until then, though nobody looked."""
        until = self.world.now - timedelta(minutes=minutes_ago)
        self._does(who, face, AttestBank(case_id=self.story.case_id, until=until, checked="the account page"))

    def halt(self, who: str, face: str) -> None:
        self._does(who, face, HaltSuspensions())

    def allow(self, who: str, face: str) -> None:
        self._does("ada", face, AllowSuspensions())

    def promise(self, who: str, face: str) -> None:
        facts = {"payer_id": self._payer(), "amount": self.opened or 1, "currency": "PLN", "how": "by phone"}
        self._does(who, face, RecordPromise(promised_on=self.world.now.date() + timedelta(days=1), **facts))  # type: ignore[arg-type]  # values of several types

    def report_payment(self, who: str, face: str) -> None:
        facts = {"payer_id": self._payer(), "amount": self.opened or 1, "currency": "PLN", "proof": "a screenshot"}
        self._does(who, face, ReportPayment(paid_on=self.world.now.date(), **facts))  # type: ignore[arg-type]  # values of several types

    def hold(self, who: str, face: str) -> None:
        today = self.world.now.date()
        facts = {"customer_id": self.story.customer_id, "payer_id": None, "kind": HoldKind.GOODWILL, "reason": "they moved house"}
        self._does(who, face, PlaceHold(since=today, until=today + timedelta(days=2), **facts))  # type: ignore[arg-type]  # values of several types

    def take_back(self, who: str, face: str) -> None:
        """Whatever promise, payment or hold was recorded last."""
        named = {
            "promise_recorded": lambda ids: WithdrawPromise(promise_id=ids["promise_id"], reason="a mistake"),
            "payment_reported": lambda ids: WithdrawPayment(payment_id=ids["payment_id"], reason="a mistake"),
            "hold_placed": lambda ids: ReleaseHold(hold_id=ids["hold_id"], reason="a mistake"),
        }
        with self.world.house.desk.reading() as connection:
            newest = sa.select(journal.c.event, journal.c.data).where(journal.c.event.in_(named)).order_by(journal.c.id.desc()).limit(1)
            found = connection.execute(newest).one_or_none()
        if found is not None:
            self._does(who, face, named[found.event](found.data))

    def take_case(self, who: str, face: str) -> None:
        with self.world.house.desk.reading() as connection:
            staff_id = by_handle(connection, who).id
        self._does("ana", face, AssignCase(case_id=self.story.case_id, staff_id=staff_id))

    def change_roles(self, who: str, _face: str) -> None:
        """An approver loses the right, or has it back."""
        held = next(roles for _, handle, roles in reversed(self.roles) if handle == who)
        self._set_roles(who, (Role.VIEWER,) if held == PEOPLE[who].roles else PEOPLE[who].roles)

    def give_role(self, who: str) -> None:
        """An admin sees to it that somebody may decide."""
        self._set_roles(who, PEOPLE[who].roles)

    def _set_roles(self, who: str, roles: tuple[Role, ...]) -> None:
        with self.world.house.desk.reading() as connection:
            staff_id = by_handle(connection, who).id
        self._surely(SetRoles(staff_id=staff_id, roles=roles))
        self.roles.append((self.entry(), who, roles))

    def switch_mode(self) -> None:
        mode = Mode.DRY_RUN if self.modes[-1][1] is Mode.LIVE else Mode.LIVE
        self._surely(SwitchMode(customer_id=self.story.customer_id, mode=mode))
        self.modes.append((self.entry(), mode))

    # --- what comes from outside

    def notice(self, *, days_ago: int, kind: NoticeKind = NoticeKind.FINAL, to: str = "ala@nowak.example") -> None:
        self._outlive(lambda: self.story.notice(sent_on=self.world.now.date() - timedelta(days=days_ago), kind=kind, to=to))

    def feed(self, opened: int, *, minutes_ago: int = 0) -> None:
        """The accounting says what is open; an older word than the last one changes nothing."""
        self._outlive(lambda: feed(self.world, invoice(open=opened), as_of=self.world.now - timedelta(minutes=minutes_ago)))
        self.opened = opened

    def change_seats(self, *, read: bool) -> None:
        """In the portal, past the desk; which reads it now, or does not know."""
        self.story.local.customers[self.story.tenant].subscriptions[self.story.subscription].resource["quantity"] = self.seats + 1
        if read:
            self.read()

    def read(self) -> None:
        """The desk reads the tenant's subscriptions."""
        self._outlive(self.story.sync)
        self.seats_read[self.entry()] = self.seats

    def stage(self, **trouble: Any) -> None:
        """What Partner Center does wrong next."""
        self.story.local.stage(**trouble)

    # --- time and death

    def wait(self, **by: float) -> None:
        self.world.now += timedelta(**by)
        self.sweep()

    def sweep(self) -> None:
        """The worker's sweeps until nothing is left to do, or until it dies; then another worker goes on."""
        for _ in range(40):
            try:
                if not sweep_timers(self.world.house) + sweep_outbox(self.world.house, SENDERS):
                    return
            except Crash:
                self.restart()
        raise AssertionError("the sweeps never come to rest")

    def restart(self) -> None:
        """The dead worker's leases run out, as do pauses before the next try."""
        self.commits, self.watched.dies = -1, ""
        with self._commit() as connection:
            past = self.world.house.store.real_now(connection) - timedelta(seconds=1)
            for table in (outbox, timers):
                connection.execute(sa.update(table).where(table.c.lease_until.is_not(None)).values(lease_until=past))
            connection.execute(sa.update(outbox).where(outbox.c.state.in_(("waiting", "sending"))).values(next_at=past))

    def history(self) -> list[Mapping[str, Any]]:
        """Every event, the oldest first."""
        with self.world.house.desk.reading() as connection:
            return [dict(row) for row in connection.execute(sa.select(journal).order_by(journal.c.id)).mappings()]

    def _does(self, who: str, face: str, command: Command) -> None:
        with self.world.house.desk.reading() as connection:
            actor = Actor(f"staff:{by_handle(connection, who).id}", face)
        self._surely(command, actor)

    def _surely(self, command: Command, actor: Actor | None = None) -> None:
        """Under a gesture's key, so that asking again answers what was done."""
        key = f"gesture-{self.entry()}-{type(command).__name__}"
        self._outlive(lambda: self.world.do(command, actor or Actor("system", "cli"), key=key))

    def _click(self, number: str, who: str, face: str) -> None:
        card = self.faces[face].type(f"approve {number}", by=PEOPLE[who])
        if "Approve" in card.buttons:
            self.faces[face].click(card, "Approve", by=PEOPLE[who])

    def _outlive(self, work: Callable[[], object]) -> None:
        """Whoever did it does it again when the process died under it; a refusal is as good an answer as any."""
        for _ in range(2):
            try:
                with suppress(DeskError):
                    work()
                break
            except Crash:
                self.restart()
        self.sweep()

    def _payer(self) -> int:
        with self.world.house.desk.reading() as connection:
            return int(connection.scalar(sa.select(payers.c.id)) or 0)

    def _note(self, wanted: Wanted, request_id: str) -> None:
        self.writes.append(Written(wanted, request_id, self.world.now, self.entry(), self.seats))

    def _dying(self) -> AbstractContextManager[Connection]:
        """A transaction at whose commit, or right after it, the process may die."""

        @contextmanager
        def transaction() -> Iterator[Connection]:
            ours = current_thread() is main_thread()  # others only keep count of what arrived
            self.commits -= ours and self.commits >= 0
            dies = ours and self.commits == 0
            with self._commit() as connection:
                yield connection
                if dies and self.lost:
                    raise Crash
            if dies:
                raise Crash

        return transaction()


class Beginning:
    """How everything is before a story begins, made once and gone back to for each."""

    def __init__(self, databases: Databases, teams: LocalTeams, slack: LocalSlack, *, segment: str = "") -> None:
        self._databases, self._chats, self._segment = databases, (teams, slack), segment
        self._local = LocalPartnerCenter()
        self._local.start()
        with databases.fresh() as url:
            world = build_world(url, *self._chats)
            self._story = ripe(world, self._local, segment=segment, notices=False)
            world.hire(ADA)
            world.settle()
            world.house.close()
            self._kept, self._customers = databases.keep(url), copy.deepcopy(self._local.customers)

    @contextmanager
    def again(self) -> Iterator[Chain]:
        """The same customer, people and books, and nothing that happened in between."""
        with self._databases.fresh() as url:
            self._databases.put_back(url, self._kept)
            self._local.customers, self._local.ledger = copy.deepcopy(self._customers), Ledger()
            world = build_world(url, *self._chats)
            world.now = NOON
            world.house = replace(world.house, **connected(self._local))
            try:
                yield Chain(replace(self._story, world=world), segment=self._segment)
            finally:
                world.house.close()

    def close(self) -> None:
        self._local.stop()
