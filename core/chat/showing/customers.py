"""The view of one customer."""

from datetime import datetime

from sqlalchemy import Connection

from core.cases.queries import open_cases_of
from core.chat.showing.receivables import money_of_customer
from core.chat.values import Moment, Text, Value
from core.chat.views import Button, CustomerView, Fact, Section, Table, Tone
from core.chat.words import OWN, Words, closest
from core.customers.model import Mode
from core.customers.queries import confirmed_links, customer, subscriptions_of


def customer_view(connection: Connection, words: Words, customer_id: int, now: datetime) -> CustomerView:
    """Mode, links, what is owed at `now`, subscriptions and open cases. Raises NotFound."""
    found = customer(connection, customer_id)
    money = money_of_customer(connection, words, customer_id, now)
    bought = _subscriptions(connection, words, customer_id)
    facts = [Fact(words.say("fact.tax_id"), Text(found.tax_id, quoted=True))] if found.tax_id else []
    facts.append(Fact(words.say("fact.country"), Text(words.country(found.country))))
    facts.append(Fact(words.say("fact.customer_language"), Text(words.say(f"language.{closest(found.locale)}"))))
    return CustomerView(
        title=found.name,
        status=words.say(f"customer.mode.{found.mode}"),
        tone=Tone.NEUTRAL if found.mode is Mode.LIVE else Tone.WARNING,
        facts=tuple(facts),
        sections=(_links(connection, words, customer_id), *money.sections),
        tables=(*_cases(connection, words, customer_id), *money.tables, *bought),
        buttons=_windows(words, customer_id) if bought else (),
    )


def _windows(words: Words, customer_id: int) -> tuple[Button, ...]:
    return (Button(label=words.say("button.windows"), action="windows", subject=0, values={"customer": f"{OWN}{customer_id}"}),)


def _links(connection: Connection, words: Words, customer_id: int) -> Section:
    linked = confirmed_links(connection, customer_id)
    lines: tuple[Value, ...] = tuple(
        Text(words.say(f"customer.link.{kind}", connection=words.named("connection", name), external=external), quoted=True)
        for kind, name, external in linked
    )
    return Section(title=words.say("customer.links"), lines=lines or (Text(words.say("customer.no_links")),))


def _cases(connection: Connection, words: Words, customer_id: int) -> tuple[Table, ...]:
    found = open_cases_of(connection, customer_id)
    columns = tuple(words.say(f"queue.column.{column}") for column in ("case", "question", "state"))
    rows = tuple((Text(c.number), Text(c.title, quoted=True), Text(words.say(f"queue.state.{c.stand}"))) for c in found)
    return (Table(title=words.say("customer.cases"), columns=columns, rows=rows),) if rows else ()


def _subscriptions(connection: Connection, words: Words, customer_id: int) -> tuple[Table, ...]:
    found = subscriptions_of(connection, customer_id)
    columns = tuple(words.say(f"customer.column.{column}") for column in ("subscription", "seats", "status", "as_of"))
    rows = tuple(
        (Text(s.name, quoted=True), Text(str(s.quantity)), Text(words.named("subscription.status", s.status), quoted=True), Moment(s.as_of))
        for s in found
    )
    return (Table(title=words.say("customer.subscriptions"), columns=columns, rows=rows, numeric=frozenset({1})),) if rows else ()
