"""Invoices as forms name them: those of one customer, or of the payer that a case is about, and their lines."""

from collections.abc import Mapping

from sqlalchemy import Connection

from core.engine.errors import DeskError, InvalidInput
from core.receivables.search import FoundInvoice, found_invoices, invoices_among, line_texts, numbered_exactly, numbered_like

from .asking import Asked
from .debtors import Debtor, debtor
from .forms import Option
from .values import Day, Money
from .words import OWN, Words

LONGEST = 18  # digits of an id that any store can hold


def invoices_offered(connection: Connection, words: Words, about: str, typed: str, *, limit: int) -> tuple[Option, ...]:
    """Those of whoever is meant by `about`, as a form carries it, whose number has `typed` in it: open ones first, the earliest due first.
    None for nobody the desk knows."""
    try:
        whose = debtor(connection, int(about) if about.isdecimal() and len(about) <= LONGEST else about)
    except DeskError:
        return ()
    found = numbered_like(connection, typed, customer_id=whose.customer_id, payer_id=whose.payer_id, currency=whose.currency, limit=limit)
    return tuple(_offered(words, each) for each in found)


def invoices_of_anybody(connection: Connection, words: Words, typed: str, *, limit: int) -> tuple[Option, ...]:
    """Confirmed customers' invoices with a number that begins so, named by it."""
    found = invoices_among(connection, typed, limit=limit)
    return tuple(Option(each.number, f"{_offered(words, each).label} · {each.payer}") for each in found)


def invoice_held(connection: Connection, words: Words, value: str) -> Option | None:
    """An invoice that a field holds, with its label; None for anything that is none of one customer's."""
    ids = _ids(connection, value)
    found = found_invoices(connection, ids[:2]) if len(ids) == 1 else []
    return _offered(words, found[0]) if found else None


def invoice_meant(connection: Connection, whose: Debtor, text: str) -> int:
    """The invoice of that debtor, by its number or as a search field sent it. Raises InvalidInput for no invoice, for another customer's,
    and for a number that several payers of the customer have."""
    known = found_invoices(connection, _ids(connection, text))
    theirs = [each for each in known if each.customer_id == whose.customer_id]
    if len(theirs) == 1:
        return theirs[0].id
    if theirs:
        raise InvalidInput("invoice_of_several", "invoice", typed=text)
    if known:
        raise InvalidInput("invoice_of_another", "invoice", invoice=known[0].number if not text.startswith(OWN) else text)
    raise InvalidInput("invoice_unknown", "invoice", typed=text)


def lines_offered(asked: Asked, given: Mapping[str, object]) -> tuple[Option, ...]:
    """The lines of the invoice that was named, each with what it comes to; none while it is not known which."""
    with asked.reading() as connection:
        try:
            whose = debtor(connection, given["debtor"])
            named = str(given.get("invoice") or "")
            invoice_id = invoice_meant(connection, whose, named) if named else whose.invoice_id
        except (DeskError, KeyError):
            return ()
        lines = [] if invoice_id is None else line_texts(connection, invoice_id)
    return tuple(Option(str(at), f"{at}. {text} · {asked.words.money(gross, currency)}") for at, text, gross, currency in lines)


def _ids(connection: Connection, text: str) -> list[int]:
    number = text.removeprefix(OWN)
    if text.startswith(OWN):
        return [int(number)] if number.isascii() and number.isdecimal() and len(number) <= LONGEST else []
    return [each.id for each in numbered_exactly(connection, text)]


def _offered(words: Words, found: FoundInvoice) -> Option:
    left = words.say("find.unknown") if found.open is None else words.show(Money(found.open, found.currency))
    label = words.say("invoice.offered", number=found.number, open=left, due=Day(found.due_on))
    return Option(f"{OWN}{found.id}", label)
