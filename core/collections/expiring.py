"""The end of an exemption: its owner is told a week before, on its last day and when it is over, each once; then the customer is judged
as any other.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from core.cases.model import Kind
from core.customers.queries import customer, customers_in, today_of
from core.engine import outbox, timers
from core.engine.db.dialects import insert_into
from core.engine.db.tables.collections import exemptions_told
from core.engine.errors import NotFound
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event
from core.engine.timers import Timer
from core.engine.transaction import Tx
from core.people.absence import away_now, stand_in
from core.people.model import Right, Role
from core.people.queries import by_handle, name_called, role_holders, routed, staff_holding
from core.people.telling import to_person, to_place

from .events import PolicyApplied
from .hours import MORNING, desk_hours
from .policy import Exemption, Policy
from .queries import applied, policy_on

MINDS, ALL = "exemption_minds", "policy:0"  # the timer's kind, and its one subject
WEEK, DAY = timedelta(days=7), timedelta(days=1)


class Stage(StrEnum):
    """What the owner is told."""

    SOON = "soon"
    LAST = "last"  # the last day on which it counts
    OVER = "over"


@dataclass(frozen=True, kw_only=True)
class MindExemptions(Command):
    """Perhaps an exemption nears its end, or is over."""

    needs = Right.RUN


@dataclass(frozen=True, kw_only=True)
class ExemptionEnding(Event):
    """An exemption of the policy in force nears its end, or is over (`stage`). `owner`: a handle; `customers`: whom it leaves alone."""

    version: str
    stage: str
    until: date
    owner: str
    segment: str
    customers: tuple[int, ...]

    @property
    def subject(self) -> str:
        """All versions of the policy together."""
        return "policy:all"


def mind_exemptions(tx: Tx, _command: MindExemptions) -> Iterable[Event]:
    """By the customer's own day; a segment's by the desk's. What was over before its version began is nobody's news."""
    today = desk_hours(tx.connection).local(tx.now).date()
    policy = policy_on(tx.connection, today)
    found = [made for each in policy.exemptions if (made := _ending(tx, policy, each, today)) is not None]
    _wake(tx)
    return found


def stage_of(exemption: Exemption, today: date) -> Stage | None:
    """What there is to say on that day; nothing more than a week before its end, or after."""
    left = exemption.until - today
    if left < timedelta(0):
        return Stage.OVER if -left <= WEEK else None
    return Stage.LAST if not left else Stage.SOON if left <= WEEK else None


def _ending(tx: Tx, policy: Policy, each: Exemption, today: date) -> Event | None:
    day = today_of(tx.connection, each.customer_id, tx.now) if each.customer_id else today
    stage = stage_of(each, day)
    if stage is None or each.until < policy.since:
        return None
    told = {"whom": f"customer:{each.customer_id}" if each.customer_id else each.segment, "until": each.until, "stage": stage.value}
    once = insert_into(tx.connection, exemptions_told).values(**told, told_at=tx.now).on_conflict_do_nothing()
    if tx.connection.execute(once.returning(exemptions_told.c.id)).one_or_none() is None:
        return None
    whom = (each.customer_id,) if each.customer_id else tuple(customers_in(tx.connection, each.segment))
    return ExemptionEnding(
        version=policy.version, stage=stage.value, until=each.until, owner=each.owner, segment=each.segment, customers=whom
    )


def _wake(tx: Tx) -> None:
    """On the next morning on which something may be to be said; a customer's day may end a day after the desk's."""
    ours = desk_hours(tx.connection)
    days = {each.until + by for policy, _ in applied(tx.connection) for each in policy.exemptions for by in (-WEEK, 0 * DAY, DAY, 2 * DAY)}
    coming = min((moment for day in days if (moment := ours.moment(day, MORNING)) > tx.now), default=None)
    if coming is not None:
        timers.schedule(tx, MINDS, ALL, due_at=coming, rule="exemption_until")


def watch(_tx: Tx, _event: PolicyApplied) -> Iterable[Command]:
    """It may exempt somebody, or nobody any more."""
    return (MindExemptions(),)


def tell_owner(tx: Tx, event: ExemptionEnding) -> Iterable[Command]:
    """The owner, or who stands in; nobody there: the finance leads; else the conversations that collect."""
    whose = [event.segment] if event.segment else [customer(tx.connection, each).name for each in event.customers]
    owner = name_called(tx.connection, event.owner)
    said: dict[str, Any] = {"whom": ", ".join(whose), "until_on": event.until.isoformat(), "owner": owner, "version": event.version}
    say = f"tell.exemption_{event.stage}"
    absent, reading = away_now(tx.connection, tx.now), staff_holding(tx.connection, Right.READ)
    for people in (_owner(tx.connection, event.owner), sorted(role_holders(tx.connection, Role.FINANCE))):
        reached = {there for each in people if (there := stand_in(absent, each)) is not None} & reading
        if reached:
            outbox.enqueue_all(tx, [to_person(each, say, **said) for each in sorted(reached)])
            return ()
    outbox.enqueue_all(tx, [to_place(place, say, **said) for place in routed(tx.connection, Kind.COLLECTION.value)])
    return ()


def _owner(connection: Connection, handle: str) -> list[int]:
    try:
        return [by_handle(connection, handle).id]
    except NotFound:
        return []


TIMERS: Mapping[str, Callable[[Timer], Command]] = {MINDS: lambda _timer: MindExemptions()}

HANDLERS: Handlers = {MindExemptions: Handler(mind_exemptions, lambda _connection, _command: ["policy:all"])}
