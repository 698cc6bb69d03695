"""Whose money a command is about: a case, an invoice or a customer becomes a payer and a currency, or is asked back."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.queries import case
from core.chat.values import Money
from core.chat.words import OWN
from core.customers.queries import customer
from core.engine.db.tables.receivables import invoices, payers
from core.engine.errors import InvalidInput
from core.receivables.queries import payer, payers_of

LENGTH = 80  # of an invoice's number


@dataclass(frozen=True, kw_only=True)
class Debtor:
    """What was named. Of a customer, or of a case that is a question, neither payer nor currency are settled yet."""

    customer_id: int
    payer_id: int | None = None
    currency: str = ""
    invoice_id: int | None = None


def debtor(connection: Connection, token: object, field: str = "debtor") -> Debtor:
    """Who is meant by what the parser made of it. Raises NotFound; InvalidInput for a case or an invoice of nobody yet."""
    if isinstance(token, int):
        found = case(connection, token)
        if found.customer_id is None:
            raise InvalidInput("debtor_unmatched", field, number=found.number)
        return Debtor(customer_id=found.customer_id, payer_id=found.payer_id, currency=found.currency)
    text = str(token)
    if text.startswith(OWN):
        return Debtor(customer_id=customer(connection, int(text.removeprefix(OWN))).id)
    return _of_invoice(connection, text, field)


def payer_for(connection: Connection, whose: Debtor, amount: Money, field: str = "amount") -> int:
    """The payer an amount is about. Raises InvalidInput for another currency than the case's or the invoice's, and where several payers
    of the customer are billed in it."""
    if whose.payer_id is not None:
        if whose.currency and amount.currency != whose.currency:
            raise InvalidInput("amount_other_currency", field, currency=whose.currency)
        return whose.payer_id
    theirs = payers_of(connection, whose.customer_id)
    if not theirs:
        raise InvalidInput("debtor_without_payer", "debtor", name=customer(connection, whose.customer_id).name)
    ids = [p.id for p in theirs]
    billed = sa.select(invoices.c.payer_id).where(invoices.c.payer_id.in_(ids), invoices.c.currency == amount.currency).distinct()
    found = sorted(connection.scalars(billed)) or ids[:1]
    if len(found) > 1:
        names = ", ".join(payer(connection, each).name for each in found)
        raise InvalidInput("debtor_several_payers", "debtor", names=names)
    return found[0]


def _of_invoice(connection: Connection, text: str, field: str) -> Debtor:
    named = sa.select(invoices.c.id, invoices.c.currency, payers.c.id.label("payer_id"), payers.c.customer_id)
    match = invoices.c.number.in_({text[:LENGTH], text.upper()[:LENGTH]}) & payers.c.customer_id.is_not(None)
    rows = connection.execute(named.join(payers, payers.c.id == invoices.c.payer_id).where(match)).all()
    if not rows:
        raise InvalidInput("invoice_unknown", field, typed=text)
    if len(rows) > 1:
        raise InvalidInput("invoice_of_several", field, typed=text)
    return Debtor(customer_id=rows[0].customer_id, payer_id=rows[0].payer_id, currency=rows[0].currency, invoice_id=rows[0].id)
