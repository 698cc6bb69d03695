"""Why a case with nothing overdue is not over: what is off, under way or left to do of its suspensions, and whether the customer knows."""

from datetime import datetime

from sqlalchemy import Connection

from core.cases.model import Case, Kind
from core.cases.queries import case
from core.chat.showing.people import actor_name
from core.chat.values import Moment, Text, Value
from core.chat.views import Button, CaseView, PreviewView, Section, Tone
from core.chat.words import Words, closest
from core.collections import access
from core.collections.addressing import ticket_of
from core.collections.queries import texts_on
from core.customers.queries import customer, today_of
from core.engine.errors import Conflict
from core.people.model import Member, Right
from core.suspensions.by_letter import by_mail
from core.suspensions.closing import left_of, told, untold
from core.suspensions.knowing import own_words, unheard
from core.suspensions.model import State, Suspension
from core.suspensions.queries import is_brought_back


def closing_lines(connection: Connection, words: Words, found: Case) -> list[Value]:
    """What is left while the case is open, and how the customer was told that service is back."""
    left = [] if found.is_closed else left_of(connection, found.id)
    lines: list[Value] = [Text(words.say(f"closing.left.{each}")) for each in left]
    return [*lines, *_told(connection, words, found.id)]


def told_section(connection: Connection, words: Words, found: Suspension, of: Case) -> list[Section]:
    """On a request that was undone: whether the customer knows. Whoever closed the case said it there."""
    if found.state is State.SUSPENDED and not is_brought_back(connection, found):
        return _told_of_suspension(connection, words, found)
    missing = next(untold(connection, found.case_id), None) is not None
    if not is_brought_back(connection, found) or (missing and of.is_closed):
        return []
    lines = [Text(words.say("closing.left.untold"))] if missing else _told(connection, words, found.case_id)
    tone = Tone.WARNING if missing else Tone.NEUTRAL
    return [Section(title=words.say("closing.customer"), lines=tuple(lines), tone=tone)]


def _told_of_suspension(connection: Connection, words: Words, found: Suspension) -> list[Section]:
    """While it is off: how they were told so, or that the policy wants it."""
    said, about = found.told.get("told"), unheard(connection, found.case_id)
    if said:
        by = actor_name(connection, words, said["by"])
        line = words.say("closing.told_off", how=said["how"], person=by, at=Moment(datetime.fromisoformat(said["at"])))
        return [Section(title=words.say("closing.customer"), lines=(Text(line, quoted=True),))]
    if about is None or about.off is None or about.off.id != found.id:
        return []
    return [Section(title=words.say("closing.customer"), lines=(Text(words.say("closing.untold_off")),), tone=Tone.WARNING)]


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
    about = None if found.is_closed or not may else unheard(connection, found.id)
    if about is None:
        return []
    said = Button(label=words.say("button.told"), action="told", subject=found.id, facts=facts, form=True)
    if ticket_of(connection, found) is None and not by_mail(connection, found):
        return [said]
    label = words.say("button.announce")
    return [Button(label=label, action="announce", subject=found.id, facts=facts, form=True, tone=Tone.GOOD), said]


def prepared(connection: Connection, case_id: int, now: datetime) -> access.Words:
    """What the customer is told, in their language: as the partner's texts say it, else in the desk's words, signed as the notices are
    where texts are in force. Raises Conflict when there is nothing to tell."""
    found = case(connection, case_id)
    about = unheard(connection, case_id)
    if about is None:
        raise Conflict("nothing_to_tell", number=found.number)
    if (own := own_words(connection, case_id, about, now)) is not None:
        return own
    theirs = customer(connection, found.customer_id or 0)
    texts = texts_on(connection, today_of(connection, theirs.id, now))
    tongue = None if texts is None else texts.tongue(theirs.locale)
    words = Words(theirs.locale, theirs.zone)
    body = words.say(f"telling.text.{about.kind}", products=", ".join(about.products(connection)))
    signed = body if tongue is None else f"{body}\n\n{tongue.contact}\n{tongue.partner}"
    return access.Words(
        kind=about.kind, subject=words.say(f"telling.subject.{about.kind}"), body=signed, language=closest(theirs.locale), texts=""
    )


def before_telling(connection: Connection, words: Words, case_id: int, now: datetime) -> PreviewView | None:
    """The prepared words, to be read out or copied; nothing when the customer knows."""
    if unheard(connection, case_id) is None:
        return None
    text = Section(title=words.say("telling.prepared"), lines=(Text(prepared(connection, case_id, now).body, quoted=True),))
    return PreviewView(title=case(connection, case_id).number, sections=(text,))
