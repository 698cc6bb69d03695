"""Event → what follows; timer kind → command. The only place that turns one capability's event into another's command.

A reaction runs in the transaction of its event, in the order listed here: it marks cards, sets timers, writes outbox rows, or names
further commands, which the desk itself then carries out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.cases import follows as cases
from core.cases import search as cases_search
from core.cases.events import (
    CaseAssigned,
    CaseHandedBack,
    CaseMatched,
    CaseOpened,
    CaseReleased,
    CaseReopened,
    CaseResolved,
    CaseTaken,
    CaseUnwatched,
    CaseWatched,
    CollectionSettled,
    NoteAdded,
    NoteFailed,
    NoteSent,
    TicketCommented,
)
from core.cases.leaving import CONTINUES
from core.cases.watching import forget_watcher
from core.charges.events import PricesRecorded
from core.collections import carrying, expiring, settled
from core.collections import follows as collections
from core.collections.events import PaymentReported, PaymentSettled, PolicyApplied, StepBegun
from core.collections.notice_events import NoticeProven, NoticeUndelivered, TicketChosen
from core.customers import reading
from core.customers import search as customers_search
from core.customers.events import LinkConfirmed, ModeSwitched, SubscriptionsRecorded, TenantReadingDue
from core.engine import cards
from core.engine.handling import Command
from core.engine.journal import Event
from core.engine.timers import Timer
from core.engine.transaction import Tx
from core.escalations import follows as escalations
from core.people import follows as people
from core.people.commands import PollConnection
from core.people.connections import POLLS
from core.people.events import (
    CalendarSet,
    CameBack,
    DayClosed,
    DayOpened,
    GroupSet,
    PlaceReadingSet,
    RolesSet,
    StaffAdded,
    StaffRemoved,
    WentAway,
)
from core.receivables import search as receivables_search
from core.receivables.commands import NoteDue
from core.receivables.events import InvoicesFellDue, NoticeRecorded, PayerAttached, ReceivablesRecorded
from core.receivables.handlers import DUE
from core.suspensions import announcing, by_itself, by_letter, by_policy, hearing, outside
from core.suspensions import follows as suspensions
from core.suspensions.events import SuspensionApproved, SuspensionEnded, SuspensionProposed
from core.suspensions.execution_events import ItemEnded
from core.suspensions.restore_events import CustomerTold, RestoredByHand, ServiceRestored
from core.suspensions.terms import follows as terms
from core.suspensions.terms.events import TermEndDecided

from .collecting import (
    attach_linked_payer,
    climb_for_real,
    collect,
    hear_notice,
    judge,
    keep_ladders,
    propose_by_policy,
    settle_as_read,
    settle_at_last,
)
from .requests import (
    judge_again,
    look_at_case,
    look_by_calendar,
    offer_restores,
    recheck_all,
    recheck_questions,
    recheck_suspensions,
    show_requests,
    show_requests_of_case,
    show_subscriptions,
    watch_terms,
)
from .staff import redraw_place, release_on, settle_leaver

Reaction = Callable[[Tx, Any], Iterable[Command]]


def refresh_cards(tx: Tx, event: Event) -> Iterable[Command]:
    """Every copy of the subject's cards is stale from this commit on."""
    cards.refresh(tx, event.subject)
    return ()


# A payment that somebody reported, and what became of it.
PAYING = (PaymentReported, PaymentSettled)

FOLLOWS: Mapping[type[Event], Sequence[Reaction]] = {
    **people.FOLLOWS,
    **cases.FOLLOWS,
    **{event: (*cases.FOLLOWS[event], *more) for event, more in escalations.OF_CASES.items()},
    NoteSent: (*cases.FOLLOWS[NoteSent], carrying.carried_by_ticket, announcing.hear),
    NoteFailed: (*cases.FOLLOWS[NoteFailed], carrying.carried_by_ticket),
    StaffRemoved: (*people.FOLLOWS[StaffRemoved], settle_leaver, forget_watcher, hearing.ask_all),
    StaffAdded: (*people.FOLLOWS[StaffAdded], hearing.ask_all),
    RolesSet: (*people.FOLLOWS[RolesSet], hearing.ask_all),
    WentAway: (*people.FOLLOWS[WentAway], hearing.ask_all),
    CameBack: (*people.FOLLOWS[CameBack], hearing.ask_all),
    PlaceReadingSet: (redraw_place,),
    GroupSet: (cases.replan_all, hearing.ask_all),
    **dict.fromkeys((CalendarSet, DayClosed, DayOpened), (cases.replan_all, look_by_calendar)),
    LinkConfirmed: (attach_linked_payer, reading.plan, recheck_suspensions),
    ModeSwitched: (climb_for_real, carrying.review_all, recheck_suspensions),
    TenantReadingDue: (reading.ask,),
    ReceivablesRecorded: (collect, judge, keep_ladders, carrying.review_notices, recheck_suspensions, offer_restores),
    PayerAttached: (collect, keep_ladders, recheck_suspensions),
    InvoicesFellDue: (collect, keep_ladders, recheck_suspensions),
    PolicyApplied: (recheck_all, expiring.watch),
    expiring.ExemptionEnding: (expiring.tell_owner, judge_again),
    TicketChosen: (refresh_cards,),
    NoticeRecorded: (refresh_cards, hear_notice, recheck_suspensions),
    SubscriptionsRecorded: (outside.notice, recheck_suspensions, show_subscriptions, watch_terms, settle_as_read),
    PricesRecorded: (show_requests,),
    **collections.FOLLOWS,
    StepBegun: (*collections.FOLLOWS[StepBegun], propose_by_policy),
    **{event: (*collections.FOLLOWS[event], recheck_suspensions) for event in (NoticeProven, NoticeUndelivered)},
    **{
        event: (*own, carrying.review_notices, show_requests, recheck_suspensions, *((offer_restores,) if event in PAYING else ()))
        for event, own in settled.FOLLOWS.items()
    },
    **suspensions.FOLLOWS,
    SuspensionApproved: (*suspensions.FOLLOWS[SuspensionApproved], look_at_case),
    SuspensionProposed: (*suspensions.FOLLOWS[SuspensionProposed], look_at_case, by_policy.tell_asked),
    SuspensionEnded: (*suspensions.FOLLOWS[SuspensionEnded], look_at_case, settle_at_last, by_itself.after_end),
    **{event: (*suspensions.FOLLOWS[event], settle_at_last) for event in (ItemEnded, CustomerTold)},
    **terms.FOLLOWS,
    **by_letter.FOLLOWS,
    **by_itself.FOLLOWS,
    **by_policy.FOLLOWS,
    **{event: (*suspensions.FOLLOWS[event], by_itself.try_it) for event in (ServiceRestored, RestoredByHand)},
    TermEndDecided: (recheck_suspensions, *terms.FOLLOWS[TermEndDecided], watch_terms),
    **escalations.FOLLOWS,
}

# Before anything else follows, what has changed is made findable by its new words.
INDEXED: Mapping[type[Event], Reaction] = {**cases_search.INDEXED, **customers_search.INDEXED, **receivables_search.INDEXED}

# What opens or closes a collection; what opens, closes or words a question.
COLLECTING = (CaseOpened, CaseResolved, CaseReopened, CollectionSettled)
ASKING = (CaseOpened, CaseMatched, CaseResolved, CaseReopened, CaseHandedBack, NoteAdded, TicketCommented)

# What gives a case another owner, or other watchers.
OWNING = (CaseTaken, CaseAssigned, CaseReleased, CaseWatched, CaseUnwatched)

REACTIONS: Mapping[type[Event], Sequence[Reaction]] = {
    event: (
        *((INDEXED[event],) if event in INDEXED else ()),
        *FOLLOWS.get(event, ()),
        *((recheck_questions,) if event in ASKING else ()),
        *((hearing.ask_of_case,) if event in OWNING else ()),
        *((watch_terms, show_requests_of_case) if event in COLLECTING else ()),
    )
    for event in {**FOLLOWS, **INDEXED, **dict.fromkeys((*ASKING, *OWNING, *COLLECTING))}
}

TIMERS: Mapping[str, Callable[[Timer], Command]] = {
    **reading.TIMERS,
    POLLS: lambda timer: PollConnection(connection_id=timer.subject_id),
    CONTINUES: release_on,
    DUE: lambda timer: NoteDue(payer_id=timer.subject_id),
    **people.TIMERS,
    **cases.TIMERS,
    **collections.TIMERS,
    **settled.TIMERS,
    **expiring.TIMERS,
    **suspensions.TIMERS,
    **terms.TIMERS,
    **escalations.TIMERS,
}
