"""The view of the queue."""

from collections.abc import Mapping

from sqlalchemy import Connection

from core.cases.clocks import Deadline
from core.cases.model import Case
from core.cases.queue import queue_of
from core.chat.asking import Asked
from core.chat.showing.deadlines import owed_value
from core.chat.values import Text, Value
from core.chat.views import Button, QueueView, Table, Tone
from core.chat.words import Words
from core.customers.queries import customer
from core.people.model import Right

ROWS = 15  # of a table; the rest is counted
MATCH_BUTTONS = 4


def queue_view(asked: Asked, connection: Connection) -> QueueView:
    """What this member should look at next."""
    words, queue = asked.words, queue_of(connection, asked.member.id, asked.now)
    groups = {"overdue": queue.overdue, "unmatched": queue.unmatched, "mine": queue.mine, "unassigned": queue.unassigned}
    total = sum(len(cases) for cases in groups.values())
    asking = queue.unmatched[:MATCH_BUTTONS] if asked.may(Right.WORK) else ()
    return QueueView(
        title=words.say("queue.title"),
        status=words.count("queue.count", total) if total else words.say("queue.empty"),
        tone=Tone.WARNING if queue.overdue else Tone.GOOD if not total else Tone.NEUTRAL,
        tables=tuple(_table(connection, words, name, cases, queue.next) for name, cases in groups.items() if cases),
        buttons=tuple(Button(label=words.say("queue.match", number=c.number), action="match", subject=c.id, form=True) for c in asking),
        footnotes=(Text(words.count("queue.others", queue.others)),) if queue.others else (),
    )


def _table(connection: Connection, words: Words, name: str, cases: tuple[Case, ...], due: Mapping[int, Deadline]) -> Table:
    columns = tuple(words.say(f"queue.column.{column}") for column in ("case", "customer", "question", "due"))
    more = len(cases) - ROWS
    title = words.say(f"queue.{name}", n=len(cases))
    rows = tuple(_row(connection, words, found, due.get(found.id)) for found in cases[:ROWS])
    return Table(title=f"{title} {words.count('queue.more', more)}" if more > 0 else title, columns=columns, rows=rows)


def _row(connection: Connection, words: Words, found: Case, due: Deadline | None) -> tuple[Value, ...]:
    whose = Text(words.say("queue.whose")) if found.customer_id is None else Text(customer(connection, found.customer_id).name, quoted=True)
    when = Text(words.say(f"queue.state.{found.stand}")) if due is None else owed_value(words, due)
    return Text(found.number), whose, Text(found.title, quoted=True), when
