"""Homes: who opened theirs, and which may show something old. Nothing is marked when something changes: a sweep looks whether the journal
went on, draws each home anew, and publishes only what differs. So no command pays for them, and no chat is called for nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine.db.dialects import insert_into
from core.engine.db.store import Store
from core.engine.db.tables.engine import journal
from core.engine.db.tables.people import homes
from core.engine.errors import NotFound
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx

from .commands import OpenHome
from .queries import by_identity

LEASE = timedelta(seconds=30)
NEWEST = sa.select(sa.func.coalesce(sa.func.max(journal.c.id), 0)).scalar_subquery()


@dataclass(frozen=True, kw_only=True)
class Home:
    """A claimed home. `seen`: the journal's newest row before it is drawn."""

    id: int
    staff_id: int
    face: str
    workspace: str
    user: str
    page: int
    digest: str
    attempts: int
    seen: int


def open_home(tx: Tx, command: OpenHome) -> Iterable[Event]:
    """Kept without an event. Raises NotFound for an identity nobody has."""
    found = by_identity(tx.connection, command.face, command.workspace, command.user)
    if found is None:
        raise NotFound("identity_unknown")
    whose = {"face": command.face, "workspace": command.workspace, "user": command.user}
    shown = {"staff_id": found.id, "page": command.page, "looked": -1, "next_at": None}
    made = insert_into(tx.connection, homes).values(**whose, **shown)
    tx.connection.execute(made.on_conflict_do_update(index_elements=list(whose), set_=shown))
    return []


def claim_stale(store: Store, *, limit: int = 20) -> list[Home]:
    """Lease homes that were drawn before the journal's newest row, those drawn longest ago first."""
    behind = homes.c.looked < NEWEST
    if not store.finds(sa.select(homes.c.id).where(behind)):
        return []
    with store.writing() as connection:
        real = store.real_now(connection)
        free = sa.or_(homes.c.lease_until.is_(None), homes.c.lease_until < real)
        ready = sa.or_(homes.c.next_at.is_(None), homes.c.next_at <= real)
        columns = [homes.c[name] for name in Home.__dataclass_fields__ if name != "seen"]
        stale = sa.select(*columns, NEWEST.label("seen")).where(behind, free, ready).order_by(homes.c.looked, homes.c.id).limit(limit)
        rows = connection.execute(stale.with_for_update(skip_locked=True, of=homes)).mappings().all()
        if rows:
            taken = {"lease_until": real + LEASE, "attempts": homes.c.attempts + 1}
            connection.execute(sa.update(homes).where(homes.c.id.in_([row["id"] for row in rows])).values(**taken))
    return [Home(**row) for row in rows]


def drawn(connection: Connection, home: Home, digest: str, *, until: datetime | None) -> None:
    """It shows what the journal said at `home.seen`; it is left alone `until` then (real clock). One opened meanwhile is drawn again."""
    values = {"looked": home.seen, "digest": digest, "next_at": until, "lease_until": None, "attempts": 0}
    ours = (homes.c.id == home.id) & (homes.c.page == home.page)
    connection.execute(sa.update(homes).where(ours).values(**values))
    connection.execute(sa.update(homes).where(homes.c.id == home.id, homes.c.page != home.page).values(lease_until=None))


def put_off(connection: Connection, home: Home, *, at: datetime) -> None:
    """The chat refused for now: try again then (real clock)."""
    connection.execute(sa.update(homes).where(homes.c.id == home.id).values(next_at=at, lease_until=None))


def forget(connection: Connection, home: Home) -> None:
    """Nobody looks at it any more."""
    connection.execute(sa.delete(homes).where(homes.c.id == home.id))


HANDLERS: Handlers = {OpenHome: Handler(open_home)}
