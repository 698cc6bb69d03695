"""What was done outside the desk, in Partner Center's portal or by another program: noticed when a tenant is read, told, made true."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from core.cases.model import Kind
from core.cases.model import State as CaseState
from core.cases.queries import case
from core.customers.events import SubscriptionsRecorded
from core.customers.queries import customer, subscription
from core.engine import cards, outbox
from core.engine.db.tables.cases import cases
from core.engine.db.tables.suspensions import suspension_items, suspensions
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.people.absence import away_now, stand_in
from core.people.model import Right
from core.people.queries import routed, staff_holding
from core.people.telling import tell, to_place

from .commands import NoteOutside
from .events import ChangedOutside
from .model import MAYBE_OFF, OPEN_ITEM_STATES, OPEN_RESTORES, Item, ItemState, RestoreState
from .ports import Wanted
from .queries import item, open_suspension_of, resource_of, restore, restores_of
from .restoring import insert, keep

OUTSIDE = "outside"
LOST = ("auto_renew", "scheduled")
GOING_BACK = (OPEN_RESTORES - {RestoreState.PROPOSED}) | {RestoreState.RESTORED}


def notice(_tx: Tx, event: SubscriptionsRecorded) -> Iterable[Command]:
    """Whatever the desk did not do itself. The first reading of a tenant compares with nothing."""
    if event.since is None or not event.differs:
        return ()
    return (NoteOutside(customer_id=event.customer_id, since=event.since, as_of=event.as_of, differs=event.differs),)


def note_outside(tx: Tx, command: NoteOutside) -> Iterable[Event]:
    """An event for each change that no call of the desk's explains. What was switched on again elsewhere counts as restored here."""
    made: list[Event] = []
    for change in command.differs:
        subscription_id = int(change["subscription_id"])
        newest = _newest(tx, subscription_id)
        if _is_ours(tx, change, newest):
            continue
        if newest is not None and change["what"] == "status" and change["after"] == Wanted.ACTIVE:
            _restored_elsewhere(tx, newest)
        told = {"subscription_id": subscription_id, "what": _called(change), "before": str(change["before"]), "after": str(change["after"])}
        ids = {"customer_id": command.customer_id, "case_id": _case_of(tx, command.customer_id, newest)}
        made.append(ChangedOutside(**ids, **told, since=command.since, as_of=command.as_of))  # type: ignore[arg-type]
    return made


def _newest(tx: Tx, subscription_id: int) -> Item | None:
    """The newest item about the subscription that Partner Center may have carried out."""
    mine = (suspension_items.c.subscription_id == subscription_id) & suspension_items.c.state.in_(MAYBE_OFF)
    found = tx.connection.scalar(sa.select(sa.func.max(suspension_items.c.id)).where(mine))
    return None if found is None else item(tx.connection, found)


def _is_ours(tx: Tx, change: Mapping[str, Any], newest: Item | None) -> bool:
    """Whether a suspension or restore of the desk's own brought it about, or still may."""
    if newest is None:
        return False
    ways = restores_of(tx.connection, newest)
    going_back = bool(ways) and ways[-1].state in GOING_BACK
    if change["what"] == "status":
        return going_back if change["after"] == Wanted.ACTIVE else change["after"] == Wanted.SUSPENDED and not _is_on(tx, newest)
    asked = any(way.state is RestoreState.RESTORED for way in ways)  # to be set again by hand
    return change["what"] in LOST and (asked or not change["after"])  # suspending takes it away, and resuming does not bring it back


def _is_on(tx: Tx, newest: Item) -> bool:
    return newest.state not in OPEN_ITEM_STATES and any(w.state is RestoreState.RESTORED for w in restores_of(tx.connection, newest))


def _restored_elsewhere(tx: Tx, newest: Item) -> None:
    """The way back as it was read: nobody here asked for it."""
    if newest.state is not ItemState.SUSPENDED:
        return
    ways = restores_of(tx.connection, newest)
    waiting = ways and ways[-1].state is RestoreState.PROPOSED
    way = ways[-1] if waiting else restore(tx.connection, insert(tx, newest, RestoreState.PROPOSED, because=OUTSIDE))
    answer = {"because": OUTSIDE, "status": Wanted.ACTIVE.value, "after": dict(resource_of(tx.connection, newest.subscription_id))}
    keep(tx, way, state=RestoreState.RESTORED, answer=answer, done_at=tx.now)


def _called(change: Mapping[str, Any]) -> str:
    """Which sentence says it."""
    if change["what"] != "status":
        return str(change["what"])
    return str(change["after"]) if change["after"] in (Wanted.SUSPENDED, Wanted.ACTIVE) else "status"


def _case_of(tx: Tx, customer_id: int, newest: Item | None) -> int:
    """The case it matters to: of the request, else the customer's open collection; 0 when there is none."""
    if newest is not None:
        return int(tx.connection.scalar(sa.select(suspensions.c.case_id).where(suspensions.c.id == newest.suspension_id)) or 0)
    mine = (cases.c.customer_id == customer_id) & (cases.c.kind == Kind.COLLECTION) & (cases.c.state != CaseState.RESOLVED)
    return int(tx.connection.scalar(sa.select(sa.func.max(cases.c.id)).where(mine)) or 0)


def say(tx: Tx, event: ChangedOutside) -> Iterable[Command]:
    """The case's owner, or who stands in; else the conversations that collect. Every card that shows it is drawn anew."""
    said = {
        "customer": customer(tx.connection, event.customer_id).name, "product": subscription(tx.connection, event.subscription_id).name,
        "before": event.before, "after": event.after, "since_at": event.since.isoformat(), "until_at": event.as_of.isoformat(),
    }  # fmt: skip
    key, case_id = f"tell.outside_{event.what}", event.case_id or None
    owner = None if case_id is None else case(tx.connection, case_id).assignee_id
    there = None if owner is None else stand_in(away_now(tx.connection, tx.now), owner)
    if there is not None and there in staff_holding(tx.connection, Right.READ):
        tell(tx, there, key, case_id=case_id, **said)
    else:
        outbox.enqueue_all(tx, [to_place(place, key, case_id=case_id, **said) for place in routed(tx.connection, Kind.COLLECTION)])
    if case_id is not None:
        found = open_suspension_of(tx.connection, case_id)
        cards.refresh_all(tx, [f"case:{case_id}", *([f"suspension:{found.id}"] if found else [])])
    return ()


HANDLERS: Handlers = {NoteOutside: Handler(note_outside, lambda _c, command: [f"customer:{command.customer_id}"])}
