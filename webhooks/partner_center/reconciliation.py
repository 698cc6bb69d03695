"""Microsoft's reconciliation of new commerce licences as a file: what was charged for each subscription, line by line.

As it is downloaded from Partner Center (CSV) or exported by Microsoft Graph (JSON, a line each), gzip or not:
https://learn.microsoft.com/partner-center/billing/modern-invoice-reconciliation-file and
https://learn.microsoft.com/graph/api/resources/partners-billing-api-overview. Both name the columns alike, but for their letter case.
"""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from core.charges.commands import Charged
from core.charges.prices import is_whole
from core.charges.proration import Cycle

PRICED = frozenset({"new", "renew", "cyclecharge"})  # what changes seats, gives back or corrects says nothing of a whole cycle
NEEDED = ("customerid", "subscriptionid", "chargetype", "effectiveunitprice", "chargestartdate", "chargeenddate", "currency")
DAYS = ("%Y-%m-%d", "%m/%d/%Y")  # the files write the month first, in every country
Row = Mapping[str, str]


class Unreadable(ValueError):
    """The file is no reconciliation; nothing was read."""


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """The lines that name a whole cycle's price. `others`: lines that say nothing of one; `wrong`: line numbers that cannot be read."""

    charged: tuple[Charged, ...]
    others: int
    wrong: tuple[int, ...]


def read(data: bytes) -> Reconciliation:
    """Raises Unreadable for a file that cannot be decoded or lacks a column that is needed."""
    found: list[Charged] = []
    wrong: list[int] = []
    others = 0
    for number, row in _rows(_text(data)):
        try:
            each = _charged(row)
        except (ValueError, InvalidOperation):
            wrong.append(number)
            continue
        if each is None:
            others += 1
        else:
            found.append(each)
    return Reconciliation(charged=tuple(found), others=others, wrong=tuple(wrong))


def _charged(row: Row) -> Charged | None:
    """The line's price; None where it is none of a whole cycle. Raises ValueError, InvalidOperation for what cannot be read."""
    if row["chargetype"].casefold() not in PRICED or not row["subscriptionid"]:
        return None
    cycle = Cycle(first=_day(row["chargestartdate"]), last=_day(row["chargeenddate"]))
    unit = _decimal(row["effectiveunitprice"]) * _decimal(row.get("pctobcexchangerate") or "1")
    quantity = int(_decimal(row.get("billablequantity") or row.get("quantity") or "0"))
    if not is_whole(cycle) or unit <= 0 or quantity <= 0:
        return None
    return Charged(
        tenant=row["customerid"], subscription=row["subscriptionid"], unit=unit.normalize(), currency=_currency(row["currency"]),
        first=cycle.first, last=cycle.last, quantity=quantity, invoice=row.get("invoicenumber", "")[:40],
    )  # fmt: skip


def _text(data: bytes) -> str:
    try:
        plain = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        return plain.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise Unreadable("it is neither UTF-8 text nor such a text in gzip") from error


def _rows(text: str) -> Iterator[tuple[int, Row]]:
    """Each line with its number, its names in small letters. Raises Unreadable."""
    lines = _json_rows(text) if text.lstrip().startswith("{") else _csv_rows(text)
    for number, row in lines:
        if number and (missing := [name for name in NEEDED if name not in row]):
            raise Unreadable(f"line {number} lacks {', '.join(missing)}: is it a reconciliation of new commerce licences?")
        yield number, row


def _csv_rows(text: str) -> Iterator[tuple[int, Row]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    for row in reader:
        yield reader.line_num, {str(name).strip().casefold(): str(value or "").strip() for name, value in row.items() if name is not None}


def _json_rows(text: str) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line, parse_float=Decimal)
        except ValueError as error:
            raise Unreadable(f"line {number} is no JSON") from error
        if not isinstance(found, dict):
            raise Unreadable(f"line {number} is no JSON object")
        yield number, {name.casefold(): "" if value is None else str(value).strip() for name, value in found.items()}


def _day(text: str) -> date:
    """Raises ValueError."""
    day = text.split("T", maxsplit=1)[0].split(" ", maxsplit=1)[0]
    for pattern in DAYS:
        try:
            return datetime.strptime(day, pattern).date()  # noqa: DTZ007 (a day without a clock, in UTC as Microsoft counts them)
        except ValueError:
            continue
    raise ValueError(f"{text} is no day")


def _decimal(text: str) -> Decimal:
    """Raises InvalidOperation, ValueError for what is no finite number."""
    found = Decimal(text.replace(",", "") if "." in text else text)
    if not found.is_finite():
        raise ValueError(f"{text} is no amount")
    return found


def _currency(text: str) -> str:
    """Raises ValueError."""
    if len(text) != 3 or not text.isascii() or not text.isalpha():
        raise ValueError(f"{text} is no currency")
    return text.upper()
