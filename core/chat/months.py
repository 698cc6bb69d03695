"""Months as people write them. A month without its year is asked."""

import re
from datetime import date

from dateutil.relativedelta import relativedelta

from core.engine.errors import Ambiguous, InvalidInput
from core.engine.folding import folded

from .day_words import LAST, MONTHS, THIS, either

YEAR_FIRST = re.compile(r"(20\d\d)[-/.](\d{1,2})", re.ASCII)
YEAR_LAST = re.compile(r"(\d{1,2})[-/.](20\d\d)", re.ASCII)
NAMED = re.compile(rf"({either(MONTHS)})\.?(?: (20\d\d))?", re.ASCII)
RELATIVE = re.compile(rf"(?:we? )?({either(THIS, LAST)}|tym|zeszlym|ubieglym|poprzednim) (?:month|miesiac|miesiacu)", re.ASCII)


def month(text: str, *, today: date, field: str = "month") -> str:
    """`2026-09`, of `09.2026`, `wrzesień 2026`, `last month`. Raises Ambiguous for a name without its year, InvalidInput."""
    plain = folded(text)
    if match := RELATIVE.fullmatch(plain):
        return f"{today if match[1] in THIS or match[1] == 'tym' else today - relativedelta(months=1):%Y-%m}"
    if match := YEAR_FIRST.fullmatch(plain):
        return _month(int(match[1]), int(match[2]), text, field)
    if match := YEAR_LAST.fullmatch(plain):
        return _month(int(match[2]), int(match[1]), text, field)
    match = NAMED.fullmatch(plain)
    if match is None:
        raise InvalidInput("not_a_month", field, typed=text)
    if match[2]:
        return _month(int(match[2]), MONTHS[match[1]], text, field)
    latest = today.year if MONTHS[match[1]] <= today.month else today.year - 1
    readings = [_month(year, MONTHS[match[1]], text, field) for year in (latest, latest - 1)]
    raise Ambiguous("month_ambiguous", field, typed=text, readings=[(each, each) for each in readings])


def _month(year: int, number: int, text: str, field: str) -> str:
    if not 1 <= number <= 12:
        raise InvalidInput("not_a_month", field, typed=text)
    return f"{year}-{number:02}"
