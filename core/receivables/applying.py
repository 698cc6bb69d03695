"""What a feed's facts about one payer change, and their own consistency: used by the command and by a preview alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine.db.tables.receivables import invoices
from core.engine.errors import InvalidInput

from .commands import RecordReceivables
from .events import OpenAmount
from .model import InvoiceFacts, Payer, PayerFacts
from .queries import payer_known_as

SKEW = timedelta(minutes=5)  # how far another system's clock may run ahead of ours


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What applying a feed to a payer would do. `stale`: the payer's facts are newer already, so it would do nothing."""

    payer: Payer | None
    stale: bool
    changed: tuple[OpenAmount, ...] = ()
    forgotten: tuple[OpenAmount, ...] = ()  # kept invoices the feed does not name: paid, or unknown from now on


def plan(connection: Connection, command: RecordReceivables, now: datetime) -> Plan:
    """What the command would change now. Raises InvalidInput for facts that cannot be true together."""
    check(command, now)
    found = payer_known_as(connection, command.connection, command.payer.external)
    if found is None:
        return Plan(payer=None, stale=False, changed=tuple(_new(i) for i in command.payer.invoices))
    if command.as_of < found.as_of:
        return Plan(payer=found, stale=True)
    kept = {row.number: row for row in connection.execute(sa.select(invoices).where(invoices.c.payer_id == found.id))}
    before = {number: row.open for number, row in kept.items()}
    changed = [_new(i) if i.number not in before else _moved(i, before[i.number]) for i in command.payer.invoices]
    named = {i.number for i in command.payer.invoices}
    left = 0 if command.payer.complete else None
    forgotten = [
        OpenAmount(number=number, currency=row.currency, before=row.open, after=left)
        for number, row in kept.items()
        if number not in named and row.open not in (0, left)
    ]
    return Plan(payer=found, stale=False, changed=tuple(c for c in changed if c is not None), forgotten=tuple(forgotten))


def check(command: RecordReceivables, now: datetime) -> None:
    """Raises InvalidInput when the facts contradict themselves, or were taken in the future: that would block every true feed after."""
    if command.as_of > now + SKEW:
        raise InvalidInput("as_of_in_future", as_of=command.as_of)
    for kind, number in _contradictions(command.payer):
        raise InvalidInput(kind, number=number)


def _contradictions(payer: PayerFacts) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for invoice in payer.invoices:
        if not invoice.number.strip():
            yield "invoice_without_number", payer.external
        if invoice.number in seen:
            yield "invoice_twice", invoice.number
        seen.add(invoice.number)
        if not (len(invoice.currency) == 3 and invoice.currency.isascii() and invoice.currency.isupper()):
            yield "invoice_currency", invoice.number
        if abs(invoice.open) > abs(invoice.total) or invoice.open * invoice.total < 0:
            yield "invoice_open_above_total", invoice.number


def _new(invoice: InvoiceFacts) -> OpenAmount:
    return OpenAmount(number=invoice.number, currency=invoice.currency, before=None, after=invoice.open)


def _moved(invoice: InvoiceFacts, before: int | None) -> OpenAmount | None:
    if invoice.open == before:
        return None
    return OpenAmount(number=invoice.number, currency=invoice.currency, before=before, after=invoice.open)
