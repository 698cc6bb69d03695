"""Switching on again: one person, at any hour, held back by nothing that holds a suspension back."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.model import Case
from core.cases.queries import case, roots_of
from core.collections.queries import policy_on
from core.customers.queries import subscription
from core.engine.db.tables.suspensions import restores
from core.engine.errors import Conflict, NotAllowed, required
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx
from core.people.model import Right
from core.people.queries import is_allowed

from .answers import meaning
from .model import Item, ItemState, Restore, RestoreState
from .moving import end_unsent, lock_case
from .ports import AnswerKind, Wanted
from .queries import case_of_request, children_of, item_restored_by, items_maybe_off, open_restore_of, open_suspension_of, restore
from .restore_commands import RecordRestoreAnswer, RecordRestoreReadBack, RestoreService, SendRestore, VerifyRestore
from .restore_events import (
    RestoreAnswered,
    RestoreBegun,
    RestoreEnded,
    RestoreHandedOver,
    RestoreProposed,
    RestoreReadBackBegun,
    RestoreReadBackMissed,
    ServiceRestored,
)
from .rules import status_of
from .timing import after_answer, is_over


def restore_service(tx: Tx, command: RestoreService) -> Iterable[Event]:
    """Stops what is under way, then switches on, parents first. Raises NotAllowed, InvalidInput without a reason, Conflict when nothing
    is off."""
    found = case(tx.connection, command.case_id)
    refuse_stranger(tx, found)
    reason = required(command.reason, "reason")
    under_way = open_suspension_of(tx.connection, found.id)
    stopped = end_unsent(tx, under_way, ItemState.STOPPED, reason=reason) if under_way else []
    off = items_maybe_off(tx.connection, case_id=found.id)
    parents = children_of(tx.connection, found.customer_id or 0)
    together = {one.subscription_id for one in off}
    begun = [begin(tx, one, reason, waits=parents.get(one.subscription_id) in together) for one in off]
    events = [*stopped, *led(event for event in begun if event is not None)]
    if not events:
        raise Conflict("restore_under_way" if off else "nothing_to_restore", number=found.number)
    return events


def led(events: Iterable[Event]) -> list[Event]:
    """Of what people are told of per request only the first leads: a set of hundreds is one matter to whoever must act."""
    first: set[tuple[type[Event], int]] = set()
    made: list[Event] = []
    for event in events:
        if isinstance(event, RestoreProposed | RestoreHandedOver):
            about = (type(event), event.suspension_id)
            made.append(replace(event, leads=about not in first))
            first.add(about)
        else:
            made.append(event)
    return made


def refuse_stranger(tx: Tx, found: Case) -> None:
    """Raises NotAllowed for whoever neither may restore nor owns the case."""
    owner = found.assignee_id is not None and found.assignee_id == tx.actor.staff_id
    if not owner and not is_allowed(tx.connection, tx.actor, Right.RESTORE):
        raise NotAllowed("restore_not_yours", number=found.number)


def send_restore(tx: Tx, command: SendRestore) -> Iterable[Event]:
    """A new request id: the last call, if any, was answered."""
    found = restore(tx.connection, command.restore_id)
    if found.state not in (RestoreState.WAITING, RestoreState.SENDING):
        return []
    request_id = str(uuid4())
    keep(tx, found, state=RestoreState.SENDING, request_id=request_id)
    return [_begun(tx, found, request_id, waiting=False)]


def record_restore_answer(tx: Tx, command: RecordRestoreAnswer) -> Iterable[Event]:
    """No event when this intent was overtaken. Stale, "later", and what a person can mend are tried again without end: a restore is
    pursued."""
    found = restore(tx.connection, command.restore_id)
    if found.state is not RestoreState.SENDING or found.request_id != command.request_id:
        return []
    answer = command.answer
    policy = policy_on(tx.connection, tx.now.date())
    pursued = answer.kind is AnswerKind.REFUSED and meaning(answer.code).pursued
    next_at = tx.now + policy.restoring.chase_after if pursued else after_answer(answer, policy, tx.now)
    kept = {
        "because": found.answer.get("because", ""),
        "kind": answer.kind.value, "code": answer.code, "description": answer.description, "at": tx.now.isoformat(),
        "until": next_at.isoformat() if next_at else "",
    }  # fmt: skip
    again = bool(answer.code) and found.answer.get("code") == answer.code
    answered = RestoreAnswered(**ids_of(tx, found), kind=answer.kind.value, code=answer.code, next_at=next_at, again=again)
    if answer.kind is AnswerKind.REFUSED and not pursued:
        keep(tx, found, state=RestoreState.FAILED, answer=kept, done_at=tx.now)
        return [answered, _ended(tx, found, RestoreState.FAILED)]
    sent = answer.kind in (AnswerKind.DONE, AnswerKind.ACCEPTED)
    keep(tx, found, state=RestoreState.ACCEPTED if sent else RestoreState.SENDING, answer=kept, attempts=found.attempts + 1)
    return [answered]


def verify_restore(tx: Tx, command: VerifyRestore) -> Iterable[Event]:
    """Does nothing when there is nothing to read back any more."""
    found = restore(tx.connection, command.restore_id)
    if found.state not in (RestoreState.ACCEPTED, RestoreState.VERIFYING):
        return []
    keep(tx, found, state=RestoreState.VERIFYING)
    return [RestoreReadBackBegun(**ids_of(tx, found), tenant=subscription(tx.connection, found.subscription_id).tenant)]


def record_restore_read_back(tx: Tx, command: RecordRestoreReadBack) -> Iterable[Event]:
    """On at last, with what it did not bring back; not yet; or unknown when the time for it is over."""
    found = restore(tx.connection, command.restore_id)
    if found.state is not RestoreState.VERIFYING:
        return []
    resource, policy = command.resource or {}, policy_on(tx.connection, tx.now.date())
    kept = dict(found.answer) | {"status": status_of(resource), "after": dict(resource)}
    if status_of(resource) == Wanted.ACTIVE:
        keep(tx, found, state=RestoreState.RESTORED, answer=kept, done_at=tx.now)
        return [ServiceRestored(**ids_of(tx, found), proposed_by=found.asked_by)]
    if command.resource is None or is_over(found.answer, policy, tx.now):
        keep(tx, found, state=RestoreState.UNKNOWN, answer=kept, done_at=tx.now)
        return [_ended(tx, found, RestoreState.UNKNOWN)]
    keep(tx, found, state=RestoreState.VERIFYING, answer=kept)
    return [RestoreReadBackMissed(**ids_of(tx, found), status=status_of(resource), next_at=tx.now + policy.calls.verify_every)]


def waiting_children(connection: Connection, restore_id: int) -> list[int]:
    """The ways back that waited for this one's subscription."""
    found = restore(connection, restore_id)
    parents = children_of(connection, subscription(connection, found.subscription_id).customer_id)
    mine = (restores.c.case_id == found.case_id) & (restores.c.state == RestoreState.WAITING)
    rows = connection.execute(sa.select(restores.c.id, restores.c.subscription_id).where(mine))
    return [row.id for row in rows if parents.get(row.subscription_id) == found.subscription_id]


def begin(tx: Tx, one: Item, reason: str, *, waits: bool, because: str = "") -> Event | None:
    """The intent before any call; None when it is under way already."""
    state, request_id = RestoreState.WAITING if waits else RestoreState.SENDING, str(uuid4())
    state = RestoreState.BY_HAND if one.is_by_hand else state
    earlier = open_restore_of(tx.connection, one.subscription_id)
    if earlier is None:
        earlier = restore(tx.connection, insert(tx, one, state, reason=reason, request_id=request_id, because=because))
    elif earlier.state is RestoreState.PROPOSED:
        kept = {"because": because} if because else {}
        keep(tx, earlier, state=state, request_id=request_id, reason=reason, asked_by=tx.actor.id, asked_at=tx.now, answer=kept)
    else:
        return None
    if one.is_by_hand:
        return RestoreHandedOver(**ids_of(tx, earlier), reason=Private(reason), leads=True)
    return _begun(tx, restore(tx.connection, earlier.id), request_id, waiting=waits)


def insert(tx: Tx, one: Item, state: RestoreState, *, reason: str = "", request_id: str = "", because: str = "") -> int:
    """A way back of the item's subscription; `because`: which money brought it about, a word of ours."""
    case_id = case_of_request(tx.connection, one.suspension_id)
    values: dict[str, Any] = {
        "case_id": case_id, "subscription_id": one.subscription_id, "state": state.value, "reason": reason, "asked_by": tx.actor.id,
        "asked_at": tx.now, "request_id": request_id, "correlation_id": str(uuid4()), "snapshot": dict(one.snapshot),
        "answer": {"because": because} if because else {},
    }  # fmt: skip
    return int(tx.connection.execute(sa.insert(restores).values(**values).returning(restores.c.id)).scalar_one())


def _begun(tx: Tx, found: Restore, request_id: str, *, waiting: bool) -> Event:
    tenant = subscription(tx.connection, found.subscription_id).tenant
    return RestoreBegun(**ids_of(tx, found), tenant=tenant, request_id=request_id, waiting=waiting, reason=Private(found.reason))


def _ended(tx: Tx, found: Restore, state: RestoreState) -> Event:
    return RestoreEnded(**ids_of(tx, found), state=state.value, proposed_by=found.asked_by)


def keep(tx: Tx, found: Restore, *, state: RestoreState, **values: object) -> None:
    """Write its state, and whatever else is given."""
    tx.connection.execute(sa.update(restores).where(restores.c.id == found.id).values(state=state.value, **values))


def ids_of(tx: Tx, found: Restore) -> dict[str, int]:
    """What its events name."""
    whole = item_restored_by(tx.connection, found).suspension_id
    return {"suspension_id": whole, "case_id": found.case_id, "restore_id": found.id}


def lock_restore(connection: Connection, command: Any) -> Iterable[str]:
    """The customer, the case and the request whose subscription this brings back."""
    found = restore(connection, command.restore_id)
    return [*roots_of(connection, found.case_id), f"suspension:{item_restored_by(connection, found).suspension_id}"]


HANDLERS: Handlers = {
    RestoreService: Handler(restore_service, lock_case),
    SendRestore: Handler(send_restore, lock_restore),
    RecordRestoreAnswer: Handler(record_restore_answer, lock_restore),
    VerifyRestore: Handler(verify_restore, lock_restore),
    RecordRestoreReadBack: Handler(record_restore_read_back, lock_restore),
}
