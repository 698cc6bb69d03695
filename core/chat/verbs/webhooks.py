"""Verbs by which an admin sees to what systems of record sent and the desk gave up."""

from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.requests import Private, Reply, in_place
from core.chat.showing.webhooks import letter_view, letters_view
from core.chat.views import NoteView, View
from core.people.commands import DiscardDelivery, ReplayDelivery
from core.people.model import Right

DELIVERY = Argument(name="delivery", kind=ArgumentKind.NUMBER)
AFTER = Argument(name="after", kind=ArgumentKind.HIDDEN, required=False, max_length=18)
REASON = Argument(name="reason", kind=ArgumentKind.LONG_TEXT, max_length=400)


def letters(asked: Asked, given: Given) -> Reply:
    """What was given up, a page of it."""
    after = str(given.get(AFTER.name, ""))
    with asked.reading() as connection:
        return in_place(
            asked.request, letters_view(connection, asked.words, after=int(after) if after.isascii() and after.isdigit() else 0)
        )


def letter(asked: Asked, given: Given) -> Reply:
    """One of them: why, and what it said."""
    with asked.reading() as connection:
        return in_place(asked.request, letter_view(connection, asked.words, _number(given)))


def what_it_said(asked: Asked, given: Given) -> View:
    """The letter above the form in which it is given up. Raises NotFound when there is none."""
    with asked.reading() as connection:
        return letter_view(connection, asked.words, _number(given))


def replay(asked: Asked, given: Given) -> Reply:
    """The worker handles it once more."""
    asked.do(ReplayDelivery(delivery=_number(given)))
    return _said(asked, "webhooks.replayed", given)


def discard(asked: Asked, given: Given) -> Reply:
    """It is never handled, and why not is in the journal."""
    asked.do(DiscardDelivery(delivery=_number(given), reason=str(given[REASON.name])))
    return _said(asked, "webhooks.discarded", given)


def _number(given: Given) -> int:
    return int(str(given[DELIVERY.name]))


def _said(asked: Asked, key: str, given: Given) -> Reply:
    return Private(NoteView(title=asked.words.say(key, number=str(_number(given)))))


ACTIONS = (
    Action(
        name="webhooks", right=Right.ADMINISTER, answer=letters, topic=Topic.DESK, arguments=(AFTER,), polish=("dostawy", "webhooki"),
        use=Use.RARE,
    ),
    Action(
        name="webhook", right=Right.ADMINISTER, answer=letter, topic=Topic.DESK, arguments=(DELIVERY,), polish=("dostawa",), use=Use.RARE,
        example="webhook {delivery}",
    ),
    Action(
        name="webhook_replay", right=Right.ADMINISTER, answer=replay, topic=Topic.DESK, arguments=(DELIVERY,),
        polish=("dostawa powtórz",), use=Use.RARE, example="webhook_replay {delivery}",
    ),
    Action(
        name="webhook_discard", right=Right.ADMINISTER, answer=discard, topic=Topic.DESK, arguments=(DELIVERY, REASON), form=True,
        lead=what_it_said, polish=("dostawa odrzuć",), use=Use.RARE, example="webhook_discard {delivery} {text}",
    ),
)  # fmt: skip
