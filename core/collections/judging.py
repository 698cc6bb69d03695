"""What a feed settles: payments it shows or should have shown, promises whose day has passed, credit notes that were expected.

Everything goes by the feed's own as-of time in the customer's zone, never by when it arrived, and by nothing it does not say: while of an
invoice it is unknown whether it is paid, nothing is found missing and no promise broken.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from core.customers.queries import today_of
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.receivables.queries import payer

from .commands import JudgeByFeed
from .disputes import credits_since, is_settled_itself, settle_dispute
from .model import JUDGED, Dispute, DisputeState, PaymentState, Promise, PromiseState, ReportedPayment
from .money import came_since, lock_payer, owed
from .payments import settle_payment
from .promises import settle_promise
from .standing import disputes_of, payments_of, promises_of


def judge_by_feed(tx: Tx, command: JudgeByFeed) -> Iterable[Event]:
    """Nothing for a payer nobody confirmed."""
    whose = payer(tx.connection, command.payer_id)
    if whose.customer_id is None:
        return []
    day = today_of(tx.connection, whose.customer_id, command.as_of)
    return [
        *_payments(tx, command.as_of, day, payments_of(tx.connection, whose.id)),
        *_promises(tx, command.as_of, day, promises_of(tx.connection, whose.id)),
        *_credits(tx, command.as_of, disputes_of(tx.connection, whose.id)),
    ]


def _payments(tx: Tx, as_of: datetime, day: date, known: Sequence[ReportedPayment]) -> Iterable[Event]:
    """In the order they were made: what an earlier one takes is not counted again for a later."""
    taken = [(p.currency, p.ended_as_of, min(p.amount, owed(p.before))) for p in known if p.state is PaymentState.CONFIRMED]
    for found in known:
        if found.state is not PaymentState.OPEN or as_of <= found.before_as_of:
            continue
        came = came_since(tx.connection, found.payer_id, found.currency, found.before)
        others = sum(amount for currency, at, amount in taken if currency == found.currency and at is not None and at > found.before_as_of)
        needed = min(found.amount, owed(found.before))
        if came.amount - others >= needed and day >= found.paid_on:
            taken.append((found.currency, as_of, needed))
            yield settle_payment(tx, found, PaymentState.CONFIRMED, as_of=as_of)
        elif day > found.until and came.is_known:
            yield settle_payment(tx, found, PaymentState.NOT_FOUND, as_of=as_of)


def _promises(tx: Tx, as_of: datetime, day: date, known: Sequence[Promise]) -> Iterable[Event]:
    """In the order of their days, likewise."""
    taken = [(p.currency, p.ended_as_of, p.came or 0) for p in known if p.state in JUDGED]
    for found in known:
        if found.state is not PromiseState.OPEN or as_of <= found.before_as_of or day < found.judge_from:
            continue
        came = came_since(tx.connection, found.payer_id, found.currency, found.before)
        others = sum(amount for currency, at, amount in taken if currency == found.currency and at is not None and at > found.before_as_of)
        needed = min(found.amount, owed(found.before))
        paid = min(needed, max(0, came.amount - others))
        if paid < needed and not came.is_known:
            continue
        state = PromiseState.KEPT if paid == needed else PromiseState.PARTLY if paid else PromiseState.BROKEN
        taken.append((found.currency, as_of, paid))
        yield settle_promise(tx, found, state, came=paid, as_of=as_of)


def _credits(tx: Tx, as_of: datetime, known: Sequence[Dispute]) -> Iterable[Event]:
    """In the order they came up, likewise."""
    taken = [(d.currency, d.ended_as_of, d.amount) for d in known if d.state is DisputeState.CREDITED]
    for found in known:
        if found.state is not DisputeState.ACCEPTED:
            continue
        others = sum(amount for currency, at, amount in taken if currency == found.currency and at is not None and at > found.at)
        if credits_since(tx.connection, found) - others >= found.amount or is_settled_itself(tx.connection, found):
            taken.append((found.currency, as_of, found.amount))
            yield settle_dispute(tx, found, DisputeState.CREDITED, as_of=as_of)


HANDLERS: Handlers = {JudgeByFeed: Handler(judge_by_feed, lock_payer)}
