"""The view of the queue."""

from sqlalchemy import Connection

from core.cases.clocks import answer_due
from core.cases.model import Case
from core.cases.queries import open_cases
from core.cases.queue import queue_of
from core.chat.asking import Asked
from core.chat.values import Moment, Text, Value
from core.chat.views import Button, QueueView, Table, Tone
from core.chat.words import Words
from core.customers.queries import customer
from core.people.model import Right

ROWS = 15  # of a table; the rest is counted
MATCH_BUTTONS = 4


def queue_view(asked: Asked, connection: Connection) -> QueueView:
    """What this member should look at next."""
    words, queue = asked.words, queue_of(open_cases(connection), asked.member.id, asked.now)
    groups = {"overdue": queue.overdue, "unmatched": queue.unmatched, "mine": queue.mine, "unassigned": queue.unassigned}
    total = sum(len(cases) for cases in groups.values())
    asking = queue.unmatched[:MATCH_BUTTONS] if asked.may(Right.WORK) else ()
    return QueueView(
        title=words.say("queue.title"),
        status=words.count("queue.count", total) if total else words.say("queue.empty"),
        tone=Tone.WARNING if queue.overdue else Tone.GOOD if not total else Tone.NEUTRAL,
        tables=tuple(_table(connection, words, name, cases) for name, cases in groups.items() if cases),
        buttons=tuple(Button(label=words.say("queue.match", number=c.number), action="match", subject=c.id, form=True) for c in asking),
        footnotes=(Text(words.count("queue.others", queue.others)),) if queue.others else (),
    )


def _table(connection: Connection, words: Words, name: str, cases: tuple[Case, ...]) -> Table:
    columns = tuple(words.say(f"queue.column.{column}") for column in ("case", "customer", "question", "due"))
    more = len(cases) - ROWS
    title = words.say(f"queue.{name}", n=len(cases))
    rows = tuple(_row(connection, words, found) for found in cases[:ROWS])
    return Table(title=f"{title} {words.count('queue.more', more)}" if more > 0 else title, columns=columns, rows=rows)


def _row(connection: Connection, words: Words, found: Case) -> tuple[Value, ...]:
    whose = Text(words.say("queue.whose")) if found.customer_id is None else Text(customer(connection, found.customer_id).name, quoted=True)
    due = answer_due(found)
    when: Value = Moment(due) if due is not None else Text(words.say(f"queue.state.{found.state}"))
    return Text(found.number), whose, Text(found.title, quoted=True), when
