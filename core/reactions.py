"""Event → what follows; timer kind → command. The only module that turns one capability's event into another's command.

A reaction runs in the transaction of its event, in the order listed here: it marks cards, sets timers, writes outbox rows, or names
further commands, which the desk itself then carries out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.cases import follows as cases
from core.cases import search as cases_search
from core.cases.commands import OpenCollection, SettleCollection
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
    OfCase,
    TicketCommented,
)  # fmt: skip
from core.cases.leaving import CONTINUES, ReleaseCases
from core.cases.looked import LookAt
from core.cases.model import Kind
from core.cases.queries import OPEN_CASE_SUBJECTS, case, collection_cases, open_cases_of
from core.cases.watching import forget_watcher
from core.charges.events import PricesRecorded
from core.collections import carrying, expiring, settled
from core.collections import follows as collections
from core.collections.commands import HearNotice, JudgeByFeed, KeepLadders, RestartLadders
from core.collections.events import OfCollecting, PaymentReported, PaymentSettled, PolicyApplied
from core.collections.notice_events import NoticeProven, NoticeUndelivered, TicketChosen
from core.customers import reading
from core.customers import search as customers_search
from core.customers.events import LinkConfirmed, ModeSwitched, SubscriptionsRecorded, TenantReadingDue
from core.customers.model import LinkKind, Mode
from core.customers.queries import today_of
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
)  # fmt: skip
from core.receivables import search as receivables_search
from core.receivables.commands import AttachPayer, NoteDue
from core.receivables.events import InvoicesFellDue, NoticeRecorded, OfPayer, PayerAttached, ReceivablesRecorded
from core.receivables.handlers import DUE
from core.receivables.queries import payer, position, unpaid_positions
from core.suspensions import announcing, by_letter, hearing, outside, spreading
from core.suspensions import follows as suspensions
from core.suspensions.closing import left_of
from core.suspensions.events import OfSuspension, SuspensionApproved, SuspensionEnded, SuspensionProposed
from core.suspensions.execution_events import ItemEnded
from core.suspensions.queries import (
    OPEN_SUSPENSION_SUBJECTS,
    open_suspensions,
    open_suspensions_of_customer,
    open_suspensions_with,
    suspension,
    suspensions_of_case,
    suspensions_of_customer,
)
from core.suspensions.restore_commands import ProposeRestores
from core.suspensions.restore_events import CustomerTold
from core.suspensions.terms import follows as terms
from core.suspensions.terms.commands import WatchTermEnds
from core.suspensions.terms.events import TermEndDecided

Reaction = Callable[[Tx, Any], Iterable[Command]]


def refresh_cards(tx: Tx, event: Event) -> Iterable[Command]:
    """Every copy of the subject's cards is stale from this commit on."""
    cards.refresh(tx, event.subject)
    return ()


def attach_linked_payer(_tx: Tx, event: LinkConfirmed) -> Iterable[Command]:
    """A payer's confirmed link gives its invoices to the customer."""
    if event.kind != LinkKind.PAYER:
        return ()
    return (AttachPayer(customer_id=event.customer_id, connection=event.connection, external=str(event.external)),)


def collect(tx: Tx, event: OfPayer) -> Iterable[Command]:
    """A collection case opens for each currency with something overdue, shows the newest position, and ends when nothing is."""
    if event.customer_id is None:
        return
    today = today_of(tx.connection, event.customer_id, tx.now)
    whose, collecting = payer(tx.connection, event.payer_id), collection_cases(tx.connection, event.payer_id)
    for found in unpaid_positions(tx.connection, whose, today, also=collecting):
        case_id = collecting.get(found.currency)
        if case_id is not None:
            cards.refresh(tx, f"case:{case_id}")
            if found.is_settled and not left_of(tx.connection, case_id):
                yield SettleCollection(case_id=case_id)
        elif found.overdue > 0:
            title = f"{whose.name}, {found.currency}"
            yield OpenCollection(customer_id=event.customer_id, payer_id=event.payer_id, currency=found.currency, title=title)


def settle_at_last(tx: Tx, event: OfSuspension) -> Iterable[Command]:
    """A collection with nothing overdue stays open while something of it is off or to be done about its restore; now it may be over."""
    return _settle(tx, event.case_id)


def settle_as_read(tx: Tx, event: SubscriptionsRecorded) -> Iterable[Command]:
    """What a restore left to be set by hand may be read back with this."""
    cases = {suspension(tx.connection, each).case_id for each in suspensions_of_customer(tx.connection, event.customer_id)}
    return [command for case_id in sorted(cases) for command in _settle(tx, case_id)]


def _settle(tx: Tx, case_id: int) -> Iterable[Command]:
    about = case(tx.connection, case_id)
    if about.kind is not Kind.COLLECTION or about.is_closed or about.payer_id is None or about.customer_id is None:
        return ()
    owed = position(tx.connection, about.payer_id, about.currency, today_of(tx.connection, about.customer_id, tx.now))
    return (SettleCollection(case_id=case_id),) if owed.is_settled and not left_of(tx.connection, case_id) else ()


def keep_ladders(_tx: Tx, event: OfPayer) -> Iterable[Command]:
    """What is owed changed, or whose it is: ladders begin, are counted anew, end."""
    return () if event.customer_id is None else (KeepLadders(payer_id=event.payer_id),)


def climb_for_real(_tx: Tx, event: ModeSwitched) -> Iterable[Command]:
    """What was only rehearsed does not count for a customer who is not in dry-run any more."""
    return (RestartLadders(customer_id=event.customer_id),) if event.before == Mode.DRY_RUN else ()


def hear_notice(_tx: Tx, event: NoticeRecorded) -> Iterable[Command]:
    """A step may have waited for it."""
    return (HearNotice(case_id=event.case_id, notice_id=event.notice_id),)


def recheck_suspensions(tx: Tx, event: Event) -> Iterable[Command]:
    """Something a decision may be bound to was recorded: every open request about the customer is compared with it."""
    customer_id = _customer_of(tx, event)
    if customer_id is None:
        return []
    return spreading.recheck(tx, open_suspensions_of_customer(tx.connection, customer_id))


def recheck_questions(tx: Tx, event: OfCase) -> Iterable[Command]:
    """A question may name an invoice for which a suspension is asked for, or no longer counts."""
    about = case(tx.connection, event.case_id)
    if about.kind is not Kind.QUESTION or about.customer_id is None:
        return []
    return spreading.recheck(tx, open_suspensions_of_customer(tx.connection, about.customer_id))


def recheck_all(tx: Tx, _event: PolicyApplied) -> Iterable[Command]:
    """Other rules count from a day on: what was asked for by earlier ones stands on them no more."""
    return spreading.recheck(tx, open_suspensions(tx.connection))


def judge_again(tx: Tx, event: expiring.ExemptionEnding) -> Iterable[Command]:
    """Whom nothing exempts any more: what is asked for about them is compared with that, and their cards say it no more."""
    if event.stage != expiring.Stage.OVER:
        return ()
    cards.refresh_all(tx, [f"case:{each.id}" for whose in event.customers for each in open_cases_of(tx.connection, whose)])
    return spreading.recheck(tx, [each for whose in event.customers for each in open_suspensions_of_customer(tx.connection, whose)])


def look_by_calendar(tx: Tx, _event: CalendarSet | DayClosed | DayOpened) -> Iterable[Command]:
    """The curfew goes by our own hours, too. When a request expires stays as it was said."""
    found = open_suspensions(tx.connection)
    cards.refresh_all(tx, [f"suspension:{one}" for one in found])
    return spreading.recheck(tx, found)


def judge(_tx: Tx, event: ReceivablesRecorded) -> Iterable[Command]:
    """The feed may show what was promised or reported as paid, or that it did not come."""
    return () if event.customer_id is None else (JudgeByFeed(payer_id=event.payer_id, as_of=event.as_of),)


def show_requests(tx: Tx, event: OfCollecting | PricesRecorded) -> Iterable[Command]:
    """What holds back collecting, and what each way leaves on the books, stands on the cards of the customer's open requests."""
    cards.refresh_all(tx, [f"suspension:{found}" for found in open_suspensions_of_customer(tx.connection, event.customer_id)])
    return ()


def show_subscriptions(tx: Tx, event: SubscriptionsRecorded) -> Iterable[Command]:
    """A status that went on is shown on every request of the customer, also on those that ended. When none did their cards stay true,
    and a sync of many customers does not redraw all of their past."""
    if event.changed or event.differs:
        cards.refresh_all(tx, [f"suspension:{found}" for found in suspensions_of_customer(tx.connection, event.customer_id)])
    return ()


def watch_terms(tx: Tx, event: Event) -> Iterable[Command]:
    """The end of a term matters from now on, or no more, or something else would become of it. Of a question nothing follows."""
    customer_id = _customer_of(tx, event)
    if customer_id is None or (isinstance(event, OfCase) and case(tx.connection, event.case_id).kind is not Kind.COLLECTION):
        return ()
    return (WatchTermEnds(customer_id=customer_id),)


def offer_restores(_tx: Tx, event: OfPayer | PaymentReported | PaymentSettled) -> Iterable[Command]:
    """Money may have come for what is switched off, or somebody says so, or it turned out not to have come."""
    return () if event.customer_id is None else (ProposeRestores(customer_id=event.customer_id),)


def show_requests_of_case(tx: Tx, event: OfCase) -> Iterable[Command]:
    """Nothing is asked for again in a case that is closed, and in one that was reopened it may be."""
    cards.refresh_all(tx, [f"suspension:{found}" for found in suspensions_of_case(tx.connection, event.case_id)])
    return ()


def settle_leaver(tx: Tx, event: StaffRemoved) -> Iterable[Command]:
    """A leaver's cases are given on, their requests fall, and their votes count no more."""
    yield ReleaseCases(staff_id=event.staff_id, successor_id=event.successor_id)
    yield from spreading.withdraw(tx, open_suspensions_with(tx.connection, event.staff_id), event.staff_id)


def redraw_place(tx: Tx, event: PlaceReadingSet) -> Iterable[Command]:
    """A conversation's cards are drawn anew in its language, those of what is closed when they change next."""
    cards.refresh_in(tx, event.conversation_id, OPEN_CASE_SUBJECTS, OPEN_SUSPENSION_SUBJECTS)
    return ()


def _release_on(timer: Timer) -> Command:
    said = timer.data
    return ReleaseCases(staff_id=timer.subject_id, successor_id=said["successor_id"], done=int(said["done"]), kinds=tuple(said["kinds"]))


def _customer_of(tx: Tx, event: Event) -> int | None:
    if "customer_id" in event.ids:
        return event.ids["customer_id"]
    return case(tx.connection, event.ids["case_id"]).customer_id if "case_id" in event.ids else None


def look_at_case(_tx: Tx, event: SuspensionProposed | SuspensionApproved | SuspensionEnded) -> Iterable[Command]:
    """A case of which a person asked, decided or ended a suspension is new no longer."""
    by = event.by if isinstance(event, SuspensionEnded) else "staff:"
    return (LookAt(case_id=event.case_id),) if by.startswith("staff:") else ()


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
    **{event: (*collections.FOLLOWS[event], recheck_suspensions) for event in (NoticeProven, NoticeUndelivered)},
    **{
        event: (*own, carrying.review_notices, show_requests, recheck_suspensions, *((offer_restores,) if event in PAYING else ()))
        for event, own in settled.FOLLOWS.items()
    },
    **suspensions.FOLLOWS,
    **{event: (*suspensions.FOLLOWS[event], look_at_case) for event in (SuspensionProposed, SuspensionApproved)},
    SuspensionEnded: (*suspensions.FOLLOWS[SuspensionEnded], look_at_case, settle_at_last),
    **{event: (*suspensions.FOLLOWS[event], settle_at_last) for event in (ItemEnded, CustomerTold)},
    **terms.FOLLOWS,
    **by_letter.FOLLOWS,
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
    CONTINUES: _release_on,
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
