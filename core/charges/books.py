"""What each way of dealing with an unpaid subscription leaves on the partner's books, from the charge cycle that runs now to the end of the
term: what Microsoft bills for it and nobody may pay. Never for the customer's eyes: it is the partner's purchase price.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision

from core.customers.model import Subscription
from core.customers.resources import SubscriptionFacts

from .cycles import first_cycle
from .levers import Lever, Way
from .prices import Price, cycles_left, is_whole, rounded, whole_from
from .proration import Cycle

WINDOWS = frozenset({Way.CANCEL_PRORATED, Way.REDUCE})


@dataclass(frozen=True, kw_only=True)
class Part:
    """`quantity × unit × times`, where the unit is a whole cycle's price or that of `billed` of its `days` days; negative if given back."""

    unit: Decimal
    quantity: int
    times: int = 1
    billed: int = 0
    days: int = 0

    @property
    def total(self) -> Decimal:
        """What it comes to, exactly."""
        return self.unit * self.quantity * self.times

    def unit_minor(self, currency: str) -> int:
        """The unit in the currency's own parts, to which it was rounded down."""
        return int(self.unit.scaleb(get_currency_precision(currency)))


@dataclass(frozen=True, kw_only=True)
class Left:
    """What stays on the books: minor units with a currency, and how it was reckoned."""

    minor: int
    currency: str
    parts: tuple[Part, ...]


def left_by(lever: Lever, price: Price, read: SubscriptionFacts | Subscription, resource: Mapping[str, Any], now: datetime) -> Left | None:
    """What stays when this way is gone at `now`; None where it cannot be told from what was read. Days are Microsoft's, in UTC."""
    if lever.way is Way.CANCEL_FULL:
        return Left(minor=0, currency=price.currency, parts=())
    today, last = now.astimezone(UTC).date(), read.term_end_at.astimezone(UTC).date() if read.term_end_at else None
    cycles = cycles_left(price, today=today, last=last, term=read.term) if last is not None else None
    # A window opens with a purchase or a renewal: what it gives back is of the cycle that began then.
    if not cycles or (lever.way in WINDOWS and first_cycle(resource) != cycles[0]):
        return None
    parts = _parts(lever, price, cycles, read.quantity, today)
    return _sum(price, parts) if parts else None


def _parts(lever: Lever, price: Price, cycles: list[Cycle], quantity: int, today: date) -> list[Part]:
    """What is charged and given back; nothing for ways that a price per seat says nothing of."""
    running, later = cycles[:1], cycles[1:]
    if lever.way in (Way.TERM_END, Way.SUSPEND_SAVES_NOTHING):
        return _charged(price, cycles, quantity)
    if lever.way in (Way.SUSPEND_SAVES, Way.CANCEL_PRORATED):
        return [*_charged(price, running, quantity), _back(price, running[0], today, quantity)]
    if lever.way is Way.REDUCE:
        back = _back(price, running[0], today, lever.quantity)
        return [*_charged(price, running, quantity), back, *_charged(price, later, quantity - lever.quantity)]
    return []


def _charged(price: Price, cycles: list[Cycle], quantity: int) -> list[Part]:
    """Whole cycles together, and the last one apart when the term cuts it short."""
    cut = [each for each in cycles[-1:] if not is_whole(each)]
    whole = len(cycles) - len(cut)
    made = [Part(unit=price.billed_unit, quantity=quantity, times=whole)] if whole else []
    return [*made, *(_part(price, each.days, whole_from(price, each.first).days, quantity) for each in cut)]


def _back(price: Price, cycle: Cycle, today: date, quantity: int) -> Part:
    """The days from today to the cycle's end, today included, are given back."""
    return _part(price, cycle.left_on(today), cycle.days, -quantity)


def _part(price: Price, billed: int, days: int, quantity: int) -> Part:
    return Part(unit=rounded(price.unit / days * billed, price.currency), quantity=quantity, billed=billed, days=days)


def _sum(price: Price, parts: list[Part]) -> Left:
    total = sum((part.total for part in parts), Decimal())
    return Left(minor=int(total.scaleb(get_currency_precision(price.currency))), currency=price.currency, parts=tuple(parts))
