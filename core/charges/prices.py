"""What one seat costs the partner for a whole charge cycle, as Microsoft's reconciliation says it; and what cycles are still to come.

https://learn.microsoft.com/partner-center/billing/modern-invoice-reconciliation-file: the subtotal of a licence is
ROUNDDOWN(EffectiveUnitPrice × PCToBCExchangeRate, 2) × BillableQuantity. The effective price holds what was agreed (a list price may change
in mid-term and is not used), and a licence's price stands for its whole term.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal

from babel.numbers import get_currency_precision

from core.customers.terms import TERMS

from .proration import Cycle, monthly_cycle

YEARS = (365, 366, 1095, 1096)  # the days of a cycle that is billed for a year or three at once


@dataclass(frozen=True, kw_only=True)
class Price:
    """Per seat and whole cycle, before rounding, in the currency of the partner's bill. `invoice` "" where it is not billed yet."""

    unit: Decimal
    currency: str
    cycle: Cycle
    quantity: int
    invoice: str
    as_of: datetime

    @property
    def billed_unit(self) -> Decimal:
        """As Microsoft bills it: rounded down to the currency's own parts."""
        return rounded(self.unit, self.currency)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Down, as Microsoft does, to what the currency can be paid in."""
    return amount.quantize(Decimal(1).scaleb(-get_currency_precision(currency)), rounding=ROUND_DOWN)


def is_whole(cycle: Cycle) -> bool:
    """Whether it is a month, a year or three: of a part of a cycle nothing is concluded."""
    return cycle.days in YEARS or cycle == monthly_cycle(cycle.first)


def cycles_left(price: Price, *, today: date, last: date, term: str) -> list[Cycle] | None:
    """The cycle that runs on `today` and those after it to the term's `last` day, the last one perhaps cut short; None where the price is
    of another term, or where that cannot be told."""
    lasts = TERMS.get(term.casefold())
    if lasts is None or not price.cycle.first > last - lasts or not price.cycle.first <= today <= last:
        return None
    return [Cycle(first=each.first, last=min(each.last, last)) for each in _following(price, last) if each.last >= today]


def _following(price: Price, until: date) -> Iterator[Cycle]:
    """The price's cycle and those after it that begin by `until`."""
    cycle = price.cycle
    while cycle.first <= until:
        yield cycle
        begins = cycle.last + timedelta(days=1)
        cycle = whole_from(price, begins)


def whole_from(price: Price, begins: date) -> Cycle:
    """A whole cycle of the price's kind: a month, or a year."""
    return Cycle(first=begins, last=_year_later(begins)) if price.cycle.days in YEARS else monthly_cycle(begins)


def _year_later(begins: date) -> date:
    """The last day of a year that begins on this day."""
    return (begins.replace(year=begins.year + 1) if (begins.month, begins.day) != (2, 29) else date(begins.year + 1, 3, 1)) - timedelta(
        days=1
    )
