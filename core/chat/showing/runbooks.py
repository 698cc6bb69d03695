"""The runbook of a case: what a person does by hand about what the desk does not switch off."""

from sqlalchemy import Connection

from core.cases.queries import case
from core.chat.values import Day, Link, Text, Value
from core.chat.views import Button, CustomerView, Fact, Section
from core.chat.words import Words
from core.customers.model import Subscription
from core.customers.queries import customer, subscriptions_of
from core.engine.errors import Conflict
from core.suspensions.runbooks import RUNBOOKS


def runbook_view(connection: Connection, words: Words, case_id: int) -> CustomerView:
    """A section per active subscription that is switched off by hand only. Raises NotFound, Conflict when there is none."""
    found = case(connection, case_id)
    theirs = [] if found.customer_id is None else subscriptions_of(connection, found.customer_id)
    by_hand = [each for each in theirs if each.kind in RUNBOOKS and each.status == "active"]
    if not by_hand or found.customer_id is None:
        raise Conflict("no_runbook", number=found.number)
    return CustomerView(
        title=words.say("runbook.title", number=found.number),
        facts=(Fact(words.say("fact.customer"), Text(customer(connection, found.customer_id).name, quoted=True)),),
        sections=tuple(_section(words, found.number, each) for each in by_hand),
        buttons=(Button(label=words.say("button.note"), action="note", subject=case_id, facts=found.version, form=True),),
    )


def _section(words: Words, number: str, about: Subscription) -> Section:
    book = RUNBOOKS[about.kind]
    lines: list[Value] = [
        Text(f"{place}. {words.say(f'runbook.{step}', name=about.name, number=number, n=about.quantity)}", quoted=True)
        for place, step in enumerate(book.steps, 1)
    ]
    facts = [Fact(words.say("fact.tenant"), Text(about.tenant, quoted=True)), Fact(words.say("fact.rules_read"), Day(book.read_on))]
    if about.term_end_at is not None:
        facts.append(Fact(words.say("fact.term_end"), Day(about.term_end_at.date())))
    return Section(title=about.name, facts=tuple(facts), lines=(*lines, Link(words.say("runbook.page"), book.page)))
