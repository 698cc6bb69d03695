"""The two stores behind one door: SQLite (one writer at a time per machine) and PostgreSQL.

`writing()` is the only transaction that may change rows; whoever opens it commits it by leaving it. `reading()` never upgrades.
"""

import fcntl
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import IO, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from core.engine.encoding import decode, encode

from .tables.base import Instant

T = TypeVar("T")
RETRIES = 5
# PostgreSQL: serialization_failure, deadlock_detected (https://www.postgresql.org/docs/current/errcodes-appendix.html)
RETRYABLE = {"40001", "40P01"}
SQLITE_CLOCK = sa.select(sa.func.strftime("%Y-%m-%d %H:%M:%f000", "now", type_=Instant))
POSTGRES_CLOCK = sa.select(sa.func.clock_timestamp(type_=Instant))
JSON: Mapping[str, Any] = {"json_serializer": encode, "json_deserializer": decode}


class WriterLock:
    """One writer at a time: threads by a lock, processes by `flock` on a file beside the database.

    SQLite's own busy handler polls, which starves writers; queueing on the file is fair and also keeps two processes from
    checkpointing at the same moment (docs/adr/0002).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.Lock()
        self._file: IO[bytes] | None = None

    def close(self) -> None:
        """Give the file back; the next writer opens it again."""
        with self._threads:
            if self._file is not None:
                self._file.close()
                self._file = None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._threads:
            if self._file is None:
                self._file = self._path.open("ab")
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)


class Store:
    """A database by its SQLAlchemy URL: `sqlite:///path` or `postgresql+psycopg://…`."""

    def __init__(self, url: str) -> None:
        parsed = sa.make_url(url)
        self.url = parsed
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite and parsed.database in (None, "", ":memory:"):
            raise ValueError("SQLite needs a file: two threads would see two databases in memory")
        self._lock: Callable[[], AbstractContextManager[None]] = (
            WriterLock(Path(f"{parsed.database}.lock")) if self.is_sqlite else nullcontext
        )
        self.engine = _sqlite_engine(parsed) if self.is_sqlite else _postgres_engine(parsed)
        self._is_closed = False
        event.listen(self.engine, "checkin", self._let_go)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that may write; commits when left in peace, rolls back otherwise."""
        with self._lock(), self.engine.connect().execution_options(desk_writes=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent read; anything changed in it is rolled back."""
        with self.engine.connect() as connection:
            yield connection  # closing rolls back what is open

    def finds(self, query: sa.Select[Any]) -> bool:
        """Whether the query has any row: an idle sweep asks this first, and so takes no writer's turn for nothing."""
        with self.reading() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def attempt(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one writing transaction, again on a deadlock, serialisation failure or lost race for a unique key.

        `work` does no I/O but the database's, so that running it again is safe. Raises what the last attempt raised.
        """
        for left in reversed(range(RETRIES)):
            try:
                with self.writing() as connection:
                    return work(connection)
            except DBAPIError as error:
                if not left or not _may_retry(error):
                    raise
                time.sleep(random.uniform(0.005, 0.05))  # noqa: S311 (jitter, no secret)
        raise AssertionError("unreachable")

    def real_now(self, connection: Connection) -> datetime:
        """The database's clock: the one all processes share, used for leases and never for business. Raises RuntimeError for none."""
        found: datetime | None = connection.scalar(SQLITE_CLOCK if self.is_sqlite else POSTGRES_CLOCK)
        if found is None:
            raise RuntimeError("the database tells no time")
        return found

    def close(self) -> None:
        """Close the pooled connections; on SQLite under the writer lock, as closing the last one checkpoints.

        One that a thread still holds is closed as the thread gives it back: the pool forgets it and would leave it open.
        """
        with self._lock():
            self._is_closed = True
            self.engine.dispose()
        if isinstance(self._lock, WriterLock):
            self._lock.close()

    def _let_go(self, _raw: Any, record: ConnectionPoolEntry) -> None:
        if self._is_closed:
            record.invalidate()


def _may_retry(error: DBAPIError) -> bool:
    if isinstance(error, IntegrityError):
        return True
    state = getattr(error.orig, "sqlstate", None)
    return state in RETRYABLE or (isinstance(error, OperationalError) and "database is locked" in str(error.orig))


def _postgres_engine(url: sa.URL) -> Engine:
    # An idle open transaction keeps dead rows alive and slows every sweep, so the server ends it.
    options = "-c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
    return sa.create_engine(url, pool_size=16, max_overflow=16, pool_pre_ping=True, connect_args={"options": options}, **JSON)


def _sqlite_engine(url: sa.URL) -> Engine:
    engine = sa.create_engine(url, pool_size=16, max_overflow=16, connect_args={"check_same_thread": False, "timeout": 30}, **JSON)

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536", "wal_autocheckpoint=8000"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred transaction that reads first cannot upgrade to a writer under load: writers say so at once.
        if connection.get_execution_options().get("desk_writes"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:  # takes no lock, so nothing of it can fail that SQLAlchemy would have to translate
            raw: Any = connection.connection.driver_connection
            raw.execute("BEGIN")

    return engine
