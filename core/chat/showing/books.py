"""The ways to deal with an unpaid subscription with what each leaves on the partner's books, the cheapest first, its arithmetic beside it.

Only for the partner's own people: it is their purchase price.
"""

from collections.abc import Iterator, Sequence

from core.charges.books import Left, Part
from core.charges.levers import Lever, Way
from core.charges.prices import Price
from core.chat.showing.windows import lever_lines
from core.chat.words import Words

PRICED = frozenset(Way) - {Way.AZURE, Way.TRIAL}  # what a price per seat says something about


def books_lines(words: Words, found: Sequence[tuple[Lever, Left | None]], price: Price) -> Iterator[str]:
    """One line each; what cannot be reckoned comes last and says so, and the price's own source closes."""
    ordered = sorted(found, key=lambda pair: (pair[1] is None, pair[1].minor if pair[1] else 0))
    for lever, left in ordered:
        (line,) = lever_lines(words, [lever])
        if lever.way not in PRICED:
            yield line
        elif left is None:
            yield words.say("books.unreckoned", line=line)
        else:
            yield words.say("books.left", line=line, amount=words.money(left.minor, left.currency), how=_how(words, left))
    if any(left is not None for _, left in ordered):
        yield words.say(
            "books.price" if price.invoice else "books.price_unbilled", invoice=price.invoice, until=words.day(price.cycle.last)
        )


def _how(words: Words, left: Left) -> str:
    """= 15 × 10.08 zł × 12 − 15 × 9.40 zł (28/30); nothing for nothing."""
    signs = [" − " if part.quantity < 0 else " + " if number else " = " for number, part in enumerate(left.parts)]
    return "".join(f"{sign}{_part(words, part, left.currency)}" for sign, part in zip(signs, left.parts, strict=True))


def _part(words: Words, part: Part, currency: str) -> str:
    times = f" × {part.times}" if part.times > 1 else ""
    days = f" ({part.billed}/{part.days})" if part.days else ""
    return f"{abs(part.quantity)} × {words.money(part.unit_minor(currency), currency)}{times}{days}"
