"""Disputes by amount and line: what is not to be asked for, how each ended, and a finance lead's override."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine.db.tables.collections import disputes
from core.engine.db.tables.receivables import invoice_lines, invoices
from core.engine.errors import Conflict, InvalidInput, NotFound, required
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx
from core.receivables.queries import payer

from .commands import CloseDispute, OpenDispute, OverrideDispute
from .events import DisputeClosed, DisputeOpened, DisputeOverridden
from .model import Dispute, DisputeState
from .standing import dispute, disputed

ENDS = (DisputeState.ACCEPTED, DisputeState.REJECTED, DisputeState.WITHDRAWN)


def open_dispute(tx: Tx, command: OpenDispute) -> Iterable[Event]:
    """Raises InvalidInput for another currency, a line that is not there, more than the invoice or the line comes to, a missing reason;
    Conflict for a payer nobody confirmed, and when the same line is disputed already."""
    reason = required(command.reason, "reason")
    found = _invoice(tx.connection, command.invoice_id)
    whose = payer(tx.connection, found.payer_id)
    if whose.customer_id is None:
        raise Conflict("payer_unlinked", name=whose.name)
    if command.amount is not None and command.currency != found.currency:
        raise InvalidInput("dispute_currency", "amount", invoice=found.number, currency=found.currency)
    most = _most(tx.connection, command, found)
    amount = most if command.amount is None else command.amount
    if not 0 < amount <= most:
        raise InvalidInput("dispute_above", "amount", invoice=found.number)
    same = [d for d in disputed(tx.connection, found.payer_id, found.currency) if d.invoice_id == found.id]
    if any(d.line == command.line for d in same):
        raise Conflict("disputed_before", number=next(d.number for d in same if d.line == command.line))
    if sum(d.amount for d in same) + amount > found.total:
        raise InvalidInput("dispute_above", "amount", invoice=found.number)
    values = {
        "customer_id": whose.customer_id, "payer_id": whose.id, "invoice_id": found.id, "line": command.line, "currency": found.currency,
        "amount": amount, "reason": reason, "state": DisputeState.OPEN.value, "by": tx.actor.id, "at": tx.now,
    }  # fmt: skip
    dispute_id = int(tx.connection.execute(sa.insert(disputes).values(**values).returning(disputes.c.id)).scalar_one())
    return [
        DisputeOpened(
            customer_id=whose.customer_id, payer_id=whose.id, dispute_id=dispute_id, invoice_id=found.id, line=command.line,
            amount=amount, currency=found.currency, reason=Private(reason),
        )
    ]  # fmt: skip


def close_dispute(tx: Tx, command: CloseDispute) -> Iterable[Event]:
    """Raises InvalidInput without a reason or for another end, Conflict for one that is closed. An accepted one whose credit
    note never came may still be closed otherwise."""
    found = dispute(tx.connection, command.dispute_id)
    reason = required(command.reason, "reason")
    if command.outcome not in ENDS:
        raise InvalidInput("not_a_choice", "outcome", typed=command.outcome, choices=", ".join(ENDS))
    if found.state is not DisputeState.OPEN and (found.state is not DisputeState.ACCEPTED or command.outcome is DisputeState.ACCEPTED):
        raise Conflict("collecting_settled", number=found.number)
    return [settle_dispute(tx, found, command.outcome, reason=reason)]


def override_dispute(tx: Tx, command: OverrideDispute) -> Iterable[Event]:
    """Raises InvalidInput without a reason, Conflict for one that is closed or overridden already."""
    found = dispute(tx.connection, command.dispute_id)
    reason = required(command.reason, "reason")
    if found.state is not DisputeState.OPEN or found.overridden_by:
        raise Conflict("collecting_settled", number=found.number)
    values = {"overridden_by": tx.actor.id, "override_reason": reason}
    tx.connection.execute(sa.update(disputes).where(disputes.c.id == found.id).values(**values))
    return [
        DisputeOverridden(customer_id=found.customer_id, payer_id=found.payer_id, dispute_id=found.id, reason=Private(reason)),
    ]


def settle_dispute(tx: Tx, found: Dispute, state: DisputeState, *, as_of: datetime | None = None, reason: str = "") -> Event:
    """Write down how it ended; one that was accepted keeps the invoice's total of then, to see a correction come."""
    values: dict[str, Any] = {"state": state.value, "ended_as_of": as_of}
    if state is not DisputeState.CREDITED:
        values |= {"ended_by": tx.actor.id, "ended_at": tx.now, "end_reason": reason}
    if state is DisputeState.ACCEPTED:
        values["before"] = _invoice(tx.connection, found.invoice_id).total
    tx.connection.execute(sa.update(disputes).where(disputes.c.id == found.id).values(**values))
    return DisputeClosed(
        customer_id=found.customer_id, payer_id=found.payer_id, dispute_id=found.id, state=state.value, as_of=as_of, reason=Private(reason)
    )


def credits_since(connection: Connection, found: Dispute) -> int:
    """What the payer's credit notes of the dispute's currency issued since it came up come to."""
    mine = (invoices.c.payer_id == found.payer_id) & (invoices.c.currency == found.currency) & (invoices.c.total < 0)
    return -int(connection.scalar(sa.select(sa.func.sum(invoices.c.total)).where(mine, invoices.c.issued_on >= found.at.date())) or 0)


def is_settled_itself(connection: Connection, found: Dispute) -> bool:
    """Whether nothing is open on the invoice any more, or it was corrected by the amount. That less is open proves nothing: the customer
    may have paid the rest."""
    now = _invoice(connection, found.invoice_id)
    return now.open == 0 or (found.before is not None and found.before - now.total >= found.amount)


def _invoice(connection: Connection, invoice_id: int) -> sa.Row[Any]:
    row = connection.execute(sa.select(invoices).where(invoices.c.id == invoice_id)).one_or_none()
    if row is None:
        raise NotFound("invoice_not_found", number=invoice_id)
    return row


def _most(connection: Connection, command: OpenDispute, found: sa.Row[Any]) -> int:
    """What the invoice, or the line with its VAT, comes to. Raises InvalidInput for a line that is not there."""
    if command.line is None:
        return int(found.total)
    mine = (invoice_lines.c.invoice_id == found.id) & (invoice_lines.c.position == command.line)
    row = connection.execute(sa.select(invoice_lines.c.net, invoice_lines.c.vat).where(mine)).one_or_none()
    if row is None:
        raise InvalidInput("dispute_line", "line", invoice=found.number, line=command.line)
    return int(row.net + row.vat)


def _lock_invoice(connection: Connection, command: OpenDispute) -> Iterable[str]:
    whose = payer(connection, _invoice(connection, command.invoice_id).payer_id)
    return [] if whose.customer_id is None else [f"customer:{whose.customer_id}"]


def _lock(connection: Connection, command: CloseDispute | OverrideDispute) -> Iterable[str]:
    return [f"customer:{dispute(connection, command.dispute_id).customer_id}"]


HANDLERS: Handlers = {
    OpenDispute: Handler(open_dispute, _lock_invoice),
    CloseDispute: Handler(close_dispute, _lock),
    OverrideDispute: Handler(override_dispute, _lock),
}
