"""What follows from a restore's own events: calls, clocks, and whoever waits for the service is told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.collections.hours import ROUTE
from core.collections.queries import policy_on
from core.customers.queries import subscription
from core.engine import outbox
from core.engine.handling import Command
from core.engine.journal import Event
from core.engine.timers import Timer
from core.engine.transaction import Tx
from core.people.model import Right
from core.people.queries import routed, staff_holding
from core.people.telling import to_place

from .answering import say_what_it_means
from .checking import FIRST
from .following import owner_and, read_all_again, schedule, show, tell_actor
from .handed import tell_restore
from .model import RestoreState
from .offering import REPORTED
from .ports import AnswerKind
from .queries import restore
from .restore_commands import ChaseHandwork, ChaseRestore, SendRestore, VerifyRestore
from .restore_events import (
    HandworkLeft,
    HandworkReported,
    OfRestore,
    RestoreAnswered,
    RestoreBegun,
    RestoreChased,
    RestoreDeclined,
    RestoreEnded,
    RestoreHandedOver,
    RestoreProposed,
    RestoreReadBackBegun,
    RestoreReadBackMissed,
    ServiceRestored,
)
from .restoring import waiting_children

Reaction = Callable[[Tx, Any], Iterable[Command]]
RESTORE_SENDS, RESTORE_VERIFIES, RESTORE_CHASES, HANDWORK = "restore_sends", "restore_verifies", "restore_chases", "restore_handwork"
NEVER_WAITS = 1  # a restore goes before everything else between the lanes


def offer_restore(tx: Tx, event: RestoreProposed) -> Iterable[Command]:
    """Who proposed the suspension, and who owns the case, are told at once, and once for all of the request."""
    for who in owner_and(tx, event, event.proposed_by) if event.leads else ():
        tell_actor(tx, who, "tell.restore_reported" if event.because == REPORTED else "tell.restore_proposed", event)
    return ()


def chase_later(tx: Tx, event: RestoreProposed | RestoreHandedOver | RestoreEnded) -> Iterable[Command]:
    """A person must act: if nobody does, they are asked again, on weekends and holidays too."""
    after = policy_on(tx.connection, tx.now.date()).restoring.chase_after
    schedule(tx, RESTORE_CHASES, f"restore:{event.restore_id}", tx.now + after, "chase_after")
    return ()


def chase(tx: Tx, event: RestoreChased) -> Iterable[Command]:
    """Whoever owns the case, asked for the suspension, or may restore; from the second time on the conversations that decide, too."""
    kind = event.because if event.state == RestoreState.PROPOSED and event.because == REPORTED else event.state
    say, product = f"tell.restore_chased_{kind}", _product(tx, event)
    may = {f"staff:{each}" for each in staff_holding(tx.connection, Right.RESTORE)}
    for who in sorted(may | owner_and(tx, event, event.proposed_by)):
        tell_actor(tx, who, say, event, product=product)
    said = {"number": f"S-{event.suspension_id}", "case": f"C-{event.case_id}", "product": product}
    places = routed(tx.connection, ROUTE) if event.times > 1 else ()
    outbox.enqueue_all(tx, [to_place(each, say, case_id=event.case_id, **said) for each in places])
    schedule(tx, RESTORE_CHASES, f"restore:{event.restore_id}", event.next_at, "chase_after")
    return ()


def send_restore(tx: Tx, event: RestoreBegun) -> Iterable[Command]:
    """Before everything else that waits; an add-on after its parent."""
    if not event.waiting:
        ids = {"restore_id": event.restore_id, "request_id": event.request_id}
        outbox.enqueue(tx, "partner_center.restore", ids, lane=f"partner_center:{event.tenant}", priority=NEVER_WAITS)
    return ()


def go_on_restoring(tx: Tx, event: RestoreAnswered) -> Iterable[Command]:
    """After a yes, read back; after "later", a stale etag, or what a person can mend, again then."""
    if event.next_at is not None:
        sent = event.kind in (AnswerKind.DONE, AnswerKind.ACCEPTED)
        schedule(tx, RESTORE_VERIFIES if sent else RESTORE_SENDS, f"restore:{event.restore_id}", event.next_at, "partner_center_answer")
    return ()


def read_restore_back(tx: Tx, event: RestoreReadBackBegun) -> Iterable[Command]:
    """Ask Partner Center what is true."""
    ids = {"restore_id": event.restore_id}
    outbox.enqueue(tx, "partner_center.verify_restore", ids, lane=f"partner_center:{event.tenant}", priority=NEVER_WAITS)
    return ()


def read_restore_back_later(tx: Tx, event: RestoreReadBackMissed) -> Iterable[Command]:
    """Not yet: ask again."""
    schedule(tx, RESTORE_VERIFIES, f"restore:{event.restore_id}", event.next_at, "verify_every")
    return ()


def tell_restored(tx: Tx, event: ServiceRestored) -> Iterable[Command]:
    """Who asked for it learns that it is on."""
    tell_actor(tx, event.proposed_by, "tell.restored", event, product=_product(tx, event))
    return ()


def check_later(tx: Tx, event: ServiceRestored) -> Iterable[Command]:
    """What resuming did not bring back is asked for from tomorrow on, if anything is left by then."""
    schedule(tx, HANDWORK, f"restore:{event.restore_id}", tx.now + FIRST, "set_by_hand")
    return ()


def read_handwork(tx: Tx, event: HandworkReported) -> Iterable[Command]:
    """What somebody says is set is read, not believed."""
    lane = f"subscription:{event.subscription_id}"
    outbox.enqueue(tx, "partner_center.read", {"subscription_id": event.subscription_id}, lane=lane)
    return ()


def ask_for_handwork(tx: Tx, event: HandworkLeft) -> Iterable[Command]:
    """Whoever owns the case, or asked for the suspension."""
    for who in sorted(owner_and(tx, event, event.proposed_by)):
        tell_actor(tx, who, "tell.handwork", event, product=_product(tx, event))
    schedule(tx, HANDWORK, f"restore:{event.restore_id}", event.next_at, "set_by_hand")
    return ()


def tell_not_restored(tx: Tx, event: RestoreEnded) -> Iterable[Command]:
    """Who asked for it learns that a person must look."""
    tell_actor(tx, event.proposed_by, f"tell.restore_{event.state}", event, product=_product(tx, event))
    return ()


def let_children_follow(tx: Tx, event: OfRestore) -> Iterable[Command]:
    """The add-ons whose parent is done: tried even when the parent failed, because a restore is never held back."""
    return [SendRestore(restore_id=child) for child in waiting_children(tx.connection, event.restore_id)]


def _product(tx: Tx, event: OfRestore) -> str:
    """A request covers several: each comes back by itself, and is told of by its name."""
    return subscription(tx.connection, restore(tx.connection, event.restore_id).subscription_id).name


FOLLOWS: Mapping[type[Event], Sequence[Reaction]] = {
    RestoreProposed: (offer_restore, chase_later, show),
    RestoreChased: (chase,),
    RestoreDeclined: (show,),
    RestoreBegun: (send_restore, show),
    RestoreHandedOver: (tell_restore, chase_later, show),
    RestoreAnswered: (go_on_restoring, say_what_it_means, show),
    RestoreReadBackBegun: (read_restore_back, show),
    RestoreReadBackMissed: (read_restore_back_later,),
    ServiceRestored: (read_all_again, tell_restored, check_later, let_children_follow, show),
    HandworkReported: (read_handwork, show),
    HandworkLeft: (ask_for_handwork, show),
    RestoreEnded: (read_all_again, tell_not_restored, let_children_follow, chase_later, show),
}

TIMERS: Mapping[str, Callable[[Timer], Command]] = {
    RESTORE_SENDS: lambda timer: SendRestore(restore_id=timer.subject_id),
    HANDWORK: lambda timer: ChaseHandwork(restore_id=timer.subject_id),
    RESTORE_CHASES: lambda timer: ChaseRestore(restore_id=timer.subject_id),
    RESTORE_VERIFIES: lambda timer: VerifyRestore(restore_id=timer.subject_id),
}
