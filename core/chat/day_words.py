"""The words for days in the languages the desk speaks: months and weekdays as Unicode's CLDR has them (Babel), the rest our own."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, product

from babel.dates import get_day_names, get_month_names

from core.engine.folding import folded

LOCALES = ("en", "en_GB", "pl")


def _named(found: Iterator[tuple[str, int]]) -> dict[str, int]:
    """Raises ValueError for a word that would mean two things."""
    named: dict[str, int] = {}
    for word, number in found:
        plain = folded(word).strip(".")
        if named.setdefault(plain, number) != number:
            raise ValueError(f"{word} means both {named[plain]} and {number}")
    return named


def _said(names: Callable[..., Mapping[int, str]]) -> Iterator[tuple[str, int]]:
    for locale, width, context in product(LOCALES, ("wide", "abbreviated"), ("format", "stand-alone")):
        yield from ((name, number) for number, name in names(width, context, locale).items())


AFTER_W = (("środę", 2), ("sobotę", 5), ("niedzielę", 6))  # "w środę": the other weekdays look the same
AFTER_DO = (
    ("poniedziałku", 0), ("wtorku", 1), ("środy", 2), ("czwartku", 3), ("piątku", 4), ("soboty", 5), ("niedzieli", 6),
)  # fmt: skip # "do piątku"
MONTHS: Mapping[str, int] = _named(_said(get_month_names))
WEEKDAYS: Mapping[str, int] = _named(chain(_said(get_day_names), AFTER_W, AFTER_DO))  # Monday is 0
RELATIVE: Mapping[str, int] = {
    "today": 0, "dzis": 0, "dzisiaj": 0, "tomorrow": 1, "jutro": 1, "jutra": 1,
    "the day after tomorrow": 2, "day after tomorrow": 2, "pojutrze": 2,
    "pojutrza": 2,
    "yesterday": -1, "wczoraj": -1, "the day before yesterday": -2, "day before yesterday": -2, "przedwczoraj": -2,
}  # fmt: skip
NUMERALS: Mapping[str, int] = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "jeden": 1, "jedna": 1, "dwa": 2, "dwie": 2, "trzy": 3, "cztery": 4, "piec": 5, "szesc": 6, "siedem": 7, "osiem": 8, "dziewiec": 9,
    "dziesiec": 10,
}  # fmt: skip
DAYS = frozenset({"day", "days", "dzien", "dni"})
WEEKS = frozenset({"week", "weeks", "tydzien", "tygodnie", "tygodni"})
MONTH_UNITS = frozenset({"month", "months", "miesiac", "miesiace", "miesiecy"})
NEXT = frozenset({"next", "nastepny", "nastepna", "przyszly", "przyszla"})
THIS = frozenset({"this", "ten", "te"})
LAST = frozenset({"last", "zeszly", "zeszla", "ubiegly", "ubiegla", "ostatni", "ostatnia", "poprzedni", "poprzednia"})


def either(*words: frozenset[str] | Mapping[str, int]) -> str:
    """The words as one group of a pattern, the longer first."""
    found = sorted({word for group in words for word in group}, key=lambda word: (-len(word), word))
    return "|".join(found)
