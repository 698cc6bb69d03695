"""What other systems sent is kept raw for so many days, to look up what was left out of a case; then its content is erased. What stays is
that it came, from where and when, under which key, its SHA-256 and size, and what became of it. What was given up waits for a person."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine.db.tables.engine import inbox
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx

from .model import Right

BATCH = 20  # in one transaction: a mail may have several megabytes
ENDED = inbox.c.state.in_((sa.literal_column("'done'"), sa.literal_column("'discarded'")))  # written out, as their index says it
RAW = (
    sa.select(inbox.c.id)
    .where(inbox.c.erased_at.is_(None), ENDED, inbox.c.received_at < sa.bindparam("before"))
    .order_by(inbox.c.received_at)
)


@dataclass(frozen=True, kw_only=True)
class EraseDeliveries(Command):
    """Erase the content of what came in before that moment (real clock) and is settled."""

    needs = Right.RUN
    before: datetime


@dataclass(frozen=True, kw_only=True)
class DeliveriesErased(Event):
    """The content of these deliveries, of before that moment, is gone."""

    deliveries: tuple[int, ...]
    before: datetime

    @property
    def subject(self) -> str:
        """The inbox, all connections together."""
        return "inbox:all"


def erase_deliveries(tx: Tx, command: EraseDeliveries) -> Iterable[Event]:
    """A batch, the oldest first; nothing when nothing is that old."""
    found = tx.connection.scalars(RAW.limit(BATCH).with_for_update(skip_locked=True), {"before": command.before}).all()
    for delivery_id in found:
        body = tx.connection.scalar(sa.select(inbox.c.body).where(inbox.c.id == delivery_id)) or b""
        kept = {"digest": hashlib.sha256(body).hexdigest(), "size": len(body), "erased_at": tx.real_now}
        tx.connection.execute(sa.update(inbox).where(inbox.c.id == delivery_id).values(body=b"", headers={}, **kept))
    return [DeliveriesErased(deliveries=tuple(found), before=command.before)] if found else []


def is_due(connection: Connection, before: datetime) -> bool:
    """Whether the content of anything that came before then is still there and may go."""
    return connection.scalar(RAW.limit(1), {"before": before}) is not None


HANDLERS: Handlers = {EraseDeliveries: Handler(erase_deliveries, lambda _connection, _command: ["inbox:all"])}
