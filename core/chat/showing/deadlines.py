"""What is due when, in a case's facts and in the queue's column; what stands still says so."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from core.cases.clocks import OWED, Deadline, running
from core.cases.model import Case, Kind
from core.cases.targets import Clock
from core.chat.values import Moment, Text, Value
from core.chat.views import Fact
from core.chat.words import Words

# On a card the end of a case is only news once the customer has an answer, or when it is late: its place is the next deadline's.
ANSWERS = frozenset({Clock.FIRST_RESPONSE, Clock.NEXT_REPLY})


def owed_in(connection: Connection, found: Case) -> list[Deadline]:
    """What we still owe the customer, the soonest first."""
    has_clocks = found.kind is Kind.QUESTION and not found.is_closed
    return [one for one in running(connection, found.id) if one.clock in OWED] if has_clocks else []


def deadline_facts(words: Words, found: Case, owed: Sequence[Deadline], now: datetime) -> list[Fact]:
    """The next deadline and every late one; and until when the case waits, if a person said so."""
    shown = [one for number, one in enumerate(owed) if number == 0 or one.is_late(now) or one.clock in ANSWERS]
    facts = [Fact(_label(words, one, now), owed_value(words, one)) for one in shown]
    if found.waiting_until is not None:
        facts.append(Fact(words.say("fact.waiting_until"), Moment(found.waiting_until)))
    return facts


def owed_value(words: Words, given: Deadline) -> Value:
    """The moment it is due, or that it stands still and what is left."""
    if given.due_at is not None:
        return Moment(given.due_at)
    return Text(words.say("deadline.paused", left=given.left))


def _label(words: Words, given: Deadline, now: datetime) -> str:
    return words.say(f"fact.{'missed' if given.is_late(now) else 'due'}.{given.clock}")
