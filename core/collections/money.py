"""What payments and promises have in common: whose money, what was open when they were recorded, and what came since."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine.db.tables.receivables import invoices
from core.engine.errors import Conflict, InvalidInput
from core.receivables.queries import payer

LARGEST = 10**15  # minor units; the database's own limit is above it


@dataclass(frozen=True, kw_only=True)
class Whose:
    """A payer that a person confirmed as a customer's."""

    customer_id: int
    as_of: datetime


@dataclass(frozen=True, kw_only=True)
class Came:
    """What feeds showed as paid since. `is_known` False: of some invoice the newest one does not say."""

    amount: int
    is_known: bool


def expected(connection: Connection, payer_id: int, amount: int, currency: str) -> tuple[Whose, dict[str, int]]:
    """Whose payer it is, and what is open now by invoice number. Raises InvalidInput for an amount that cannot be paid or a currency they
    are not billed in, Conflict for a payer nobody confirmed or when nothing is open."""
    found = payer(connection, payer_id)
    if found.customer_id is None:
        raise Conflict("payer_unlinked", name=found.name)
    if not 0 < amount <= LARGEST:
        raise InvalidInput("amount_not_payable", "amount")
    mine = (invoices.c.payer_id == payer_id) & (invoices.c.currency == currency)
    rows = connection.execute(sa.select(invoices.c.number, invoices.c.total, invoices.c.open).where(mine)).all()
    if not rows:
        raise InvalidInput("currency_not_billed", "amount", name=found.name, currency=currency)
    # Credit notes are kept also when they are used up: what one made later takes off an invoice is no payment.
    before = {row.number: int(row.open) for row in rows if row.open is not None and (row.open or row.total < 0)}
    if owed(before) <= 0:
        raise Conflict("nothing_open", name=found.name, currency=currency, as_of=found.as_of)
    return Whose(customer_id=found.customer_id, as_of=found.as_of), before


def came_since(connection: Connection, payer_id: int, currency: str, before: Mapping[str, int]) -> Came:
    """By how much what was open then is lower now. What a credit note made since took off an invoice is no payment."""
    mine = (invoices.c.payer_id == payer_id) & (invoices.c.currency == currency)
    rows = connection.execute(sa.select(invoices.c.number, invoices.c.total, invoices.c.open).where(mine)).all()
    known = {row.number: row for row in rows if row.open is not None}
    paid = sum(left - known[number].open for number, left in before.items() if number in known)
    set_off = sum(row.total - row.open for row in known.values() if row.number not in before and row.total < 0)
    return Came(amount=max(0, paid + set_off), is_known=all(number in known for number in before))


def owed(before: Mapping[str, int]) -> int:
    """What was open in all when it was recorded: more need not come."""
    return sum(before.values())


def lock_payer(connection: Connection, command: Any) -> Iterable[str]:
    """The customer of the payer a command names."""
    customer_id = payer(connection, command.payer_id).customer_id
    return [] if customer_id is None else [f"customer:{customer_id}"]
