"""Calendars as rows: opening hours under a name, each group's own or the one called `default`."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
import sqlalchemy as sa
from sqlalchemy import Connection, Row

from core.engine.calendars import Calendar, Hours
from core.engine.db.dialects import insert_into
from core.engine.db.tables.people import calendars, groups
from core.engine.errors import Conflict, InvalidInput, NotFound
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx

from .commands import CloseDay, OpenDay, SetCalendar
from .events import CalendarSet, DayClosed, DayOpened

DEFAULT = "default"
SHIPPED = Calendar()  # Monday to Friday, 9 to 17 in Warsaw, Polish holidays
# Less open time than this a week, and the longest target allowed would not be over within the years that are searched.
LEAST_OPEN = timedelta(hours=10)
ANY_DAY = date(2026, 1, 5)


def set_calendar(tx: Tx, command: SetCalendar) -> Iterable[Event]:
    """Setting what is set changes nothing. Raises InvalidInput for an unknown zone, country or subdivision, and for too few hours."""
    row = _row(tx.connection, command.name)
    before = SHIPPED if row is None else calendar_of_row(row)
    given = {name: getattr(command, name) for name in ("zone", "week", "country", "subdivision")}
    known = {name: getattr(before, name) for name in given}
    after = Calendar(closed=before.closed, **known | {name: value for name, value in given.items() if value is not None})
    _must_be_usable(after)
    if row is not None and after == before:
        return []
    week = tuple(tuple(_span(hours) for hours in day) for day in after.week)
    said = {"zone": after.zone, "country": after.country, "subdivision": after.subdivision}
    values = {"name": command.name, "week": [list(day) for day in week], "closed": _kept(after.closed), **said}
    upsert = insert_into(tx.connection, calendars).values(**values).on_conflict_do_update(index_elements=["name"], set_=values)
    calendar_id = int(tx.connection.execute(upsert.returning(calendars.c.id)).scalar_one())
    return [CalendarSet(calendar_id=calendar_id, name=command.name, week=week, **said)]


def close_day(tx: Tx, command: CloseDay) -> Iterable[Event]:
    """Raises InvalidInput without a reason, Conflict for a day that does not count anyway, NotFound."""
    row, because = calendar_row(tx.connection, command.name), command.because.strip()
    if not because:
        raise InvalidInput("closing_unexplained", "because")
    if calendar_of_row(row).why_closed(command.day) is not None:
        raise Conflict("day_closed_anyway", day=command.day, name=command.name)
    _keep_closed(tx, row, {**row.closed, command.day.isoformat(): because})
    return [DayClosed(calendar_id=row.id, name=row.name, day=command.day, because=because)]


def open_day(tx: Tx, command: OpenDay) -> Iterable[Event]:
    """Raises Conflict for a day that nobody closed by hand, NotFound."""
    row, day = calendar_row(tx.connection, command.name), command.day.isoformat()
    if day not in row.closed:
        raise Conflict("day_not_closed", day=command.day, name=command.name)
    _keep_closed(tx, row, {known: because for known, because in row.closed.items() if known != day})
    return [DayOpened(calendar_id=row.id, name=row.name, day=command.day)]


def calendar_row(connection: Connection, name: str) -> Row[Any]:
    """The calendar's row. Raises NotFound."""
    row = _row(connection, name)
    if row is None:
        raise NotFound("calendar_not_found", name=name)
    return row


def named_calendars(connection: Connection) -> dict[str, Calendar]:
    """Every calendar by name; the shipped one stands in for a default that nobody set."""
    rows = connection.execute(sa.select(calendars).order_by(calendars.c.name))
    return {DEFAULT: SHIPPED, **{row.name: calendar_of_row(row) for row in rows}}


def group_routed(connection: Connection, route: str) -> tuple[str, Calendar]:
    """Whose work this kind of card is, and the hours they keep: the first group that gets it; nobody's has the default hours."""
    wanted = sa.select(groups.c.name, groups.c.routes, groups.c.calendar_id).order_by(groups.c.id)
    group = next((row for row in connection.execute(wanted) if route in row.routes), None)
    own = group.calendar_id if group is not None else None
    match = calendars.c.name == DEFAULT if own is None else calendars.c.id == own
    row = connection.execute(sa.select(calendars).where(match)).one_or_none()
    return ("" if group is None else group.name), (SHIPPED if row is None else calendar_of_row(row))


def calendar_of_row(row: Row[Any]) -> Calendar:
    """The calendar that a row of the table holds."""
    week = tuple(tuple(read_hours(span) for span in day) for day in row.week)
    closed = {date.fromisoformat(day): because for day, because in row.closed.items()}
    return Calendar(zone=row.zone, week=week, country=row.country, subdivision=row.subdivision, closed=closed)


def is_zone(name: str) -> bool:
    """Whether there is such a zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a name that is a folder of the zone database
        return False
    return True


def has_holidays(country: str, subdivision: str = "") -> bool:
    """Whether the public holidays of that country, and of that part of it, are known."""
    known = holidays.list_supported_countries()
    return country in known and (not subdivision or subdivision in known[country])


def read_hours(text: str) -> Hours:
    """`09:00-17:00`. Raises ValueError."""
    opens, _, closes = text.partition("-")
    return Hours(opens=time.fromisoformat(opens.strip()), closes=time.fromisoformat(closes.strip().replace("24:00", "00:00")))


def _must_be_usable(calendar: Calendar) -> None:
    if not is_zone(calendar.zone):
        raise InvalidInput("zone_unknown", "zone", zone=calendar.zone)
    if calendar.country and not has_holidays(calendar.country, calendar.subdivision):
        raise InvalidInput("country_unknown", "country", country="-".join(filter(None, (calendar.country, calendar.subdivision))))
    week = sum((_length(hours) for day in calendar.week for hours in day), timedelta())
    if week < LEAST_OPEN or len(calendar.week) != 7:
        raise InvalidInput("hours_too_few", "week", hours=int(LEAST_OPEN.total_seconds() // 3600))


def _length(hours: Hours) -> timedelta:
    ends = ANY_DAY + timedelta(days=1) if hours.closes == time(0) else ANY_DAY
    return datetime.combine(ends, hours.closes) - datetime.combine(ANY_DAY, hours.opens)


def _span(hours: Hours) -> str:
    return f"{hours.opens:%H:%M}-{hours.closes:%H:%M}"


def _kept(closed: Mapping[date, str]) -> dict[str, str]:
    return {day.isoformat(): because for day, because in closed.items()}


def _keep_closed(tx: Tx, row: Row[Any], closed: dict[str, str]) -> None:
    tx.connection.execute(sa.update(calendars).where(calendars.c.id == row.id).values(closed=closed))


def _row(connection: Connection, name: str) -> Row[Any] | None:
    return connection.execute(sa.select(calendars).where(calendars.c.name == name)).one_or_none()


def _lock(_connection: Connection, command: SetCalendar | CloseDay | OpenDay) -> list[str]:
    return [f"calendar:{command.name}"]


HANDLERS: Handlers = {
    SetCalendar: Handler(set_calendar, _lock),
    CloseDay: Handler(close_day, _lock),
    OpenDay: Handler(open_day, _lock),
}
