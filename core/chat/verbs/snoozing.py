"""Verbs by which somebody is not reminded for a while."""

from datetime import datetime

from core.cases.snoozes import REASON, SnoozeCase, WakeCase
from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.days import Tense
from core.chat.requests import Private, Reply
from core.chat.values import Text
from core.chat.verbs.cases import CASE, case_of, settled
from core.chat.views import NoteView
from core.people.model import Right

BY = Argument(name="until", kind=ArgumentKind.MOMENT, tense=Tense.FUTURE)


def snooze(asked: Asked, given: Given) -> Reply:
    """No reminders of the case until a moment, which is read back with what it does not keep from others."""
    until = given["until"]
    assert isinstance(until, datetime)  # noqa: S101 (the parser's own promise)
    asked.do(SnoozeCase(case_id=case_of(given), until=until, reason=str(given["reason"])))
    sentence = asked.words.say("case.snoozed", number=f"C-{case_of(given)}", until=until)
    return Private(NoteView(title=sentence, footnotes=(Text(asked.words.say("why.snooze.others")),)))


def wake(asked: Asked, given: Given) -> Reply:
    """Reminders come again."""
    asked.do(WakeCase(case_id=case_of(given)))
    return settled(asked, case_of(given), asked.words.say("case.woken", number=f"C-{case_of(given)}"))


ACTIONS = (
    Action(
        name="snooze", right=Right.WORK, topic=Topic.CASES, answer=snooze, polish=("odłóż", "drzemka"), form=True,
        arguments=(CASE, BY, Argument(name="reason", kind=ArgumentKind.TEXT, max_length=REASON)), example="snooze {case} 2h {text}",
    ),
    Action(
        name="wake", right=Right.WORK, topic=Topic.CASES, answer=wake, arguments=(CASE,), polish=("obudź",), use=Use.RARE,
        example="wake {case}",
    ),
)  # fmt: skip
