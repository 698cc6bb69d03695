"""The view of what was found: a table per kind of thing, or one kind page by page."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from core.cases.search import CASES, NOTES, FoundCase, found_cases, found_notes
from core.chat.asking import Asked
from core.chat.values import Day, Moment, Money, Text, Value
from core.chat.views import Button, FindView, Section, Table
from core.chat.words import Words
from core.customers.search import CUSTOMERS, found_customers
from core.engine import search
from core.engine.folding import folded
from core.engine.search import FIRST, Key, Page, Sought
from core.receivables.search import INVOICES, found_invoices

AT_ONCE, OF_ONE = 4, 10  # rows of a kind when all are shown, and on a page of its own
OPENED = 4  # buttons to what was found
EXCERPT, BEFORE = 120, 40  # characters of a note, and how many of them stand before the word that was found


@dataclass(frozen=True, kw_only=True)
class Hits:
    """A table's rows, or lines where a text is too long for a cell; and where they lead: verb, its subject, the button's label."""

    doors: tuple[tuple[str, int, str], ...]
    rows: tuple[tuple[Value, ...], ...] = ()
    lines: tuple[Value, ...] = ()


def find_view(asked: Asked, connection: Connection, what: Sought) -> FindView:
    """The best of every kind, and a button to the rest of each."""
    pages = {kind: search.page(connection, kind, what, limit=AT_ONCE) for kind in KINDS}
    hits = {kind: KINDS[kind](connection, asked.words, page.found, what) for kind, page in pages.items() if page.found}
    more = [_to(asked.words, f"find.more.{kind}", what, kind, FIRST) for kind, page in pages.items() if page.next]
    return _view(asked, what, hits, more)


def kind_view(asked: Asked, connection: Connection, what: Sought, *, kind: str, after: Key) -> FindView:
    """The next page of one kind."""
    page = search.page(connection, kind, what, after=after, limit=OF_ONE)
    hits = {kind: KINDS[kind](connection, asked.words, page.found, what)} if page.found else {}
    return _view(asked, what, hits, [*_turning(asked.words, what, kind, page, after), _everything(asked.words, what)])


def _view(asked: Asked, what: Sought, hits: Mapping[str, Hits], more: list[Button]) -> FindView:
    words, shown = asked.words, " ".join(what.words)
    doors = list(dict.fromkeys(_evenly(list(hits.values()))))
    opened = [Button(label=label, action=action, subject=subject) for action, subject, label in doors[:OPENED]]
    return FindView(
        title=words.say("find.title", words=shown),
        status="" if hits else words.say("find.nothing"),
        tables=tuple(table_of(words, kind, found, title=words.say(f"find.kind.{kind}")) for kind, found in hits.items() if found.rows),
        sections=tuple(Section(title=words.say(f"find.kind.{kind}"), lines=found.lines) for kind, found in hits.items() if found.lines),
        buttons=(*more, *opened),
        footnotes=() if hits else (Text(words.say("find.hint")),),
    )


def _evenly(several: list[Hits]) -> Iterator[tuple[str, int, str]]:
    """The first of each kind, then the second of each."""
    for at in range(OF_ONE):
        yield from (hits.doors[at] for hits in several if at < len(hits.doors))


def _turning(words: Words, what: Sought, kind: str, page: Page, after: Key) -> Iterable[Button]:
    if page.next:
        yield _to(words, "find.next", what, kind, page.next)
    if after != FIRST:
        yield _to(words, "find.first", what, kind, FIRST)


def _to(words: Words, label: str, what: Sought, kind: str, after: Key) -> Button:
    carried = {"words": " ".join(what.words), "kind": kind, "after": str(after)}
    return Button(label=words.say(label), action="find", subject=0, values=carried)


def _everything(words: Words, what: Sought) -> Button:
    return Button(label=words.say("find.everything"), action="find", subject=0, values={"words": " ".join(what.words)})


def table_of(words: Words, kind: str, hits: Hits, *, title: str) -> Table:
    """The rows under their headings."""
    return Table(title=title, columns=tuple(words.say(f"find.column.{column}") for column in COLUMNS[kind]), rows=hits.rows)


def case_hits(connection: Connection, words: Words, ids: tuple[int, ...]) -> Hits:
    """Cases by their numbers, in this order."""
    found = found_cases(connection, ids)
    rows = tuple((Text(f"C-{c.id}"), _whose(words, c), Text(c.title, quoted=True), Text(words.say(f"find.state.{c.state}"))) for c in found)
    return Hits(rows=rows, doors=tuple(("case", c.id, f"C-{c.id}") for c in found))


def _cases(connection: Connection, words: Words, ids: tuple[int, ...], _what: Sought) -> Hits:
    return case_hits(connection, words, ids)


def _whose(words: Words, found: FoundCase) -> Text:
    return Text(found.customer, quoted=True) if found.customer else Text(words.say("queue.whose"))


def _customers(connection: Connection, _words: Words, ids: tuple[int, ...], _what: Sought) -> Hits:
    found = found_customers(connection, ids)
    rows = tuple((Text(c.name, quoted=True), Text(c.tax_id or "–", quoted=True)) for c in found)
    return Hits(rows=rows, doors=tuple(("customer", c.id, c.name) for c in found))


def _invoices(connection: Connection, words: Words, ids: tuple[int, ...], _what: Sought) -> Hits:
    found = found_invoices(connection, ids)
    rows = tuple(
        (Text(i.number, quoted=True), Text(i.payer, quoted=True), Day(i.due_on), _open(words, i.open, i.currency), Moment(i.as_of))
        for i in found
    )
    doors = tuple(("owed", i.customer_id, i.payer) for i in found if i.customer_id is not None)
    return Hits(rows=rows, doors=doors)


def _open(words: Words, minor: int | None, currency: str) -> Value:
    return Text(words.say("find.unknown")) if minor is None else Money(minor, currency)


def _notes(connection: Connection, words: Words, ids: tuple[int, ...], what: Sought) -> Hits:
    found = found_notes(connection, ids)
    lines = tuple(Text(words.say("find.note", number=f"C-{n.case_id}", at=n.at, text=excerpt(n.body, what)), quoted=True) for n in found)
    return Hits(lines=lines, doors=tuple(("case", n.case_id, f"C-{n.case_id}") for n in found))


def excerpt(body: str, what: Sought) -> str:
    """A line of the text around the first word that was sought."""
    line = " ".join(body.split())
    at = next((m.start() for m in search.WORD.finditer(line) if folded(m[0]).startswith(what.words)), 0)
    begin = max(0, at - BEFORE)
    shown = line[begin : begin + EXCERPT]
    return ("…" if begin else "") + shown + ("…" if begin + EXCERPT < len(line) else "")


KINDS: Mapping[str, Callable[[Connection, Words, tuple[int, ...], Sought], Hits]] = {
    CASES: _cases,
    CUSTOMERS: _customers,
    INVOICES: _invoices,
    NOTES: _notes,
}
COLUMNS = {
    CASES: ("case", "customer", "question", "state"),
    CUSTOMERS: ("customer", "tax_id"),
    INVOICES: ("invoice", "payer", "due", "open", "as_of"),
}
