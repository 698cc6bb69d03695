"""Answering the customer: write, look, confirm; then a moment to take it back. Never the same verb as a remark for colleagues."""

from collections.abc import Mapping

from core.cases.commands import DraftReply, SendReply, WithdrawReply
from core.cases.queries import note, queued_reply, unsent_reply
from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.building import build_form
from core.chat.requests import Card, Gesture, Open, Private, Reply
from core.chat.showing.replies import preview_view
from core.chat.verbs.cases import CASE, case_of, settled
from core.chat.verbs.working import TEXT
from core.chat.views import View
from core.engine.errors import Conflict
from core.people.model import Right
from core.suspensions.by_letter import SendTelling, WithdrawTelling, is_letter

NOTE = Argument(name="note", kind=ArgumentKind.HIDDEN)


def reply(asked: Asked, given: Given) -> Reply:
    """Keeps the text as a draft and shows what would be sent; nothing has left."""
    note_id = asked.do(DraftReply(case_id=case_of(given), text=str(given["text"]))).ids["note_id"]
    if asked.request.gesture is Gesture.SUBMIT:
        return Open(build_form(asked, SEND, {"note": note_id}))
    return Private(preview(asked, {"note": note_id}))


def send(asked: Asked, given: Given) -> Reply:
    """The member's own draft, confirmed by typing. Raises Conflict when there is none: nothing is sent that was not looked at."""
    with asked.reading() as connection:
        draft = unsent_reply(connection, case_of(given), asked.actor.id)
    if draft is None:
        raise Conflict("nothing_to_send", number=f"C-{case_of(given)}")
    return send_draft(asked, {"note": draft.id})


def send_draft(asked: Asked, given: Given) -> Reply:
    """The confirmed draft waits to leave."""
    note_id = _note_of(given)
    with asked.reading() as connection:
        letter = is_letter(connection, note_id)
    asked.do(SendTelling(note_id=note_id) if letter else SendReply(note_id=note_id))
    return _where_it_is(asked, given)


def unsend(asked: Asked, given: Given) -> Reply:
    """Taken back from where it was confirmed."""
    with asked.reading() as connection:
        case_id = note(connection, _note_of(given)).case_id
    _take_back(asked, case_id)
    return _where_it_is(asked, given)


def withdraw(asked: Asked, given: Given) -> Reply:
    """Taken back from the case's card, or typed."""
    _take_back(asked, case_of(given))
    return settled(asked, case_of(given), asked.words.say("case.reply_withdrawn", number=f"C-{case_of(given)}"))


def preview(asked: Asked, given: Given) -> View:
    """The draft as it would be sent."""
    with asked.reading() as connection:
        return preview_view(connection, asked.words, _note_of(given))


def kept_text(asked: Asked, given: Given) -> Mapping[str, str]:
    """What this member wrote and did not send is where the form starts, once it is known on which case."""
    if "case" not in given:
        return {}
    with asked.reading() as connection:
        kept = unsent_reply(connection, case_of(given), asked.actor.id)
    return {"text": kept.body if kept is not None else ""}


def _take_back(asked: Asked, case_id: int) -> None:
    with asked.reading() as connection:
        queued = queued_reply(connection, case_id)
        letter = queued is not None and is_letter(connection, queued.id)
    asked.do(WithdrawTelling(note_id=queued.id) if letter and queued is not None else WithdrawReply(case_id=case_id))


def _where_it_is(asked: Asked, given: Given) -> Reply:
    view = preview(asked, given)
    return Card(view) if asked.request.gesture is Gesture.CLICK else Private(view)


def _note_of(given: Given) -> int:
    return int(str(given["note"]))


SEND = Action(
    name="send_draft", right=Right.WORK, topic=Topic.REPLIES, answer=send_draft, arguments=(NOTE,), typed=False, instead="send",
    lead=preview,
)  # fmt: skip
ACTIONS = (
    Action(
        name="reply", right=Right.WORK, topic=Topic.REPLIES, answer=reply, arguments=(CASE, TEXT), polish=("odpowiedz",), form=True,
        prefill=kept_text, use=Use.EVERYDAY, example="reply {case}",
    ),
    Action(
        name="send", right=Right.WORK, topic=Topic.REPLIES, answer=send, arguments=(CASE,), polish=("wyślij",), example="send {case}",
    ),
    SEND,
    Action(name="unsend", right=Right.WORK, topic=Topic.REPLIES, answer=unsend, arguments=(NOTE,), typed=False, instead="withdraw"),
    Action(
        name="withdraw", right=Right.WORK, topic=Topic.REPLIES, answer=withdraw, arguments=(CASE,), polish=("wycofaj",),
        example="withdraw {case}",
    ),
)  # fmt: skip
