"""Verbs that close the loop with the customer after a restore: answer them in their ticket, or say how else they were told."""

from collections.abc import Mapping

from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.building import build_form
from core.chat.requests import Gesture, Open, Private, Reply
from core.chat.showing.closing import before_telling, prepared
from core.chat.showing.suspensions import suspension_view
from core.chat.verbs.cases import CASE, case_of
from core.chat.verbs.replies import SEND, preview
from core.chat.verbs.working import TEXT
from core.chat.views import View
from core.people.model import Right
from core.suspensions.announcing import DraftTelling, RecordTold
from core.suspensions.knowing import unheard


def told(asked: Asked, given: Given) -> Reply:
    """The customer knows that service is back."""
    outcome = asked.do(RecordTold(case_id=case_of(given), how=str(given["told_how"])))
    with asked.reading() as connection:
        return Private(suspension_view(connection, asked.words, outcome.ids["suspension_id"], asked.now, asked.member))


def announce(asked: Asked, given: Given) -> Reply:
    """Keeps the answer as a draft of the ticket and shows what would be sent, as every answer."""
    with asked.reading() as connection:
        ready = prepared(connection, case_of(given), asked.now)
    said = {"subject": ready.subject, "language": ready.language, "texts": ready.texts}
    note_id = asked.do(DraftTelling(case_id=case_of(given), text=str(given["text"]), **said)).ids["note_id"]
    if asked.request.gesture is Gesture.SUBMIT:
        return Open(build_form(asked, SEND, {"note": note_id}))
    return Private(preview(asked, {"note": note_id}))


def words_ready(asked: Asked, given: Given) -> Mapping[str, str]:
    """The prepared words, once it is known for which case."""
    if "case" not in given:
        return {}
    with asked.reading() as connection:
        found = case_of(given)
        return {"text": prepared(connection, found, asked.now).body} if unheard(connection, found) is not None else {}


def to_read_out(asked: Asked, given: Given) -> View | None:
    """What the customer is told."""
    with asked.reading() as connection:
        return before_telling(connection, asked.words, case_of(given), asked.now)


ACTIONS = (
    Action(
        name="announce", right=Right.WORK, topic=Topic.SUSPENSIONS, answer=announce, form=True, polish=("oznajmij",), use=Use.RARE,
        example="announce {case}", arguments=(CASE, TEXT), prefill=words_ready,
    ),
    Action(
        name="told", right=Right.WORK, topic=Topic.SUSPENSIONS, answer=told, form=True, polish=("powiadomiono",), use=Use.RARE,
        example="told {case} {text}", lead=to_read_out,
        arguments=(CASE, Argument(name="told_how", kind=ArgumentKind.LONG_TEXT, max_length=500)),
    ),
)  # fmt: skip
