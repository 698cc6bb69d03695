"""What a search field offers while somebody types, from our own database; and the label of what a field holds already."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from core.cases.queries import case
from core.cases.search import searched
from core.customers.queries import customer, named
from core.engine.errors import NotFound
from core.engine.folding import folded
from core.people.model import Right
from core.people.queries import names

from .actions import Argument, ArgumentKind
from .billed import invoice_held, invoices_of_anybody, invoices_offered
from .finding import is_invoice
from .forms import Option
from .words import OWN, Words

LIMIT = 15
INVOICE, DEBTOR = ArgumentKind.INVOICE.value, ArgumentKind.DEBTOR.value
LONGEST = 18  # digits of an id that any store can hold
SHORTEST = 2  # characters before a name is looked up


def source_of(argument: Argument, about: str = "") -> str:
    """Where the argument's field looks, if it is a search: its kind, the closed choices that are offered too (`staff+person.next`), and
    `about` whom (`invoice@104`)."""
    named = "+".join((argument.kind.value, *(f"{argument.name}.{choice}" for choice in argument.choices)))
    return f"{named}@{about}" if about else named


def options(connection: Connection, words: Words, source: str, typed: str) -> tuple[Option, ...]:
    """The nearest choices, best first; none for a source nobody knows. Who may ask is `is_for`'s matter."""
    place, _, about = source.partition("@")
    name, *closed = place.split("+")
    sought = typed.strip()
    if name == INVOICE:
        return invoices_offered(connection, words, about, sought, limit=LIMIT)
    if name == DEBTOR and sought:
        return _debtors(connection, words, sought)
    look = SOURCES.get(name)
    if look is None or not sought:
        return ()
    named = ((key.rpartition(".")[2], f"choice.{key}") for key in closed)
    offered = [Option(choice, words.say(key)) for choice, key in named if words.has(key)]
    begun = [each for each in offered if begins(each.label, sought) or begins(each.value, sought)]
    return (*begun, *look(connection, sought))[:LIMIT]


def is_for(source: str, rights: frozenset[Right]) -> bool:
    """Whether somebody with these rights may be offered anything there: invoices to whoever does more than look."""
    return Right.READ in rights and (source.partition("@")[0] not in (INVOICE, DEBTOR) or rights != {Right.READ})


def chosen(connection: Connection, words: Words, source: str, value: str) -> Option | None:
    """A value that a search field sent earlier, with its label; None for anything that was merely typed."""
    if source == INVOICE:
        return invoice_held(connection, words, value)
    if source in PEOPLE:
        found = [Option(handle, name) for handle, name in names(connection, PEOPLE[source]) if handle == value]
        return found[0] if found else None
    if source == "debtor":
        source = "customer" if value.startswith(OWN) else "case"
        if source == "case" and not value.isdigit():
            return Option(value, value) if is_invoice(connection, value) else None
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


def begins(text: str, sought: str) -> bool:
    """Whether a word of the text begins with what was typed, case and diacritics aside."""
    return f" {folded(sought.removeprefix('@'))}" in f" {folded(text)}"


def _people(right: Right | None) -> Callable[[Connection, str], tuple[Option, ...]]:
    def look(connection: Connection, typed: str) -> tuple[Option, ...]:
        known = names(connection, right)
        return tuple(Option(handle, name) for handle, name in known if begins(name, typed) or begins(handle, typed))

    return look


def _debtors(connection: Connection, words: Words, typed: str) -> tuple[Option, ...]:
    """Invoices of such numbers first, then customers and cases."""
    invoices = invoices_of_anybody(connection, words, typed, limit=5)
    return (*invoices, *_customers(connection, typed)[:5], *_cases(connection, typed))[:LIMIT]


def _case(number: int, title: str) -> Option:
    return Option(str(number), f"C-{number} {title}")


def _customer(connection: Connection, number: int) -> Option:
    return Option(f"{OWN}{number}", customer(connection, number).name)


# People by whose right they are found: whoever may work on cases, or everybody.
PEOPLE: Mapping[str, Right | None] = {ArgumentKind.STAFF.value: Right.WORK, ArgumentKind.MEMBER.value: None}
SOURCES: Mapping[str, Callable[[Connection, str], tuple[Option, ...]]] = {
    "case": _cases, "customer": _customers, **{kind: _people(right) for kind, right in PEOPLE.items()},
}  # fmt: skip
