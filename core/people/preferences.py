"""What each member wants to hear, and when: rows for what they chose, the table's first way for the rest."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from core.engine.calendars import Calendar
from core.engine.db.bulk import among
from core.engine.db.dialects import insert_into
from core.engine.db.tables.people import calendars, group_members, groups, preferences, staff
from core.engine.errors import InvalidInput, NotAllowed
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx

from .calendars import DEFAULT, SHIPPED, calendar_of_row
from .days import PersonsDay, Quiet
from .events import PreferencesSet
from .model import Right
from .queries import ZONE
from .reminders import CHOSEN, RULES, Reminder, Way

QUIET, MORNING = "quiet", "morning"  # kinds of their own: hours, and whether a digest comes
USUAL, NONE = "usual", "none"  # quiet hours as the group's day has them, or none at all
SET = sa.select(preferences.c.staff_id, preferences.c.kind, preferences.c.way)
# A member's own hours are those of the first group of theirs that has some, else the default ones.
HOURS: sa.Select[Any] = (
    sa.select(staff.c.id.label("member_id"), ZONE.label("own_zone"), calendars)
    .outerjoin_from(staff, group_members, group_members.c.staff_id == staff.c.id)
    .outerjoin(groups, groups.c.id == group_members.c.group_id)
    .outerjoin(calendars, sa.or_(calendars.c.id == groups.c.calendar_id, groups.c.calendar_id.is_(None) & (calendars.c.name == DEFAULT)))
    .order_by(staff.c.id, groups.c.calendar_id.is_(None), groups.c.id)
)


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """One member's, as they are now. `chosen` holds what they chose themselves."""

    staff_id: int
    day: PersonsDay
    chosen: Mapping[str, str] = field(default_factory=dict)

    def way(self, kind: Reminder) -> Way:
        """How they hear of that kind."""
        return Way(self.chosen.get(kind, RULES[kind].ways[0]))

    @property
    def quiet(self) -> str:
        """`usual`, `none`, or hours such as 20:00-07:00."""
        return self.chosen.get(QUIET, USUAL)

    @property
    def digest(self) -> bool:
        """Whether a digest comes in the morning."""
        return self.chosen.get(MORNING, Way.NOW) == Way.NOW


@dataclass(frozen=True, kw_only=True)
class SetPreferences(Command):
    """Choose for oneself: a kind of message → a way, `quiet` → hours, `morning` (the digest) → now or off. What is not named stays."""

    needs = Right.READ
    staff_id: int
    chosen: Mapping[str, str]


def preferences_of(connection: Connection, staff_ids: Collection[int]) -> dict[int, Preferences]:
    """Those of each of the members, in two statements however many they are."""
    chosen: dict[int, dict[str, str]] = {}
    for member_id, kind, way in connection.execute(SET.where(among(connection, preferences.c.staff_id, staff_ids))):
        chosen.setdefault(member_id, {})[kind] = way
    found: dict[int, Preferences] = {}
    for row in connection.execute(HOURS.where(among(connection, staff.c.id, staff_ids))):
        if row.member_id not in found:
            own = chosen.get(row.member_id, {})
            found[row.member_id] = Preferences(staff_id=row.member_id, day=_day(row, own.get(QUIET, USUAL)), chosen=own)
    return found


def read_quiet(text: str) -> str:
    """`20:00-07:00` as it is kept, `usual` or `none` as they are. Raises InvalidInput with the right form."""
    if text in (USUAL, NONE):
        return text
    try:
        quiet = _hours(text)
    except ValueError:
        raise InvalidInput("quiet_wrong", QUIET, typed=text) from None
    return f"{quiet.begins:%H:%M}-{quiet.ends:%H:%M}"


def set_preferences(tx: Tx, command: SetPreferences) -> Iterable[Event]:
    """Choosing what is chosen changes nothing. Raises InvalidInput for what may not be put off or off, NotAllowed for another's."""
    if tx.actor.staff_id != command.staff_id:
        raise NotAllowed("preferences_not_yours")
    before = preferences_of(tx.connection, (command.staff_id,))[command.staff_id]
    wanted = {kind: _checked(kind, way) for kind, way in command.chosen.items()}
    after = replace(before, chosen={**before.chosen, **wanted})
    if not after.digest and (waiting := [kind for kind in CHOSEN if after.way(kind) is Way.DIGEST]):
        raise InvalidInput("digest_needed", MORNING if MORNING in wanted else waiting[0], reminder=waiting[0])
    changed = {kind: way for kind, way in wanted.items() if way != before.chosen.get(kind, default_of(kind))}
    for kind, way in changed.items():
        row = insert_into(tx.connection, preferences).values(staff_id=command.staff_id, kind=kind, way=way)
        tx.connection.execute(row.on_conflict_do_update(index_elements=["staff_id", "kind"], set_={"way": way}))
    was = {kind: before.chosen.get(kind, default_of(kind)) for kind in changed}
    return [PreferencesSet(staff_id=command.staff_id, before=was, chosen=changed)] if changed else []


def forget_preferences(tx: Tx, staff_id: int) -> None:
    """A leaver wants nothing."""
    tx.connection.execute(sa.delete(preferences).where(preferences.c.staff_id == staff_id))


def default_of(kind: str) -> str:
    """What is so unless somebody chose."""
    return USUAL if kind == QUIET else Way.NOW.value if kind == MORNING else RULES[Reminder(kind)].ways[0].value


def _checked(kind: str, way: str) -> str:
    if kind == QUIET:
        return read_quiet(way)
    allowed = (Way.NOW, Way.OFF) if kind == MORNING else RULES[Reminder(kind)].ways
    if way not in allowed:
        fixed = len(allowed) == 1
        raise InvalidInput(f"reminder_fixed_{kind}" if fixed else "reminder_way_wrong", kind, reminder=kind, ways=", ".join(allowed))
    return way


def _day(row: Row[Any], quiet: str) -> PersonsDay:
    calendar: Calendar = SHIPPED if row.week is None else calendar_of_row(row)
    own = replace(calendar, zone=row.own_zone) if row.own_zone else calendar
    return PersonsDay(calendar=own, quiet=None if quiet in (USUAL, NONE) else _hours(quiet), always=quiet == NONE)


def _hours(text: str) -> Quiet:
    """`20:00-07:00`, `20-7`. Raises ValueError."""
    begins, _, ends = (part.strip() for part in text.replace("–", "-").partition("-"))
    return Quiet(begins=_time(begins), ends=_time(ends))


def _time(text: str) -> time:
    hour, _, minute = text.replace(".", ":").partition(":")
    return time(int(hour) % 24 if hour == "24" and not int(minute or 0) else int(hour), int(minute or 0))


def _lock(_connection: Connection, command: SetPreferences) -> list[str]:
    return [f"staff:{command.staff_id}"]


HANDLERS: Handlers = {SetPreferences: Handler(set_preferences, _lock)}
