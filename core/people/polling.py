"""Asking systems of record for what their webhooks failed to tell. What is found goes the way of a webhook: through the inbox.

The watermark is a moment of the other system's clock and moves in the transaction that stores what was found up to it.
"""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine import inbox, outbox
from core.engine.db.tables.people import connections
from core.engine.errors import NotFound
from core.engine.handling import Handler, Handlers
from core.engine.inbox import Delivery
from core.engine.journal import Event
from core.engine.switches import remember, remembered
from core.engine.transaction import Tx

from .commands import PollConnection, RecordPoll
from .connections import POLLS, named_connection, plan_poll
from .events import ConnectionPolled


def poll_connection(tx: Tx, command: PollConnection) -> Iterable[Event]:
    """Sets the next timer in any case; asks unless the connection is switched off or is being asked. Raises NotFound."""
    row = tx.connection.execute(sa.select(connections).where(connections.c.id == command.connection_id)).one_or_none()
    if row is None:
        raise NotFound("connection_not_found", name=str(command.connection_id))
    plan_poll(tx, row.id)
    lane = f"poll:{row.name}"
    if row.active and not outbox.is_open(tx.connection, lane):
        outbox.enqueue(tx, POLLS, {"name": row.name}, lane=lane)
    return []


def record_poll(tx: Tx, command: RecordPoll) -> Iterable[Event]:
    """A change that was found before is not stored again; the watermark never goes back. Raises NotFound."""
    row = named_connection(tx.connection, command.name)
    stored = [
        inbox.put(tx.connection, Delivery(command.name, hint.key, tx.real_now, {"secret": "poll"}, hint.body)) for hint in command.hints
    ]
    before = watermark(tx.connection, command.name)
    moved = command.watermark if before is None else max(before, command.watermark)
    remember(tx.connection, _switch(command.name), moved.isoformat())
    if not any(stored):
        return []
    return [ConnectionPolled(connection_id=row.id, name=row.name, found=sum(stored), watermark=moved)]


def watermark(connection: Connection, name: str) -> datetime | None:
    """Up to where the system was asked, by its own clock; None when it never was."""
    kept = remembered(connection, _switch(name))
    return None if kept is None else datetime.fromisoformat(kept)


def _switch(name: str) -> str:
    return f"poll:{name}"


HANDLERS: Handlers = {
    PollConnection: Handler(poll_connection),
    RecordPoll: Handler(record_poll, lambda _connection, command: [f"connection:{command.name}"]),
}
