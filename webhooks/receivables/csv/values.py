"""Cells of a CSV: numbers, days and moments. What can be read in two ways is refused with the right forms beside it, never guessed."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision

SPACES = re.compile(r"[\u00a0\u2007\u2009\u202f'’ ]")  # what separates thousands beside comma and point
NUMBER = re.compile(r"\d+(?:[ .,]\d+)*")
GROUPED = re.compile(r"\d{1,3}(?: \d{3})+")
ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]00:00(?::00)?)?")
DOTTED_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
CURRENCY = re.compile(r"[A-Za-z]{3}")
IN_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T_ -](\d{2})[.:-]?(\d{2})(Z|[+-]\d{2}:?\d{2})?)?(?!\d)")
MONTH = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])")
LONGEST = 24  # characters of a number: far above any invoice, far below what makes arithmetic slow


class Style(StrEnum):
    """Which sign begins the decimals. AUTO takes only what can be read in one way."""

    AUTO = "auto"
    COMMA = "comma"
    POINT = "point"


MARKS = {Style.COMMA: ",", Style.POINT: "."}


class Wrong(ValueError):
    """A cell that cannot be understood; its text is a sentence for the operator."""


def number(text: str, style: Style) -> Decimal:
    """A decimal number: `1 200,50`, `1200.50`, `1.200,50`, `-5`, `5-`, `(5)`. Raises Wrong for `1,200`, which could be two numbers."""
    body, negative = _unsigned(SPACES.sub(" ", text.strip()).replace("\u2212", "-"))
    if len(body) > LONGEST or not body.isascii() or not NUMBER.fullmatch(body):
        raise Wrong(f"“{text}” is not a number; write it like 1200.50 or 1 200,50")
    mark = _decimal_mark(body, style, text)
    whole, _, decimals = body.rpartition(mark) if mark else (body, "", "")
    if not _is_grouped(whole):
        raise Wrong(f"“{text}” has its thousands grouped strangely; write it like 1200.50 or 1 200,50")
    digits = re.sub("[ .,]", "", whole)
    value = Decimal(f"{digits}.{decimals}" if mark else digits)
    return -value if negative else value


def amount(text: str, unit: str, style: Style) -> int:
    """Money in the minor units of `unit`, its currency. Raises Wrong for more decimals than the currency has."""
    value, digits = number(text, style), get_currency_precision(unit)
    minor = value.scaleb(digits)
    if -int(value.as_tuple().exponent) > max(2, digits) or minor != minor.to_integral_value():
        raise Wrong(
            f"“{text}” has more decimals than {unit} has ({digits}); write it like {Decimal(1200).quantize(Decimal(1).scaleb(-digits))}"
        )
    return int(minor)


def currency(text: str) -> str:
    """PLN. Raises Wrong for anything but three letters."""
    if not CURRENCY.fullmatch(text.strip()):
        raise Wrong(f"“{text}” is not a currency; write it like PLN")
    return text.strip().upper()


def day(text: str) -> date:
    """2026-09-30 or 30.09.2026. Raises Wrong for everything else: `03/04/2026` could be two days."""
    iso, dotted = ISO_DAY.fullmatch(text.strip()), DOTTED_DAY.fullmatch(text.strip())
    parts = (iso[1], iso[2], iso[3]) if iso else (dotted[3], dotted[2], dotted[1]) if dotted else None
    if parts is None:
        raise Wrong(f"“{text}” is not a date I can be sure of; write it like 2026-09-30 or 30.09.2026")
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        raise Wrong(f"“{text}” is not a day of the calendar") from None


def month(text: str) -> str:
    """2026-09. Raises Wrong."""
    if not MONTH.fullmatch(text.strip()):
        raise Wrong(f"“{text}” is not a month; write it like 2026-09")
    return text.strip()


def moment(text: str, zone: ZoneInfo | None) -> datetime:
    """An ISO moment, aware. Without a zone of its own it needs `zone`; a mere day counts from its first minute, never as fresher.

    Raises Wrong.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Wrong(f"“{text}” is not a moment; write it like 2026-11-23T08:00+01:00") from None
    if found.tzinfo is not None:
        return found
    if zone is None:
        raise Wrong(f"“{text}” names no time zone; write it like 2026-11-23T08:00+01:00, or give --zone Europe/Warsaw")
    return datetime.combine(found.date(), found.time() if len(text.strip()) > 10 else time(), tzinfo=zone)


def moment_in_name(name: str, zone: ZoneInfo | None) -> datetime | None:
    """The moment a file's name says: `open_2026-11-23T0800+0100.csv`, `open_2026-11-23.csv`; None if it says none. Raises Wrong."""
    found = IN_NAME.search(name)
    if found is None:
        return None
    clock = f"T{found[2]}:{found[3]}{found[4] or ''}" if found[2] else ""
    return moment(found[1] + clock, zone)


def _unsigned(text: str) -> tuple[str, bool]:
    """The number without its sign, and whether it is below zero: -5, 5- and (5) are."""
    for before, after in (("(", ")"), ("-", ""), ("", "-"), ("+", "")):
        if text.startswith(before) and text.endswith(after) and len(text) > len(before + after):
            return text.removeprefix(before).removesuffix(after).strip(), before != "+"
    return text, False


def _decimal_mark(body: str, style: Style, text: str) -> str:
    """The sign before the decimals, or "" for a whole number. Raises Wrong where only the file's maker could tell."""
    marks = [c for c in body if c in ",."]
    if not marks:
        return ""
    last, others = marks[-1], set(marks[:-1])
    if last in others:  # 1.200.300: the same sign twice is never decimal
        mark = ""
    elif others or " " in body:
        mark = last
    else:
        mark = _lone_mark(body, last, style, text)
    declared = MARKS.get(style)
    if declared and (mark not in ("", declared) or (not mark and declared in marks)):
        raise Wrong(f"“{text}” does not fit --decimal {style}; write it like {'1200,50' if style is Style.COMMA else '1200.50'}")
    return mark


def _lone_mark(body: str, mark: str, style: Style, text: str) -> str:
    before, after = body.split(mark)
    may_group = len(after) == 3 and len(before) <= 3 and before.lstrip("0") != ""
    if style is not Style.AUTO:
        return mark if MARKS[style] == mark or not may_group else ""
    if may_group:
        raise Wrong(f"“{text}” could be {before}{after} or {before}.{after}; write {before}{after}.00, or say --decimal comma or point")
    return mark


def _is_grouped(whole: str) -> bool:
    marks = {c for c in whole if not c.isdigit()}
    return not marks or (len(marks) == 1 and bool(GROUPED.fullmatch(re.sub(r"[.,]", " ", whole))))
