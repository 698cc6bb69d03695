"""Finding invoices by their number: kept findable in the transaction that records them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine import search
from core.engine.db.bulk import among
from core.engine.db.tables.receivables import invoices, payers
from core.engine.handling import Command
from core.engine.journal import Event
from core.engine.transaction import Tx

from .events import ReceivablesRecorded

INVOICES = "invoice"


@dataclass(frozen=True, kw_only=True)
class FoundInvoice:
    """An invoice as a list of what was found names it; `open` in minor units, None when no newer feed said it."""

    id: int
    number: str
    payer: str
    customer_id: int | None
    due_on: date
    currency: str
    open: int | None


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
    named = (invoices.c[name] for name in ("id", "number", "due_on", "currency", "open"))
    wanted = sa.select(*named, payers.c.customer_id, payers.c.name.label("payer")).join(payers, payers.c.id == invoices.c.payer_id)
    rows = {row["id"]: row for row in connection.execute(wanted.where(among(connection, invoices.c.id, invoice_ids))).mappings()}
    return [FoundInvoice(**rows[id_]) for id_ in invoice_ids if id_ in rows]
