"""Invoices as the partner's own accounting says them. Money is integer minor units with a currency; a quantity is a Decimal."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class LineFacts:
    """One line of an invoice, as a feed says it."""

    text: str
    quantity: Decimal
    net: int
    vat: int
    product: str = ""
    subscription: str = ""
    period_from: date | None = None
    period_to: date | None = None


@dataclass(frozen=True, kw_only=True)
class InvoiceFacts:
    """One invoice, as a feed says it. `open` is what is still owed of `total`; `period` its billing month, YYYY-MM."""

    number: str
    issued_on: date
    due_on: date
    currency: str
    total: int
    open: int
    period: str = ""
    document: str = ""
    lines: tuple[LineFacts, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PayerFacts:
    """Everything a feed says about one payer. `complete`: an open invoice that is not named here is paid; else it is unknown."""

    external: str
    name: str
    invoices: tuple[InvoiceFacts, ...]
    tax_id: str = ""
    complete: bool = False


@dataclass(frozen=True, kw_only=True)
class OpenInvoice:
    """An invoice with something left to pay. `open` None: the newest feed did not say."""

    id: int
    number: str
    due_on: date
    currency: str
    total: int
    open: int | None


@dataclass(frozen=True, kw_only=True)
class Position:
    """What one payer owes in one currency at `as_of`: computed from due dates and open amounts, on `today` in the customer's zone."""

    payer_id: int
    currency: str
    as_of: datetime
    today: date
    open: int
    overdue: int
    earliest_due_on: date | None
    invoices: tuple[OpenInvoice, ...]
    unknown: tuple[str, ...] = ()  # numbers of invoices the newest feed did not name
