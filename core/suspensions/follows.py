"""What follows from a suspension's or restore's own events: cards, timers, outbox rows, the next step. No other capability's commands."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from core.cases.queries import case
from core.collections.hours import ROUTE
from core.customers.queries import subscription
from core.engine import cards, outbox, timers
from core.engine.handling import Command
from core.engine.journal import Event
from core.engine.timers import Timer
from core.engine.transaction import Tx
from core.people.queries import routed
from core.people.telling import tell

from .commands import ExpireSuspension, Look, SendRestore, Verify, VerifyRestore, WarnOfExpiry
from .events import (
    AnswerMissing,
    AnswerRecorded,
    ExpiryNeared,
    FactsRebound,
    ItemEnded,
    LookMissed,
    OfItem,
    OfRestore,
    OfSuspension,
    PeopleAsked,
    ReadBackBegun,
    ReadBackMissed,
    RestoreAnswered,
    RestoreBegun,
    RestoreEnded,
    RestoreProposed,
    RestoreReadBackBegun,
    RestoreReadBackMissed,
    SendingBegun,
    SendingHeld,
    ServiceRestored,
    SnapshotRecorded,
    StopExplained,
    SubscriptionSuspended,
    SuspensionApproved,
    SuspensionEnded,
    SuspensionProposed,
    VoteCast,
    VotesWithdrawn,
)
from .hearing import ask, tell_asked, tell_short, tell_watchers, warn
from .model import ItemState
from .ports import AnswerKind
from .queries import item, restore, suspension, suspensions_of_case
from .restoring import waiting_children

Reaction = Callable[[Tx, Any], Iterable[Command]]
EXPIRES, WARNS, LOOKS = "suspension_expires", "suspension_expiring", "suspension_looks"
LOOKS_AGAIN, VERIFIES = "suspension_looks_again", "suspension_verifies"
RESTORE_SENDS, RESTORE_VERIFIES = "restore_sends", "restore_verifies"
UNKNOWN = ItemState.UNKNOWN.value  # a restore's state has the same word
NEVER_WAITS = 1  # a restore goes before everything else between the lanes


def show(tx: Tx, event: OfSuspension) -> Iterable[Command]:
    """Every copy of the request's card, and of its case's, is stale from this commit on."""
    cards.refresh(tx, event.subject)
    cards.refresh(tx, f"case:{event.case_id}")
    return ()


def post(tx: Tx, event: SuspensionProposed) -> Iterable[Command]:
    """The impact card in every conversation that decides; the clocks of the decision."""
    cards.place(tx, event.subject, "suspension", routed(tx.connection, ROUTE))
    timers.schedule(tx, EXPIRES, event.subject, due_at=event.expires_at, rule="decide_within")
    timers.schedule(tx, WARNS, event.subject, due_at=event.warn_at, rule="warn_after")
    return ()


def cool(tx: Tx, event: SuspensionApproved) -> Iterable[Command]:
    """From the last approval on its own clocks run: the cooling-off, and how long the approval is good."""
    timers.cancel(tx, WARNS, event.subject)
    timers.schedule(tx, EXPIRES, event.subject, due_at=event.expires_at, rule="approval_valid")
    timers.schedule(tx, LOOKS, event.subject, due_at=event.cooling_until, rule="cooling_off")
    _tell(tx, suspension(tx.connection, event.suspension_id).proposed_by, "tell.suspension_approved", event, at=event.cooling_until)
    return ()


def show_earlier(tx: Tx, event: SuspensionProposed) -> Iterable[Command]:
    """Only the newest request of a case offers to ask again or to restore: the cards of the earlier ones say so no more."""
    others = [found for found in suspensions_of_case(tx.connection, event.case_id) if found != event.suspension_id]
    cards.refresh_all(tx, [f"suspension:{found}" for found in others])
    return ()


def close(tx: Tx, event: SuspensionEnded) -> Iterable[Command]:
    """No clock runs on; who proposed it learns how it ended, unless it was they who ended it."""
    for kind in (EXPIRES, WARNS, LOOKS):
        timers.cancel(tx, kind, event.subject)
    if event.by != event.proposed_by:
        _tell(tx, event.proposed_by, f"tell.suspension_{event.state}", event)
    return ()


def pull(tx: Tx, event: LookMissed) -> Iterable[Command]:
    """Ask the accounting system for something newer, and whoever proposed it to bring it about."""
    outbox.enqueue(tx, "receivables.pull", {"payer_id": event.payer_id}, lane=f"receivables:{event.connection}")
    _tell(tx, suspension(tx.connection, event.suspension_id).proposed_by, "tell.look_missing", event)
    return ()


def send(tx: Tx, event: SendingBegun) -> Iterable[Command]:
    """The intent is committed with this row; the call is the row's sender's."""
    ids = {"item_id": event.item_id, "request_id": event.request_id}
    outbox.enqueue(tx, "partner_center.suspend", ids, lane=f"partner_center:{event.tenant}")
    return ()


def go_on(tx: Tx, event: AnswerRecorded) -> Iterable[Command]:
    """After a yes, read back; after "later", look again then; after a stale etag, now."""
    if event.next_at is None:
        return
    if event.kind == AnswerKind.LATER:
        about = {"suspension_id": event.suspension_id}
        subject = f"suspension_item:{event.item_id}"
        timers.schedule(tx, LOOKS_AGAIN, subject, due_at=event.next_at, rule="partner_center_later", data=about)
    elif event.kind == AnswerKind.STALE:
        yield Look(suspension_id=event.suspension_id)
    else:
        _at(tx, VERIFIES, f"suspension_item:{event.item_id}", event.next_at, "verify_first")


def watch(_tx: Tx, event: SendingHeld) -> Iterable[Command]:
    """A try without an answer is read back at once."""
    if event.state == ItemState.VERIFYING:
        yield Verify(item_id=event.item_id)


def read_back(tx: Tx, event: ReadBackBegun) -> Iterable[Command]:
    """Ask Partner Center what is true."""
    outbox.enqueue(tx, "partner_center.verify", {"item_id": event.item_id}, lane=f"partner_center:{event.tenant}")
    return ()


def read_back_later(tx: Tx, event: ReadBackMissed) -> Iterable[Command]:
    """Not yet: ask again."""
    _at(tx, VERIFIES, f"suspension_item:{event.item_id}", event.next_at, "verify_every")
    return ()


def offer_restore(tx: Tx, event: RestoreProposed) -> Iterable[Command]:
    """Who proposed the suspension, and who owns the case, are told at once."""
    owner = case(tx.connection, event.case_id).assignee_id
    for who in {event.proposed_by, f"staff:{owner}" if owner else ""}:
        _tell(tx, who, "tell.restore_proposed", event)
    return ()


def send_restore(tx: Tx, event: RestoreBegun) -> Iterable[Command]:
    """Before everything else that waits; an add-on after its parent."""
    if not event.waiting:
        ids = {"restore_id": event.restore_id, "request_id": event.request_id}
        outbox.enqueue(tx, "partner_center.restore", ids, lane=f"partner_center:{event.tenant}", priority=NEVER_WAITS)
    return ()


def go_on_restoring(tx: Tx, event: RestoreAnswered) -> Iterable[Command]:
    """After a yes, read back; after "later" or a stale etag, again then."""
    if event.next_at is not None:
        again = event.kind in (AnswerKind.LATER, AnswerKind.STALE)
        _at(tx, RESTORE_SENDS if again else RESTORE_VERIFIES, f"restore:{event.restore_id}", event.next_at, "partner_center_answer")
    return ()


def read_restore_back(tx: Tx, event: RestoreReadBackBegun) -> Iterable[Command]:
    """Ask Partner Center what is true."""
    ids = {"restore_id": event.restore_id}
    outbox.enqueue(tx, "partner_center.verify_restore", ids, lane=f"partner_center:{event.tenant}", priority=NEVER_WAITS)
    return ()


def read_restore_back_later(tx: Tx, event: RestoreReadBackMissed) -> Iterable[Command]:
    """Not yet: ask again."""
    _at(tx, RESTORE_VERIFIES, f"restore:{event.restore_id}", event.next_at, "verify_every")
    return ()


def tell_restored(tx: Tx, event: ServiceRestored) -> Iterable[Command]:
    """Who asked for it learns that it is on."""
    _tell(tx, event.proposed_by, "tell.restored", event, product=_product(tx, event))
    return ()


def tell_not_restored(tx: Tx, event: RestoreEnded) -> Iterable[Command]:
    """Who asked for it learns that a person must look."""
    _tell(tx, event.proposed_by, f"tell.restore_{event.state}", event, product=_product(tx, event))
    return ()


def read_all_again(tx: Tx, event: SubscriptionSuspended | ItemEnded | ServiceRestored | RestoreEnded) -> Iterable[Command]:
    """What the desk says elsewhere of the tenant's subscriptions follows what was read back, or what nobody knows. In a lane of its own:
    a reading that is limited must hold back no restore."""
    if getattr(event, "state", UNKNOWN) == UNKNOWN:
        one = item(tx.connection, event.item_id) if isinstance(event, OfItem) else restore(tx.connection, event.restore_id)
        outbox.enqueue(tx, "partner_center.read", {"subscription_id": one.subscription_id}, lane=f"subscription:{one.subscription_id}")
    return ()


def let_children_follow(tx: Tx, event: OfRestore) -> Iterable[Command]:
    """The add-ons whose parent is done: tried even when the parent failed, because a restore is never held back."""
    return [SendRestore(restore_id=child) for child in waiting_children(tx.connection, event.restore_id)]


def _at(tx: Tx, kind: str, subject: str, due_at: datetime, rule: str) -> None:
    timers.schedule(tx, kind, subject, due_at=due_at, rule=rule)


def _product(tx: Tx, event: OfRestore) -> str:
    """A request covers several: each comes back by itself, and is told of by its name."""
    return subscription(tx.connection, restore(tx.connection, event.restore_id).subscription_id).name


def _tell(tx: Tx, actor: str, say: str, event: OfSuspension, *, at: datetime | None = None, **more: str) -> None:
    """Tell a person; the desk and connections are told nothing."""
    kind, _, number = actor.partition(":")
    if kind == "staff":
        when = {"until_at": at.isoformat()} if at else {}
        tell(tx, int(number), say, case_id=event.case_id, number=f"S-{event.suspension_id}", case=f"C-{event.case_id}", **when, **more)


FOLLOWS: Mapping[type[Event], Sequence[Reaction]] = {
    SuspensionProposed: (post, ask, show_earlier, show),
    PeopleAsked: (tell_asked, tell_short, show),
    FactsRebound: (ask, show),
    VoteCast: (ask, show),
    VotesWithdrawn: (ask, show),
    SuspensionApproved: (cool, show),
    ExpiryNeared: (warn, show),
    SuspensionEnded: (close, tell_watchers, show),
    StopExplained: (show,),
    LookMissed: (pull, show),
    SendingBegun: (send, show),
    SnapshotRecorded: (),
    SendingHeld: (watch, show),
    AnswerRecorded: (go_on, show),
    AnswerMissing: (show,),
    ReadBackBegun: (read_back, show),
    ReadBackMissed: (read_back_later,),
    SubscriptionSuspended: (read_all_again, show),
    ItemEnded: (read_all_again, show),
    RestoreProposed: (offer_restore, show),
    RestoreBegun: (send_restore, show),
    RestoreAnswered: (go_on_restoring, show),
    RestoreReadBackBegun: (read_restore_back, show),
    RestoreReadBackMissed: (read_restore_back_later,),
    ServiceRestored: (read_all_again, tell_restored, let_children_follow, show),
    RestoreEnded: (read_all_again, tell_not_restored, let_children_follow, show),
}

TIMERS: Mapping[str, Callable[[Timer], Command]] = {
    EXPIRES: lambda timer: ExpireSuspension(suspension_id=timer.subject_id),
    WARNS: lambda timer: WarnOfExpiry(suspension_id=timer.subject_id),
    LOOKS: lambda timer: Look(suspension_id=timer.subject_id),
    LOOKS_AGAIN: lambda timer: Look(suspension_id=int(timer.data["suspension_id"])),
    VERIFIES: lambda timer: Verify(item_id=timer.subject_id),
    RESTORE_SENDS: lambda timer: SendRestore(restore_id=timer.subject_id),
    RESTORE_VERIFIES: lambda timer: VerifyRestore(restore_id=timer.subject_id),
}
