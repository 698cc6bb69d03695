"""Carrying it out, subscription by subscription: each step is one call between two of these transactions.

The request id is the same on a retry after no answer and a new one after any answer
(https://learn.microsoft.com/partner-center/developer/headers).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.collections.queries import policy_called
from core.customers.queries import subscription
from core.engine.db.tables.suspensions import suspension_items
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx

from .commands import RecordAnswer, RecordNoAnswer, RecordReadBack, RecordSnapshot, Verify
from .execution_events import (
    AnswerMissing,
    AnswerRecorded,
    ReadBackBegun,
    ReadBackMissed,
    SendingHeld,
    SnapshotRecorded,
    SubscriptionSuspended,
)
from .looking import ENDS, Found, Seen, look_at, look_now, reason_of
from .model import Item, ItemState, Suspension
from .moving import conclude, end_item, lock_item, move_item
from .ports import AnswerKind, Wanted
from .queries import item, restores_of, suspension
from .rules import differs, status_of
from .timing import after_answer, is_over


def record_snapshot(tx: Tx, command: RecordSnapshot) -> Iterable[Event]:
    """`snapshot_recorded` and nothing else lets the call go out; no event when this intent was overtaken."""
    one, whole = _with_request(tx, command.item_id)
    if not _is_current(one, command.request_id):
        return []
    is_off = status_of(command.resource) == Wanted.SUSPENDED
    if one.snapshot and is_off:
        return _watch(tx, one, whole)  # an earlier try got through although its answer did not
    seen = _seen_with(tx, one, whole, command)
    if seen.found is Found.STANDS and not restores_of(tx.connection, one):
        values = {"snapshot": one.snapshot or dict(command.resource), "looked_at": tx.now}
        tx.connection.execute(sa.update(suspension_items).where(suspension_items.c.id == one.id).values(**values))
        return [SnapshotRecorded(**_ids(whole, one), status=status_of(command.resource))]
    if one.snapshot:
        return _watch(tx, one, whole)  # a try without an answer may still take effect: never write again, read back
    return _hold(tx, one, whole, seen)


def record_answer(tx: Tx, command: RecordAnswer) -> Iterable[Event]:
    """No event when this intent was overtaken. A stale etag and "later" go back to the last look: nothing happened outside."""
    one, whole = _with_request(tx, command.item_id)
    if not _is_current(one, command.request_id):
        return []
    answer, policy = command.answer, policy_called(tx.connection, whole.listed["policy"])
    stale = int(one.answer.get("stale", 0)) + (answer.kind is AnswerKind.STALE)
    next_at = after_answer(answer, policy, tx.now)
    kept = {
        "kind": answer.kind.value, "code": answer.code, "description": answer.description, "stale": stale, "at": tx.now.isoformat(),
        "until": next_at.isoformat() if next_at and answer.kind is AnswerKind.LATER else "",
    }  # fmt: skip
    again = bool(answer.code) and one.answer.get("code") == answer.code
    recorded = AnswerRecorded(**_ids(whole, one), kind=answer.kind.value, code=answer.code, next_at=next_at, again=again)
    _keep_answer(tx, one, kept)
    if answer.kind is AnswerKind.REFUSED or stale > 1:
        return [recorded, *end_item(tx, one, ItemState.FAILED, reason="refused")]
    sent = answer.kind in (AnswerKind.DONE, AnswerKind.ACCEPTED)
    move_item(tx, one, ItemState.ACCEPTED if sent else ItemState.LOOKING, **({} if sent else {"snapshot": {}}))
    return [recorded, *conclude(tx, whole.id)]


def record_no_answer(tx: Tx, command: RecordNoAnswer) -> Iterable[Event]:
    """Counts; after too many nobody can say what is true there, and a person must look."""
    one, whole = _with_request(tx, command.item_id)
    if not _is_current(one, command.request_id):
        return []
    attempts = one.attempts + 1
    _keep_answer(tx, one, dict(one.answer) | {"kind": "none", "at": tx.now.isoformat()}, attempts=attempts)
    missing = AnswerMissing(**_ids(whole, one), attempts=attempts)
    if attempts < policy_called(tx.connection, whole.listed["policy"]).calls.give_up_after:
        return [missing]
    return [missing, *end_item(tx, one, ItemState.UNKNOWN, reason="no_answer")]


def verify(tx: Tx, command: Verify) -> Iterable[Event]:
    """Does nothing when there is nothing to read back any more."""
    one, whole = _with_request(tx, command.item_id)
    if one.state not in (ItemState.ACCEPTED, ItemState.VERIFYING):
        return []
    move_item(tx, one, ItemState.VERIFYING)
    return [ReadBackBegun(**_ids(whole, one), tenant=subscription(tx.connection, one.subscription_id).tenant)]


def record_read_back(tx: Tx, command: RecordReadBack) -> Iterable[Event]:
    """Off at last; not yet; or, when the time for it is over, unknown (never off, if no call was ever answered)."""
    one, whole = _with_request(tx, command.item_id)
    if one.state is not ItemState.VERIFYING:
        return []
    status = status_of(command.resource or {})
    _keep_answer(tx, one, dict(one.answer) | {"status": status})
    if status == Wanted.SUSPENDED:
        move_item(tx, one, ItemState.SUSPENDED)
        return [SubscriptionSuspended(**_ids(whole, one)), *conclude(tx, whole.id)]
    policy = policy_called(tx.connection, whole.listed["policy"])
    if command.resource is None or is_over(one.answer, policy, tx.now):
        never_heard = one.answer.get("kind") == "none" and command.resource is not None
        return end_item(tx, one, ItemState.VOIDED if never_heard else ItemState.UNKNOWN, reason="not_read_back")
    return [ReadBackMissed(**_ids(whole, one), status=status, next_at=tx.now + policy.calls.verify_every)]


def _seen_with(tx: Tx, one: Item, whole: Suspension, command: RecordSnapshot) -> Seen:
    """The last look together with the resource as it was just read."""
    seen = look_now(tx, whole, [one])
    changed = differs(whole.listed, one.subscription_id, command.resource)
    return Seen(found=Found.CHANGED, changed=changed) if seen.found is Found.STANDS and changed else seen


def _hold(tx: Tx, one: Item, whole: Suspension, seen: Seen) -> list[Event]:
    """Nothing was written: look again later, or end it. It counts for the day no more, unless an earlier call of it was answered."""
    answered = one.answer.get("at")
    earlier = datetime.fromisoformat(str(answered)) if answered else None
    tx.connection.execute(sa.update(suspension_items).where(suspension_items.c.id == one.id).values(called_at=earlier))
    if seen.found in (Found.MISSING, Found.HELD):
        move_item(tx, one, ItemState.LOOKING)
        conclude(tx, whole.id)
        held = SendingHeld(**_ids(whole, one), state=ItemState.LOOKING.value)
        return [held, *look_at(tx, suspension(tx.connection, whole.id))]
    state = ENDS.get(seen.found, ItemState.STOPPED)  # it stands, but somebody asked for the restore meanwhile
    held = SendingHeld(**_ids(whole, one), state=state.value)
    return [held, *end_item(tx, one, state, reason=reason_of(whole, seen), changed=seen.changed)]


def _watch(tx: Tx, one: Item, whole: Suspension) -> list[Event]:
    _keep_answer(tx, one, {"kind": "none"} | dict(one.answer) | {"at": tx.now.isoformat()})
    move_item(tx, one, ItemState.VERIFYING)
    return [SendingHeld(**_ids(whole, one), state=ItemState.VERIFYING.value), *conclude(tx, whole.id)]


def _with_request(tx: Tx, item_id: int) -> tuple[Item, Suspension]:
    one = item(tx.connection, item_id)
    return one, suspension(tx.connection, one.suspension_id)


def _is_current(one: Item, request_id: str) -> bool:
    """Whether the intent this belongs to is still the item's own."""
    return one.state is ItemState.SENDING and one.request_id == request_id


def _keep_answer(tx: Tx, one: Item, kept: dict[str, Any], **values: object) -> None:
    tx.connection.execute(sa.update(suspension_items).where(suspension_items.c.id == one.id).values(answer=kept, **values))


def _ids(whole: Suspension, one: Item) -> dict[str, int]:
    return {"suspension_id": whole.id, "case_id": whole.case_id, "item_id": one.id}


HANDLERS: Handlers = {
    RecordSnapshot: Handler(record_snapshot, lock_item),
    RecordAnswer: Handler(record_answer, lock_item),
    RecordNoAnswer: Handler(record_no_answer, lock_item),
    Verify: Handler(verify, lock_item),
    RecordReadBack: Handler(record_read_back, lock_item),
}
