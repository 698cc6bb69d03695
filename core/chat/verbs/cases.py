"""Verbs about cases."""

from core.chat.actions import Action, Argument, ArgumentKind, Given
from core.chat.asking import Asked
from core.chat.requests import Private, Reply
from core.chat.showing.cases import case_view
from core.people.model import Right

CASE = Argument(name="case", kind=ArgumentKind.CASE)


def show_case(asked: Asked, given: Given) -> Reply:
    """The case as it is now, for this reader."""
    with asked.reading() as connection:
        return Private(case_view(connection, asked.words, int(str(given["case"])), asked.now, asked.member))


ACTIONS = (
    Action(name="case", right=Right.READ, answer=show_case, arguments=(CASE,), aliases=("show", "sprawa", "pokaz"), example="case 104"),
)
