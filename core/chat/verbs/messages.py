"""What is done with a chat message from its own menu; `new` is there too (verbs/working.py)."""

from dataclasses import replace

from core.cases.commands import AddNote
from core.chat.actions import Action, ArgumentKind, Given, Topic
from core.chat.asking import Asked
from core.chat.messages import LINK, SAID_BY, link_of
from core.chat.requests import Reply
from core.chat.verbs.cases import CASE, case_of, settled
from core.chat.verbs.working import TEXT
from core.people.model import Right


def add_message(asked: Asked, given: Given) -> Reply:
    """The message is a remark for colleagues from now on, with who wrote it and the way back."""
    author, text = str(given.get(SAID_BY.name, "")), str(given["text"])
    said = asked.words.say("message.said", name=author, text=text) if author else text
    asked.do(AddNote(case_id=case_of(given), text=said, link=link_of(given)))
    return settled(asked, case_of(given), asked.words.say("case.noted", number=f"C-{case_of(given)}"))


ACTIONS = (
    Action(
        name="add_message", right=Right.WORK, topic=Topic.CASES, answer=add_message, form=True, typed=False, instead="note",
        arguments=(CASE, TEXT, replace(SAID_BY, kind=ArgumentKind.HIDDEN), LINK), on_message=True,
    ),
)  # fmt: skip
