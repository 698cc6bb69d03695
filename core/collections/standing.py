"""What stands in the way of collecting a payer's money: for the ladder, the cards and the facts a suspension is bound to."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine.db.tables.collections import disputes, holds, promises, reported_payments
from core.engine.db.tables.receivables import invoices
from core.engine.errors import NotFound
from core.receivables.model import Position

from .model import (
    DISPUTED,
    JUDGED,
    Dispute,
    DisputeState,
    Hold,
    HoldKind,
    HoldState,
    PaymentState,
    Promise,
    PromiseState,
    Record,
    ReportedPayment,
    Split,
)

# Asked for every payer a feed names and for every request's facts, so built once: building a statement costs more than running it.
MINE: sa.BindParameter[int] = sa.bindparam("of_payer")
PAYMENTS = (
    sa.select(reported_payments).where(reported_payments.c.payer_id == MINE).order_by(reported_payments.c.paid_on, reported_payments.c.id)
)
PROMISES = sa.select(promises).where(promises.c.payer_id == MINE).order_by(promises.c.promised_on, promises.c.id)
DISPUTES = (
    sa.select(disputes, invoices.c.number.label("invoice"))
    .join(invoices, invoices.c.id == disputes.c.invoice_id)
    .where(disputes.c.payer_id == MINE)
    .order_by(disputes.c.id)
)
HOLDS = (
    sa.select(holds)
    .where(holds.c.customer_id == sa.bindparam("of_customer"), holds.c.state == HoldState.OPEN)
    .order_by(holds.c.since, holds.c.id)
)


def split(connection: Connection, position: Position) -> Split:
    """What of the position's overdue amount is disputed. An invoice's dispute counts for no more than is open on it, and only when the
    invoice is overdue."""
    late = {i.id: i.open for i in position.invoices if i.open is not None and i.open > 0 and i.due_on < position.today}
    counted = disputed_of(connection, position, late)
    return Split(overdue=position.overdue, disputed=min(counted, position.overdue))


def disputed_of(connection: Connection, position: Position, open_ones: Mapping[int, int]) -> int:
    """What is disputed of these invoices, given with what is open on each."""
    sums: dict[int, int] = {}
    for found in disputed(connection, position.payer_id, position.currency):
        if found.invoice_id in open_ones:
            sums[found.invoice_id] = sums.get(found.invoice_id, 0) + found.amount
    return sum(min(amount, open_ones[invoice_id]) for invoice_id, amount in sums.items())


def disputed_sums(connection: Connection, customer_id: int | None = None) -> dict[str, int]:
    """What is disputed by currency, of one customer or of all, for no more than is open on each invoice. Minor units."""
    mine = sa.true() if customer_id is None else disputes.c.customer_id == customer_id
    wanted = (
        sa.select(invoices.c.currency, invoices.c.open, sa.func.sum(disputes.c.amount).label("amount"))
        .join(invoices, invoices.c.id == disputes.c.invoice_id)
        .where(mine, disputes.c.state.in_(DISPUTED), invoices.c.open > 0)
        .group_by(invoices.c.id, invoices.c.currency, invoices.c.open)
    )
    sums: dict[str, int] = {}
    for row in connection.execute(wanted):
        sums[row.currency] = sums.get(row.currency, 0) + min(int(row.amount), row.open)
    return sums


def payments_of(connection: Connection, payer_id: int) -> list[ReportedPayment]:
    """Every payment reported of the payer, however it ended, in the order they were made."""
    return [_payment(row) for row in connection.execute(PAYMENTS, {"of_payer": payer_id}).mappings()]


def open_payments(connection: Connection, payer_id: int, currency: str) -> list[ReportedPayment]:
    """Payments reported that no feed has shown yet."""
    return [p for p in payments_of(connection, payer_id) if p.state is PaymentState.OPEN and p.currency == currency]


def promises_of(connection: Connection, payer_id: int) -> list[Promise]:
    """Every promise of the payer, however it ended, in the order of their days."""
    return [_promise(row) for row in connection.execute(PROMISES, {"of_payer": payer_id}).mappings()]


def open_promises(connection: Connection, payer_id: int, currency: str) -> list[Promise]:
    """Promises that no feed has judged yet."""
    return [p for p in promises_of(connection, payer_id) if p.state is PromiseState.OPEN and p.currency == currency]


def record_of(given: Iterable[Promise]) -> Record:
    """How the promises that were judged were kept; a withdrawn or replaced one is not judged."""
    judged = [p for p in given if p.state in JUDGED]
    return Record(kept=sum(p.state is PromiseState.KEPT for p in judged), judged=len(judged))


def disputes_of(connection: Connection, payer_id: int) -> list[Dispute]:
    """Every dispute about the payer's invoices, however it ended, in the order they came up."""
    return [_dispute(row) for row in connection.execute(DISPUTES, {"of_payer": payer_id}).mappings()]


def disputed(connection: Connection, payer_id: int, currency: str) -> list[Dispute]:
    """Disputes whose amount is not to be asked for: open, or accepted and not credited yet."""
    return [d for d in disputes_of(connection, payer_id) if d.state in DISPUTED and d.currency == currency]


def holds_of(connection: Connection, customer_id: int, payer_id: int | None = None) -> list[Hold]:
    """The customer's holds that have not ended, also those to come; with a payer only those that count for it."""
    rows = connection.execute(HOLDS, {"of_customer": customer_id}).mappings()
    return [_hold(row) for row in rows if payer_id is None or row["payer_id"] in (None, payer_id)]


def active_holds(connection: Connection, customer_id: int, payer_id: int, today: date) -> list[Hold]:
    """The holds that count for the payer on `today`, the customer's day."""
    return [h for h in holds_of(connection, customer_id, payer_id) if h.since <= today and (h.until is None or today <= h.until)]


def payment(connection: Connection, payment_id: int) -> ReportedPayment:
    """The payment. Raises NotFound."""
    return _payment(_row(connection, sa.select(reported_payments).where(reported_payments.c.id == payment_id), f"PAY-{payment_id}"))


def promise(connection: Connection, promise_id: int) -> Promise:
    """The promise. Raises NotFound."""
    return _promise(_row(connection, sa.select(promises).where(promises.c.id == promise_id), f"P-{promise_id}"))


def dispute(connection: Connection, dispute_id: int) -> Dispute:
    """The dispute. Raises NotFound."""
    named = sa.select(disputes, invoices.c.number.label("invoice")).join(invoices, invoices.c.id == disputes.c.invoice_id)
    return _dispute(_row(connection, named.where(disputes.c.id == dispute_id), f"D-{dispute_id}"))


def hold(connection: Connection, hold_id: int) -> Hold:
    """The hold. Raises NotFound."""
    return _hold(_row(connection, sa.select(holds).where(holds.c.id == hold_id), f"H-{hold_id}"))


def _row(connection: Connection, wanted: sa.Select[Any], number: str) -> sa.RowMapping:
    row = connection.execute(wanted).mappings().one_or_none()
    if row is None:
        raise NotFound("collecting_not_found", number=number)
    return row


def _payment(row: sa.RowMapping) -> ReportedPayment:
    return ReportedPayment(**_fields(row, ReportedPayment) | {"state": PaymentState(row["state"])})


def _promise(row: sa.RowMapping) -> Promise:
    return Promise(**_fields(row, Promise) | {"state": PromiseState(row["state"])})


def _dispute(row: sa.RowMapping) -> Dispute:
    return Dispute(**_fields(row, Dispute) | {"state": DisputeState(row["state"])})


def _hold(row: sa.RowMapping) -> Hold:
    return Hold(**_fields(row, Hold) | {"state": HoldState(row["state"]), "kind": HoldKind(row["kind"])})


def _fields(row: sa.RowMapping, kind: type[Any]) -> dict[str, Any]:
    return {name: row[name] for name in kind.__dataclass_fields__}
