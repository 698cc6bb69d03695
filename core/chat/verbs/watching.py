"""Verbs of who wants to be told of a case without having it."""

from core.cases.watching import UnwatchCase, WatchCase
from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.requests import Private, Reply
from core.chat.values import Text
from core.chat.verbs.cases import CASE, case_of
from core.chat.views import NoteView
from core.people.absence import away
from core.people.model import Right
from core.people.queries import display_name


def watch(asked: Asked, given: Given) -> Reply:
    """This member, or a colleague, is told of what matters; who is away hears nothing until they are back."""
    staff_id = _whom(asked, given)
    asked.do(WatchCase(case_id=case_of(given), staff_id=staff_id))
    with asked.reading() as connection:
        absence = away(connection, staff_id, asked.now)
        name = display_name(connection, f"staff:{staff_id}")
    notes = [asked.words.say("watch.away", name=name, until=absence.until_at)] if absence else []
    return _said(asked, given, "watch.begun", *notes)


def unwatch(asked: Asked, given: Given) -> Reply:
    """They are told no more."""
    asked.do(UnwatchCase(case_id=case_of(given), staff_id=_whom(asked, given)))
    return _said(asked, given, "watch.ended")


def _whom(asked: Asked, given: Given) -> int:
    return int(str(given["member"])) if "member" in given else asked.member.id


def _said(asked: Asked, given: Given, key: str, *notes: str) -> Reply:
    """In a sentence also for a click: the card everybody sees says only who watches."""
    staff_id = _whom(asked, given)
    with asked.reading() as connection:
        name = display_name(connection, f"staff:{staff_id}")
    say = f"{key}.own" if staff_id == asked.member.id else f"{key}.others"
    title = asked.words.say(say, number=f"C-{case_of(given)}", case=case_of(given), name=name)
    return Private(NoteView(title=title, footnotes=tuple(Text(note) for note in notes)))


WHO = Argument(name="member", kind=ArgumentKind.MEMBER, required=False)

ACTIONS = (
    Action(
        name="watch", right=Right.READ, topic=Topic.CASES, answer=watch, arguments=(CASE, WHO), polish=("obserwuj",),
        example="watch {case}",
    ),
    Action(
        name="unwatch", right=Right.READ, topic=Topic.CASES, answer=unwatch, arguments=(CASE, WHO), polish=("nie obserwuj",),
        use=Use.RARE, example="unwatch {case}",
    ),
)  # fmt: skip
