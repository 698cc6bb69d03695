"""Work for the outside as rows of (kind, ids): first in, first out per lane, never sent inside a transaction.

A row caught in `sending` by a crash is tried again; what must not happen twice is guarded by the kind's own sender
(a marker it searches for, a request id it sends again), never by hope.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from .db.bulk import insert_all
from .db.store import Store
from .db.tables.engine import outbox
from .transaction import Tx

LEASE = timedelta(seconds=60)
OPEN = ("waiting", "sending")


@dataclass(frozen=True, kw_only=True)
class Posting:
    """A claimed outbox row. `resumed` says that an earlier claim ended without a word, so the effect may already be there."""

    id: int
    lane: str
    kind: str
    ids: Mapping[str, Any]
    attempts: int
    resumed: bool


@dataclass(frozen=True)
class Order:
    """A row to be: its kind, its ids and its lane."""

    kind: str
    ids: Mapping[str, Any]
    lane: str


def enqueue_all(tx: Tx, orders: Sequence[Order], *, priority: int = 5) -> None:
    """Add many rows at once; they may leave now."""
    rows = [{"lane": order.lane, "kind": order.kind, "ids": order.ids} for order in orders]
    insert_all(tx.connection, outbox, rows, created_at=tx.real_now, next_at=tx.real_now, priority=priority)


def enqueue(tx: Tx, kind: str, ids: Mapping[str, Any], *, lane: str, delay: timedelta = timedelta(0), priority: int = 5) -> int:
    """Add a row to the lane; it may leave no sooner than `delay` from now by the real clock. Returns its id."""
    values = {"lane": lane, "kind": kind, "ids": dict(ids), "priority": priority, "created_at": tx.real_now, "next_at": tx.real_now + delay}
    return int(tx.connection.execute(sa.insert(outbox).values(**values).returning(outbox.c.id)).scalar_one())


def withdraw(tx: Tx, posting_id: int) -> bool:
    """Take back a row that has not begun to leave; False when it has."""
    gone = sa.update(outbox).where(outbox.c.id == posting_id, outbox.c.state == "waiting").values(state="withdrawn")
    return tx.connection.execute(gone).rowcount == 1


def waiting(connection: Connection, lane: str, kind: str) -> dict[int, Mapping[str, Any]]:
    """The ids of the lane's rows of that kind that have not begun to leave, by row."""
    match = (outbox.c.lane == lane) & (outbox.c.kind == kind) & (outbox.c.state == "waiting")
    return {row.id: row.ids for row in connection.execute(sa.select(outbox.c.id, outbox.c.ids).where(match))}


def is_open(connection: Connection, lane: str) -> bool:
    """Whether anything waits or is being sent in the lane."""
    return connection.scalar(sa.select(outbox.c.id).where(outbox.c.lane == lane, outbox.c.state.in_(OPEN)).limit(1)) is not None


def claim(store: Store, kinds: Collection[str], *, limit: int = 20) -> list[Posting]:
    """Lease the first open row of up to `limit` lanes, where it is of one of these kinds."""
    mine = outbox.c.kind.in_(kinds)
    if not store.finds(sa.select(outbox.c.id).where(outbox.c.state.in_(OPEN), mine)):
        return []
    with store.writing() as connection:
        real = store.real_now(connection)
        earlier = outbox.alias("earlier")
        heads = ~sa.exists().where(earlier.c.lane == outbox.c.lane, earlier.c.state.in_(OPEN), earlier.c.id < outbox.c.id)
        free = sa.or_(outbox.c.lease_until.is_(None), outbox.c.lease_until < real)
        ready = (
            sa.select(outbox)
            .where(outbox.c.state.in_(OPEN), mine, free, outbox.c.next_at <= real, heads)
            .order_by(outbox.c.priority, outbox.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = connection.execute(ready).mappings().all()
        if rows:
            taken = {"state": "sending", "lease_until": real + LEASE, "attempts": outbox.c.attempts + 1}
            connection.execute(sa.update(outbox).where(outbox.c.id.in_([row["id"] for row in rows])).values(**taken))
    return [
        Posting(id=r["id"], lane=r["lane"], kind=r["kind"], ids=r["ids"], attempts=r["attempts"] + 1, resumed=r["state"] == "sending")
        for r in rows
    ]


def sent(connection: Connection, posting_id: int, reference: str = "") -> bool:
    """Mark a claimed row sent; False when it was already settled, and then nothing more may happen because of it."""
    done = {"state": "sent", "lease_until": None, "ref": reference}
    settled = sa.update(outbox).where(outbox.c.id == posting_id, outbox.c.state.in_(OPEN)).values(**done)
    return connection.execute(settled).rowcount == 1


def failed(connection: Connection, posting_id: int, error: str) -> bool:
    """Give a row up for good, which frees its lane."""
    values = {"state": "failed", "lease_until": None, "error": error[:400]}
    settled = sa.update(outbox).where(outbox.c.id == posting_id, outbox.c.state.in_(OPEN)).values(**values)
    return connection.execute(settled).rowcount == 1


def give_back(connection: Connection, postings: Iterable[Posting]) -> None:
    """Undo the claim of rows whose sending was not begun: it counts as no attempt."""
    for posting in postings:
        ours = (outbox.c.id == posting.id) & (outbox.c.state == "sending") & (outbox.c.attempts == posting.attempts)
        before = {"state": "sending" if posting.resumed else "waiting", "attempts": posting.attempts - 1, "lease_until": None}
        connection.execute(sa.update(outbox).where(ours).values(**before))


def again(connection: Connection, posting_id: int, *, at: datetime, error: str) -> None:
    """Put a row back: it was refused for now and certainly took no effect."""
    values = {"state": "waiting", "lease_until": None, "next_at": at, "error": error[:400]}
    connection.execute(sa.update(outbox).where(outbox.c.id == posting_id, outbox.c.state.in_(OPEN)).values(**values))
