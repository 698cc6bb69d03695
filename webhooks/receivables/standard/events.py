"""A delivery: one payer's whole position, the same object that `GET /payers/<id>` answers. docs/receivables-webhook.md is the format."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

import msgspec
from babel.numbers import get_currency_precision

from core.engine.inbox import Received
from core.receivables.commands import RecordReceivables
from core.receivables.model import InvoiceFacts, LineFacts, PayerFacts
from webhooks.reading import Access, Unreadable

T = TypeVar("T")
SNAPSHOT = "receivables.payer"
DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])", re.ASCII)


class Line(msgspec.Struct, kw_only=True):
    """One line of an invoice; numbers are decimal strings."""

    text: str
    net: str
    vat: str
    quantity: str = "1"
    product: str = ""
    subscription: str = ""
    period_from: date | None = None
    period_to: date | None = None


class Invoice(msgspec.Struct, kw_only=True):
    """One invoice; `open` is what is still owed of `total`, both decimal strings in `currency`."""

    number: str
    issued_on: date
    due_on: date
    currency: str
    total: str
    open: str
    period: str = ""
    document: str = ""
    lines: list[Line] = []


class Payer(msgspec.Struct, kw_only=True):
    """Who pays, by the accounting's own id."""

    id: str
    name: str = ""
    tax_id: str = ""


class Snapshot(msgspec.Struct, kw_only=True):
    """A payer's whole position at `as_of`."""

    as_of: datetime
    payer: Payer
    invoices: list[Invoice]
    complete: bool = False


class Delivery(msgspec.Struct, kw_only=True):
    """The envelope of Standard Webhooks; `data` is only understood once the type is known."""

    type: str
    data: msgspec.Raw


def take(received: Received, access: Access) -> Iterable[RecordReceivables]:
    """The payer's facts as a command; nothing for a type that is not ours. Raises Unreadable."""
    delivery = _decode(received.body, Delivery)
    if delivery.type != SNAPSHOT:
        return
    yield command(bytes(delivery.data), access.name)


def command(data: bytes, connection: str) -> RecordReceivables:
    """A snapshot as a command. Raises Unreadable, with a sentence that repeats nothing of what was sent."""
    snapshot = _decode(data, Snapshot)
    if snapshot.as_of.tzinfo is None:
        raise Unreadable("Its as_of names no time zone.")
    if not snapshot.payer.id.strip():
        raise Unreadable("Its payer has no id.")
    payer = PayerFacts(
        external=snapshot.payer.id.strip(), name=snapshot.payer.name, tax_id="".join(c for c in snapshot.payer.tax_id if c.isalnum()),
        invoices=tuple(_invoice(invoice, at) for at, invoice in enumerate(snapshot.invoices)), complete=snapshot.complete,
    )  # fmt: skip
    return RecordReceivables(connection=connection, as_of=snapshot.as_of, payer=payer)


def _decode(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise Unreadable(f"Its body is not as docs/receivables-webhook.md describes it: {error}.") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Unreadable("Its body is not JSON.") from None


def _invoice(given: Invoice, at: int) -> InvoiceFacts:
    where = f"invoices[{at}]"
    if not CURRENCY.fullmatch(given.currency):
        raise Unreadable(f"{where}.currency is not three capital letters.")
    if given.period and not MONTH.fullmatch(given.period):
        raise Unreadable(f"{where}.period is not a month such as 2026-09.")
    return InvoiceFacts(
        number=given.number.strip(), issued_on=given.issued_on, due_on=given.due_on, currency=given.currency, period=given.period,
        document=given.document, total=_minor(given.total, given.currency, f"{where}.total"),
        open=_minor(given.open, given.currency, f"{where}.open"),
        lines=tuple(_line(line, given.currency, f"{where}.lines[{n}]") for n, line in enumerate(given.lines)),
    )  # fmt: skip


def _line(given: Line, currency: str, where: str) -> LineFacts:
    return LineFacts(
        text=given.text, quantity=_decimal(given.quantity, f"{where}.quantity"), net=_minor(given.net, currency, f"{where}.net"),
        vat=_minor(given.vat, currency, f"{where}.vat"), product=given.product, subscription=given.subscription,
        period_from=given.period_from, period_to=given.period_to,
    )  # fmt: skip


def _minor(text: str, currency: str, where: str) -> int:
    exact = _decimal(text, where).scaleb(get_currency_precision(currency))
    if exact != exact.to_integral_value():
        raise Unreadable(f"{where} has more decimals than its currency.")
    return int(exact)


def _decimal(text: str, where: str) -> Decimal:
    """Digits with a point: `1,200` is refused, never guessed."""
    if not DECIMAL.fullmatch(text):
        raise Unreadable(f'{where} is not a decimal string such as "1200.50".')
    return Decimal(text)
