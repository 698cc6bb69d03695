"""The business clock: real time, plus a shift that only a demo may set. Leases, tokens and signatures never use it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from .db.store import Store
from .switches import remember, remembered

SHIFT = "clock_shift_seconds"


class Clock:
    """Tells the business moment. `may_shift` is true in the demo and in tests only; production ignores a stored shift."""

    def __init__(self, store: Store, *, may_shift: bool = False) -> None:
        self._store = store
        self._may_shift = may_shift

    def now(self) -> datetime:
        """The business moment, aware UTC."""
        real = datetime.now(UTC)
        if not self._may_shift:
            return real
        with self._store.reading() as connection:
            return real + shift(connection)

    def move(self, by: timedelta) -> None:
        """Move the business clock forward. Raises PermissionError outside the demo, ValueError for a move back."""
        if not self._may_shift:
            raise PermissionError("only the demo may move the clock")
        if by < timedelta(0):
            raise ValueError("the clock only moves forward")
        with self._store.writing() as connection:
            total = int((shift(connection) + by).total_seconds())
            remember(connection, SHIFT, total)


def shift(connection: Connection) -> timedelta:
    """How far the business clock is ahead."""
    return timedelta(seconds=remembered(connection, SHIFT) or 0)
