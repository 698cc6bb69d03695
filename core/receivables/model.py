"""Invoices as the partner's own accounting says them. Money is integer minor units with a currency; a quantity is a Decimal."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class NoticeKind(StrEnum):
    """A reminder asks for payment; the final notice names the date and time of the suspension."""

    REMINDER = "reminder"
    FINAL = "final"


class NoticeMethod(StrEnum):
    """How a notice went out."""

    EMAIL = "email"
    LETTER = "letter"
    REGISTERED = "registered"
    COURIER = "courier"
    PHONE = "phone"


# To a person's name and place, or number, with what shows it: a receipt, of a call where its record is.
BY_HAND = (NoticeMethod.LETTER, NoticeMethod.REGISTERED, NoticeMethod.COURIER, NoticeMethod.PHONE)


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
    """What one payer owes in one currency at `as_of`: computed from due dates and open amounts, on `today` in the customer's zone.

    An invoice is overdue from the day after its due date. Credit notes (negative open amounts) lower `overdue` whatever their own due
    date, because the customer may set them off; it is never below zero. What is unknown is in no sum: see `unknown`.
    """

    payer_id: int
    currency: str
    as_of: datetime
    today: date
    open: int
    overdue: int
    earliest_due_on: date | None
    invoices: tuple[OpenInvoice, ...]
    unknown: tuple[str, ...] = ()  # numbers of invoices the newest feed did not name

    @property
    def is_settled(self) -> bool:
        """Nothing is overdue, and of nothing whose due date has passed is it unknown."""
        return self.overdue == 0 and not any(i.open is None and i.due_on < self.today for i in self.invoices)


@dataclass(frozen=True, kw_only=True)
class Payer:
    """Who pays, as the accounting knows them. `customer_id` None: nobody has confirmed whose payer it is."""

    id: int
    customer_id: int | None
    connection: str
    external: str
    name: str
    tax_id: str
    as_of: datetime


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A notice to the customer, with its proof. `amount`: what of the open money was overdue on the day it was sent, in minor units."""

    id: int
    case_id: int
    kind: NoticeKind
    sent_on: date
    recipient: str
    method: NoticeMethod
    proof: str
    recorded_by: str
    recorded_at: datetime
    to_contact: bool
    amount: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a kept invoice."""

    text: str
    product: str
    subscription: str
    quantity: Decimal
    net: int
    vat: int


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """A kept invoice with its lines. `month` is its billing month, else the month it was issued in."""

    id: int
    number: str
    currency: str
    issued_on: date
    due_on: date
    month: str
    total: int
    open: int | None
    lines: tuple[Line, ...]
