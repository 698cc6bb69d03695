"""Who watches a case, and what anybody who looks at it may press: to watch it, or no more, and why it is due when it is."""

from dataclasses import dataclass

from sqlalchemy import Connection

from core.cases.model import Case
from core.cases.queries import Shown
from core.cases.watching import watchers_of
from core.chat.values import Text
from core.chat.views import Button, Fact
from core.chat.words import Words
from core.people.model import Member


@dataclass(frozen=True)
class WatchingParts:
    """What those who watch add to a case's card."""

    facts: tuple[Fact, ...] = ()
    buttons: tuple[Button, ...] = ()


def watching_of_case(connection: Connection, words: Words, seen: Shown, reader: Member | None) -> WatchingParts:
    """Their names, and the rare buttons of whoever may look; a card for everybody cannot know who watches already."""
    found, watching = seen.case, watchers_of(connection, seen.case.id) if seen.watched else []
    facts = (Fact(words.say("fact.watching"), Text(", ".join(name for _, name in watching))),) if watching else ()
    is_theirs = reader is not None and any(staff_id == reader.id for staff_id, _ in watching)
    watch = () if found.is_closed and not is_theirs else (_press(words, found, "unwatch" if is_theirs else "watch"),)
    return WatchingParts(facts=facts, buttons=(_press(words, found, "why"), *watch))


def _press(words: Words, found: Case, action: str) -> Button:
    return Button(label=words.say(f"button.{action}"), action=action, subject=found.id, rare=True)
