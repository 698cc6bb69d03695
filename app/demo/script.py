"""What the demo says to try: six lines with the numbers that the world's cases really got."""

from collections.abc import Sequence

import sqlalchemy as sa

from core.engine.db.tables.cases import cases
from core.engine.db.tables.customers import customers

QUESTION, COLLECTION, REMINDED = ("Nowak", "question"), ("Bäckerei Lindner", "collection"), ("Teatr Mały", "collection")
LINES = (
    "In <b>Slack</b>, act as <i>Owen Clarke</i> and open #billing. Type <code>/billing queue</code>, then "
    "<code>/billing case {question}</code>, press <i>Take</i>, and let <code>/billing compare Nowak</code> say why the invoice is higher.",
    "Press <i>Reply to the customer</i> on that card, look at the preview, and send it. For half a minute it can be undone; then it stands "
    "in <b>Ticketing</b>.",
    "Still as <i>Owen</i>, type <code>/billing suspend {collection}</code>: Lindner does not pay. Say what becomes of it at the end of "
    "the term, give a reason, tick both products; the request appears under Approvals in both chats, and Owen cannot approve it.",
    "In <b>Teams</b>, act as <i>Ben Fischer</i>, open Approvals and press <i>Approve</i>. Move the clock <i>to the next due timer</i>, "
    "until the cooling-off is over: both chats say that it was suspended and read back.",
    "As <i>Ben</i>, in his chat with Billing Desk, type <code>restore {collection} now paid by phone</code>: it is back at once, and both "
    "cards say so.",
    "In <b>Slack</b>, as <i>Ana Kowalska</i>, type <code>/billing start {reminded}</code>: the first reminder leaves, at night not before "
    "morning, and lies in <b>Mailbox</b>. Answer it there as the customer: the words stand in the case. Or bounce it.",
)
TAGS = ("b", "i", "code")


def script(connection: sa.Connection) -> Sequence[str]:
    """The lines, in HTML; a case that is missing here is shown as “…”."""
    numbers = {
        "question": _case(connection, *QUESTION),
        "collection": _case(connection, *COLLECTION),
        "reminded": _case(connection, *REMINDED),
    }
    return [line.format(**numbers) for line in LINES]


def plain(line: str) -> str:
    """A line as a terminal shows it."""
    for tag in TAGS:
        line = line.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    return line


def questions(connection: sa.Connection) -> int:
    """How many tickets have become cases."""
    return connection.scalar(sa.select(sa.func.count()).select_from(cases).where(cases.c.kind == "question")) or 0


def _case(connection: sa.Connection, customer: str, kind: str) -> str:
    joined = sa.select(cases.c.id).join(customers, cases.c.customer_id == customers.c.id)
    found = connection.scalar(joined.where(customers.c.name.startswith(customer), cases.c.kind == kind).order_by(cases.c.id).limit(1))
    return "…" if found is None else str(found)
