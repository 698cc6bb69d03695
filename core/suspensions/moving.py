"""Moving a request and its subscriptions from state to state: the only writes to their `state`, checked by the tables of model.py."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.queries import roots_of
from core.engine.db.tables.suspensions import suspension_items, suspensions
from core.engine.errors import NotFound
from core.engine.journal import Event, Private
from core.engine.transaction import Tx

from .events import SuspensionEnded
from .execution_events import ItemEnded
from .model import ITEM_NEXT, NEXT, NOT_SENT, OPEN_ITEM_STATES, Item, ItemState, State, Suspension
from .queries import item, suspension
from .rules import outcome_of


def move(tx: Tx, found: Suspension, state: State, **values: object) -> None:
    """Raises ValueError for a step the table does not have: a fault of ours."""
    if state is not found.state and state not in NEXT.get(found.state, frozenset()):
        raise ValueError(f"{found.number} cannot go from {found.state} to {state}")
    tx.connection.execute(sa.update(suspensions).where(suspensions.c.id == found.id).values(state=state.value, **values))


def move_item(tx: Tx, found: Item, state: ItemState, **values: object) -> None:
    """Raises ValueError for a step the table does not have: a fault of ours."""
    if state is not found.state and state not in ITEM_NEXT.get(found.state, frozenset()):
        raise ValueError(f"item {found.id} cannot go from {found.state} to {state}")
    ended = {} if state in ITEM_NEXT else {"done_at": tx.now}
    changed = sa.update(suspension_items).where(suspension_items.c.id == found.id).values(state=state.value, **ended, **values)
    tx.connection.execute(changed)


def end_unsent(tx: Tx, found: Suspension, state: ItemState, *, reason: str = "", changed: Sequence[Mapping[str, Any]] = ()) -> list[Event]:
    """End whatever of the request is not sent; the request ends with it, unless something is under way."""
    unsent = [one for one in found.items if one.state in NOT_SENT]
    for one in unsent:
        move_item(tx, one, state)
    concluded = conclude(tx, found.id, reason=reason, changed=changed)
    ids = {"suspension_id": found.id, "case_id": found.case_id}
    return concluded or [ItemEnded(**ids, item_id=one.id, state=state.value) for one in unsent]


def conclude(tx: Tx, suspension_id: int, *, reason: str = "", changed: Sequence[Mapping[str, Any]] = ()) -> list[Event]:
    """Bring the request's own state in line with its subscriptions'; ends it when the last of them ended."""
    found = suspension(tx.connection, suspension_id)
    outcome = outcome_of(one.state for one in found.items)
    if outcome is None:
        begun = OPEN_ITEM_STATES - NOT_SENT | {ItemState.BY_HAND}
        under_way = any(one.state in begun for one in found.items)
        move(tx, found, State.EXECUTING if under_way else State.LOOKING)
        return []
    bound = dict(found.bound) | ({"changed": list(changed)} if changed else {})
    if found.state is State.LOOKING and outcome in (State.SUSPENDED, State.FAILED, State.UNKNOWN):
        move(tx, found, State.EXECUTING)
        found = suspension(tx.connection, suspension_id)
    move(tx, found, outcome, ended_by=tx.actor.id, ended_at=tx.now, end_reason=reason or found.end_reason, missing=[], bound=bound)
    ended = {"state": outcome.value, "proposed_by": found.proposed_by, "by": tx.actor.id, "changed": tuple(changed)}
    return [SuspensionEnded(suspension_id=found.id, case_id=found.case_id, reason=Private(reason), **ended)]  # type: ignore[arg-type]


def end_item(tx: Tx, found: Item, state: ItemState, *, reason: str = "", changed: Sequence[Mapping[str, Any]] = ()) -> list[Event]:
    """End one subscription's process, and the request if it was the last."""
    move_item(tx, found, state)
    whole = suspension(tx.connection, found.suspension_id)
    ended = ItemEnded(suspension_id=whole.id, case_id=whole.case_id, item_id=found.id, state=state.value)
    return [ended, *conclude(tx, whole.id, reason=reason, changed=changed)]


def take_up(tx: Tx, found: Suspension, *, looking: Sequence[Item], verifying: Sequence[Item]) -> None:
    """The one way back from an end: to another last look, or to reading back what may have happened. The snapshot of a call whose end
    nobody knows is kept: whoever looks again must know that it may still take effect; and so is its request id, which is the same on a
    retry after no answer (https://learn.microsoft.com/partner-center/developer/headers)."""
    for state, items in ((ItemState.LOOKING, looking), (ItemState.VERIFYING, verifying)):
        for one in items:
            answer = {"kind": one.answer.get("kind", ""), "taken_up": True, "at": tx.now.isoformat()}
            kept: dict[str, Any] = {} if one.state is ItemState.UNKNOWN else {"snapshot": {}}
            values = {"state": state.value, "done_at": None, "attempts": 0, "answer": answer, **kept}
            tx.connection.execute(sa.update(suspension_items).where(suspension_items.c.id == one.id).values(**values))
    values = {"state": State.LOOKING.value, "ended_by": "", "ended_at": None, "end_reason": ""}
    tx.connection.execute(sa.update(suspensions).where(suspensions.c.id == found.id).values(**values))


def record_late(tx: Tx, found: Suspension, handed: Sequence[Item]) -> None:
    """The other way back from an end: a person had carried out by hand what was called off, and says so afterwards."""
    for one in handed:
        values = {"state": ItemState.BY_HAND.value, "done_at": None}
        tx.connection.execute(sa.update(suspension_items).where(suspension_items.c.id == one.id).values(**values))
    values = {"state": State.EXECUTING.value, "ended_by": "", "ended_at": None, "end_reason": ""}
    tx.connection.execute(sa.update(suspensions).where(suspensions.c.id == found.id).values(**values))


def lock_request(connection: Connection, command: Any) -> Iterable[str]:
    """The customer, the case and the request of a command that names a request."""
    found = suspension(connection, command.suspension_id)
    return [*roots_of(connection, found.case_id), f"suspension:{found.id}"]


def lock_item(connection: Connection, command: Any) -> Iterable[str]:
    """Likewise for a command that names one subscription of a request."""
    found = suspension(connection, item(connection, command.item_id).suspension_id)
    return [*roots_of(connection, found.case_id), f"suspension:{found.id}"]


def lock_case(connection: Connection, command: Any) -> Iterable[str]:
    """Likewise for a command that names a case, with its open request. Raises NotFound."""
    roots = roots_of(connection, command.case_id)
    if not roots:
        raise NotFound("case_not_found", number=f"C-{command.case_id}")
    return roots
