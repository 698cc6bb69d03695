"""What follows from events about cases: cards marked, clocks set, rows for the ticket and for those who must hear of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from core.engine import cards, outbox
from core.engine.handling import Command
from core.engine.journal import Event
from core.engine.timers import Timer
from core.engine.transaction import SYSTEM, Tx
from core.people.queries import display_name, routed
from core.people.telling import asking, tell, to_place

from . import clocks, snoozes
from .commands import ProposeTriage, ReopenCase, ReplanClocks
from .events import (
    CaseAssigned,
    CaseHandedBack,
    CaseLookedAt,
    CaseMatched,
    CaseOpened,
    CaseReleased,
    CaseReopened,
    CaseResolved,
    CasesReleased,
    CaseTaken,
    CaseTriaged,
    CaseUnwatched,
    CaseWaiting,
    CaseWatched,
    ClocksReplanned,
    CollectionSettled,
    CustomerAnswered,
    NobodyInTurn,
    NoteAdded,
    NoteFailed,
    NoteSent,
    OfCase,
    ReplyQueued,
    ReplyWithdrawn,
    TargetSet,
    TicketChanged,
    TicketCommented,
    TriageProposed,
    WaitEnded,
    WaitFollowed,
    WaitMoved,
)  # fmt: skip
from .model import Audience, Kind, State, TicketStatus, WaitingOn
from .notes import CASE_KIND, COMMENT_KIND, REPLY_KIND, STATUS_KIND
from .queries import case, note
from .tickets import HearCustomer
from .turns import AssignByTurn, takes_turns
from .watching import tell_new_watcher, tell_watchers

UNDO = timedelta(seconds=30)  # real time in which a confirmed answer can still be taken back


def refresh_cards(tx: Tx, event: Event) -> Iterable[Command]:
    """Every copy of the subject's cards is stale from this commit on."""
    cards.refresh(tx, event.subject)
    return ()


def post_case_card(tx: Tx, event: CaseOpened) -> Iterable[Command]:
    """A card for the case in every conversation that gets its kind."""
    cards.place(tx, event.subject, "case", routed(tx.connection, event.kind))
    return ()


def start_case(tx: Tx, event: CaseOpened) -> Iterable[Command]:
    """A question's clocks start, and the desk proposes what it is about."""
    if event.kind != Kind.QUESTION:
        return ()
    clocks.start_answering(tx, case(tx.connection, event.case_id))
    return () if event.triage else (ProposeTriage(case_id=event.case_id),)


def replan(_tx: Tx, event: TriageProposed | CaseTriaged | CaseMatched) -> Iterable[Command]:
    """Targets may differ by the kind of question, and the customer's own days by the customer."""
    return (ReplanClocks(case_id=event.case_id),)


def replan_all(tx: Tx, _event: Event) -> Iterable[Command]:
    """Hours or targets changed: every open case is reckoned anew, each in a transaction of its own."""
    clocks.plan_all(tx)
    return ()


def give_out(tx: Tx, event: CaseOpened) -> Iterable[Command]:
    """Where a group takes turns, a new case has an owner at once."""
    return (AssignByTurn(case_id=event.case_id),) if takes_turns(tx.connection, event.kind) else ()


def write_to_ticket(tx: Tx, event: NoteAdded | ReplyQueued) -> Iterable[Command]:
    """Remarks go to the ticket's internal comments at once; answers become public ones after a pause for second thoughts."""
    found = case(tx.connection, event.case_id)
    if not found.ticket:
        return ()
    is_reply = isinstance(event, ReplyQueued)
    kind, delay = (REPLY_KIND, UNDO) if is_reply else (COMMENT_KIND, timedelta(0))
    outbox.enqueue(tx, kind, {"note_id": event.note_id}, lane=found.lane, delay=delay)
    return ()


def set_ticket_status(tx: Tx, event: CaseWaiting | WaitEnded | CaseResolved | CaseReopened | CaseHandedBack) -> Iterable[Command]:
    """The ticket follows the case, behind whatever is still to be written to it. For the customer, one at Microsoft is worked on."""
    found = case(tx.connection, event.case_id)
    at_microsoft = isinstance(event, CaseWaiting) and event.on == WaitingOn.MICROSOFT
    status = TicketStatus.OPEN if at_microsoft else TICKET_STATUS[type(event)]
    if found.ticket:
        ids = {"case_id": found.id, "status": status.value}
        outbox.enqueue(tx, STATUS_KIND, ids, lane=found.lane)
    return ()


def number_ticket(tx: Tx, event: CaseOpened) -> Iterable[Command]:
    """The ticket learns which case it became."""
    found = case(tx.connection, event.case_id)
    if found.ticket:
        outbox.enqueue(tx, CASE_KIND, {"case_id": found.id}, lane=found.lane)
    return ()


def follow_ticket(tx: Tx, event: TicketCommented) -> Iterable[Command]:
    """The customer's word makes it our turn again; a colleague's public answer is an answer."""
    if event.by_customer:
        found = case(tx.connection, event.case_id)
        clocks.start_replying(tx, found)
        if found.state is State.WAITING:
            yield HearCustomer(case_id=event.case_id)
        elif found.state is State.RESOLVED:
            yield ReopenCase(case_id=event.case_id)
    elif event.audience == Audience.CUSTOMER:
        clocks.stop_answering(tx, event.case_id)


def stop_waiting_clock(tx: Tx, event: CustomerAnswered | WaitEnded) -> Iterable[Command]:
    """Nobody waits for somebody else any more; what stood still meanwhile goes on."""
    clocks.end_waiting(tx, case(tx.connection, event.case_id))
    return ()


def run_waiting_clock(tx: Tx, event: CaseWaiting | WaitFollowed | WaitMoved) -> Iterable[Command]:
    """It is somebody else's turn, but not for ever."""
    clocks.start_waiting(tx, case(tx.connection, event.case_id))
    return ()


def stop_answer_clocks(tx: Tx, event: NoteSent) -> Iterable[Command]:
    """The customer has an answer; a notice of the desk's own is none."""
    if event.audience == Audience.CUSTOMER and note(tx.connection, event.note_id).author != SYSTEM.id:
        clocks.stop_answering(tx, event.case_id)
    return ()


def stop_clocks(tx: Tx, event: CaseResolved | CaseHandedBack | CollectionSettled) -> Iterable[Command]:
    """A closed case is late for nothing."""
    clocks.close(tx, event.case_id)
    return ()


def restart_clocks(tx: Tx, event: CaseReopened) -> Iterable[Command]:
    """The question stands again, with what was left of its time; what the customer wrote to reopen it wants an answer."""
    found = case(tx.connection, event.case_id)
    clocks.reopen(tx, found)
    clocks.start_replying(tx, found)
    return ()


def tell_assignee(tx: Tx, event: CaseAssigned) -> Iterable[Command]:
    """Somebody who was given a case hears of it, unless they gave it to themselves."""
    if event.by != f"staff:{event.staff_id}":
        by, number = display_name(tx.connection, event.by), f"C-{event.case_id}"
        say = "tell.in_turn" if event.in_turn else "tell.assigned" if event.note_id is None else "tell.handed_over"
        tell(tx, event.staff_id, say, case_id=event.case_id, number=number, by=by, note_id=event.note_id)
    return ()


def tell_author_of_failure(tx: Tx, event: NoteFailed) -> Iterable[Command]:
    """Whoever wrote it must know that it never arrived."""
    kind, _, number = event.author.partition(":")
    if kind == "staff":
        say = "tell.reply_failed" if event.audience == Audience.CUSTOMER else "tell.note_failed"
        tell(tx, int(number), say, case_id=event.case_id, number=f"C-{event.case_id}", reason=event.reason)
    return ()


def tell_group(tx: Tx, event: CasesReleased) -> Iterable[Command]:
    """Once, in every conversation of the group whose cases they were; and the successor."""
    who: dict[str, Any] = {"name": display_name(tx.connection, f"staff:{event.staff_id}"), "count": event.count}
    say, asked = "tell.cases_free", tuple[int, ...]()
    if event.successor_id is not None:
        who["successor"] = display_name(tx.connection, f"staff:{event.successor_id}")
        say, asked = "tell.cases_inherited", (event.successor_id,)
        tell(tx, event.successor_id, "tell.cases_yours", name=who["name"], count=event.count)
    places = sorted({place for kind in event.kinds for place in routed(tx.connection, kind)})
    outbox.enqueue_all(tx, [asking(to_place(place, say, **who), asked) for place in places])
    return ()


TICKET_STATUS: Mapping[type[OfCase], TicketStatus] = {
    CaseWaiting: TicketStatus.WAITING,
    WaitEnded: TicketStatus.OPEN,
    CaseResolved: TicketStatus.RESOLVED,
    CaseReopened: TicketStatus.OPEN,
    CaseHandedBack: TicketStatus.HANDED_BACK,
}

OWN: Mapping[type[Event], Sequence[Callable[[Tx, Any], Iterable[Command]]]] = {
    NobodyInTurn: (),
    CaseOpened: (post_case_card, start_case, number_ticket, give_out),
    CaseTaken: (refresh_cards,),
    CaseAssigned: (refresh_cards, tell_assignee),
    CaseReleased: (refresh_cards,),
    CasesReleased: (tell_group,),
    TriageProposed: (refresh_cards, replan),
    CaseTriaged: (refresh_cards, replan),
    CaseLookedAt: (refresh_cards,),
    CaseWatched: (refresh_cards, tell_new_watcher),
    CaseUnwatched: (refresh_cards,),
    CaseMatched: (refresh_cards, replan),
    NoteAdded: (refresh_cards, write_to_ticket),
    ReplyQueued: (refresh_cards, write_to_ticket),
    ReplyWithdrawn: (refresh_cards,),
    NoteSent: (refresh_cards, stop_answer_clocks),
    NoteFailed: (refresh_cards, tell_author_of_failure),
    CaseWaiting: (refresh_cards, set_ticket_status, run_waiting_clock, tell_watchers),
    WaitFollowed: (refresh_cards, run_waiting_clock),
    WaitMoved: (refresh_cards, run_waiting_clock),
    WaitEnded: (refresh_cards, set_ticket_status, stop_waiting_clock, tell_watchers),
    ClocksReplanned: (refresh_cards,),
    TargetSet: (replan_all,),
    CaseResolved: (refresh_cards, set_ticket_status, stop_clocks, tell_watchers),
    CaseReopened: (refresh_cards, set_ticket_status, restart_clocks, tell_watchers),
    CaseHandedBack: (refresh_cards, stop_clocks, set_ticket_status, tell_watchers),
    CollectionSettled: (refresh_cards, stop_clocks, tell_watchers),
    TicketCommented: (refresh_cards, follow_ticket, tell_watchers),
    TicketChanged: (refresh_cards,),
    CustomerAnswered: (refresh_cards, stop_waiting_clock),
}

# What ends a snooze does so after everything else that follows.
FOLLOWS: Mapping[type[Event], Sequence[Callable[[Tx, Any], Iterable[Command]]]] = {
    **{event: (*follow, *((snoozes.ENDED_BY[event],) if event in snoozes.ENDED_BY else ())) for event, follow in OWN.items()},
    **snoozes.OWN,
}

TIMERS: Mapping[str, Callable[[Timer], Command]] = {
    clocks.REPLANS: lambda timer: ReplanClocks(case_id=timer.subject_id),
    **snoozes.TIMERS,
}
