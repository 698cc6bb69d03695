"""Finding cases, customers, invoices and what was written by their words."""

from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.requests import Card, Gesture, Private, Reply
from core.chat.showing.finding import KINDS, find_view, kind_view
from core.engine import search
from core.engine.errors import InvalidInput
from core.people.model import Right

WORDS = Argument(name="words", kind=ArgumentKind.TEXT, max_length=200)
KIND = Argument(name="kind", kind=ArgumentKind.HIDDEN, required=False)
AFTER = Argument(name="after", kind=ArgumentKind.HIDDEN, required=False)


def find(asked: Asked, given: Given) -> Reply:
    """The best of every kind, or the page a button leads to. Raises InvalidInput for words too short, and for a button nobody drew."""
    typed, kind = str(given["words"]), str(given.get("kind", ""))
    what, after = search.sought(typed), search.key(str(given.get("after", search.FIRST)))
    if what is None:
        raise InvalidInput("find_too_short", "words", typed=typed)
    if after is None or (kind and kind not in KINDS):
        raise InvalidInput("button_unknown")
    with asked.reading() as connection:
        view = kind_view(asked, connection, what, kind=kind, after=after) if kind else find_view(asked, connection, what)
    return Card(view) if asked.request.gesture is Gesture.CLICK else Private(view)


ACTIONS = (
    Action(
        name="find", right=Right.READ, topic=Topic.CASES, answer=find, arguments=(WORDS, KIND, AFTER), polish=("znajdź", "szukaj"),
        aliases=("search",), use=Use.EVERYDAY, example="find {customer}",
    ),
)  # fmt: skip
