"""Amounts, days and moments as a letter says them: written out, with the currency's code, in the customer's language and zone."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, get_currency_precision


@dataclass(frozen=True)
class Phrases:
    """`locale` such as pl or en_GB; one that nobody knows is taken for its language."""

    locale: str
    zone: str

    @property
    def _babel(self) -> Locale:
        tag = self.locale.replace("-", "_")
        try:
            return Locale.parse(tag)
        except (UnknownLocaleError, ValueError):
            return Locale.parse(tag.partition("_")[0])

    def money(self, minor: int, currency: str) -> str:
        """4 210,00 PLN: a code, as a sign may be several countries'."""
        amount = Decimal(minor).scaleb(-get_currency_precision(currency))
        return str(format_currency(amount, currency, "#,##0.00\N{NO-BREAK SPACE}¤¤", locale=self._babel, currency_digits=True))

    def day(self, on: date) -> str:
        """2 November 2026: no order of figures to be mistaken."""
        return str(format_date(on, "d MMMM y", locale=self._babel))

    def month(self, period: str) -> str:
        """October 2026, from 2026-10."""
        return str(format_date(date.fromisoformat(f"{period}-01"), "LLLL y", locale=self._babel))

    def moment(self, at: datetime) -> str:
        """2 December 2026, 09:00 (CET). No weekday: in many languages it would have to be inflected."""
        zone = ZoneInfo(self.zone)
        said = format_datetime(at, "d MMMM y, HH:mm", tzinfo=zone, locale=self._babel)
        short = at.astimezone(zone).tzname() or ""
        return f"{said} ({short if short.isalpha() else self.zone})"
