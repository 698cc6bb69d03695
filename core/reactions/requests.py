"""Something an open request to suspend stands on changed: it is compared anew, shown anew, or its way back is offered."""

from collections.abc import Iterable

from core.cases.events import OfCase
from core.cases.looked import LookAt
from core.cases.model import Kind
from core.cases.queries import case, open_cases_of
from core.charges.events import PricesRecorded
from core.collections import expiring
from core.collections.events import OfCollecting, PaymentReported, PaymentSettled, PolicyApplied
from core.customers.events import SubscriptionsRecorded
from core.engine import cards
from core.engine.handling import Command
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.people.events import CalendarSet, DayClosed, DayOpened
from core.receivables.events import OfPayer
from core.suspensions import spreading
from core.suspensions.events import SuspensionApproved, SuspensionEnded, SuspensionProposed
from core.suspensions.queries import (
    open_suspensions,
    open_suspensions_of_customer,
    suspension,
    suspensions_of_case,
    suspensions_of_customer,
)
from core.suspensions.restore_commands import ProposeRestores
from core.suspensions.terms.commands import WatchTermEnds


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


def show_requests(tx: Tx, event: OfCollecting | PricesRecorded) -> Iterable[Command]:
    """What holds back collecting, and what each way leaves on the books, stands on the cards of the customer's open requests."""
    cards.refresh_all(tx, [f"suspension:{found}" for found in open_suspensions_of_customer(tx.connection, event.customer_id)])
    return ()


def show_requests_of_case(tx: Tx, event: OfCase) -> Iterable[Command]:
    """Nothing is asked for again in a case that is closed, and in one that was reopened it may be."""
    cards.refresh_all(tx, [f"suspension:{found}" for found in suspensions_of_case(tx.connection, event.case_id)])
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


def look_at_case(tx: Tx, event: SuspensionProposed | SuspensionApproved | SuspensionEnded) -> Iterable[Command]:
    """A case of which a person asked, decided or ended a suspension is new no longer."""
    by_policy = isinstance(event, SuspensionProposed) and suspension(tx.connection, event.suspension_id).is_by_policy
    by = event.by if isinstance(event, SuspensionEnded) else "" if by_policy else "staff:"
    return (LookAt(case_id=event.case_id),) if by.startswith("staff:") else ()


def _customer_of(tx: Tx, event: Event) -> int | None:
    if "customer_id" in event.ids:
        return event.ids["customer_id"]
    return case(tx.connection, event.ids["case_id"]).customer_id if "case_id" in event.ids else None
