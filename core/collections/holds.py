"""Holds: from a day until a day nothing is collected, with a reason; they begin and end by themselves."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection

from core.customers.queries import customer, today_of
from core.engine import timers
from core.engine.db.tables.collections import holds
from core.engine.errors import Conflict, InvalidInput, NotAllowed, required
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx
from core.people.model import Right
from core.people.queries import is_allowed
from core.receivables.queries import payer

from .commands import MindHold, PlaceHold, ReleaseHold
from .events import HoldBegan, HoldEnded, HoldPlaced
from .model import Hold, HoldKind, HoldState
from .queries import policy_on
from .standing import hold, holds_of

MINDS = "hold_minds"
LONGEST = timedelta(days=3660)  # an insolvency may take years; more is a slip of the finger


def place_hold(tx: Tx, command: PlaceHold) -> Iterable[Event]:
    """Raises NotAllowed, InvalidInput for days that cannot be or lie too far ahead, a missing reason, another customer's payer; Conflict
    when the same is held already."""
    _refuse_others(tx, command.kind)
    reason = required(command.reason, "reason")
    if command.payer_id is not None and payer(tx.connection, command.payer_id).customer_id != command.customer_id:
        raise InvalidInput("payer_of_another", "debtor")
    today = today_of(tx.connection, command.customer_id, tx.now)
    _check_days(tx, command, today)
    for other in holds_of(tx.connection, command.customer_id):
        if (
            (other.payer_id, other.kind) == (command.payer_id, command.kind)
            and (command.until is None or other.since <= command.until)
            and (other.until is None or command.since <= other.until)
        ):
            raise _held_before(other)
    values = {
        "customer_id": command.customer_id, "payer_id": command.payer_id, "kind": command.kind.value, "since": command.since,
        "until": command.until, "reason": reason, "state": HoldState.OPEN.value, "by": tx.actor.id, "at": tx.now,
    }  # fmt: skip
    hold_id = int(tx.connection.execute(sa.insert(holds).values(**values).returning(holds.c.id)).scalar_one())
    _wake(tx, hold(tx.connection, hold_id), today)
    return [
        HoldPlaced(
            customer_id=command.customer_id, payer_id=command.payer_id, hold_id=hold_id, kind=command.kind.value, since=command.since,
            until=command.until, reason=Private(reason),
        )
    ]  # fmt: skip


def release_hold(tx: Tx, command: ReleaseHold) -> Iterable[Event]:
    """Raises NotAllowed for whoever may not place such a hold, InvalidInput without a reason, Conflict for one that has ended."""
    found = hold(tx.connection, command.hold_id)
    _refuse_others(tx, found.kind)
    reason = required(command.reason, "reason")
    if found.state is not HoldState.OPEN:
        raise Conflict("collecting_settled", number=found.number)
    timers.cancel(tx, MINDS, f"hold:{found.id}")
    return [_end(tx, found, HoldState.RELEASED, reason)]


def mind_hold(tx: Tx, command: MindHold) -> Iterable[Event]:
    """Begins or ends it by the customer's calendar; nothing once it was released."""
    found = hold(tx.connection, command.hold_id)
    if found.state is not HoldState.OPEN:
        return []
    today = today_of(tx.connection, found.customer_id, tx.now)
    if found.until is not None and today > found.until:
        return [_end(tx, found, HoldState.OVER, "")]
    _wake(tx, found, today)
    return [HoldBegan(customer_id=found.customer_id, payer_id=found.payer_id, hold_id=found.id)] if found.since <= today else []


def _refuse_others(tx: Tx, kind: HoldKind) -> None:
    """Who may place it: a finance lead any, whoever works on cases one out of goodwill."""
    rights = (Right.FINANCE, Right.WORK) if kind is HoldKind.GOODWILL else (Right.FINANCE,)
    if not any(is_allowed(tx.connection, tx.actor, right) for right in rights):
        raise NotAllowed("hold_not_yours" if kind is HoldKind.GOODWILL else "hold_finance")


def _held_before(other: Hold) -> Conflict:
    if other.until is None:
        return Conflict("held_before_open", number=other.number)
    return Conflict("held_before", number=other.number, until=other.until)


def _check_days(tx: Tx, command: PlaceHold, today: date) -> None:
    if command.since < today:
        raise InvalidInput("hold_begins_before", "first_day", day=command.since)
    if command.until is None:
        if command.kind is HoldKind.GOODWILL:
            raise InvalidInput("field_missing", "last_day")
        return
    if command.until < max(today, command.since):
        raise InvalidInput("hold_ends_before", "last_day", day=command.until)
    longest = policy_on(tx.connection, today).holds.goodwill_longest if command.kind is HoldKind.GOODWILL else LONGEST
    if command.until > command.since + longest:
        raise InvalidInput("hold_too_long", "last_day", day=command.since + longest, days=longest.days)


def _wake(tx: Tx, found: Hold, today: date) -> None:
    """At the midnight, in the customer's zone, at which it begins, else at the one after its last day, if it has one."""
    if found.since <= today and found.until is None:
        return
    on = found.since if found.since > today or found.until is None else found.until + timedelta(days=1)
    zone = ZoneInfo(customer(tx.connection, found.customer_id).zone)
    timers.schedule(tx, MINDS, f"hold:{found.id}", due_at=datetime.combine(on, time(), tzinfo=zone), rule="hold")


def _end(tx: Tx, found: Hold, state: HoldState, reason: str) -> Event:
    values = {"state": state.value, "ended_by": tx.actor.id, "ended_at": tx.now, "end_reason": reason}
    tx.connection.execute(sa.update(holds).where(holds.c.id == found.id).values(**values))
    return HoldEnded(customer_id=found.customer_id, payer_id=found.payer_id, hold_id=found.id, state=state.value, reason=Private(reason))


def _lock(connection: Connection, command: ReleaseHold | MindHold) -> Iterable[str]:
    return [f"customer:{hold(connection, command.hold_id).customer_id}"]


HANDLERS: Handlers = {
    PlaceHold: Handler(place_hold, lambda _c, command: [f"customer:{command.customer_id}"]),
    ReleaseHold: Handler(release_hold, _lock),
    MindHold: Handler(mind_hold, _lock),
}
