"""Staff groups as they are set: for whoever looks at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from core.engine.db.tables.people import calendars, conversations, group_members, groups, staff


@dataclass(frozen=True, kw_only=True)
class Group:
    """One group. `calendar` is "" where it keeps the default one; `most_cases` None for no limit."""

    name: str
    routes: tuple[str, ...]
    members: tuple[str, ...]
    calendar: str
    assign: str
    most_cases: int | None
    places: tuple[Row[Any], ...]


def all_groups(connection: Connection) -> Sequence[Group]:
    """Every group by name, with its active members' short names and the conversations it works in."""
    wanted = sa.select(groups, calendars.c.name.label("calendar")).outerjoin(calendars, calendars.c.id == groups.c.calendar_id)
    return [_group(connection, row) for row in connection.execute(wanted.order_by(groups.c.name)).all()]


def _group(connection: Connection, row: Row[Any]) -> Group:
    inside = sa.select(staff.c.handle).join(group_members, group_members.c.staff_id == staff.c.id)
    inside = inside.where(group_members.c.group_id == row.id, staff.c.active).order_by(staff.c.handle)
    there = sa.select(conversations).where(conversations.c.group_id == row.id).order_by(conversations.c.id)
    return Group(
        name=row.name, routes=tuple(row.routes), members=tuple(connection.scalars(inside)), calendar=row.calendar or "", assign=row.assign,
        most_cases=row.most_cases, places=tuple(connection.execute(there)),
    )  # fmt: skip
