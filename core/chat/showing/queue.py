"""The view of the queue."""

from collections.abc import Mapping

from sqlalchemy import Connection

from core.cases.clocks import Deadline
from core.cases.listing import Sort
from core.cases.model import Case
from core.cases.queue import counted, first_of, next_owed, queue_parts
from core.chat.asking import Asked
from core.chat.showing.deadlines import owed_value
from core.chat.values import Text, Value
from core.chat.views import Button, QueueView, Table, Tone
from core.chat.words import Words
from core.customers.queries import customer
from core.people.model import Right

ROWS = 15  # of a table; the rest is counted
MATCH_BUTTONS = 4
# In this order, with the list that goes on where a part is cut; what is in colleagues' hands is only counted.
PARTS = {"overdue": Sort.LATE, "unmatched": Sort.UNMATCHED, "mine": Sort.MINE, "unassigned": Sort.UNASSIGNED}


def queue_view(asked: Asked, connection: Connection) -> QueueView:
    """What this member should look at next."""
    words, parts, now = asked.words, queue_parts(asked.member.id), asked.now
    counts = counted(connection, parts, now)
    shown = {name: first_of(connection, parts[name], now, limit=ROWS) for name in PARTS if counts[name]}
    due = next_owed(connection, [found.id for several in shown.values() for found in several])
    total = sum(counts[name] for name in PARTS)
    asking = shown.get("unmatched", ())[:MATCH_BUTTONS] if asked.may(Right.WORK) else ()
    return QueueView(
        title=words.say("queue.title"),
        status=words.count("queue.count", total) if total else words.say("queue.empty"),
        tone=Tone.WARNING if counts["overdue"] else Tone.GOOD if not total else Tone.NEUTRAL,
        tables=tuple(_table(connection, words, name, cases, counts[name], due) for name, cases in shown.items()),
        buttons=(
            *(Button(label=words.say("queue.match", number=c.number), action="match", subject=c.id, form=True) for c in asking),
            *(_all_of(words, sort) for name, sort in PARTS.items() if counts[name] > ROWS),
        ),
        footnotes=(Text(words.count("queue.others", counts["others"])),) if counts["others"] else (),
    )


def _all_of(words: Words, sort: Sort) -> Button:
    label = words.say("queue.all", part=words.say(f"queue.sort.{sort}"))
    return Button(label=label, action="queue", subject=0, values={"filter": sort.value})


def _table(connection: Connection, words: Words, name: str, cases: tuple[Case, ...], count: int, due: Mapping[int, Deadline]) -> Table:
    columns = tuple(words.say(f"queue.column.{column}") for column in ("case", "customer", "question", "due"))
    title, more = words.say(f"queue.{name}", n=count), count - len(cases)
    rows = tuple(_row(connection, words, found, due.get(found.id)) for found in cases)
    return Table(title=f"{title} {words.count('queue.more', more)}" if more > 0 else title, columns=columns, rows=rows)


def _row(connection: Connection, words: Words, found: Case, due: Deadline | None) -> tuple[Value, ...]:
    whose = Text(words.say("queue.whose")) if found.customer_id is None else Text(customer(connection, found.customer_id).name, quoted=True)
    when = Text(words.say(f"queue.state.{found.stand}")) if due is None else owed_value(words, due)
    return Text(found.number), whose, Text(found.title, quoted=True), when
