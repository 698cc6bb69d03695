"""Why a case with nothing overdue is not over: what is off, under way or left to do of its suspensions, and whether the customer knows."""

from sqlalchemy import Connection

from core.cases.model import Case, Kind
from core.cases.queries import case
from core.chat.showing.people import actor_name
from core.chat.values import Moment, Text, Value
from core.chat.views import Button, CaseView, Section, Tone
from core.chat.words import Words
from core.people.model import Member, Right
from core.suspensions.closing import Left, left_of, told, untold
from core.suspensions.model import Suspension
from core.suspensions.queries import is_brought_back


def closing_lines(connection: Connection, words: Words, found: Case) -> list[Value]:
    """What is left while the case is open, and how the customer was told that service is back."""
    left = [] if found.is_closed else left_of(connection, found.id)
    lines: list[Value] = [Text(words.say(f"closing.left.{each}")) for each in left]
    return [*lines, *_told(connection, words, found.id)]


def told_section(connection: Connection, words: Words, found: Suspension, of: Case) -> list[Section]:
    """On a request that was undone: whether the customer knows. Whoever closed the case said it there."""
    missing = next(untold(connection, found.case_id), None) is not None
    if not is_brought_back(connection, found) or (missing and of.is_closed):
        return []
    lines = [Text(words.say("closing.left.untold"))] if missing else _told(connection, words, found.case_id)
    tone = Tone.WARNING if missing else Tone.NEUTRAL
    return [Section(title=words.say("closing.customer"), lines=tuple(lines), tone=tone)]


def _told(connection: Connection, words: Words, case_id: int) -> list[Value]:
    return [
        Text(words.say("closing.told", how=how, person=actor_name(connection, words, by), at=Moment(at)), quoted=True)
        for how, by, at in told(connection, case_id)
    ]


def closing_section(connection: Connection, words: Words, found: Case) -> list[Section]:
    """Why the desk does not resolve the case by itself; nothing once it may."""
    if found.kind is not Kind.COLLECTION or found.is_closed or not (left := left_of(connection, found.id)):
        return []
    lines = [words.say(f"closing.left.{each}") for each in left]
    tone = Tone.WARNING
    return [Section(title=words.say("closing.title"), lines=tuple(Text(each) for each in (*lines, words.say("closing.then"))), tone=tone)]


def before_resolving(connection: Connection, words: Words, case_id: int) -> CaseView | None:
    """What whoever resolves a case by hand should know; nothing where nothing is left."""
    found = case(connection, case_id)
    sections = closing_section(connection, words, found)
    return CaseView(title=found.number, tone=Tone.WARNING, sections=tuple(sections)) if sections else None


def closing_buttons(connection: Connection, words: Words, found: Case, facts: int, reader: Member | None) -> list[Button]:
    """Say that the customer was told."""
    may = reader is None or Right.WORK in reader.rights
    if found.is_closed or not may or Left.UNTOLD not in left_of(connection, found.id):
        return []
    return [Button(label=words.say("button.told"), action="told", subject=found.id, facts=facts, form=True)]
