"""Who a level means now: read when the level is told, so that a leaver is not told and a newcomer is."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.model import Case
from core.engine.db.tables.people import conversations, grants, group_members, groups, staff

from .model import GROUP, NAMED_GROUP, OWNER, PERSON, Level, Passed


@dataclass
class Reached:
    """Whom a level reaches, and who of it is passed over and why."""

    staff: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    passed: dict[str, str] = field(default_factory=dict)

    @property
    def is_nobody(self) -> bool:
        """Whether nobody at all would hear of it."""
        return not self.staff and not self.places


def reach(connection: Connection, level: Level, about: Case, *, started_by: str, away: frozenset[int] = frozenset()) -> Reached:
    """Whoever the level means. A group is told where it meets; one that meets nowhere, member by member."""
    found = Reached()
    for word in level.whom:
        places = _places(connection, word, about.kind)
        people = [] if places else _people(connection, word, about)
        present = [one for one in people if one not in away and f"staff:{one}" != started_by]
        found.places += [place for place in places if place not in found.places]
        found.staff += [one for one in present if one not in found.staff]
        if not places and not present:
            found.passed[word] = _why_not(people, started_by).value
    return found


def _why_not(people: list[int], started_by: str) -> Passed:
    if not people:
        return Passed.NOBODY
    return Passed.STARTED_IT if [f"staff:{one}" for one in people] == [started_by] else Passed.AWAY


def _places(connection: Connection, word: str, kind: str) -> list[int]:
    ids = _groups(connection, word, kind)
    reachable = conversations.c.group_id.in_(ids) & conversations.c.reachable
    return list(connection.scalars(sa.select(conversations.c.id).where(reachable).order_by(conversations.c.id))) if ids else []


def _people(connection: Connection, word: str, about: Case) -> list[int]:
    active = sa.select(staff.c.id).where(staff.c.active).order_by(staff.c.id)
    if word == OWNER:
        active = active.where(staff.c.id == about.assignee_id)
    elif word.startswith(PERSON):
        active = active.where(staff.c.handle == word.removeprefix(PERSON))
    elif ids := _groups(connection, word, about.kind):
        active = active.where(staff.c.id.in_(sa.select(group_members.c.staff_id).where(group_members.c.group_id.in_(ids))))
    else:
        active = active.where(staff.c.id.in_(sa.select(grants.c.staff_id).where(grants.c.role == word)))
    return list(connection.scalars(active))


def _groups(connection: Connection, word: str, kind: str) -> Iterable[int]:
    """The groups a word means; none for a person or a role."""
    rows = connection.execute(sa.select(groups.c.id, groups.c.name, groups.c.routes).order_by(groups.c.id)).all()
    if word == GROUP:
        return [row.id for row in rows if kind in row.routes]
    named = word.removeprefix(NAMED_GROUP)
    return [row.id for row in rows if word.startswith(NAMED_GROUP) and row.name == named]
