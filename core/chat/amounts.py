"""Amounts as people write them. Babel reads the numbers strictly, in each way they are written here; where two ways differ, we ask.

No price library: those are made for scraping, take the first number they see and call `1,200` a guess. Babel's own reading is fenced
too: it takes `1e5`, other scripts' digits and a trailing separator.
"""

import re
from decimal import Decimal

from babel.numbers import NumberFormatError, get_currency_precision, list_currencies, parse_decimal

from core.engine.errors import Ambiguous, InvalidInput

from .values import Money

SIGNS = {"zł": "PLN", "zl": "PLN", "€": "EUR", "euro": "EUR", "£": "GBP", "kč": "CZK"}  # not $ or kr: those are several currencies
WAYS = ("en", "pl", "de")  # 1,200.50 and 1 200,50 and 1.200,50
NUMBER = r"[0-9]+(?:[ .,][0-9]+)*"
AMOUNT = re.compile(rf"(?P<before>[^\W\d]+|[€£])? ?(?P<number>{NUMBER}) ?(?P<after>[^\W\d]+\.?|[€£])?")
LARGEST = 10**15  # minor units: what a person types by hand is far below it


def amount(text: str, *, field: str = "amount") -> Money:
    """The one amount meant, above zero, with its currency. Raises Ambiguous when it may be several, InvalidInput when it is none."""
    plain = " ".join(text.split())
    found = AMOUNT.fullmatch(plain)
    if found is None or (found["before"] and found["after"]):
        raise InvalidInput("not_an_amount", field, typed=text)
    said = found["before"] or found["after"]
    if not said:
        raise InvalidInput("currency_missing", field, typed=text)
    currency = _currency(said)
    if currency is None:
        raise InvalidInput("currency_unknown", field, typed=text, currency=said)
    return _one(_values(found["number"], currency), currency, text, field)


def _one(values: set[Decimal], currency: str, text: str, field: str) -> Money:
    digits = get_currency_precision(currency)
    if values == {Decimal(0)}:
        raise InvalidInput("amount_not_payable", field, typed=text)
    minors = {value: value.scaleb(digits) for value in sorted(values)}
    payable = [Money(int(minor), currency) for minor in minors.values() if minor == int(minor) and 0 < minor <= LARGEST]
    is_exact = all(-int(value.as_tuple().exponent) <= digits for value in values)
    if not payable or (len(values) == 1 and not is_exact):
        raise InvalidInput("not_an_amount", field, typed=text)
    if len(values) == 1:
        return payable[0]
    raise Ambiguous("amount_ambiguous", field, typed=text, readings=[(written(each), each) for each in payable])


def written(money: Money) -> str:
    """`1200.50 PLN`: what `amount` understands in one way only."""
    digits = get_currency_precision(money.currency)
    return f"{Decimal(money.minor).scaleb(-digits):.{digits}f} {money.currency}"


def _values(number: str, currency: str) -> set[Decimal]:
    """Every number it may be. No currency with three decimals is written in the third way: its `1.234` is never a thousand."""
    ways = WAYS if get_currency_precision(currency) < 3 else WAYS[:2]
    found = set()
    for way in ways:
        try:
            found.add(parse_decimal(number.replace(" ", "\u00a0"), locale=way, strict=True))
        except NumberFormatError:
            continue
    return found


def _currency(said: str) -> str | None:
    plain = said.strip(".").casefold()
    return SIGNS.get(plain) or (plain.upper() if plain.upper() in list_currencies() else None)
