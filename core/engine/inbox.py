"""What other systems sent, stored raw before it is answered, and handled by the worker afterwards.

One writer thread per process commits many deliveries at once: sync to disk is what a single insert costs, and eight callers waiting for
one sync are three times as fast as eight syncs, with a short tail (docs/adr/0004). The same delivery again finds its key and stays one row.
"""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from queue import Empty, SimpleQueue
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from .db.dialects import insert_into
from .db.store import Store
from .db.tables.engine import inbox

BATCH = 128
GATHERING = 0.001  # seconds; a sync to disk takes as long or longer
LEASE = timedelta(seconds=120)  # longer than the slowest re-read of a ticket
MOST_ATTEMPTS = 20  # with growing pauses about nine hours
PATIENCE = 4.0  # seconds: a scrip of Request Tracker gives up after 5, and a 503 in time is worth more than a 202 nobody hears


class InboxUnavailable(Exception):
    """The delivery is not stored: the database refused it or did not answer in time. The sender has to try again."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A verified webhook as it came. `key` is the sender's own id of it, or a digest; the same key on a connection is the same delivery."""

    connection: str
    key: str
    received_at: datetime
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class _Waiting:
    delivery: Delivery
    error: Exception | None = None
    # A bare lock as a one-shot latch: cheaper than an Event, and this is the hottest path of the desk.
    stored: Any = field(default_factory=threading.Lock)


class InboxWriter:
    """Stores deliveries durably, many callers per commit. The thread begins with the first delivery."""

    def __init__(self, store: Store, *, patience: float = PATIENCE) -> None:
        self._store = store
        self._patience = patience
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._last = 1

    def put(self, delivery: Delivery) -> None:
        """Return when the delivery is on disk, or was there before. Raises InboxUnavailable when that cannot be said in time."""
        if self._thread is None:
            self._start()
        waiting = _Waiting(delivery)
        waiting.stored.acquire()
        self._queue.put(waiting)
        if not waiting.stored.acquire(timeout=self._patience):
            raise InboxUnavailable("the database did not answer in time")
        if waiting.error is not None:
            raise InboxUnavailable("the database refused the delivery") from waiting.error

    def close(self) -> None:
        """Store what waits, then end the thread."""
        with self._starting:
            if self._thread is not None:
                self._queue.put(None)
                self._thread.join(self._patience)
                self._thread = None

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="inbox-writer", daemon=True)
                self._thread.start()

    def _write(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, ending = self._collect(first)
            self._store_all(batch)
            for waiting in batch:
                waiting.stored.release()
            if ending:
                return

    def _collect(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        """Everything that came while the last batch was committed; whether the writer was asked to end meanwhile.

        Callers that were answered together come back together: as long as fewer are here than last time, the next one is waited for,
        a moment only. A caller alone never waits.
        """
        batch = [first]
        while len(batch) < BATCH:
            try:
                following = self._queue.get(timeout=GATHERING) if len(batch) < self._last else self._queue.get_nowait()
            except Empty:
                break
            if following is None:
                return batch, True
            batch.append(following)
        self._last = len(batch)
        return batch, False

    def _store_all(self, batch: Sequence[_Waiting]) -> None:
        try:
            self._insert_rows(batch)
        except Exception as error:  # noqa: BLE001 (handed to the callers, who answer and log it)
            if len(batch) == 1:
                batch[0].error = error
                return
            # One delivery the database cannot take must not cost its neighbours their place.
            for waiting in batch:
                self._store_all([waiting])

    def _insert_rows(self, batch: Sequence[_Waiting]) -> None:
        row = _sqlite_row if self._store.is_sqlite else _postgres_row
        values = tuple(value for waiting in batch for value in row(waiting.delivery))
        sql = _insert(self._store.is_sqlite, len(batch))
        with self._store.writing() as connection:
            connection.exec_driver_sql(sql, values)


@cache
def _insert(is_sqlite: bool, rows: int) -> str:
    """The driver's own statement for a whole batch: building it per row costs more than SQLite takes to store it, and each statement
    gives up the interpreter's lock, which the threads that answer are slow to give back.
    """
    row = "(?, ?, ?, ?, ?)" if is_sqlite else "(%s, %s, %s, %s::jsonb, %s)"
    columns = "INSERT INTO inbox (connection, delivery_key, received_at, headers, body) VALUES"
    return f"{columns} {', '.join([row] * rows)} ON CONFLICT (connection, delivery_key) DO NOTHING"


def _sqlite_row(given: Delivery) -> tuple[Any, ...]:
    """As the columns' types write it: a moment is UTC text that sorts."""
    moment = _aware(given).strftime("%Y-%m-%d %H:%M:%S.%f")
    return given.connection, given.key, moment, json.dumps(given.headers), given.body


def _postgres_row(given: Delivery) -> tuple[Any, ...]:
    return given.connection, given.key, _aware(given), json.dumps(given.headers), given.body


def _aware(given: Delivery) -> datetime:
    """The moment in UTC. Raises ValueError for a naive one, as everywhere."""
    if given.received_at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return given.received_at.astimezone(UTC)


def put(connection: Connection, given: Delivery) -> bool:
    """Store a delivery within a transaction of the desk's own; False when its key is there already."""
    values = {
        "connection": given.connection, "delivery_key": given.key, "received_at": given.received_at, "headers": dict(given.headers),
        "body": given.body,
    }  # fmt: skip
    insert = insert_into(connection, inbox).values(**values).on_conflict_do_nothing().returning(inbox.c.id)
    return connection.execute(insert).one_or_none() is not None


@dataclass(frozen=True, kw_only=True)
class Received:
    """A claimed row of the inbox."""

    id: int
    connection: str
    delivery_key: str
    received_at: datetime
    headers: Mapping[str, str]
    body: bytes
    attempts: int


def claim(store: Store, *, limit: int = 20) -> list[Received]:
    """Lease up to `limit` deliveries that wait, the oldest first."""
    with store.writing() as connection:
        real = store.real_now(connection)
        free = sa.or_(inbox.c.lease_until.is_(None), inbox.c.lease_until < real)
        ready = sa.or_(inbox.c.next_at.is_(None), inbox.c.next_at <= real)
        waiting = (
            sa.select(*(inbox.c[name] for name in Received.__dataclass_fields__))
            .where(inbox.c.state == "new", free, ready)
            .order_by(inbox.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = connection.execute(waiting).mappings().all()
        if rows:
            taken = {"lease_until": real + LEASE, "attempts": inbox.c.attempts + 1}
            connection.execute(sa.update(inbox).where(inbox.c.id.in_([row["id"] for row in rows])).values(**taken))
    return [Received(**{**row, "attempts": row["attempts"] + 1}) for row in rows]


def done(connection: Connection, delivery_id: int) -> bool:
    """Mark a claimed delivery handled; False when it was already settled."""
    return _end(connection, delivery_id, "done", "")


def dead(connection: Connection, delivery_id: int, error: str) -> bool:
    """Give a delivery up: it stays, with the sentence that says why, until a person replays or discards it."""
    return _end(connection, delivery_id, "dead", error)


def again(connection: Connection, delivery_id: int, *, at: datetime, error: str) -> None:
    """Try the delivery again at `at` (real clock)."""
    values = {"lease_until": None, "next_at": at, "error": error[:400]}
    connection.execute(sa.update(inbox).where(inbox.c.id == delivery_id, inbox.c.state == "new").values(**values))


def _end(connection: Connection, delivery_id: int, state: str, error: str) -> bool:
    values = {"state": state, "lease_until": None, "error": error[:400]}
    ended = sa.update(inbox).where(inbox.c.id == delivery_id, inbox.c.state == "new").values(**values)
    return connection.execute(ended).rowcount == 1


def dead_letters(connection: Connection, *, after: int = 0, limit: int | None = None) -> list[Any]:
    """What was given up and neither replayed nor discarded, the oldest first, without bodies; from behind row `after`."""
    shown = (inbox.c.id, inbox.c.connection, inbox.c.delivery_key, inbox.c.received_at, inbox.c.attempts, inbox.c.error)
    match = (inbox.c.state == "dead") & (inbox.c.id > after)
    return list(connection.execute(sa.select(*shown).where(match).order_by(inbox.c.id).limit(limit)))


def count_dead(connection: Connection) -> int:
    """How many were given up and neither replayed nor discarded."""
    return connection.scalar(sa.select(sa.func.count()).select_from(inbox).where(inbox.c.state == "dead")) or 0


def is_stored(connection: Connection, name: str, key: str) -> bool:
    """Whether the connection's delivery with this key is there, in whatever state."""
    match = (inbox.c.connection == name) & (inbox.c.delivery_key == key)
    return connection.scalar(sa.select(inbox.c.id).where(match)) is not None


def delivery(connection: Connection, delivery_id: int) -> Any:
    """The row of the inbox, or None."""
    return connection.execute(sa.select(inbox).where(inbox.c.id == delivery_id)).one_or_none()


def replay(connection: Connection, delivery_id: int) -> bool:
    """Handle a dead letter once more, with all its attempts; False when it is none."""
    values = {"state": "new", "attempts": 0, "next_at": None, "lease_until": None}
    return connection.execute(_dead(delivery_id).values(**values)).rowcount == 1


def discard(connection: Connection, delivery_id: int) -> bool:
    """Never handle this dead letter; False when it is none."""
    return connection.execute(_dead(delivery_id).values(state="discarded")).rowcount == 1


def _dead(delivery_id: int) -> sa.Update:
    return sa.update(inbox).where(inbox.c.id == delivery_id, inbox.c.state == "dead")
