"""For how long collecting stood still: what a final notice must not outlive (`notices.final_lasts` of the policy)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection

from core.customers.queries import customer
from core.engine.db.tables.collections import holds, promises, reported_payments

from .model import HoldState

Span = tuple[date, date]  # both days included


def longest_pause(connection: Connection, customer_id: int, payer_id: int, currency: str, *, since: date, now: datetime) -> timedelta:
    """The longest time from `since` on in which a promise, a reported payment or a hold was there on every single day, by the customer's
    calendar. What was taken back at once counts too: nobody was asked for the money meanwhile."""
    zone = ZoneInfo(customer(connection, customer_id).zone)
    spans = [
        *_recorded(connection, promises, payer_id, currency, zone, now),
        *_recorded(connection, reported_payments, payer_id, currency, zone, now),
        *_holds(connection, customer_id, payer_id, zone, now),
    ]
    return longest((max(first, since), last) for first, last in spans if last >= since)


def longest(spans: Iterable[Span]) -> timedelta:
    """Of spans that touch or overlap, as one, the longest: from its first to its last day."""
    best, begun, ended = timedelta(), date.min, date.min
    for first, last in sorted(spans):
        if first > ended + timedelta(days=1):
            begun = first
        ended = max(ended, last)
        best = max(best, ended - begun)
    return best


def _recorded(connection: Connection, table: sa.Table, payer_id: int, currency: str, zone: ZoneInfo, now: datetime) -> list[Span]:
    mine = sa.select(table.c.at, table.c.ended_at).where(table.c.payer_id == payer_id, table.c.currency == currency)
    return [(_day(row.at, zone), _day(row.ended_at or now, zone)) for row in connection.execute(mine)]


def _holds(connection: Connection, customer_id: int, payer_id: int, zone: ZoneInfo, now: datetime) -> list[Span]:
    theirs = (holds.c.customer_id == customer_id) & sa.or_(holds.c.payer_id.is_(None), holds.c.payer_id == payer_id)
    rows = connection.execute(sa.select(holds.c.since, holds.c.until, holds.c.state, holds.c.ended_at).where(theirs))
    spans = [(since, min(_last_day(until, state, ended_at, zone), _day(now, zone))) for since, until, state, ended_at in rows]
    return [(first, last) for first, last in spans if first <= last]


def _last_day(until: date | None, state: HoldState, ended_at: datetime | None, zone: ZoneInfo) -> date:
    """The day it was released, else its own last one."""
    released = _day(ended_at, zone) if state == HoldState.RELEASED else date.max
    return min(released, until or date.max)


def _day(at: datetime | None, zone: ZoneInfo) -> date:
    return date.max if at is None else at.astimezone(zone).date()
