"""What somebody owes, or whose debt it is, changed: collection cases, ladders, and what was promised or paid."""

from collections.abc import Iterable

from core.cases.commands import OpenCollection, SettleCollection
from core.cases.model import Kind
from core.cases.queries import case, collection_case, collection_cases
from core.collections.commands import HearNotice, JudgeByFeed, KeepLadders, RestartLadders
from core.collections.events import StepBegun
from core.collections.policy import Asks, Does
from core.customers.events import LinkConfirmed, ModeSwitched, SubscriptionsRecorded
from core.customers.model import LinkKind, Mode
from core.customers.queries import today_of
from core.engine import cards
from core.engine.handling import Command
from core.engine.transaction import Tx
from core.receivables.commands import AttachPayer
from core.receivables.events import NoticeRecorded, OfPayer, ReceivablesRecorded
from core.receivables.queries import payer, position, unpaid_positions
from core.suspensions.by_policy import ProposeByPolicy
from core.suspensions.closing import left_of
from core.suspensions.events import OfSuspension
from core.suspensions.queries import suspension, suspensions_of_customer


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


def propose_by_policy(tx: Tx, event: StepBegun) -> Iterable[Command]:
    """The step at which an approver is asked came, and the policy says that it asks itself: in the same transaction, so once."""
    if event.does != Does.ASK or event.by != Asks.POLICY:
        return ()
    case_id = collection_case(tx.connection, event.payer_id, event.currency)
    return () if case_id is None else (ProposeByPolicy(case_id=case_id, ladder_id=event.ladder_id),)


def climb_for_real(_tx: Tx, event: ModeSwitched) -> Iterable[Command]:
    """What was only rehearsed does not count for a customer who is not in dry-run any more."""
    return (RestartLadders(customer_id=event.customer_id),) if event.before == Mode.DRY_RUN else ()


def hear_notice(_tx: Tx, event: NoticeRecorded) -> Iterable[Command]:
    """A step may have waited for it."""
    return (HearNotice(case_id=event.case_id, notice_id=event.notice_id),)


def judge(_tx: Tx, event: ReceivablesRecorded) -> Iterable[Command]:
    """The feed may show what was promised or reported as paid, or that it did not come."""
    return () if event.customer_id is None else (JudgeByFeed(payer_id=event.payer_id, as_of=event.as_of),)
