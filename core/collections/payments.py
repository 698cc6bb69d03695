"""Payments that somebody reports: waited for in banking days, shown or not shown by a feed, never paid by being reported."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from core.customers.queries import calendar_of, today_of
from core.engine.db.tables.collections import reported_payments
from core.engine.errors import Conflict, InvalidInput, required
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx

from .commands import ReportPayment, WithdrawPayment
from .events import PaymentReported, PaymentSettled
from .model import PaymentState, ReportedPayment
from .money import expected, lock_payer
from .queries import policy_on
from .standing import open_payments, payment


def report_payment(tx: Tx, command: ReportPayment) -> Iterable[Event]:
    """Raises InvalidInput for a day to come, a currency the payer is not billed in, a missing proof; Conflict when nothing is open, or the
    same payment is waited for already."""
    proof = required(command.proof, "evidence")
    whose, before = expected(tx.connection, command.payer_id, command.amount, command.currency)
    today = today_of(tx.connection, whose.customer_id, tx.now)
    if command.paid_on > today:
        raise InvalidInput("payment_in_future", "day", day=command.paid_on)
    for other in open_payments(tx.connection, command.payer_id, command.currency):
        if (other.amount, other.paid_on) == (command.amount, command.paid_on):
            raise Conflict("payment_reported_before", number=other.number, day=other.paid_on)
    waits = policy_on(tx.connection, today).payments.blocks_days
    until = calendar_of(tx.connection, whose.customer_id).add_working_days(today, waits)
    values = {
        "customer_id": whose.customer_id, "payer_id": command.payer_id, "currency": command.currency, "amount": command.amount,
        "paid_on": command.paid_on, "proof": proof, "until": until, "before": before, "before_as_of": whose.as_of,
        "state": PaymentState.OPEN.value, "by": tx.actor.id, "at": tx.now,
    }  # fmt: skip
    made = sa.insert(reported_payments).values(**values).returning(reported_payments.c.id)
    payment_id = int(tx.connection.execute(made).scalar_one())
    return [
        PaymentReported(
            customer_id=whose.customer_id, payer_id=command.payer_id, payment_id=payment_id, amount=command.amount,
            currency=command.currency, paid_on=command.paid_on, until=until, proof=Private(proof),
        )
    ]  # fmt: skip


def withdraw_payment(tx: Tx, command: WithdrawPayment) -> Iterable[Event]:
    """Raises InvalidInput without a reason, Conflict for one that is settled."""
    found = payment(tx.connection, command.payment_id)
    reason = required(command.reason, "reason")
    if found.state is not PaymentState.OPEN:
        raise Conflict("collecting_settled", number=found.number)
    return [settle_payment(tx, found, PaymentState.WITHDRAWN, reason=reason)]


def settle_payment(tx: Tx, found: ReportedPayment, state: PaymentState, *, as_of: datetime | None = None, reason: str = "") -> Event:
    """Write down how it ended."""
    values = {"state": state.value, "ended_by": tx.actor.id, "ended_at": tx.now, "ended_as_of": as_of, "end_reason": reason}
    tx.connection.execute(sa.update(reported_payments).where(reported_payments.c.id == found.id).values(**values))
    return PaymentSettled(
        customer_id=found.customer_id, payer_id=found.payer_id, payment_id=found.id, state=state.value, reported_by=found.by,
        currency=found.currency, as_of=as_of, reason=Private(reason),
    )  # fmt: skip


def _lock(connection: Connection, command: WithdrawPayment) -> Iterable[str]:
    return [f"customer:{payment(connection, command.payment_id).customer_id}"]


HANDLERS: Handlers = {
    ReportPayment: Handler(report_payment, lock_payer),
    WithdrawPayment: Handler(withdraw_payment, _lock),
}
