"""The view of a part of the queue: cases of one sort, or one customer's, page by page."""

from collections.abc import Iterator

from sqlalchemy import Connection

from core.cases.listing import Listed, Sort, of_customer, of_sort
from core.cases.search import CASES
from core.chat.asking import Asked
from core.chat.showing.finding import case_hits, table_of
from core.chat.views import Button, QueueView
from core.chat.words import OWN, Words
from core.customers.queries import customer

ROWS = 10
OPENED = 4  # buttons to the cases themselves


def list_view(asked: Asked, connection: Connection, what: Sort | int, *, after: int) -> QueueView:
    """Cases of a sort, or of the customer with this number. Raises NotFound."""
    words = asked.words
    if isinstance(what, Sort):
        name, listed = words.say(f"queue.sort.{what}"), of_sort(connection, what, asked.member.id, asked.now, after=after, limit=ROWS)
    else:
        name, listed = customer(connection, what).name, of_customer(connection, what, after=after, limit=ROWS)
    hits = case_hits(connection, words, listed.found)
    opened = [Button(label=label, action=action, subject=subject) for action, subject, label in hits.doors[:OPENED]]
    return QueueView(
        title=words.say("queue.part", name=name),
        status="" if hits.rows else words.say("queue.part_empty"),
        tables=(table_of(words, CASES, hits, title=""),) if hits.rows else (),
        buttons=(*_turning(words, what, listed, after), *opened),
    )


def _turning(words: Words, what: Sort | int, listed: Listed, after: int) -> Iterator[Button]:
    carried = what.value if isinstance(what, Sort) else f"{OWN}{what}"
    if listed.next is not None:
        values = {"filter": carried, "after": str(listed.next)}
        yield Button(label=words.say("find.next"), action="queue", subject=0, values=values)
    if after:
        yield Button(label=words.say("find.first"), action="queue", subject=0, values={"filter": carried})
    yield Button(label=words.say("queue.whole"), action="queue", subject=0)
