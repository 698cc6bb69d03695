"""The catalogues: gettext files per language and topic, keyed by what is said; Babel for numbers, dates, money and plurals."""

import gettext
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, get_currency_precision

from core.chat.values import Day, Link, Moment, Money, Person, Text
from core.engine.errors import Ambiguous, Because, DeskError, Sum

HERE = Path(__file__).parent
LANGUAGES = ("en", "pl")
TOUCHING = re.compile(r"(?<=[A-Za-z])(?=\d)")  # CLDR keeps a code off its number by a space that breaks no line; babel does not
OWN = "id:"  # how a row that was chosen is told from a name that was typed


@cache
def catalogue(language: str) -> gettext.GNUTranslations:
    """All files of one language, compiled in memory. Raises ValueError for a key that two files define."""
    merged = Catalog(locale=language)
    for path in sorted((HERE / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id and message.id in merged:
                    raise ValueError(f"{path.name} says {message.id} again")
                if message.id:
                    merged[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@lru_cache(maxsize=256)
def closest(locale: str) -> str:
    """The language we have for a locale such as `pl-PL` or `pl_PL`; English for all others."""
    language = locale.replace("_", "-").partition("-")[0].casefold()
    return language if language in LANGUAGES else "en"


@lru_cache(maxsize=256)
def number_format(locale: str) -> Locale:
    """Babel's locale for one such as `pl-PL` or `en_GB`; that of the closest language for one unknown or in another language."""
    language = closest(locale)
    try:
        found = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale(language)
    return found if found.language == language else Locale(language)


def known_zone(name: str) -> ZoneInfo:
    """The zone by its IANA name, UTC for one we do not know."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


@lru_cache(maxsize=4096)
def _moment(minute: datetime, zone: str, locale: Locale) -> str:
    """Kept, as every copy of a card says the same moments, and Babel takes its time for one."""
    known = known_zone(zone)
    short = minute.astimezone(known).tzname() or ""
    name = short if short.isalpha() else format_datetime(minute, "VVV", tzinfo=known, locale=locale)
    return f"{format_datetime(minute, 'EEE d MMM y HH:mm', tzinfo=known, locale=locale)} {name}"


@dataclass(frozen=True)
class Words:
    """One reader's language, number format and zone."""

    locale: str = "en"
    zone: str = "Europe/Warsaw"

    @property
    def language(self) -> str:
        """The language of the catalogue used."""
        return closest(self.locale)

    @property
    def _babel(self) -> Locale:
        return number_format(self.locale)

    def say(self, key: str, /, **params: object) -> str:
        """The sentence under a key, its parameters shown in the reader's way. Raises KeyError for a key no catalogue has."""
        found = catalogue(self.language).gettext(key)
        return self._fill(key, found, params)

    def count(self, key: str, number: int, /, **params: object) -> str:
        """The sentence in the plural form for `number`, which is also its parameter `n`."""
        found = catalogue(self.language).ngettext(key, f"{key}.many", number)
        return self._fill(key, found, {"n": number, **params})

    def has(self, key: str) -> bool:
        """Whether the catalogue knows the key."""
        return catalogue(self.language).gettext(key) != key

    def named(self, kind: str, name: str) -> str:
        """The catalogue's name for what we ship; a name that a partner gave stays as it is."""
        return self.say(f"{kind}.{name}") if self.has(f"{kind}.{name}") else name

    def error(self, error: DeskError) -> str:
        """The sentence for a refusal; of what may be several things it names each, as it would have to be written."""
        if not isinstance(error, Ambiguous):
            return self.say(f"error.{error.kind}", **error.params)
        named = [(typed, self.reading(meant)) for typed, meant in error.readings]
        readings = ", ".join(shown if typed.startswith(OWN) or typed == shown else f"{shown} ({typed})" for typed, shown in named)
        return self.say(f"error.{error.kind}", **error.params, readings=readings)

    def reading(self, meant: object) -> str:
        """One thing that a text may mean; a day with its weekday."""
        return self.named_day(meant) if isinstance(meant, date) and not isinstance(meant, datetime) else self.show(meant)

    def show(self, value: object) -> str:  # noqa: PLR0911 (a closed list of types)
        """A value as plain text, in the reader's language and zone."""
        if isinstance(value, Text):
            return value.value
        if isinstance(value, Because):
            return self.say(f"because.{value}")
        if isinstance(value, Money | Sum):
            return self.money(value.minor, value.currency)
        if isinstance(value, Moment):
            return self.moment(value.at)
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, Day):
            return self.day(value.on)
        if isinstance(value, date):
            return self.named_day(value)
        if isinstance(value, Person):
            return value.name + value.noted
        if isinstance(value, Link):
            return value.label
        if isinstance(value, timedelta):
            return self.duration(value)
        if isinstance(value, Decimal):
            return str(format_decimal(value, locale=self._babel))
        return str(value)

    def money(self, minor: int, currency: str) -> str:
        """1 234,50 zł"""
        digits = get_currency_precision(currency)
        shown = str(format_currency(Decimal(minor).scaleb(-digits), currency, locale=self._babel))
        return TOUCHING.sub("\u00a0", shown)

    def day(self, on: date) -> str:
        """27 kwi 2027, the day before the month as in a moment"""
        return str(format_date(on, "d MMM y", locale=self._babel))

    def month(self, named: str) -> str:
        """wrzesień 2026, of `2026-09`"""
        year, number = named.split("-")
        return str(format_date(date(int(year), int(number), 1), "LLLL y", locale=self._babel))

    def country(self, code: str) -> str:
        """Polska; a code that nobody knows stays as it is."""
        return str(self._babel.territories.get(code, code))

    def amount(self, minor: int, currency: str) -> str:
        """1 234,50, where the currency is said beside it"""
        digits = get_currency_precision(currency)
        shown = format_decimal(Decimal(minor).scaleb(-digits), f"#,##0.{'0' * digits}" if digits else "#,##0", locale=self._babel)
        return str(shown)

    def named_day(self, on: date) -> str:
        """Friday, 27 November 2026"""
        return str(format_date(on, "EEEE, d MMMM y", locale=self._babel))

    def brief_day(self, on: date) -> str:
        """Fri 27 Nov"""
        return str(format_date(on, "EEE d MMM", locale=self._babel))

    def weekday(self, number: int) -> str:
        """Mon; Monday is 0."""
        return str(format_date(date(2026, 1, 5 + number), "EEE", locale=self._babel))

    def duration(self, length: timedelta) -> str:
        """3 h 30 min: hours are not made into days, as a working day is no 24 hours."""
        minutes, seconds = divmod(int(length.total_seconds()), 60)
        parts = ((minutes // 60, "h"), (minutes % 60, "min"), (seconds, "s"))
        return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 h"

    def moment(self, at: datetime) -> str:
        """Mon 23 Nov 2026 01:06 CET: in the reader's zone, named; by its city where people have no short name for it."""
        return _moment(at.astimezone(UTC).replace(second=0, microsecond=0), self.zone, self._babel)

    def _fill(self, key: str, found: str, params: Mapping[str, object]) -> str:
        if found in (key, f"{key}.many"):
            raise KeyError(f"no {self.language} words for {key}")
        if not params and "{" not in found:
            return found
        return found.format(**{name: self.show(value) for name, value in params.items()})
