"""Who wants no reminders of a case, until when and why: on its card, in `why`, and what may be pressed about it."""

from sqlalchemy import Connection

from core.cases.model import Case
from core.cases.patience import LONGEST_SNOOZE, SNOOZES_IN_A_ROW
from core.cases.queries import Shown
from core.cases.snoozes import Snooze, snooze_of
from core.chat.values import Text
from core.chat.views import Button, Fact, Section
from core.chat.words import Words
from core.people.model import Member
from core.people.queries import display_name


def snooze_facts(connection: Connection, words: Words, seen: Shown) -> tuple[Fact, ...]:
    """One fact while it is snoozed."""
    lasting = snooze_of(connection, seen.case.id) if seen.snoozed else None
    return () if lasting is None else (Fact(words.say("fact.snoozed"), Text(_who(connection, words, lasting), quoted=True)),)


def snooze_buttons(words: Words, seen: Shown, reader: Member | None) -> tuple[Button, ...]:
    """For the owner alone: it is they who are reminded."""
    found = seen.case
    if reader is None or found.is_closed or found.assignee_id != reader.id:
        return ()
    action = "wake" if seen.snoozed else "snooze"
    return (Button(label=words.say(f"button.{action}"), action=action, subject=found.id, form=action == "snooze", rare=True),)


def why_snoozed(connection: Connection, words: Words, found: Case) -> list[Section]:
    """Since when, until when, by whom and why; how long and how often it may be; and what it does not keep from anybody."""
    lasting = snooze_of(connection, found.id)
    if lasting is None:
        return []
    counted = words.say("why.snooze.counted", at=lasting.from_at, time=lasting.in_a_row, most=SNOOZES_IN_A_ROW, days=LONGEST_SNOOZE)
    lines = (_who(connection, words, lasting), counted, words.say("why.snooze.others"))
    return [Section(title=words.say("why.snooze"), lines=tuple(Text(line, quoted=True) for line in lines))]


def _who(connection: Connection, words: Words, lasting: Snooze) -> str:
    name = display_name(connection, f"staff:{lasting.staff_id}")
    return words.say("snooze.who", until=lasting.until_at, name=name, reason=lasting.reason)
