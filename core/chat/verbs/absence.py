"""Verbs of who is not there, and who stands in."""

from datetime import datetime

from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.days import Tense
from core.chat.requests import Private, Reply
from core.chat.showing.deciding import stuck
from core.chat.values import Text
from core.chat.views import NoteView
from core.people.absence import ComeBack, GoAway, away
from core.people.model import Right
from core.people.queries import display_name


def go_away(asked: Asked, given: Given) -> Reply:
    """Away until a moment that is read back; what cannot be approved meanwhile is said at once."""
    staff_id, until = _whom(asked, given), given["until"]
    assert isinstance(until, datetime)  # noqa: S101 (the parser's own promise)
    delegate = int(str(given["delegate"])) if "delegate" in given else None
    asked.do(GoAway(staff_id=staff_id, until=until, delegate_id=delegate))
    words = asked.words
    with asked.reading() as connection:
        absence = away(connection, staff_id, asked.now)
        name = display_name(connection, f"staff:{staff_id}")
        stands_in = absence.delegate_id if absence else None
        other = display_name(connection, f"staff:{stands_in}") if stands_in else ""
        notes = [words.say("away.delegate", name=other) if other else words.say("away.group")]
        notes += stuck(connection, words, asked.now)
    title = words.say("away.own" if staff_id == asked.member.id else "away.others", name=name, until=until)
    return Private(NoteView(title=title, footnotes=tuple(Text(note) for note in notes)))


def come_back(asked: Asked, given: Given) -> Reply:
    """There again."""
    staff_id = _whom(asked, given)
    asked.do(ComeBack(staff_id=staff_id))
    with asked.reading() as connection:
        name = display_name(connection, f"staff:{staff_id}")
    return Private(NoteView(title=asked.words.say("back.own" if staff_id == asked.member.id else "back.others", name=name)))


def _whom(asked: Asked, given: Given) -> int:
    return int(str(given["member"])) if "member" in given else asked.member.id


MEMBER = Argument(name="member", kind=ArgumentKind.MEMBER, required=False)

ACTIONS = (
    Action(
        name="away", right=Right.READ, topic=Topic.PEOPLE, answer=go_away, polish=("nieobecność", "nieobecny", "nieobecna"), form=True,
        example="away {text}",
        arguments=(
            MEMBER, Argument(name="until", kind=ArgumentKind.MOMENT, tense=Tense.FUTURE, after=("until", "till", "do")),
            Argument(name="delegate", kind=ArgumentKind.MEMBER, required=False, after=("delegate", "zastepca", "zastepuje")),
        ),
    ),
    Action(
        name="back", right=Right.READ, topic=Topic.PEOPLE, answer=come_back, polish=("wracam", "powrót"), use=Use.RARE,
        arguments=(MEMBER,), example="back",
    ),
)  # fmt: skip
