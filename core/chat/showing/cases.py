"""The view of one case."""

from datetime import datetime

from sqlalchemy import Connection

from core.cases.model import Case, State
from core.cases.queries import case
from core.chat.showing.receivables import money_of_case
from core.chat.showing.suspensions import suspension_of_case
from core.chat.values import Moment, Text
from core.chat.views import Button, CaseView, Fact, Tone
from core.chat.words import Words
from core.customers.queries import customer
from core.people.model import Member
from core.people.queries import display_name

TONES = {State.NEW: Tone.WARNING, State.RESOLVED: Tone.GOOD}


def case_view(connection: Connection, words: Words, case_id: int, now: datetime, reader: Member | None = None) -> CaseView:
    """The case at `now`; `reader` None for a card that everybody in a conversation sees. Raises NotFound."""
    found = case(connection, case_id)
    money = money_of_case(connection, words, found, now, reader)
    stops = suspension_of_case(connection, words, found, reader)
    return CaseView(
        title=words.say("case.title", number=found.number, title=found.title),
        status=words.say(f"case.state.{found.state}"),
        tone=TONES.get(found.state, Tone.NEUTRAL),
        facts=(*_facts(connection, words, found), *money.facts),
        sections=(*money.sections, *stops.sections),
        tables=money.tables,
        buttons=(*_buttons(words, found, reader), *stops.buttons, *money.buttons),
    )


def _facts(connection: Connection, words: Words, found: Case) -> tuple[Fact, ...]:
    unmatched = Text(words.say("case.unmatched"))
    whose = unmatched if found.customer_id is None else Text(customer(connection, found.customer_id).name, quoted=True)
    nobody = words.say("case.nobody")
    owner = nobody if found.assignee_id is None else display_name(connection, f"staff:{found.assignee_id}")
    triage = words.say(f"triage.{found.triage}") if found.triage else words.say("case.not_triaged")
    return (
        Fact(words.say("fact.customer"), whose),
        Fact(words.say("fact.question"), Text(triage)),
        Fact(words.say("fact.owner"), Text(owner)),
        Fact(words.say("fact.opened"), Moment(found.opened_at)),
    )


def _buttons(words: Words, found: Case, reader: Member | None) -> tuple[Button, ...]:  # noqa: ARG001 (verbs add their buttons here)
    return ()
