"""How long a level waits: open time of the group that gets such cases."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from core.engine.calendars import Calendar
from core.people.calendars import group_routed


def calendar_of(connection: Connection, kind: str) -> Calendar:
    """The hours of the first group that gets such cases."""
    return group_routed(connection, kind)[1]


def due_after(connection: Connection, kind: str, wait: timedelta, now: datetime) -> datetime:
    """When that much open time has passed since `now`."""
    return calendar_of(connection, kind).add_open_time(now, wait).due_at


def opening_in(connection: Connection, kind: str, days: int, now: datetime) -> datetime:
    """When the group opens on the `days`-th working day after today."""
    calendar = calendar_of(connection, kind)
    day = calendar.add_working_days(calendar.local(now).date(), days)
    return calendar.spans(day)[0][0]
