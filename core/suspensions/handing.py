"""What an indirect reseller's customer needs a person for: it is handed over, chased, and recorded with proof. No call is ever made."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core.cases.model import Case
from core.cases.queries import case
from core.customers.queries import customer
from core.engine.db.tables.suspensions import suspension_items
from core.engine.errors import Conflict, InvalidInput, NotAllowed, required
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx
from core.people.model import Right
from core.people.queries import is_allowed

from .closing import due_after
from .commands import ChaseByHand, RecordCarried
from .execution_events import CarriedByHand, ChasedByHand, HandedOver
from .model import BY_HAND, Item, ItemState, Restore, RestoreState, Suspension
from .moving import conclude, lock_case, lock_request, move_item, record_late
from .ports import Wanted
from .queries import items_maybe_off, newest_suspension_of, restores_of, suspension
from .restore_events import RestoredByHand
from .restoring import ids_of, keep, refuse_stranger

CALLED_OFF = frozenset({ItemState.VOIDED, ItemState.STOPPED, ItemState.EXPIRED})


def hand_over(tx: Tx, found: Suspension, one: Item) -> Event:
    """The look stood: from now on a person may ask the provider. It counts among the day's suspensions."""
    provider = customer(tx.connection, found.customer_id).provider
    answer = {"kind": BY_HAND, "handed_at": tx.now.isoformat(), "provider": provider}
    move_item(tx, one, ItemState.BY_HAND, looked_at=tx.now, called_at=tx.now, answer=answer)
    return HandedOver(suspension_id=found.id, case_id=found.case_id, item_id=one.id, provider=provider)


def is_done_by_hand(items: Sequence[Item], change: Mapping[str, Any]) -> bool:
    """Whether this is what the person was asked to bring about, read before it was recorded."""
    wanted = {f"subscription:{one.subscription_id}:status" for one in items if one.state is ItemState.BY_HAND}
    return change["fact"] in wanted and change["after"] == Wanted.SUSPENDED


def chase_by_hand(tx: Tx, command: ChaseByHand) -> Iterable[Event]:
    """Does nothing once it is recorded or called off."""
    found = suspension(tx.connection, command.suspension_id)
    if not any(one.state is ItemState.BY_HAND for one in found.items):
        return []
    next_at = due_after(tx, command.times)
    return [ChasedByHand(suspension_id=found.id, case_id=found.case_id, times=command.times, next_at=next_at)]


def record_carried(tx: Tx, command: RecordCarried) -> Iterable[Event]:
    """Off, or on again, as the person says. Raises NotAllowed, InvalidInput without a reference or for a moment to come, Conflict when
    nothing waits for it."""
    found = case(tx.connection, command.case_id)
    if not any(is_allowed(tx.connection, tx.actor, right) for right in (Right.PROPOSE, Right.RESTORE)):
        raise NotAllowed("carried_not_yours", number=found.number)
    required(command.reference, "reference")
    if command.done_at is not None and command.done_at > tx.now:
        raise InvalidInput("carried_ahead", "done_at")
    whole = newest_suspension_of(tx.connection, found.id)
    handed = [] if whole is None else [one for one in whole.items if one.state is ItemState.BY_HAND]
    if whole is not None and handed:
        return _switched_off(tx, whole, handed, command)
    if ways := _ways(tx, found):
        return [_switched_on(tx, found, way, command) for way in ways]
    late = [] if whole is None or whole.is_open else [one for one in whole.items if one.is_by_hand and one.state in CALLED_OFF]
    if whole is None or not late:
        raise Conflict("nothing_to_carry", number=found.number)
    record_late(tx, whole, late)
    whole = suspension(tx.connection, whole.id)
    return _switched_off(tx, whole, [one for one in whole.items if one.state is ItemState.BY_HAND], command)


def _said(tx: Tx, command: RecordCarried) -> dict[str, str]:
    at = command.done_at or tx.now
    return {"carried_at": at.isoformat(), "reference": command.reference.strip(), "who": command.who.strip(), "recorded_by": tx.actor.id}


def _switched_off(tx: Tx, whole: Suspension, handed: Sequence[Item], command: RecordCarried) -> list[Event]:
    said, made = _said(tx, command), []
    for one in handed:
        answer = dict(one.answer) | said
        tx.connection.execute(sa.update(suspension_items).where(suspension_items.c.id == one.id).values(answer=answer, sent_at=tx.now))
        move_item(tx, one, ItemState.SUSPENDED)
        ids = {"suspension_id": whole.id, "case_id": whole.case_id, "item_id": one.id}
        made.append(CarriedByHand(**ids, at=command.done_at or tx.now, reference=Private(said["reference"]), who=Private(said["who"])))
    return [*made, *conclude(tx, whole.id)]


def _ways(tx: Tx, found: Case) -> list[Restore]:
    """The ways back that a person carries out, or that wait for a first word."""
    off = [one for one in items_maybe_off(tx.connection, case_id=found.id) if one.is_by_hand]
    newest = [way for one in off for way in restores_of(tx.connection, one)[-1:]]
    return [way for way in newest if way.state in (RestoreState.PROPOSED, RestoreState.BY_HAND)]


def _switched_on(tx: Tx, found: Case, way: Restore, command: RecordCarried) -> Event:
    """Raises NotAllowed where nobody who may has asked for it yet, and this person may not either."""
    if way.state is RestoreState.PROPOSED:
        refuse_stranger(tx, found)
    said = _said(tx, command)
    keep(tx, way, state=RestoreState.RESTORED, answer=dict(way.answer) | {"kind": BY_HAND} | said, done_at=tx.now)
    at = command.done_at or tx.now
    return RestoredByHand(**ids_of(tx, way), at=at, reference=Private(said["reference"]), who=Private(said["who"]))


HANDLERS: Handlers = {
    ChaseByHand: Handler(chase_by_hand, lock_request),
    RecordCarried: Handler(record_carried, lock_case),
}
