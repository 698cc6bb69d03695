"""Verbs about a request that is being carried out: going on where Partner Center refused or nobody knows."""

from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.requests import Private, Reply
from core.chat.showing.suspensions import suspension_view
from core.people.model import Right
from core.suspensions.commands import ResumeSuspension


def carry_on(asked: Asked, given: Given) -> Reply:
    """The rest of it, under the same approval, after a fresh look."""
    suspension_id = int(str(given["suspension"]))
    asked.do(ResumeSuspension(suspension_id=suspension_id))
    with asked.reading() as connection:
        return Private(suspension_view(connection, asked.words, suspension_id, asked.now, asked.member))


SUSPENSION = Argument(name="suspension", kind=ArgumentKind.SUSPENSION)

ACTIONS = (
    Action(
        name="carry_on", right=Right.PROPOSE, topic=Topic.SUSPENSIONS, answer=carry_on, arguments=(SUSPENSION,), polish=("dokończ",),
        use=Use.RARE, example="carry_on {suspension}",
    ),
)  # fmt: skip
