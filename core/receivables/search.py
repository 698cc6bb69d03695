"""Finding invoices by their number: kept findable in the transaction that records them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine import search
from core.engine.db.bulk import among
from core.engine.db.tables.receivables import invoice_lines, invoices, payers
from core.engine.handling import Command
from core.engine.journal import Event
from core.engine.transaction import Tx

from .events import ReceivablesRecorded

INVOICES = "invoice"
LONGEST_NUMBER = 80


@dataclass(frozen=True, kw_only=True)
class FoundInvoice:
    """An invoice as a list of what was found names it; `open` in minor units at `as_of`, None when no newer feed said it."""

    id: int
    number: str
    payer: str
    customer_id: int | None
    due_on: date
    currency: str
    open: int | None
    as_of: datetime


def index_invoices(tx: Tx, event: ReceivablesRecorded) -> Iterable[Command]:
    """Those that a feed names for the first time: a number never changes."""
    fresh = [said.number for said in event.changed if said.before is None]
    if fresh:
        named = (invoices.c.payer_id == event.payer_id) & among(tx.connection, invoices.c.number, fresh)
        rows = tx.connection.execute(sa.select(invoices.c.id, invoices.c.number).where(named))
        search.keep(tx.connection, INVOICES, {row.id: (row.number,) for row in rows})
    return ()


INDEXED: Mapping[type[Event], Callable[..., Iterable[Command]]] = {ReceivablesRecorded: index_invoices}


def found_invoices(connection: Connection, invoice_ids: Sequence[int]) -> list[FoundInvoice]:
    """The invoices, in this order."""
    named = (invoices.c[name] for name in ("id", "number", "due_on", "currency", "open", "as_of"))
    wanted = sa.select(*named, payers.c.customer_id, payers.c.name.label("payer")).join(payers, payers.c.id == invoices.c.payer_id)
    rows = {row["id"]: row for row in connection.execute(wanted.where(among(connection, invoices.c.id, invoice_ids))).mappings()}
    return [FoundInvoice(**rows[id_]) for id_ in invoice_ids if id_ in rows]


def numbered_like(
    connection: Connection, typed: str, *, customer_id: int, payer_id: int | None = None, currency: str = "", limit: int
) -> list[FoundInvoice]:
    """The customer's invoices, or the payer's in that currency, whose number has `typed` in it, case aside: what may be open first, the
    earliest due first, then the newest."""
    match = payers.c.customer_id == customer_id
    if payer_id is not None:
        match &= (payers.c.id == payer_id) & (invoices.c.currency == currency if currency else sa.true())
    if typed:
        match &= sa.func.lower(invoices.c.number).contains(typed.lower(), autoescape=True)
    is_paid = sa.case((sa.func.coalesce(invoices.c.open, 1) == 0, 1), else_=0)
    order = (is_paid, sa.case((is_paid == 0, invoices.c.due_on)), invoices.c.issued_on.desc(), invoices.c.id)
    joined = sa.select(invoices.c.id).join(payers, payers.c.id == invoices.c.payer_id)
    return found_invoices(connection, list(connection.scalars(joined.where(match).order_by(*order).limit(limit))))


def numbered_exactly(connection: Connection, text: str) -> list[FoundInvoice]:
    """Confirmed customers' invoices of that very number, written so or in capitals."""
    joined = sa.select(invoices.c.id).join(payers, payers.c.id == invoices.c.payer_id)
    match = invoices.c.number.in_({text[:LONGEST_NUMBER], text.upper()[:LONGEST_NUMBER]}) & payers.c.customer_id.is_not(None)
    return found_invoices(connection, list(connection.scalars(joined.where(match).order_by(invoices.c.id))))


def invoices_among(connection: Connection, typed: str, *, limit: int) -> list[FoundInvoice]:
    """Confirmed customers' invoices by the beginnings of what their numbers are made of, the newest first."""
    what = search.sought(typed)
    found = found_invoices(connection, search.page(connection, INVOICES, what, limit=limit).found) if what else []
    return [each for each in found if each.customer_id is not None]


def line_texts(connection: Connection, invoice_id: int) -> list[tuple[int, str, int, str]]:
    """The invoice's lines in their order: position, text, what it comes to with VAT in minor units, the currency."""
    joined = sa.select(invoice_lines, invoices.c.currency).join(invoices, invoices.c.id == invoice_lines.c.invoice_id)
    rows = connection.execute(joined.where(invoice_lines.c.invoice_id == invoice_id).order_by(invoice_lines.c.position))
    return [(row.position, row.text, row.net + row.vat, row.currency) for row in rows]
