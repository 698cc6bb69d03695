"""Statements and ageing as answers show them: every sum with its parts and its as-of, bars drawn in text beside their figures."""

from datetime import date, datetime

from sqlalchemy import Connection

from core.chat.showing.collecting import history, standing_sections
from core.chat.values import Day, Link, Moment, Money, Text, Value
from core.chat.views import Button, CustomerView, Fact, Section, Table, Tone
from core.chat.words import OWN, Words
from core.customers.queries import customer, today_of
from core.receivables.aging import BUCKETS, Aged, aging, together
from core.receivables.queries import payers_of, positions_of_payer
from core.receivables.statement import Entered, Entry, Statement, statement

SHOWN = 40  # lines of a statement; the oldest are left out first, and counted
DOCUMENTS = 10  # links to what was billed, the newest
CUSTOMERS = 20  # of a roll-up, the most overdue first
BAR = 16  # characters of the longest bar: what fits beside the figures in both chats


def statement_view(connection: Connection, words: Words, customer_id: int, since: date, now: datetime) -> CustomerView:
    """From `since` on, payer by payer and currency by currency. Raises NotFound."""
    found = customer(connection, customer_id)
    today = today_of(connection, customer_id, now)
    sections: list[Section] = []
    tables: list[Table] = []
    for whose in payers_of(connection, customer_id):
        for owed in positions_of_payer(connection, whose.id, today):
            made = statement(connection, whose, owed.currency, since, found.zone)
            sections.append(Section(title=f"{whose.name}, {made.currency}", facts=_facts(words, made), lines=_documents(made)))
            sections += standing_sections(connection, words, owed, customer_id)
            tables.append(_entries(words, made))
        sections += history(connection, words, whose.id, whose.name)
    return CustomerView(
        title=words.say("statement.title", customer=found.name),
        status=words.say("statement.since" if tables else "statement.none", day=Day(since)),
        sections=tuple(sections), tables=tuple(tables),
        buttons=(Button(label=words.say("button.aging"), action="aging", subject=0, values={"customer": f"{OWN}{customer_id}"}),),
        footnotes=(Text(words.say("statement.payments")),),
    )  # fmt: skip


def aging_view(connection: Connection, words: Words, customer_id: int | None, now: datetime) -> CustomerView:
    """One customer's, or everybody's together with the most overdue of them. Raises NotFound."""
    lines = aging(connection, now, customer_id=customer_id)
    whole = together(lines)
    tables = [_chart(words, each) for each in whole]
    if customer_id is None:
        tables += [_customers(words, each.currency, [line for line in lines if line.currency == each.currency]) for each in whole]
    late = any(each.overdue for each in whole)
    return CustomerView(
        title=aging_title(connection, words, customer_id),
        status=words.say("aging.none" if not whole else "aging.late" if late else "aging.in_time"),
        tone=Tone.WARNING if late else Tone.GOOD, sections=tuple(_summary(words, each) for each in whole), tables=tuple(tables),
        buttons=_further(words, customer_id, drawn=bool(whole)),
    )  # fmt: skip


def aging_title(connection: Connection, words: Words, customer_id: int | None) -> str:
    """What the roll-up and its picture are called. Raises NotFound."""
    return words.say("aging.all") if customer_id is None else words.say("aging.title", customer=customer(connection, customer_id).name)


def bar(amount: int, most: int) -> str:
    """A bar as long as its share of the longest one; something is never drawn as nothing."""
    return "█" * max(1, round(BAR * amount / most)) if amount > 0 and most > 0 else ""


def _further(words: Words, customer_id: int | None, *, drawn: bool) -> tuple[Button, ...]:
    """The customer's statement, and the picture where there is something to draw."""
    whose = {} if customer_id is None else {"customer": f"{OWN}{customer_id}"}
    names = (*(("chart",) if drawn else ()), *(() if customer_id is None else ("statement",)))
    return tuple(Button(label=words.say(f"button.{name}"), action=name, subject=0, values=whose) for name in names)


def _facts(words: Words, made: Statement) -> tuple[Fact, ...]:
    shown = [
        Fact(words.say("fact.opening", day=Day(made.since)), Money(made.opening, made.currency)),
        Fact(words.say("fact.closing"), Money(made.closing, made.currency)),
        Fact(words.say("fact.as_of"), Moment(made.as_of)),
    ]
    if made.unknown:
        shown.append(Fact(words.say("fact.unknown"), Text(words.say("receivables.unknown", numbers=", ".join(made.unknown[:5])))))
    return tuple(shown)


def _entries(words: Words, made: Statement) -> Table:
    left_out = max(0, len(made.entries) - SHOWN)
    more = f" ({words.count('receivables.more', left_out)})" if left_out else ""
    columns = tuple(words.say(f"column.{name}") for name in ("day", "entry", "invoice", "amount", "balance"))
    rows = tuple(_entry(words, made.currency, entry) for entry in made.entries[left_out:])
    title = words.say("statement.entries", name=made.payer.name, currency=made.currency) + more
    return Table(title=title, columns=columns, rows=rows, numeric=frozenset({3, 4}))


def _documents(made: Statement) -> tuple[Value, ...]:
    """The newest documents that were billed: a link stands in no chat's table."""
    billed = [e for e in made.entries if e.what in (Entered.INVOICE, Entered.CREDIT) and e.document.startswith(("https://", "http://"))]
    return tuple(Link(e.number, e.document) for e in billed[-DOCUMENTS:])


def _entry(words: Words, currency: str, entry: Entry) -> tuple[Value, ...]:
    what = Text(words.say(f"statement.{entry.what}"))
    return (Day(entry.day), what, Text(entry.number, quoted=True), Money(entry.amount, currency), Money(entry.balance, currency))


def _summary(words: Words, whole: Aged) -> Section:
    facts = [
        Fact(words.say("fact.open"), Money(whole.owed, whole.currency)),
        Fact(words.say("fact.overdue"), Money(whole.overdue, whole.currency)),
    ]
    if whole.credit:
        facts.append(Fact(words.say("fact.credits"), Money(whole.credit, whole.currency)))
    facts.append(Fact(words.say("fact.as_of_oldest"), Moment(whole.as_of)))
    if whole.unknown:
        facts.append(Fact(words.say("fact.unknown"), Text(words.count("aging.unknown", whole.unknown))))
    return Section(title=whole.currency, facts=tuple(facts), tone=Tone.WARNING if whole.overdue else Tone.NEUTRAL)


def _chart(words: Words, whole: Aged) -> Table:
    most = max(whole.buckets.values())
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (Text(words.say(f"aging.bucket.{name}")), Money(amount, whole.currency), Text(_share(amount, whole.owed, most)))
        for name, amount in whole.buckets.items()
    )
    columns = tuple(words.say(f"column.{name}") for name in ("late_by", "amount", "share"))
    return Table(title=words.say("aging.chart", currency=whole.currency), columns=columns, rows=rows, numeric=frozenset({1}))


def _share(amount: int, owed: int, most: int) -> str:
    """The figure first: a bar alone says nothing to whoever hears it read."""
    return f"{round(100 * amount / owed)} % {bar(amount, most)}".rstrip() if owed else ""


def _customers(words: Words, currency: str, lines: list[Aged]) -> Table:
    left_out = max(0, len(lines) - CUSTOMERS)
    more = f" ({words.count('receivables.more', left_out)})" if left_out else ""
    late = BUCKETS[1:]
    columns = (words.say("column.customer"), words.say("column.overdue"), *(words.say(f"aging.bucket.{name}") for name in late))
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (Text(line.name, quoted=True), Money(line.overdue, currency), *(Money(line.buckets[name], currency) for name in late))
        for line in lines[:CUSTOMERS]
    )
    title = words.say("aging.customers", currency=currency) + more
    return Table(title=title, columns=columns, rows=rows, numeric=frozenset(range(1, len(columns))))
