"""What last came in at each chat's door, by kind: what a doctor can see of an app's settings that no token may read.

Noted in memory and written down by a thread of its own, the first of a kind at once and then every minute, so that no gesture pays for it
and a read goes on writing nothing.
"""

import threading
from datetime import UTC, datetime

import sqlalchemy as sa
import structlog
from sqlalchemy import Connection

from core.engine.db.store import Store
from core.engine.db.tables.engine import switches
from core.engine.switches import remember

log = structlog.get_logger(__name__)
KINDS = {"slack": ("command", "press", "event"), "teams": ("message", "press")}
PAUSE = 60.0  # seconds between two writings


class Arrivals:
    """`note` is called for every verified delivery and only remembers; the thread begins with the first."""

    def __init__(self, store: Store, *, pause: float = PAUSE) -> None:
        self._store, self._pause = store, pause
        self._lock = threading.Lock()
        self._heard: dict[str, datetime] = {}
        self._written: frozenset[str] = frozenset()
        self._first = threading.Event()
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()

    def note(self, face: str, kind: str) -> None:
        """Something of this kind came just now; a kind that nobody asks about is let go."""
        if kind not in KINDS[face]:
            return
        with self._lock:
            name = _name(face, kind)
            self._heard[name] = datetime.now(UTC)
            if name not in self._written:
                self._first.set()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="arrivals", daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Write down what was noted since the last time."""
        with self._lock:
            heard, self._heard = self._heard, {}
            self._written |= heard.keys()
        if heard:
            self._store.attempt(lambda connection: _keep(connection, heard))

    def close(self) -> None:
        """Write the rest, and end the thread."""
        self._ending.set()
        self._first.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        self.flush()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._first.wait(self._pause)
            self._first.clear()
            try:
                self.flush()
            except sa.exc.SQLAlchemyError:
                log.warning("What came in could not be written down; the next minute tries again.")


def arrived(connection: Connection, face: str) -> dict[str, datetime | None]:
    """When each kind came in last, a minute behind at most; None for one that never did."""
    names = {_name(face, kind): kind for kind in KINDS[face]}
    rows = connection.execute(sa.select(switches).where(switches.c.name.in_(names)))
    kept = {names[row.name]: datetime.fromisoformat(row.value) for row in rows}
    return {kind: kept.get(kind) for kind in KINDS[face]}


def _name(face: str, kind: str) -> str:
    return f"heard:{face}:{kind}"


def _keep(connection: Connection, heard: dict[str, datetime]) -> None:
    for name, at in heard.items():
        remember(connection, name, at.isoformat())
