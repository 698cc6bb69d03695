"""A payer's statement in one currency: what was billed, credited and, as far as the feeds tell, paid, with a running balance."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine.db.tables.receivables import invoice_movements, invoices

from .model import Payer


class Entered(StrEnum):
    """What a line of a statement is. `earlier`: paid before the first feed, nobody here knows when."""

    INVOICE = "invoice"
    CREDIT = "credit"
    PAID = "paid"
    EARLIER = "earlier"
    SET_OFF = "set_off"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line. `amount` raises the balance when positive; `day` of what was paid is that of the feed that showed it."""

    day: date
    what: Entered
    number: str
    document: str
    amount: int
    balance: int = 0


@dataclass(frozen=True, kw_only=True)
class Statement:
    """From `since` on. `closing` is what was open at `as_of`, by the last that was heard of each invoice; of `unknown` ones the newest
    feed does not say."""

    payer: Payer
    currency: str
    since: date
    as_of: datetime
    opening: int
    entries: tuple[Entry, ...]
    closing: int
    unknown: tuple[str, ...]


def statement(connection: Connection, whose: Payer, currency: str, since: date, zone: str) -> Statement:
    """The payer's statement; days of what was paid are those in `zone`."""
    mine = (invoices.c.payer_id == whose.id) & (invoices.c.currency == currency)
    billed = connection.execute(sa.select(invoices).where(mine)).all()
    moved = sa.select(invoice_movements, invoices.c.number, invoices.c.document, invoices.c.total, invoices.c.issued_on)
    rows = connection.execute(moved.join(invoices, invoices.c.id == invoice_movements.c.invoice_id).where(mine)).all()
    first = min((row.as_of for row in rows), default=None)
    entries = [_billed(row) for row in billed] + [_moved(row, first, ZoneInfo(zone)) for row in rows if row.amount]
    order = list(Entered)
    entries.sort(key=lambda entry: (entry.day, order.index(entry.what), entry.number))
    opening = sum(entry.amount for entry in entries if entry.day < since)
    balance, shown = opening, []
    for entry in entries:
        if entry.day >= since:
            balance += entry.amount
            shown.append(Entry(**{**entry.__dict__, "balance": balance}))
    unknown = tuple(sorted(row.number for row in billed if row.open is None))
    return Statement(
        payer=whose, currency=currency, since=since, as_of=whose.as_of, opening=opening, entries=tuple(shown), closing=balance,
        unknown=unknown,
    )  # fmt: skip


def _billed(row: sa.Row[tuple[object, ...]]) -> Entry:
    what = Entered.CREDIT if row.total < 0 else Entered.INVOICE
    return Entry(day=row.issued_on, what=what, number=row.number, document=row.document, amount=row.total)


def _moved(row: sa.Row[tuple[object, ...]], first: datetime | None, zone: ZoneInfo) -> Entry:
    """What the first feed of all shows as paid was paid before it: it stands under the invoice's own day."""
    what = Entered.SET_OFF if row.total < 0 else Entered.EARLIER if row.as_of == first else Entered.PAID
    day = row.issued_on if what is Entered.EARLIER else row.as_of.astimezone(zone).date()
    return Entry(day=day, what=what, number=row.number, document=row.document, amount=-row.amount)
