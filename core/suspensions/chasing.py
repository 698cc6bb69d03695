"""Pursuing a restore that nobody carried out: again and again, at any hour, until it is done or somebody says why not."""

from collections.abc import Iterable
from datetime import timedelta

from core.cases.queries import case
from core.collections.queries import policy_on
from core.customers.queries import today_of
from core.engine.errors import Conflict, required
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx
from core.receivables.queries import position

from .model import Restore, RestoreState
from .moving import lock_case
from .queries import item_restored_by, items_maybe_off, restore, restores_of, suspension
from .restore_commands import ChaseRestore, DeclineRestore
from .restore_events import RestoreChased, RestoreDeclined
from .restoring import ids_of, keep, lock_restore, refuse_stranger

LEFT = frozenset({RestoreState.PROPOSED, RestoreState.BY_HAND, RestoreState.FAILED, RestoreState.UNKNOWN})  # a person must act
DOUBLINGS = 4  # half an hour, one, two, four, eight, and eight again


def chase_restore(tx: Tx, command: ChaseRestore) -> Iterable[Event]:
    """Does nothing once it is under way, done or declined."""
    found = restore(tx.connection, command.restore_id)
    if not is_left(tx, found):
        return []
    times = int(found.answer.get("chased", 0)) + 1
    keep(tx, found, state=found.state, answer=dict(found.answer) | {"chased": times})
    next_at = tx.now + pause(policy_on(tx.connection, tx.now.date()).restoring.chase_after, times)
    because = str(found.answer.get("because", ""))
    proposed_by = item_suspended_by(tx, found)
    return [
        RestoreChased(**ids_of(tx, found), state=found.state.value, because=because, times=times, next_at=next_at, proposed_by=proposed_by)
    ]


def decline_restore(tx: Tx, command: DeclineRestore) -> Iterable[Event]:
    """It stays off. Raises NotAllowed, InvalidInput without a reason, Conflict when nothing waits for that word."""
    of = case(tx.connection, command.case_id)
    refuse_stranger(tx, of)
    reason = required(command.reason, "reason")
    ways = [way for one in items_maybe_off(tx.connection, case_id=of.id) for way in restores_of(tx.connection, one)[-1:]]
    left = [way for way in ways if way.state in LEFT]
    if not left:
        raise Conflict("nothing_to_decline", number=of.number)
    owed = position(tx.connection, of.payer_id or 0, of.currency, today_of(tx.connection, of.customer_id or 0, tx.now))
    for way in left:
        answer = dict(way.answer) | {"overdue": owed.overdue, "declined_by": tx.actor.id}
        keep(tx, way, state=RestoreState.DECLINED, reason=reason, answer=answer, done_at=tx.now)
    return [RestoreDeclined(**ids_of(tx, way), reason=Private(reason)) for way in left]


def is_left(tx: Tx, found: Restore) -> bool:
    """Whether the service waits for a person: it is the newest way back of what is off, and nothing moves it."""
    if found.state not in LEFT:
        return False
    return restores_of(tx.connection, item_restored_by(tx.connection, found))[-1].id == found.id


def item_suspended_by(tx: Tx, found: Restore) -> str:
    """Who asked for what this undoes."""
    return suspension(tx.connection, item_restored_by(tx.connection, found).suspension_id).proposed_by


def pause(after: timedelta, times: int) -> timedelta:
    """Until the next reminder, after so many: it doubles, to sixteen times the first."""
    return after * int(2 ** min(times, DOUBLINGS))


HANDLERS: Handlers = {
    ChaseRestore: Handler(chase_restore, lock_restore),
    DeclineRestore: Handler(decline_restore, lock_case),
}
