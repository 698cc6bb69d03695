"""What Microsoft charges or gives back for a part of a charge cycle, in Decimal and with its steps.

https://learn.microsoft.com/partner-center/billing/common-billing-scenarios-onetime-recurring: the effective unit price is the unit price
divided by the days of the charge cycle, times the days billed; those run from the day of the event to the cycle's last day, both
counted. Microsoft's page truncates some of its own results, so compare with a cent or two of tolerance and show the arithmetic.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """A charge cycle from its first to its last day, both included. Raises ValueError when it ends before it begins."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a charge cycle cannot end on {self.last}, before {self.first}")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def left_on(self, day: date) -> int:
        """How many of its days are billed for something that happens on `day`. Raises ValueError for a day outside it."""
        if not self.first <= day <= self.last:
            raise ValueError(f"{day} lies outside the charge cycle {self.first} – {self.last}")
        return (self.last - day).days + 1


@dataclass(frozen=True, kw_only=True)
class Prorated:
    """The arithmetic: `unit_price / cycle_days * billed_days * quantity`. A refund has a negative quantity."""

    unit_price: Decimal
    cycle_days: int
    billed_days: int
    quantity: int

    @property
    def effective_unit_price(self) -> Decimal:
        """The unit price of the days billed, not rounded."""
        return self.unit_price / self.cycle_days * self.billed_days

    @property
    def total(self) -> Decimal:
        """What the line comes to, not rounded."""
        return self.effective_unit_price * self.quantity


def monthly_cycle(starts: date) -> Cycle:
    """A month from `starts`: its length is that of the calendar month it starts in (21 Feb – 20 Mar: 28 days)."""
    following = (starts.replace(day=1) + timedelta(days=32)).replace(day=1)
    return Cycle(first=starts, last=starts + (following - starts.replace(day=1)) - timedelta(days=1))


def prorate(*, unit_price: Decimal, cycle: Cycle, on: date, quantity: int) -> Prorated:
    """The charge for `quantity` seats from `on` to the end of the cycle. Raises ValueError for a day outside it."""
    return Prorated(unit_price=unit_price, cycle_days=cycle.days, billed_days=cycle.left_on(on), quantity=quantity)
