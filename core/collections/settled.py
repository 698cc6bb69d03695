"""What follows from what holds back collecting: the case's owner is told of promises and payments that did not come; cards; timers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.cases.queries import case, collection_cases
from core.engine import cards, outbox
from core.engine.handling import Command
from core.engine.journal import Event
from core.engine.timers import Timer
from core.engine.transaction import Tx
from core.people.absence import away_now, stand_in
from core.people.model import Right
from core.people.queries import routed, staff_holding
from core.people.telling import tell, to_place
from core.receivables.queries import payers_of

from .commands import MindHold
from .events import (
    DisputeClosed,
    DisputeOpened,
    DisputeOverridden,
    HoldBegan,
    HoldEnded,
    HoldPlaced,
    OfCollecting,
    PaymentReported,
    PaymentSettled,
    PromiseRecorded,
    PromiseSettled,
)
from .holds import MINDS
from .model import PaymentState, PromiseState

Reaction = Callable[[Tx, Any], Iterable[Command]]


def show(tx: Tx, event: OfCollecting) -> Iterable[Command]:
    """Every copy of the payer's collection cases is stale from this commit on."""
    whose = [event.payer_id] if event.payer_id is not None else [p.id for p in payers_of(tx.connection, event.customer_id)]
    for payer_id in whose:
        cards.refresh_all(tx, [f"case:{found}" for found in collection_cases(tx.connection, payer_id).values()])
    return ()


def tell_of_payment(tx: Tx, event: PaymentSettled) -> Iterable[Command]:
    """The books do not show it although they should by now."""
    if event.state == PaymentState.NOT_FOUND:
        _tell_owner(tx, event, event.currency, event.reported_by, "tell.payment_not_found", number=f"PAY-{event.payment_id}")
    return ()


def tell_of_promise(tx: Tx, event: PromiseSettled) -> Iterable[Command]:
    """It was not kept, or only in part."""
    if event.state in (PromiseState.BROKEN, PromiseState.PARTLY):
        _tell_owner(tx, event, event.currency, event.recorded_by, f"tell.promise_{event.state}", number=f"P-{event.promise_id}")
    return ()


def _tell_owner(tx: Tx, event: OfCollecting, currency: str, recorded_by: str, say: str, *, number: str) -> None:
    """The case's owner, or whoever stands in for them; else the group; without an open case, whoever recorded it."""
    case_id = collection_cases(tx.connection, event.payer_id or 0).get(currency)
    kind, _, staff_id = recorded_by.partition(":")
    if case_id is None:
        if kind == "staff":
            tell(tx, int(staff_id), say, number=number)
        return
    about = case(tx.connection, case_id)
    owner = None if about.assignee_id is None else stand_in(away_now(tx.connection, tx.now), about.assignee_id)
    if owner is not None and owner in staff_holding(tx.connection, Right.WORK):
        tell(tx, owner, say, case_id=case_id, number=number)
        return
    places = routed(tx.connection, about.kind)
    outbox.enqueue_all(tx, [to_place(place, say, case_id=case_id, number=number) for place in places])


FOLLOWS: Mapping[type[Event], Sequence[Reaction]] = {
    PaymentReported: (show,),
    PaymentSettled: (show, tell_of_payment),
    PromiseRecorded: (show,),
    PromiseSettled: (show, tell_of_promise),
    DisputeOpened: (show,),
    DisputeOverridden: (show,),
    DisputeClosed: (show,),
    HoldPlaced: (show,),
    HoldBegan: (show,),
    HoldEnded: (show,),
}

TIMERS: Mapping[str, Callable[[Timer], Command]] = {MINDS: lambda timer: MindHold(hold_id=timer.subject_id)}
