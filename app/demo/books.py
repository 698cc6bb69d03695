"""The partner's books in the demo: each client's invoices with lines, as the accounting system would export them."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.demo.customers import Bill, Client, Seat

TERMS = 14  # days from issue to due date


@dataclass(frozen=True, kw_only=True)
class Line:
    """One invoice line; `net` and `vat` in minor units."""

    text: str
    quantity: int
    net: int
    vat: int


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """One invoice; `open` in minor units."""

    number: str
    issued: date
    due: date
    period: str
    lines: tuple[Line, ...]
    open: int

    @property
    def total(self) -> int:
        """Gross, in minor units."""
        return sum(line.net + line.vat for line in self.lines)


def invoices(client: Client, position: int, today: date) -> list[Invoice]:
    """The client's invoices, and one paid forerunner of the last, so that there is something to compare with."""
    made = [_invoice(client, bill, position, number, today) for number, bill in enumerate(client.bills, 2)]
    if len(client.bills) == 1:
        last = client.bills[0]
        earlier = Bill(due=last.due - 30, open=0, months_ago=last.months_ago + 1)
        made.insert(0, _invoice(client, earlier, position, 1, today))
    return made


def _invoice(client: Client, bill: Bill, position: int, number: int, today: date) -> Invoice:
    due = today + timedelta(days=bill.due)
    issued = due - timedelta(days=TERMS)
    lines = tuple(_line(client, seat, bill) for seat in client.seats)
    total = sum(line.net + line.vat for line in lines)
    period = month_before(today, bill.months_ago)
    number_on_it = f"FV/{number}/{position:02d}/{issued.year}"
    return Invoice(number=number_on_it, issued=issued, due=due, period=period, lines=lines, open=total * bill.open // 1000)


def _line(client: Client, seat: Seat, bill: Bill) -> Line:
    quantity = seat.quantity if seat is not client.seats[0] else seat.quantity - 5 * (bill.months_ago > 1) * bool(_grows(client))
    net = quantity * seat.price
    vat = int((Decimal(net) * client.vat / 100).quantize(Decimal(1), ROUND_HALF_UP))
    return Line(text=seat.name, quantity=quantity, net=net, vat=vat)


def _grows(client: Client) -> int:
    return max((bill.extra_seats for bill in client.bills), default=0)


def month_before(today: date, months: int) -> str:
    """The billing month so many months before today's, as YYYY-MM."""
    count = today.year * 12 + today.month - 1 - months
    return f"{count // 12}-{count % 12 + 1:02d}"


def as_csv(clients: Iterable[tuple[int, Client]], today: date, *, encoding: str = "cp1250") -> bytes:
    """An open-items export as Polish accounting programs make it: semicolons, decimal commas, a row per line."""
    output = io.StringIO()
    writer = csv.writer(output, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        ["Kontrahent", "Nazwa", "NIP", "Numer", "Data wystawienia", "Termin płatności", "Okres", "Waluta", "Brutto", "Pozostało",
         "Pozycja", "Ilość", "Netto", "VAT"]
    )  # fmt: skip
    for position, client in clients:
        for invoice in invoices(client, position, today):
            head = [
                payer_key(position), client.name, client.tax_id, invoice.number, f"{invoice.issued:%d.%m.%Y}", f"{invoice.due:%d.%m.%Y}",
                invoice.period, client.currency, _comma(invoice.total), _comma(invoice.open),
            ]  # fmt: skip
            for line in invoice.lines:
                writer.writerow([*head, line.text, line.quantity, _comma(line.net), _comma(line.vat)])
    return output.getvalue().encode(encoding)


def payer_key(position: int) -> str:
    """The client's number in the accounting system."""
    return f"K{position:04d}"


def _comma(minor: int) -> str:
    return f"{minor // 100},{minor % 100:02d}"


def snapshot(client: Client, position: int, today: date) -> dict[str, Any]:
    """The payer's whole position, as the accounting system tells it by webhook: decimal strings with a point."""
    told = [
        {
            "number": i.number, "issued_on": f"{i.issued}", "due_on": f"{i.due}", "currency": client.currency, "total": _point(i.total),
            "open": _point(i.open), "period": i.period,
            "lines": [{"text": n.text, "quantity": str(n.quantity), "net": _point(n.net), "vat": _point(n.vat)} for n in i.lines],
        }
        for i in invoices(client, position, today)
    ]  # fmt: skip
    return {"payer": {"id": payer_key(position), "name": client.name, "tax_id": client.tax_id}, "invoices": told}


def _point(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"
