"""What follows from a suspension's or restore's own events: cards, timers, outbox rows, the next step. No other capability's commands."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.collections.hours import ROUTE
from core.engine import cards, outbox, timers
from core.engine.handling import Command
from core.engine.journal import Event
from core.engine.timers import Timer
from core.engine.transaction import Tx
from core.people.queries import routed

from . import closing, handed, outside, returning, spreading, unanswered
from .answering import say_what_it_means
from .commands import ExpireSuspension, Look, RecheckFacts, Verify, WarnOfExpiry
from .events import (
    BankAttested,
    ChangedOutside,
    ChangesRequested,
    CurfewLifted,
    ExpiryNeared,
    FactsRebound,
    LookMissed,
    LookUnanswered,
    PeopleAsked,
    StopExplained,
    SuspensionApproved,
    SuspensionEnded,
    SuspensionHeld,
    SuspensionProposed,
    SuspensionResumed,
    SuspensionRevised,
    VoteCast,
    VotesWithdrawn,
)
from .execution_events import (
    AnswerMissing,
    AnswerRecorded,
    ItemEnded,
    ReadBackBegun,
    ReadBackMissed,
    SendingBegun,
    SendingHeld,
    SnapshotRecorded,
    SubscriptionSuspended,
)
from .following import asker_of, read_all_again, schedule, show, tell_actor
from .hearing import ask, tell_asked, tell_proposer, tell_short, tell_watchers, warn
from .model import ItemState, State
from .ports import AnswerKind
from .queries import open_suspension_of, suspension, suspensions_of_case
from .restore_commands import ProposeRestores
from .restore_events import RestoredByHand, ServiceRestored

Reaction = Callable[[Tx, Any], Iterable[Command]]
EXPIRES, WARNS, LOOKS = "suspension_expires", "suspension_expiring", "suspension_looks"
LOOKS_AGAIN, VERIFIES = "suspension_looks_again", "suspension_verifies"


def post(tx: Tx, event: SuspensionProposed) -> Iterable[Command]:
    """The impact card in every conversation that decides; the clocks of the decision."""
    cards.place(tx, event.subject, "suspension", routed(tx.connection, ROUTE))
    return begin_clocks(tx, event)


def begin_clocks(tx: Tx, event: SuspensionProposed | SuspensionRevised) -> Iterable[Command]:
    """When it expires undecided, and when that is said; those of an earlier round are over."""
    timers.schedule(tx, EXPIRES, event.subject, due_at=event.expires_at, rule="decide_within")
    timers.schedule(tx, WARNS, event.subject, due_at=event.warn_at, rule="warn_after")
    return ()


def cool(tx: Tx, event: SuspensionApproved) -> Iterable[Command]:
    """From the last approval on its own clocks run: the cooling-off, and how long the approval is good."""
    timers.cancel(tx, WARNS, event.subject)
    timers.schedule(tx, EXPIRES, event.subject, due_at=event.expires_at, rule="approval_valid")
    timers.schedule(tx, LOOKS, event.subject, due_at=event.cooling_until, rule="cooling_off")
    tell_actor(tx, asker_of(tx, event), "tell.suspension_approved", event, at=event.cooling_until)
    return ()


def show_earlier(tx: Tx, event: SuspensionProposed) -> Iterable[Command]:
    """Only the newest request of a case offers to ask again or to restore: the cards of the earlier ones say so no more."""
    others = [found for found in suspensions_of_case(tx.connection, event.case_id) if found != event.suspension_id]
    cards.refresh_all(tx, [f"suspension:{found}" for found in others])
    return ()


def close(tx: Tx, event: SuspensionEnded) -> Iterable[Command]:
    """No clock runs on; who proposed it learns how it ended, unless it was they who ended it."""
    for kind in (EXPIRES, WARNS, LOOKS, unanswered.WAITS):
        timers.cancel(tx, kind, event.subject)
    if event.by != event.proposed_by:
        state = f"suspension_{event.state}" if event.state != State.SUSPENDED or not _is_by_hand(tx, event) else "by_hand_carried"
        tell_actor(tx, event.proposed_by, f"tell.{state}", event)
    return ()


def _is_by_hand(tx: Tx, event: SuspensionEnded) -> bool:
    return any(one.is_by_hand for one in suspension(tx.connection, event.suspension_id).items)


def pull(tx: Tx, event: LookMissed) -> Iterable[Command]:
    """Ask the accounting system for something newer."""
    outbox.enqueue(tx, "receivables.pull", {"payer_id": event.payer_id}, lane=f"receivables:{event.connection}")
    return ()


def look_then(tx: Tx, event: SuspensionHeld) -> Iterable[Command]:
    """Look again at the next allowed moment; whoever proposed it hears that it waits, or that it will run out first."""
    if event.until is not None:
        timers.schedule(tx, LOOKS, event.subject, due_at=event.until, rule=event.why)
    say = "tell.suspension_held" if event.in_time else "tell.suspension_held_too_long"
    tell_actor(tx, asker_of(tx, event), say, event, at=event.until)
    return ()


def go_on_told(tx: Tx, event: CurfewLifted | BankAttested) -> Iterable[Command]:
    """What waited for a finance lead's word is looked at anew; the cards say whose word it is."""
    cards.refresh(tx, event.subject)
    found = open_suspension_of(tx.connection, event.case_id)
    if found is not None:
        cards.refresh(tx, f"suspension:{found.id}")
        yield RecheckFacts(suspension_id=found.id)


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
        schedule(tx, VERIFIES, f"suspension_item:{event.item_id}", event.next_at, "verify_first")


def look_on(_tx: Tx, event: SubscriptionSuspended | ItemEnded) -> Iterable[Command]:
    """What waited for its add-ons to be off may be looked at now."""
    return (Look(suspension_id=event.suspension_id),)


def offer_again(tx: Tx, event: SubscriptionSuspended) -> Iterable[Command]:
    """The payment may have come while the call was under way: where it restores by itself, now it can."""
    return (ProposeRestores(customer_id=suspension(tx.connection, event.suspension_id).customer_id),)


def take_up(tx: Tx, event: SuspensionResumed) -> Iterable[Command]:
    """The approval's own clock runs on."""
    timers.schedule(tx, EXPIRES, event.subject, due_at=event.expires_at, rule="approval_valid")
    return ()


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
    schedule(tx, VERIFIES, f"suspension_item:{event.item_id}", event.next_at, "verify_every")
    return ()


FOLLOWS: Mapping[type[Event], Sequence[Reaction]] = {
    SuspensionProposed: (post, ask, show_earlier, show),
    PeopleAsked: (tell_asked, tell_short, show),
    FactsRebound: (ask, show),
    ChangesRequested: (ask, tell_proposer, show),
    SuspensionRevised: (begin_clocks, ask, show),
    VoteCast: (ask, show),
    VotesWithdrawn: (ask, show),
    SuspensionApproved: (cool, show),
    ExpiryNeared: (warn, show),
    SuspensionEnded: (close, handed.call_off, tell_watchers, show),
    SuspensionResumed: (take_up, show),
    StopExplained: (show,),
    LookMissed: (pull, unanswered.wait, show),
    LookUnanswered: (unanswered.tell_proposer,),
    SuspensionHeld: (look_then, show),
    CurfewLifted: (go_on_told,),
    BankAttested: (go_on_told,),
    SendingBegun: (send, show),
    SnapshotRecorded: (),
    SendingHeld: (watch, show),
    AnswerRecorded: (go_on, say_what_it_means, show),
    AnswerMissing: (show,),
    ReadBackBegun: (read_back, show),
    ReadBackMissed: (read_back_later,),
    SubscriptionSuspended: (read_all_again, look_on, offer_again, show),
    ItemEnded: (read_all_again, look_on, handed.call_off, show),
    ChangedOutside: (outside.say,),
    **handed.FOLLOWS,
    **returning.FOLLOWS,
    **closing.FOLLOWS,
    ServiceRestored: (*returning.FOLLOWS[ServiceRestored], closing.ask_later),
    RestoredByHand: (*handed.FOLLOWS[RestoredByHand], closing.ask_later),
}

TIMERS: Mapping[str, Callable[[Timer], Command]] = {
    EXPIRES: lambda timer: ExpireSuspension(suspension_id=timer.subject_id),
    WARNS: lambda timer: WarnOfExpiry(suspension_id=timer.subject_id),
    LOOKS: lambda timer: Look(suspension_id=timer.subject_id),
    LOOKS_AGAIN: lambda timer: Look(suspension_id=int(timer.data["suspension_id"])),
    VERIFIES: lambda timer: Verify(item_id=timer.subject_id),
    unanswered.WAITS: lambda timer: unanswered.TellOfMissing(suspension_id=timer.subject_id),
    closing.TELLS: lambda timer: closing.ChaseTelling(case_id=timer.subject_id),
    **handed.TIMERS,
    **returning.TIMERS,
    **spreading.TIMERS,
}
