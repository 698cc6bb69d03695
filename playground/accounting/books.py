"""The books: payers, invoices with lines, payments. Money is integer minor units inside, decimal strings outside."""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "BHD": 3, "KWD": 3, "TND": 3}  # ISO 4217; every other currency here has two


class Refused(Exception):
    """The books do not take it; the text says why."""


@dataclass
class Invoice:
    """An invoice and what was paid of it."""

    facts: dict[str, Any]  # number, issued_on, due_on, currency, period, document, lines: as they are sent
    total: int
    open: int
    payments: list[tuple[datetime, int]] = field(default_factory=list)

    @property
    def currency(self) -> str:
        """Its currency."""
        return str(self.facts["currency"])

    def as_json(self) -> dict[str, Any]:
        """As a snapshot shows it."""
        return self.facts | {"total": written(self.total, self.currency), "open": written(self.open, self.currency)}


@dataclass
class Payer:
    """Who pays."""

    id: str
    name: str
    tax_id: str
    invoices: dict[str, Invoice] = field(default_factory=dict)


class Books:
    """All payers. Every method may be called from any thread."""

    def __init__(self) -> None:
        self.payers: dict[str, Payer] = {}
        self._lock = threading.RLock()

    def load(self, given: list[dict[str, Any]]) -> list[str]:
        """Take payers over, each as a snapshot shows it; one that is there is replaced. Returns their ids. Raises Refused."""
        made = [_payer(one) for one in given]
        with self._lock:
            self.payers |= {payer.id: payer for payer in made}
        return [payer.id for payer in made]

    def pay(self, payer_id: str, number: str, amount: str | None, at: datetime) -> None:
        """Book a payment, of everything open when `amount` is None. Raises Refused."""
        with self._lock:
            payer = self.payers.get(payer_id)
            invoice = None if payer is None else payer.invoices.get(number)
            if invoice is None:
                raise Refused(f"there is no invoice {number} of payer {payer_id}")
            paid = invoice.open if amount is None else read(amount, invoice.currency)
            if not 0 < paid <= invoice.open:
                raise Refused(f"{written(invoice.open, invoice.currency)} {invoice.currency} is open, no more can be paid")
            invoice.open -= paid
            invoice.payments.append((at, paid))

    def snapshot(self, payer_id: str, as_of: datetime) -> dict[str, Any] | None:
        """The payer's whole position, or None."""
        with self._lock:
            payer = self.payers.get(payer_id)
            if payer is None:
                return None
            who = {"id": payer.id, "name": payer.name, "tax_id": payer.tax_id}
            invoices = [invoice.as_json() for invoice in payer.invoices.values()]
            return {"as_of": as_of.isoformat(), "complete": True, "payer": who, "invoices": invoices}


def written(minor: int, currency: str) -> str:
    """Minor units as a decimal string."""
    return str(Decimal(minor).scaleb(-DIGITS.get(currency, 2)))


def read(text: str, currency: str) -> int:
    """A decimal string as minor units. Raises Refused."""
    try:
        exact = Decimal(text).scaleb(DIGITS.get(currency, 2))
    except InvalidOperation:
        raise Refused(f"{text} is not an amount") from None
    if not exact.is_finite() or exact != exact.to_integral_value():
        raise Refused(f"{text} is not an amount in {currency}")
    return int(exact)


def _payer(given: dict[str, Any]) -> Payer:
    who = given["payer"]
    payer = Payer(id=str(who["id"]), name=str(who.get("name", "")), tax_id=str(who.get("tax_id", "")))
    for one in given.get("invoices", []):
        currency = str(one["currency"])
        facts = {name: value for name, value in one.items() if name not in ("total", "open")}
        payer.invoices[str(one["number"])] = Invoice(facts, read(one["total"], currency), read(one["open"], currency))
    return payer
