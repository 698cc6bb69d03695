"""Verbs that look at cases, and the answers all verbs about a case share."""

import difflib
import re

from core.cases.listing import Sort
from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.parsing import customer_id
from core.chat.requests import Card, Done, Gesture, Private, Reply, in_place
from core.chat.showing.cases import case_view
from core.chat.showing.listing import list_view
from core.chat.showing.queue import queue_view
from core.chat.showing.why import why_view
from core.chat.views import NoteView
from core.customers.queries import begun_alike
from core.engine.errors import InvalidInput
from core.engine.folding import folded
from core.people.model import Right

CASE = Argument(name="case", kind=ArgumentKind.CASE)
SHOWN_CASE = Argument(name="case", kind=ArgumentKind.CASE, looked_up=False)  # shown at once: read once

FILTER = Argument(name="filter", kind=ArgumentKind.TEXT, required=False, max_length=200)
AFTER = Argument(name="after", kind=ArgumentKind.HIDDEN, required=False)
LONGEST = 60  # characters worth comparing
NUMBER = re.compile(r"\d{1,18}", re.ASCII)
PARTS = {sort.value: sort for sort in Sort} | {
    "spoznione": Sort.LATE,
    "moje": Sort.MINE, "nieprzydzielone": Sort.UNASSIGNED, "niedopasowane": Sort.UNMATCHED, "czekajace": Sort.WAITING,
    "obserwowane": Sort.WATCHED, "eskalowane": Sort.ESCALATED, "u microsoftu": Sort.MICROSOFT, "w microsofcie": Sort.MICROSOFT,
    "at microsoft": Sort.MICROSOFT, "pytania": Sort.QUESTIONS, "windykacja": Sort.COLLECTIONS,
}  # fmt: skip


def case_of(given: Given) -> int:
    """The number of the case a verb is about."""
    return int(str(given["case"]))


def settled(asked: Asked, case_id: int, sentence: str) -> Reply:
    """What was done: the clicked card's new truth, a sentence for who typed, nothing for a form, which closes."""
    if asked.request.gesture is Gesture.CLICK:
        with asked.reading() as connection:
            return Card(case_view(connection, asked.words, case_id, asked.now))
    return Private(NoteView(title=sentence)) if asked.request.gesture is Gesture.TYPED else Done()


def show_case(asked: Asked, given: Given) -> Reply:
    """The case as it is now, for this reader."""
    with asked.reading() as connection:
        return Private(case_view(connection, asked.words, case_of(given), asked.now, asked.member))


def show_queue(asked: Asked, given: Given) -> Reply:
    """What to look at next, or a part of it page by page. Raises InvalidInput, Ambiguous for a part nobody knows."""
    after = str(given.get("after", "0"))
    if not NUMBER.fullmatch(after):
        raise InvalidInput("button_unknown")
    part = _part(asked, str(given["filter"])) if "filter" in given else None
    with asked.reading() as connection:
        view = queue_view(asked, connection) if part is None else list_view(asked, connection, part, after=int(after))
    return in_place(asked.request, view)


def _part(asked: Asked, typed: str) -> Sort | int:
    """A sort of case by its name in either language, else a customer. Raises InvalidInput that names both possibilities, Ambiguous."""
    if named := PARTS.get(folded(typed)):
        return named
    try:
        return customer_id(asked, typed, "filter")
    except InvalidInput as error:
        if error.kind != "customer_not_found":
            raise
        raise _neither(asked, typed) from None


def _neither(asked: Asked, typed: str) -> InvalidInput:
    """With every part as the reader types it, and the part or customer that is spelt most like it, if any comes close."""
    say = asked.words.say
    said = {"typed": typed, "parts": ", ".join(say(f"queue.sort.{sort}") for sort in Sort)}
    with asked.reading() as connection:
        known = begun_alike(connection, typed) | {name: say(f"queue.sort.{sort}") for name, sort in PARTS.items()}
    near = difflib.get_close_matches(folded(typed)[:LONGEST], known, n=1)
    if near:
        return InvalidInput("queue_part_unknown_near", "filter", **said, near=known[near[0]])
    return InvalidInput("queue_part_unknown", "filter", **said)


def show_why(asked: Asked, given: Given) -> Reply:
    """The arithmetic of every deadline of the case."""
    with asked.reading() as connection:
        return Private(why_view(connection, asked.words, case_of(given), asked.now))


ACTIONS = (
    Action(
        name="queue", right=Right.READ, topic=Topic.CASES, answer=show_queue, arguments=(FILTER, AFTER), polish=("kolejka",),
        aliases=("list",), use=Use.EVERYDAY,
    ),
    Action(
        name="case", right=Right.READ, topic=Topic.CASES, answer=show_case, arguments=(SHOWN_CASE,), polish=("sprawa", "pokaż"),
        aliases=("show",), use=Use.EVERYDAY, example="case {case}",
    ),
    Action(
        name="why", right=Right.READ, topic=Topic.CASES, answer=show_why, arguments=(SHOWN_CASE,), polish=("dlaczego",),
        example="why {case}",
    ),
)  # fmt: skip
