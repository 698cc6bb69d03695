"""One's own page."""

from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.requests import Card, Gesture, Private, Reply
from core.chat.showing.home import home_view
from core.people.model import Right

PAGE = Argument(name="page", kind=ArgumentKind.HIDDEN, required=False, max_length=6)


def home(asked: Asked, given: Given) -> Reply:
    """What waits for this member; a press on its buttons turns the page where it is."""
    with asked.reading() as connection:
        view = home_view(connection, asked.words, asked.member, asked.now, page_of(str(given.get(PAGE.name, ""))))
    return Card(view) if asked.request.gesture is Gesture.CLICK else Private(view)


def page_of(text: str) -> int:
    """The page a button carries; the first for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 1


ACTIONS = (
    Action(
        name="home", right=Right.READ, topic=Topic.CASES, answer=home, arguments=(PAGE,), polish=("pulpit", "moje"), aliases=("my",),
        use=Use.USUAL,
    ),
)  # fmt: skip
