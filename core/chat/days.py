"""Days as people write them, in English and Polish. What could be two days is asked, never guessed.

Our own grammar and not a date parser: `dateparser` and `dateutil.parser` answer every text with some day (`03/04`, `next friday`,
`30.11` said in December), which is the very thing that must not happen here.
"""

import re
from calendar import isleap
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from core.engine.errors import Ambiguous, InvalidInput
from core.engine.folding import folded

from .day_words import DAYS, LAST, MONTH_UNITS, MONTHS, NEXT, NUMERALS, RELATIVE, THIS, WEEKDAYS, WEEKS, either

FAR = timedelta(days=3660)  # a date farther away is a slip of the finger
HALF_A_YEAR = timedelta(days=183)
WEEK = timedelta(days=7)


class Tense(StrEnum):
    """Whether a day is to come, has been (today is both), or may be either."""

    ANY = "any"
    FUTURE = "future"
    PAST = "past"


class Days(NamedTuple):
    """The days a text may mean, the likeliest first. Not `is_sure`: the person is asked even when there is only one."""

    on: tuple[date, ...]
    is_sure: bool = True


Rule = Callable[[re.Match[str], date, Tense], Days]


def day(text: str, *, today: date, tense: Tense = Tense.ANY, field: str = "day") -> date:
    """The one day meant. Raises Ambiguous when it may be several, InvalidInput when it is none, or on the wrong side of today."""
    found = days(text, today, tense)
    if found is None:
        raise InvalidInput("not_a_day", field, typed=text)
    fitting = in_tense(found.on, today, tense)
    if not fitting:
        kind = "day_far" if any(abs(on - today) > FAR for on in found.on) else f"day_not_{tense}"
        raise InvalidInput(kind, field, typed=text, day=found.on[0])
    if found.is_sure and len(found.on) == 1:
        return fitting[0]
    raise Ambiguous("day_ambiguous", field, typed=text, readings=[(on.isoformat(), on) for on in fitting])


def in_tense(found: Iterable[date], today: date, tense: Tense) -> tuple[date, ...]:
    """Those on the right side of today, and not absurdly far from it."""
    near = [on for on in found if abs(on - today) <= FAR]
    return tuple(on for on in near if (on >= today or tense is not Tense.FUTURE) and (on <= today or tense is not Tense.PAST))


def days(text: str, today: date, tense: Tense) -> Days | None:
    """What a text may mean; None for what is no day. Raises InvalidInput when the weekday named is not that day's."""
    plain = re.sub(r"(?<=[a-z])\.", "", folded(text.replace(",", " ")))
    named = re.fullmatch(rf"(?:(?:on|we?) )?({either(WEEKDAYS)}) (.+)", plain)
    rest = _by_rule(named[2], today, tense) if named else None
    if named and rest:
        agreeing = tuple(on for on in rest.on if on.weekday() == WEEKDAYS[named[1]])
        if rest.on and not agreeing:
            raise InvalidInput("weekday_wrong", typed=text, day=rest.on[0])
        return Days(agreeing, rest.is_sure or len(rest.on) > 1)
    return _by_rule(plain, today, tense)


def _by_rule(plain: str, today: date, tense: Tense) -> Days | None:
    for pattern, rule in RULES:
        match = pattern.fullmatch(plain)
        if match:
            found = rule(match, today, tense)
            return found if found.on else None
    return None


def _iso(match: re.Match[str], _today: date, _tense: Tense) -> Days:
    return Days(_existing([(int(match[1]), int(match[2]), int(match[3]))]))


def _dotted(match: re.Match[str], today: date, tense: Tense) -> Days:
    """Where a date is written with dots, the day comes first."""
    number, month = int(match[1]), int(match[2])
    return _in_year(number, month, match[3], today, tense)


def _slashed(match: re.Match[str], today: date, tense: Tense) -> Days:
    """Day first in Europe, month first in America."""
    first, second = int(match[1]), int(match[2])
    readings = [_in_year(a, b, match[3], today, tense) for a, b in ((first, second), (second, first))]
    on = tuple(dict.fromkeys(one for reading in readings for one in reading.on))
    return Days(on, all(reading.is_sure for reading in readings if reading.on))


def _short_year(match: re.Match[str], _today: date, _tense: Tense) -> Days:
    """`30.11.26` may begin or end with its year: asked, even where only one order is a day."""
    a, b, c = int(match[1]), int(match[3]), int(match[4])
    orders = [(2000 + c, b, a), (2000 + a, b, c)] if match[2] == "." else [(2000 + c, b, a), (2000 + c, a, b), (2000 + a, b, c)]
    return Days(_existing(orders), is_sure=False)


def _worded(match: re.Match[str], today: date, tense: Tense) -> Days:
    return _in_year(int(match["day"]), MONTHS[match["month"]], match["year"], today, tense)


def _relative(match: re.Match[str], today: date, _tense: Tense) -> Days:
    return Days((today + timedelta(days=RELATIVE[match[0]]),))


def _ahead(match: re.Match[str], today: date, _tense: Tense) -> Days:
    return _away(match["n"] or "one", match["unit"] or match["one"], today, 1)


def _ago(match: re.Match[str], today: date, _tense: Tense) -> Days:
    return _away(match["n"] or "one", match["unit"] or match["one"], today, -1)


def _away(number: str, unit: str, today: date, sign: int) -> Days:
    n = sign * (NUMERALS.get(number) or int(number))
    if unit in MONTH_UNITS:
        there = today + relativedelta(months=n)
        return Days((there,)) if there.day == today.day else Days((there, there + timedelta(days=1)), is_sure=False)
    return Days((today + timedelta(days=n * (7 if unit in WEEKS else 1)),))


def _weekday(match: re.Match[str], today: date, tense: Tense) -> Days:
    """A bare weekday is the nearest one; said on that very weekday it may be today or a week away."""
    apart = (WEEKDAYS[match["weekday"]] - today.weekday()) % 7
    after, before = today + timedelta(days=apart or 7), today - timedelta(days=(-apart) % 7 or 7)
    if tense is Tense.ANY:
        return Days((after, before) if apart else (today, after, before), is_sure=False)
    nearest = after if tense is Tense.FUTURE else before
    return Days((nearest,)) if apart else Days((today, nearest), is_sure=False)


def _chosen_weekday(match: re.Match[str], today: date, _tense: Tense) -> Days:
    """The "next friday" is the coming one to some and that of next week to others: one day only where both agree."""
    monday, number = today - timedelta(days=today.weekday()), WEEKDAYS[match["weekday"]]
    this = monday + timedelta(days=number)
    if match["which"] in THIS:
        return Days((this,))
    if match["which"] in NEXT:
        found = (this if this > today else this + WEEK, this + WEEK)
    else:
        found = (this if this < today else this - WEEK, this - WEEK)
    return Days(tuple(dict.fromkeys(found)), is_sure=found[0] == found[1])


def _in_year(number: int, month: int, year: str | None, today: date, tense: Tense) -> Days:
    """Without a year: the nearest such day on the right side of today, asked when the one on the wrong side is nearer."""
    if year:
        return Days(_existing([(int(year), month, number)]))
    around = _existing([(today.year + n, month, number) for n in (-1, 0, 1)])
    if tense is Tense.ANY:
        near = tuple(on for on in around if abs(on - today) <= HALF_A_YEAR)
        return Days(near, is_sure=near == (today,))
    right = [on for on in around if (on >= today if tense is Tense.FUTURE else on <= today)]
    nearest = tuple(sorted(right, key=lambda on: abs(on - today))[:1])
    return Days(nearest, is_sure=bool(nearest) and abs(nearest[0] - today) <= HALF_A_YEAR)


def _existing(found: Sequence[tuple[int, int, int]]) -> tuple[date, ...]:
    """Those that are in the calendar, each once."""
    made = []
    for year, month, number in found:
        if 1 <= month <= 12 and 1 <= number <= _length(year, month) and 1 <= year <= 9999:
            made.append(date(year, month, number))
    return tuple(dict.fromkeys(made))


def _length(year: int, month: int) -> int:
    return 29 if month == 2 and isleap(year) else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


COUNT, UNIT = rf"(?P<n>\d{{1,3}}|{either(NUMERALS)})", rf"(?P<unit>{either(DAYS, WEEKS, MONTH_UNITS)})"
ONE = "(?P<one>dzien|tydzien|miesiac)"  # Polish needs no number for one
MONTH, DAY, YEAR = rf"(?P<month>{either(MONTHS)})", r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?", r"(?: (?P<year>\d{4})(?: ?r)?)?"
WEEKDAY, WHICH = rf"(?P<weekday>{either(WEEKDAYS)})", rf"(?P<which>{either(NEXT, THIS, LAST)})"
RULES: tuple[tuple[re.Pattern[str], Rule], ...] = tuple(
    (re.compile(pattern, re.ASCII), rule)
    for pattern, rule in (
        (r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", _iso),
        (r"(\d{1,2})\.(\d{1,2})\.?(\d{4})?", _dotted),
        (r"(\d{1,2})\. (\d{1,2})\. ?(\d{4})", _dotted),
        (r"(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}))?", _slashed),
        (r"(\d{1,2})([./-])(\d{1,2})\2(\d{2})", _short_year),
        (rf"(?:the )?{DAY} (?:of )?{MONTH}{YEAR}", _worded),
        (rf"{MONTH} (?:the )?{DAY}{YEAR}", _worded),
        (either(RELATIVE), _relative),
        (rf"(?:za|in) (?:{COUNT} {UNIT}|{ONE})", _ahead),
        (rf"(?:{COUNT} {UNIT}|{ONE}) (?:temu|ago)", _ago),
        (rf"(?:(?:on|we?) )?{WEEKDAY}", _weekday),
        (rf"(?:(?:on|we?) )?{WHICH} {WEEKDAY}", _chosen_weekday),
    )
)
