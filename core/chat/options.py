"""What a search field offers while somebody types, from our own database; and the label of what a field holds already."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from core.cases.queries import case
from core.cases.search import searched
from core.customers.queries import customer, named
from core.engine.errors import NotFound

from .forms import Option
from .words import OWN

LIMIT = 15
LONGEST = 18  # digits of an id that any store can hold
SHORTEST = 2  # characters before a name is looked up


def options(connection: Connection, source: str, typed: str) -> tuple[Option, ...]:
    """The nearest choices, best first; none for a source nobody knows. Who may ask is the caller's matter."""
    look = SOURCES.get(source)
    return look(connection, typed.strip()) if look is not None and typed.strip() else ()


def chosen(connection: Connection, source: str, value: str) -> Option | None:
    """A value that a search field sent earlier, with its label; None for anything that was merely typed."""
    number = value.removeprefix(OWN)
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST) or (source == "customer") != value.startswith(OWN):
        return None
    try:
        return _case(int(number), case(connection, int(number)).title) if source == "case" else _customer(connection, int(number))
    except NotFound:
        return None


def _cases(connection: Connection, typed: str) -> tuple[Option, ...]:
    return tuple(_case(number, title) for number, title in searched(connection, typed, limit=LIMIT))


def _customers(connection: Connection, typed: str) -> tuple[Option, ...]:
    found = named(connection, typed, limit=LIMIT) if len(typed) >= SHORTEST else []
    return tuple(Option(f"{OWN}{each.id}", each.name) for each in found)


def _case(number: int, title: str) -> Option:
    return Option(str(number), f"C-{number} {title}")


def _customer(connection: Connection, number: int) -> Option:
    return Option(f"{OWN}{number}", customer(connection, number).name)


SOURCES: Mapping[str, Callable[[Connection, str], tuple[Option, ...]]] = {"case": _cases, "customer": _customers}
