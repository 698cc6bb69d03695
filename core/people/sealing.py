"""A daily root over the journal: what every chain that moved since the last one ended with, chained itself.

Whoever keeps one day's root elsewhere can later prove that nothing before it was changed, left out or added: `./desk audit`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Row

from core.engine import timers
from core.engine.db.bulk import among
from core.engine.db.tables.engine import roots
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event
from core.engine.timers import Timer
from core.engine.transaction import Tx

from .events import StaffAdded
from .model import Right

SEALS, SUBJECT = "journal.seals", "journal:1"
MOST = 5000  # chains in one seal; a busier day has several


@dataclass(frozen=True, kw_only=True)
class SealJournal(Command):
    """Note the ends of all chains that moved since the last seal."""

    needs = Right.RUN


@dataclass(frozen=True, kw_only=True)
class JournalSealed(Event):
    """`ends`: subject, number and hash of the last row of each chain that moved."""

    day: date
    ends: tuple[tuple[str, int, str], ...]

    @property
    def subject(self) -> str:
        """The chain of the seals: its own end is the daily root."""
        return SUBJECT


def seal_journal(tx: Tx, _command: SealJournal) -> Iterable[Event]:
    """A chain that somebody moves just now is left for the next seal. A day on which nothing happened has none."""
    moved = sa.select(roots).where(roots.c.seq > roots.c.sealed_seq, roots.c.subject != SUBJECT)
    rows = tx.connection.execute(moved.order_by(roots.c.subject).limit(MOST).with_for_update(skip_locked=True)).all()
    plan(tx, again=len(rows) == MOST)
    if not rows:
        return []
    named = [row.subject for row in rows]
    tx.connection.execute(sa.update(roots).where(among(tx.connection, roots.c.subject, named)).values(sealed_seq=roots.c.seq))
    return [JournalSealed(day=tx.now.date(), ends=tuple(_end(row) for row in rows))]


def plan(tx: Tx, *, again: bool = False) -> None:
    """Seal at the next midnight, UTC; at once where one seal could not hold everything."""
    midnight = datetime.combine(tx.now.date() + timedelta(days=1), time(), tzinfo=UTC)
    timers.schedule(tx, SEALS, SUBJECT, due_at=tx.now if again else midnight, rule="daily_root")


def seal_from_now_on(tx: Tx, _event: StaffAdded) -> Iterable[Command]:
    """As soon as anybody works here."""
    plan(tx)
    return ()


def _end(row: Row[Any]) -> tuple[str, int, str]:
    return str(row.subject), int(row.seq), str(row.head)


HANDLERS: Handlers = {SealJournal: Handler(seal_journal, lambda _connection, _command: [SUBJECT])}
TIMERS: Mapping[str, Callable[[Timer], Command]] = {SEALS: lambda _timer: SealJournal()}
