"""Answering the customer: write, look, confirm; then a moment to take it back. Never the same verb as a remark for colleagues."""

from collections.abc import Mapping

from core.cases.commands import DraftReply, SendReply, WithdrawReply
from core.cases.queries import note, unsent_text
from core.chat.actions import Action, Argument, ArgumentKind, Given
from core.chat.asking import Asked
from core.chat.building import build_form
from core.chat.requests import Card, Gesture, Open, Private, Reply
from core.chat.showing.replies import preview_view
from core.chat.verbs.cases import CASE, case_of, settled
from core.chat.verbs.working import TEXT
from core.chat.views import View
from core.people.model import Right

NOTE = Argument(name="note", kind=ArgumentKind.HIDDEN)


def reply(asked: Asked, given: Given) -> Reply:
    """Keeps the text as a draft and shows what would be sent; nothing has left."""
    note_id = asked.do(DraftReply(case_id=case_of(given), text=str(given["text"]))).ids["note_id"]
    if asked.request.gesture is Gesture.SUBMIT:
        return Open(build_form(asked, SEND, {"note": note_id}))
    return Private(preview(asked, {"note": note_id}))


def send(asked: Asked, given: Given) -> Reply:
    """The confirmed draft waits to leave."""
    asked.do(SendReply(note_id=_note_of(given)))
    return _where_it_is(asked, given)


def unsend(asked: Asked, given: Given) -> Reply:
    """Taken back from where it was confirmed."""
    with asked.reading() as connection:
        case_id = note(connection, _note_of(given)).case_id
    asked.do(WithdrawReply(case_id=case_id))
    return _where_it_is(asked, given)


def withdraw(asked: Asked, given: Given) -> Reply:
    """Taken back from the case's card, or typed."""
    asked.do(WithdrawReply(case_id=case_of(given)))
    return settled(asked, case_of(given), asked.words.say("case.reply_withdrawn", number=f"C-{case_of(given)}"))


def preview(asked: Asked, given: Given) -> View:
    """The draft as it would be sent."""
    with asked.reading() as connection:
        return preview_view(connection, asked.words, _note_of(given))


def kept_text(asked: Asked, given: Given) -> Mapping[str, str]:
    """What this member wrote and did not send is where the form starts."""
    with asked.reading() as connection:
        return {"text": unsent_text(connection, case_of(given), asked.actor.id)}


def _where_it_is(asked: Asked, given: Given) -> Reply:
    view = preview(asked, given)
    return Card(view) if asked.request.gesture is Gesture.CLICK else Private(view)


def _note_of(given: Given) -> int:
    return int(str(given["note"]))


SEND = Action(name="send", right=Right.WORK, answer=send, arguments=(NOTE,), typed=False, lead=preview)
ACTIONS = (
    Action(
        name="reply", right=Right.WORK, answer=reply, arguments=(CASE, TEXT), aliases=("odpowiedz",), form=True, prefill=kept_text,
        example="reply 104",
    ),
    SEND,
    Action(name="unsend", right=Right.WORK, answer=unsend, arguments=(NOTE,), typed=False),
    Action(name="withdraw", right=Right.WORK, answer=withdraw, arguments=(CASE,), aliases=("wycofaj",), example="withdraw 104"),
)  # fmt: skip
