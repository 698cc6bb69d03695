"""What stands above the forms of a request: what is owed, what an approver wanted, and what cannot be chosen and why."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from core.cases.model import Case
from core.cases.queries import case
from core.chat.showing.impact import impact
from core.chat.showing.revising import wanted_facts
from core.chat.showing.whose import whose_facts
from core.chat.values import Moment, Money, Text
from core.chat.views import CustomerView, Fact, Section
from core.chat.words import Words
from core.customers.model import Subscription
from core.customers.queries import customer, subscriptions_of, today_of
from core.engine.errors import Conflict, DeskError
from core.receivables.queries import position
from core.suspensions.propose import why_not
from core.suspensions.queries import suspension

EXPLAINED = frozenset({"trial", "azure_plan"})
MOST_EXPLAINED = 5  # above a form; of the rest only why not


def proposal_view(connection: Connection, words: Words, case_id: int, now: datetime) -> CustomerView:
    """Above the form: what is owed, and what cannot be chosen and why. Raises NotFound."""
    found = case(connection, case_id)
    facts: list[Fact] = []
    if found.payer_id is not None and found.customer_id is not None:
        owed = position(connection, found.payer_id, found.currency, today_of(connection, found.customer_id, now))
        facts = [
            Fact(words.say("fact.customer"), Text(customer(connection, found.customer_id).name, quoted=True)),
            *whose_facts(connection, words, found, (each.id for each in subscriptions_of(connection, found.customer_id))),
            Fact(words.say("fact.overdue"), Money(owed.overdue, owed.currency)),
            Fact(words.say("fact.as_of"), Moment(owed.as_of)),
        ]
    refused = [(s, r) for s in subscriptions_of(connection, found.customer_id or 0) if (r := why_not(connection, s)) is not None]
    explained = [(s, r) for s, r in refused if s.kind in EXPLAINED][:MOST_EXPLAINED]
    return CustomerView(
        title=words.say("suspension.before", number=found.number), facts=tuple(facts),
        sections=tuple(_explained(connection, words, s, r, now) for s, r in explained),
        footnotes=tuple(Text(words.error(r)) for s, r in refused if (s, r) not in explained),
    )  # fmt: skip


def _explained(connection: Connection, words: Words, read: Subscription, refusal: DeskError, now: datetime) -> Section:
    """What the desk does not suspend and Microsoft has rules for: why not, and what doing it by hand would mean."""
    lines = (words.error(refusal), *impact(connection, words, read, since=now))
    return Section(title=read.name, lines=tuple(Text(line) for line in lines))


def not_offered(connection: Connection, found: Case) -> DeskError:
    """Why nothing of the customer's may be suspended: the one reason, if there is one."""
    refusals = [r for s in subscriptions_of(connection, found.customer_id or 0) if (r := why_not(connection, s)) is not None]
    return refusals[0] if len(refusals) == 1 else Conflict("suspend_nothing", number=found.number)


def revision_view(connection: Connection, words: Words, suspension_id: int, now: datetime) -> CustomerView:
    """Above the proposer's answer: what an approver wanted, beside the same. Raises NotFound."""
    found = suspension(connection, suspension_id)
    before = proposal_view(connection, words, found.case_id, now)
    title = words.say("revise.before", number=found.number)
    return replace(before, title=title, facts=(*wanted_facts(connection, words, found), *before.facts))
