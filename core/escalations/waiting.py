"""How long a level waits: open time of the group that gets such cases."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine.calendars import Calendar
from core.engine.db.tables.people import groups


def calendar_of(connection: Connection, kind: str) -> Calendar:
    """Monday to Friday, nine to five, in the zone of the first group that gets such cases."""
    rows = connection.execute(sa.select(groups.c.zone, groups.c.routes).order_by(groups.c.id))
    return next((Calendar(zone=row.zone) for row in rows if kind in row.routes), Calendar())


def due_after(connection: Connection, kind: str, wait: timedelta, now: datetime) -> datetime:
    """When that much open time has passed since `now`."""
    return calendar_of(connection, kind).add_open_time(now, wait).due_at
