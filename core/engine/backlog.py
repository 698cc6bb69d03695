"""What waits in the desk's rooms, and for how long: what an operator looks at first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from .db.tables.engine import cards, inbox, outbox, timers
from .outbox import OPEN

COUNTED = sa.func.count


@dataclass(frozen=True, kw_only=True)
class Room:
    """`oldest` is how long the longest has waited, None where nothing waits or nobody knows; `given_up` what will not be tried again."""

    name: str
    waiting: int
    oldest: timedelta | None = None
    given_up: int = 0


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What came over a connection so far."""

    connection: str
    last_at: datetime
    dead: int


def rooms(connection: Connection, *, real_now: datetime, now: datetime) -> tuple[Room, ...]:
    """Inbox and outbox by the database's clock, timers by the business clock `now`, cards without an age: they keep none."""
    fresh, came = _counted(connection, inbox.c.received_at, inbox.c.state == "new")
    open_, wanted = _counted(connection, outbox.c.created_at, outbox.c.state.in_(OPEN))
    late, due = _counted(connection, timers.c.due_at, timers.c.state == "waiting", timers.c.due_at <= now)
    stale = sa.select(COUNTED()).where(cards.c.wanted > cards.c.shown, cards.c.state == "live")
    return (
        Room(name="inbox", waiting=fresh, oldest=_age(came, real_now), given_up=_given_up(connection, inbox, "dead")),
        Room(name="outbox", waiting=open_, oldest=_age(wanted, real_now), given_up=_given_up(connection, outbox, "failed")),
        Room(name="timers", waiting=late, oldest=_age(due, now)),
        Room(name="cards", waiting=connection.scalar(stale) or 0, given_up=_given_up(connection, cards, "gone")),
    )


def heard(connection: Connection) -> dict[str, Heard]:
    """By the connection's name; one that never sent anything is not among them."""
    dead = COUNTED().filter(inbox.c.state == "dead").label("dead")
    by_name = sa.select(inbox.c.connection, sa.func.max(inbox.c.received_at, type_=inbox.c.received_at.type).label("last_at"), dead)
    rows = connection.execute(by_name.group_by(inbox.c.connection))
    return {row.connection: Heard(connection=row.connection, last_at=row.last_at, dead=row.dead) for row in rows}


def _counted(connection: Connection, since: sa.ColumnElement[datetime], *match: sa.ColumnElement[bool]) -> tuple[int, datetime | None]:
    row = connection.execute(sa.select(COUNTED(), sa.func.min(since, type_=since.type)).where(*match)).one()
    return int(row[0]), row[1]


def _given_up(connection: Connection, table: sa.Table, state: str) -> int:
    return connection.scalar(sa.select(COUNTED()).select_from(table).where(table.c.state == state)) or 0


def _age(since: datetime | None, now: datetime) -> timedelta | None:
    return None if since is None else max(now - since, timedelta(0))
