"""Verbs about the desk itself."""

from core.chat.actions import Action, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.requests import Private, Reply
from core.chat.views import NoteView
from core.people.examining import AskForExamination
from core.people.model import Right


def doctor(asked: Asked, _given: Given) -> Reply:
    """Said at once that it is looked at; what was found comes privately."""
    asked.do(AskForExamination(staff_id=asked.member.id))
    return Private(NoteView(title=asked.words.say("health.looking")))


ACTIONS = (
    Action(name="doctor", right=Right.ADMINISTER, answer=doctor, topic=Topic.DESK, polish=("lekarz",), use=Use.RARE),
)  # fmt: skip
