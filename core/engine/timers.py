"""Time as rows: a timer names its subject, its rule, the clock it started from and when it is due.

A sweep claims due rows with a lease on the database's clock; the command that a timer becomes marks it done in its own transaction,
so a crash repeats the claim, never the effect.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from .db.dialects import insert_for
from .db.store import Store
from .db.tables.engine import timers
from .transaction import Tx

LEASE = timedelta(seconds=60)

# Asked by nearly every command, so built once: building a statement costs more than running it.
WAITING = timers.c.state == "waiting"
OF_SUBJECT = (timers.c.kind == sa.bindparam("of_kind")) & (timers.c.subject == sa.bindparam("of_subject")) & WAITING
CANCEL = sa.update(timers).where(OF_SUBJECT).values(state="cancelled")
FINISH = sa.update(timers).where(timers.c.id == sa.bindparam("timer_id"), WAITING).values(state="done", lease_until=None)


@dataclass(frozen=True, kw_only=True)
class Timer:
    """A claimed timer, as the sweep hands it over to be turned into a command."""

    id: int
    kind: str
    subject: str
    rule: str
    started_at: datetime
    due_at: datetime
    attempts: int
    data: Mapping[str, Any]

    @property
    def subject_id(self) -> int:
        """The number in `case:104`."""
        return int(self.subject.rpartition(":")[2])


def schedule(
    tx: Tx, kind: str, subject: str, *, due_at: datetime, rule: str, started_at: datetime | None = None, nudge: bool = False,
    data: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Set the one waiting timer of this kind for this subject, replacing an earlier one."""
    values = {
        "kind": kind, "subject": subject, "due_at": due_at, "rule": rule, "started_at": started_at or tx.now, "nudge": nudge,
        "data": dict(data or {}), "attempts": 0, "lease_until": None,
    }  # fmt: skip
    tx.connection.execute(_set(tx.connection.dialect.name, tuple(values)), values)


@cache
def _set(store: str, names: tuple[str, ...]) -> Any:
    statement = insert_for(store, timers).values({name: sa.bindparam(name) for name in names}).inline()  # nobody asks for its id
    newest = {name: statement.excluded[name] for name in names}
    waiting = sa.text("state = 'waiting'")
    return statement.on_conflict_do_update(index_elements=["kind", "subject"], index_where=waiting, set_=newest)


def cancel(tx: Tx, kind: str, subject: str) -> None:
    """Take the waiting timer away; does nothing if there is none."""
    tx.connection.execute(CANCEL, {"of_kind": kind, "of_subject": subject})


def claim_due(store: Store, now: datetime, *, limit: int = 50) -> list[Timer]:
    """Lease up to `limit` timers that are due at the business moment `now` and become commands, the longest due first."""
    waiting = sa.select(timers.c.id).where(timers.c.state == "waiting", timers.c.nudge.is_(sa.false()), timers.c.due_at <= now)
    if not store.finds(waiting):
        return []
    with store.writing() as connection:
        real = store.real_now(connection)
        free = sa.or_(timers.c.lease_until.is_(None), timers.c.lease_until < real)
        due = (
            sa.select(timers)
            .where(timers.c.state == "waiting", timers.c.nudge.is_(sa.false()), timers.c.due_at <= now, free)
            .order_by(timers.c.due_at, timers.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = connection.execute(due).mappings().all()
        ids = [row["id"] for row in rows]
        if ids:
            taken = sa.update(timers).where(timers.c.id.in_(ids)).values(lease_until=real + LEASE, attempts=timers.c.attempts + 1)
            connection.execute(taken)
    names = Timer.__dataclass_fields__
    return [Timer(**{name: row[name] for name in names}) for row in rows]


def finish(connection: Connection, timer_id: int) -> bool:
    """Mark a claimed timer done; False when another got there first, and then nothing may happen."""
    return connection.execute(FINISH, {"timer_id": timer_id}).rowcount == 1


def waiting_data(connection: Connection, kind: str, subject: str) -> Mapping[str, Any]:
    """What the waiting timer of this kind brings along; empty where none waits."""
    found = sa.select(timers.c.data).where(OF_SUBJECT).limit(1)
    return connection.scalar(found, {"of_kind": kind, "of_subject": subject}) or {}


def is_waiting(connection: Connection, kind: str, subject: str) -> bool:
    """Whether a timer of this kind waits for the subject."""
    found = sa.select(timers.c.id).where(OF_SUBJECT).limit(1)
    return connection.scalar(found, {"of_kind": kind, "of_subject": subject}) is not None
