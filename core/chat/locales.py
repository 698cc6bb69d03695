"""Languages and time zones as people name them: `polski`, `Polish`, `pl-PL`; `Europe/Warsaw`, `Warszawa`, `new york`.

What is not understood is refused with the nearest right form, never guessed; a city of several zones is asked about.
"""

from collections import defaultdict
from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.dates import get_timezone_location

from core.engine.errors import Ambiguous, InvalidInput
from core.engine.folding import folded

from .words import LANGUAGES, closest

AS_THE_CHAT_SAYS = "chat"
NOT_OURS = frozenset({"chat", "auto", "czat", "jak czat", "as my chat"})  # no language of one's own
CLOSE = 0.6  # of 1: how alike a name must be to be proposed
REGIONS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def language(text: str, field: str) -> str:
    """A locale of a language that the desk speaks, or "" for whatever the chat says. Raises InvalidInput with the nearest right form."""
    said = folded(text.strip())
    if said in NOT_OURS:
        return ""
    known = named_languages()
    if said in known:
        return known[said]
    try:
        found = Locale.parse(text.strip().replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError, TypeError):
        near = next(iter(get_close_matches(said, known, n=1, cutoff=CLOSE)), "")
        spoken = Locale(known[near]).get_display_name(known[near]) if near else spoken_languages()
        raise InvalidInput("not_a_language" if near else "language_unknown", field, typed=text.strip(), nearest=spoken) from None
    if found.language not in LANGUAGES:
        raise InvalidInput("language_unknown", field, typed=text.strip(), nearest=spoken_languages())
    return str(found).replace("_", "-")


def spoken_languages() -> str:
    """What the desk speaks, each in its own words: English, polski."""
    return ", ".join(str(Locale(code).get_display_name(code)) for code in LANGUAGES)


@cache
def named_languages() -> dict[str, str]:
    """Every name of a language of ours, in all of them, without case and diacritics."""
    return {folded(str(Locale(code).get_display_name(other))): code for code in LANGUAGES for other in LANGUAGES} | {
        code: code for code in LANGUAGES
    }


def zone(text: str, field: str) -> str:
    """A zone's IANA name, or "" for whatever the chat says. Raises InvalidInput with the nearest right form, Ambiguous."""
    said = folded(text.strip()).replace(" ", "_")
    if said.replace("_", " ") in NOT_OURS:
        return ""
    known, cities = zones(), cities_of_zones()
    if said in known:
        return known[said]
    meant = sorted(cities.get(said, ()))
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise Ambiguous("zone_ambiguous", field, typed=text.strip(), readings=[(name, name) for name in meant])
    near = get_close_matches(said, [*known, *cities], n=1, cutoff=CLOSE)
    nearest = known.get(near[0]) or min(cities[near[0]]) if near else "Europe/Warsaw"
    raise InvalidInput("not_a_zone", field, typed=text.strip(), nearest=nearest)


@cache
def zones() -> dict[str, str]:
    """Every zone of a place, and UTC, by its name without case."""
    placed = (name for name in available_timezones() if name.partition("/")[0] in REGIONS)
    return {folded(name): name for name in ("UTC", *sorted(placed))}


@cache
def cities_of_zones() -> dict[str, frozenset[str]]:
    """Zones by their city, as IANA spells it and as each of our languages does. A zone that only goes by another city's name, such as
    Europe/Belfast by London's, is found by its own."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name in zones().values():
        own = folded(name.rpartition("/")[2].replace("_", " "))
        shown = {folded(str(get_timezone_location(name, locale=code, return_city=True))) for code in LANGUAGES}
        for city in {own} | (shown if own in shown else set()):
            found[city.replace(" ", "_")].add(name)
    return {city: frozenset(names) for city, names in found.items()}


def spoken(locale: str) -> str:
    """The language of a locale in its own words: polski."""
    code = closest(locale)
    return str(Locale(code).get_display_name(code))
