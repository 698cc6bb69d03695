"""Two months' invoices line by line. Every line appears exactly once, so the differences add up to the cent."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .model import Invoice, Line

# The same charge in two months, the surest sign first; a text's digits (a period, a number) aside only at the very last.
KEYS: tuple[Callable[[Line], tuple[str, ...]], ...] = (
    lambda line: (line.subscription, line.product, _folded(line.text)) if line.subscription else (),
    lambda line: (line.subscription, line.product) if line.subscription else (),
    lambda line: (line.product, _folded(line.text)) if line.product and not line.subscription else (),
    lambda line: (line.product,) if line.product and not line.subscription else (),
    lambda line: (_folded(line.text),) if not line.product and not line.subscription else (),
    lambda line: (re.sub(r"[\d\W_]+", " ", _folded(line.text)).strip(),) if not line.product and not line.subscription else (),
)


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line then and now; None where there is no such line. Amounts are minor units, the differences after − before."""

    before: Line | None
    after: Line | None

    @property
    def net(self) -> int:
        """The difference in net."""
        return _net(self.after) - _net(self.before)

    @property
    def vat(self) -> int:
        """The difference in VAT."""
        return (self.after.vat if self.after else 0) - (self.before.vat if self.before else 0)

    @property
    def gross(self) -> int:
        """The difference in gross."""
        return self.net + self.vat

    @property
    def effects(self) -> tuple[int, int] | None:
        """(from the quantity at the old unit price, from the unit price at the new quantity): together the net difference.

        None where a unit price cannot be told: a line is missing or has no quantity.
        """
        if self.before is None or self.after is None or not self.before.quantity or not self.after.quantity:
            return None
        grown = Fraction(self.after.quantity) - Fraction(self.before.quantity)
        of_quantity = round(grown * unit_price(self.before))
        return of_quantity, self.net - of_quantity


@dataclass(frozen=True, kw_only=True)
class Side:
    """A month's invoices in one currency. `unitemised` is what their totals have and their lines do not say."""

    numbers: tuple[str, ...]
    total: int
    net: int
    vat: int

    @property
    def unitemised(self) -> int:
        """Total − net − VAT of the lines: rounding, or an invoice whose lines no feed gave."""
        return self.total - self.net - self.vat


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two months in one currency. `changes` and the difference in `unitemised` add up to the difference of the totals."""

    currency: str
    before: Side
    after: Side
    changes: tuple[Change, ...]

    @property
    def difference(self) -> int:
        """Between the two months' invoice totals, gross."""
        return self.after.total - self.before.total

    @property
    def unitemised(self) -> int:
        """What of the difference no line explains."""
        return self.after.unitemised - self.before.unitemised


def unit_price(line: Line) -> Fraction:
    """Net per unit, exactly, in minor units. Raises ZeroDivisionError for a line without quantity."""
    return Fraction(line.net) / Fraction(line.quantity)


def compare(before: Sequence[Invoice], after: Sequence[Invoice]) -> list[Comparison]:
    """All invoices of two months, per currency: several of a month are taken together, credit notes with their signs."""
    currencies = sorted({invoice.currency for invoice in (*before, *after)})
    return [_in_currency(currency, _only(before, currency), _only(after, currency)) for currency in currencies]


def match(before: Iterable[Line], after: Iterable[Line]) -> tuple[Change, ...]:
    """Lines paired by subscription, product or text; what has no counterpart stands alone."""
    left, right = list(before), list(after)
    pairs: list[Change] = []
    for key in KEYS:
        waiting: dict[tuple[str, ...], list[Line]] = defaultdict(list)
        for line in right:
            waiting[key(line)].append(line)
        unpaired = []
        for line in left:
            found = waiting[key(line)] if any(key(line)) else []
            if found:
                pairs.append(Change(before=line, after=found.pop(0)))
            else:
                unpaired.append(line)
        left, right = unpaired, [line for lines in waiting.values() for line in lines]
    alone = [Change(before=line, after=None) for line in left] + [Change(before=None, after=line) for line in right]
    return tuple(sorted((*pairs, *alone), key=lambda change: (-abs(change.gross), shown_line(change).text)))


def shown_line(change: Change) -> Line:
    """The line by which a change is called: the newer one. Raises ValueError for a change of nothing."""
    line = change.after or change.before
    if line is None:
        raise ValueError("a change has at least one line")
    return line


def _in_currency(currency: str, before: list[Invoice], after: list[Invoice]) -> Comparison:
    lines = [[line for invoice in side for line in invoice.lines] for side in (before, after)]
    return Comparison(currency=currency, before=_side(before), after=_side(after), changes=match(lines[0], lines[1]))


def _side(invoices: list[Invoice]) -> Side:
    lines = [line for invoice in invoices for line in invoice.lines]
    return Side(
        numbers=tuple(i.number for i in invoices), total=sum(i.total for i in invoices), net=sum(_net(line) for line in lines),
        vat=sum(line.vat for line in lines),
    )  # fmt: skip


def _only(invoices: Sequence[Invoice], currency: str) -> list[Invoice]:
    return [invoice for invoice in invoices if invoice.currency == currency]


def _net(line: Line | None) -> int:
    return line.net if line else 0


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
