"""Verbs that ask for help with a case: inside, level by level."""

from core.chat.actions import Action, Given, Topic
from core.chat.asking import Asked
from core.chat.requests import Reply
from core.chat.verbs.cases import CASE, case_of, settled
from core.chat.verbs.working import TEXT
from core.escalations.commands import AcknowledgeEscalation, StartEscalation
from core.people.model import Right


def escalate(asked: Asked, given: Given) -> Reply:
    """The chain of the case's group starts, and its first level is told."""
    asked.do(StartEscalation(case_id=case_of(given), reason=str(given["text"])))
    return settled(asked, case_of(given), asked.words.say("escalation.begun", number=f"C-{case_of(given)}"))


def acknowledge(asked: Asked, given: Given) -> Reply:
    """This member sees to it: nobody else is told."""
    asked.do(AcknowledgeEscalation(case_id=case_of(given)))
    return settled(asked, case_of(given), asked.words.say("escalation.yours", number=f"C-{case_of(given)}"))


ACTIONS = (
    Action(
        name="escalate", right=Right.WORK, topic=Topic.ESCALATIONS, answer=escalate, arguments=(CASE, TEXT), polish=("eskaluj",), form=True,
        example="escalate {case} {text}",
    ),
    Action(
        name="acknowledge", right=Right.READ, topic=Topic.ESCALATIONS, answer=acknowledge, arguments=(CASE,), polish=("potwierdź",),
        aliases=("ack",), example="acknowledge {case}",
    ),
)  # fmt: skip
