"""How many suspending calls leave in a day, of all customers together: counted under one lock, so that two at once never come to more."""

from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from core.collections.hours import desk_hours
from core.collections.policy import Policy
from core.engine import journal
from core.engine.calendars import Calendar
from core.engine.db.tables.suspensions import suspension_items
from core.engine.transaction import Tx

COUNTED = "switch:daily_cap"  # the root that is locked; nothing is written in its chain


def room(tx: Tx, policy: Policy) -> int:
    """How many more calls may begin today. Locks the count until the transaction ends."""
    journal.lock_root(tx, COUNTED)
    return max(0, policy.decision.most_a_day - used(tx.connection, desk_hours(tx.connection), tx.now))


def free_from(connection: Connection, policy: Policy, now: datetime) -> datetime | None:
    """When the next call may leave, the day's number being used up; None while it is not."""
    ours = desk_hours(connection)
    return tomorrow(ours, now) if used(connection, ours, now) >= policy.decision.most_a_day else None


def used(connection: Connection, ours: Calendar, now: datetime) -> int:
    """Calls begun on the desk's day: one that certainly never left does not count, one that left counts however it was answered."""
    today = ours.moment(ours.local(now).date(), time(0))
    called = (suspension_items.c.called_at >= today) & (suspension_items.c.called_at < tomorrow(ours, now))
    return int(connection.scalar(sa.select(sa.func.count()).select_from(suspension_items).where(called)) or 0)


def tomorrow(ours: Calendar, now: datetime) -> datetime:
    """The midnight at which the desk's day ends."""
    return ours.moment(ours.local(now).date() + timedelta(days=1), time(0))
