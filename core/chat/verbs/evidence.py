"""The verb that hands over what a suspension can be defended by."""

from core.cases.files import OfferFile
from core.chat.actions import Action, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.requests import Private, Reply
from core.chat.verbs.cases import CASE, case_of
from core.chat.verbs.handing import good_once, hand_over
from core.chat.views import NoteView
from core.people.model import Right
from core.suspensions.evidence import evidence

FILE, FORMS = "evidence", ("pdf", "json")


def show_evidence(asked: Asked, given: Given) -> Reply:
    """Two links, each of one use. Raises Conflict for a case that collects nothing, and where the desk does not know its own address."""
    links, offered = hand_over(asked, FILE, FORMS)
    with asked.reading() as connection:
        evidence(connection, case_of(given), asked.now)  # refused now rather than behind the link
    asked.do(OfferFile(case_id=case_of(given), **offered))
    title = asked.words.say("evidence.offered", number=f"C-{case_of(given)}")
    return Private(NoteView(title=title, facts=links, footnotes=(good_once(asked.words),)))


ACTIONS = (
    Action(
        name="evidence", right=Right.STOP, topic=Topic.SUSPENSIONS, answer=show_evidence, arguments=(CASE,), polish=("dowody",),
        use=Use.RARE, example="evidence {case}",
    ),
)  # fmt: skip
