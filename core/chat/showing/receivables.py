"""What is owed, as cards and answers show it: every amount with the moment it was true at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from core.cases.model import Case
from core.chat.shortening import listed
from core.chat.showing.collecting import money_buttons, standing_sections
from core.chat.showing.notices import desk_notice_lines
from core.chat.showing.people import actor_name
from core.chat.values import Day, Moment, Money, Text, Value
from core.chat.views import Button, CustomerView, Fact, Section, Table, Tone
from core.chat.words import Words
from core.customers.queries import customer, today_of
from core.people.model import Member, Right
from core.receivables.model import Notice, OpenInvoice, Payer, Position
from core.receivables.queries import notices_of, payer, payers_of, position, positions_of_payer

SHOWN = 30  # invoices in one table; what is left out is counted


@dataclass(frozen=True)
class MoneyParts:
    """What a collection case adds to its case's card."""

    facts: tuple[Fact, ...] = ()
    sections: tuple[Section, ...] = ()
    tables: tuple[Table, ...] = ()
    buttons: tuple[Button, ...] = ()


def money_of_case(connection: Connection, words: Words, found: Case, now: datetime, reader: Member | None = None) -> MoneyParts:
    """What the case's payer owes now, and the notices given; empty for a case that collects nothing."""
    if found.payer_id is None or found.customer_id is None:
        return MoneyParts()
    named = Fact(words.say("fact.payer"), Text(payer(connection, found.payer_id).name, quoted=True))
    if found.is_closed and reader is None:  # what is owed goes on changing; a closed case's card does not
        return MoneyParts(facts=(named,), sections=(_notices(connection, words, found),))
    owed = position(connection, found.payer_id, found.currency, today_of(connection, found.customer_id, now))
    return MoneyParts(
        facts=(named, *position_facts(words, owed)),
        sections=(
            *standing_sections(connection, words, owed, found.customer_id),
            _notices(connection, words, found),
        ),
        tables=tuple(_invoice_tables(words, owed, words.say("receivables.invoices"), counted=reader is not None)),
        buttons=_buttons(words, found, reader),
    )


def position_facts(words: Words, owed: Position) -> tuple[Fact, ...]:
    """Open, overdue, earliest due, as-of; and which invoices nobody can vouch for."""
    shown = [
        Fact(words.say("fact.open"), Money(owed.open, owed.currency)),
        Fact(words.say("fact.overdue"), Money(owed.overdue, owed.currency)),
    ]
    if owed.earliest_due_on is not None:
        shown.append(Fact(words.say("fact.earliest_due"), Day(owed.earliest_due_on)))
    shown.append(Fact(words.say("fact.as_of"), Moment(owed.as_of)))
    if owed.unknown:
        shown.append(Fact(words.say("fact.unknown"), Text(words.say("receivables.unknown", numbers=listed(words, owed.unknown, 5)))))
    return tuple(shown)


def owed_view(connection: Connection, words: Words, customer_id: int, now: datetime) -> CustomerView:
    """Everything the customer's payers have open, each with its as-of. Raises NotFound."""
    found = _positions(connection, customer_id, now)
    late, unpaid = any(owed.overdue for _, owed in found), any(owed.invoices for _, owed in found)
    status = (
        "receivables.no_payer" if not found else "receivables.overdue" if late else "receivables.open" if unpaid else "receivables.paid"
    )
    money = money_of_customer(connection, words, customer_id, now)
    return CustomerView(
        title=words.say("receivables.title", customer=customer(connection, customer_id).name),
        status=words.say(status),
        tone=Tone.WARNING if late or not found else Tone.NEUTRAL if unpaid else Tone.GOOD,
        sections=money.sections,
        tables=money.tables,
    )


def money_of_customer(connection: Connection, words: Words, customer_id: int, now: datetime) -> MoneyParts:
    """A section per payer and currency, a table where something is open. Raises NotFound."""
    found = _positions(connection, customer_id, now)
    tables = (table for p, owed in found for table in _invoice_tables(words, owed, _open_of(words, p, owed)))
    return MoneyParts(sections=money_sections(words, found), tables=tuple(tables))


def _open_of(words: Words, whose: Payer, owed: Position) -> str:
    return words.say("receivables.invoices_of", name=whose.name, currency=owed.currency)


def _positions(connection: Connection, customer_id: int, now: datetime) -> list[tuple[Payer, Position]]:
    today = today_of(connection, customer_id, now)
    return [(p, owed) for p in payers_of(connection, customer_id) for owed in positions_of_payer(connection, p.id, today)]


def money_sections(words: Words, found: Iterable[tuple[Payer, Position]]) -> tuple[Section, ...]:
    """A section per payer and currency."""
    return tuple(
        Section(title=f"{p.name}, {owed.currency}", facts=position_facts(words, owed), tone=Tone.WARNING if owed.overdue else Tone.NEUTRAL)
        for p, owed in found
    )


def _invoice_tables(words: Words, owed: Position, title: str, *, counted: bool = True) -> list[Table]:
    """`counted`: with the days they are late, which only an answer can tell: a card that stays would be wrong tomorrow."""
    if not owed.invoices:
        return []
    left_out = len(owed.invoices) - SHOWN
    more = f" ({words.count('receivables.more', left_out)})" if left_out > 0 else ""
    names = ("invoice", "due", *(("days_late",) if counted else ()), "total", "open")
    columns = tuple(words.say(f"column.{name}") for name in names)
    rows = tuple(_invoice_row(words, owed, invoice, counted=counted) for invoice in owed.invoices[:SHOWN])
    return [Table(title=title + more, columns=columns, rows=rows, numeric=frozenset(range(2, len(names))))]


def _invoice_row(words: Words, owed: Position, invoice: OpenInvoice, *, counted: bool) -> tuple[Value, ...]:
    late = (owed.today - invoice.due_on).days
    days = (Text(str(late) if late > 0 else ""),) if counted else ()
    left: Value = Text(words.say("receivables.not_named")) if invoice.open is None else Money(invoice.open, invoice.currency)
    return Text(invoice.number, quoted=True), Day(invoice.due_on), *days, Money(invoice.total, invoice.currency), left


def _notices(connection: Connection, words: Words, found: Case) -> Section:
    by_hand = tuple(Text(_notice_line(connection, words, notice), quoted=True) for notice in notices_of(connection, found.id))
    lines = (*desk_notice_lines(connection, words, found), *by_hand) or (Text(words.say("notice.none")),)
    return Section(title=words.say("notice.title"), lines=lines)


def _notice_line(connection: Connection, words: Words, notice: Notice) -> str:
    contact = "" if notice.to_contact else f" ({words.say('notice.not_a_contact')})"
    return words.say(
        "notice.line", kind=words.say(f"choice.kind.{notice.kind}"), day=Day(notice.sent_on), recipient=notice.recipient + contact,
        method=words.say(f"choice.method.{notice.method}"), proof=notice.proof, person=actor_name(connection, words, notice.recorded_by),
    )  # fmt: skip


def _buttons(words: Words, found: Case, reader: Member | None) -> tuple[Button, ...]:
    """On a shared card everybody sees the buttons; each verb checks its right."""
    if found.is_closed:
        return ()
    notice = Button(label=words.say("button.notice"), action="notice", subject=found.id, facts=found.version, form=True, rare=True)
    may = reader is None or Right.WORK in reader.rights
    return (*((notice,) if may else ()), *money_buttons(words, found.id, found.version, reader))
