"""Whose turn it is: fair by who was given a case in turn the longest ago, past those who are away and those who have enough."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine.db.tables.cases import cases
from core.engine.db.tables.people import group_members, groups
from core.engine.errors import Conflict
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.people.absence import present
from core.people.model import ROUND_ROBIN, Right
from core.people.queries import staff_holding

from .changing import hand_to, open_case_for
from .events import CaseAssigned, NobodyInTurn
from .model import Case
from .queries import OPEN_STATES, roots_of


@dataclass(frozen=True, kw_only=True)
class AssignNext(Command):
    """Give a case to whoever is next in turn, somebody else than its owner."""

    needs = Right.WORK
    case_id: int


@dataclass(frozen=True, kw_only=True)
class AssignByTurn(Command):
    """Give a new case to whoever is next, where a group of its kind takes turns by itself."""

    needs = Right.RUN
    case_id: int


def assign_next(tx: Tx, command: AssignNext) -> Iterable[Event]:
    """Raises Conflict when it is closed, or when nobody is there who has room for it."""
    found = open_case_for(tx, command.case_id)
    turn = next_turn(tx.connection, found, tx.now)
    if turn is None:
        raise Conflict("nobody_in_turn", number=found.number)
    return [_given(tx, found, turn)]


def assign_by_turn(tx: Tx, command: AssignByTurn) -> Iterable[Event]:
    """An owned case stays whose it is; with nobody in turn it waits for somebody to take it, and the journal says so."""
    found = open_case_for(tx, command.case_id)
    if found.assignee_id is not None:
        return []
    turn = next_turn(tx.connection, found, tx.now, only=ROUND_ROBIN)
    return [NobodyInTurn(case_id=found.id) if turn is None else _given(tx, found, turn)]


def takes_turns(connection: Connection, kind: str) -> bool:
    """Whether a group that gets this kind of card gives its cases out by itself."""
    return any(kind in routes for routes in connection.scalars(sa.select(groups.c.routes).where(groups.c.assign == ROUND_ROBIN)))


def next_turn(connection: Connection, about: Case, now: datetime, *, only: str = "") -> int | None:
    """The member who is first in the line of the groups that get such cases; `only` those groups that assign that way."""
    line = (
        sa.select(group_members.c.id, group_members.c.staff_id, group_members.c.turn_at, groups.c.routes, groups.c.most_cases)
        .join(groups, groups.c.id == group_members.c.group_id)
        .where(groups.c.assign == only if only else sa.true())
    )
    rows = [row for row in connection.execute(line) if about.kind in row.routes and row.staff_id != about.assignee_id]
    there, held = present(connection, staff_holding(connection, Right.WORK), now), _held(connection)
    free = [row for row in rows if row.staff_id in there and (row.most_cases is None or held.get(row.staff_id, 0) < row.most_cases)]
    first = min(free, key=lambda row: (row.turn_at is not None, row.turn_at or now, row.id), default=None)
    return None if first is None else int(first.staff_id)


def _given(tx: Tx, found: Case, staff_id: int) -> Event:
    """They go to the end of the line, also behind who was given one at the same moment."""
    hand_to(tx, found, staff_id)
    last = tx.connection.scalar(sa.select(sa.func.max(group_members.c.turn_at)))
    turn_at = tx.now if last is None else max(tx.now, last + timedelta(microseconds=1))
    tx.connection.execute(sa.update(group_members).where(group_members.c.staff_id == staff_id).values(turn_at=turn_at))
    return CaseAssigned(case_id=found.id, staff_id=staff_id, before=found.assignee_id, by=tx.actor.id, in_turn=True)


def _held(connection: Connection) -> dict[int, int]:
    """How many open cases each member has."""
    mine = cases.c.assignee_id.is_not(None) & cases.c.state.in_(OPEN_STATES)
    counted = sa.select(cases.c.assignee_id, sa.func.count()).where(mine).group_by(cases.c.assignee_id)
    return {row[0]: row[1] for row in connection.execute(counted)}


def _roots(connection: Connection, command: AssignNext | AssignByTurn) -> list[str]:
    """One turn at a time."""
    return [*roots_of(connection, command.case_id), "turns:all"]


HANDLERS: Handlers = {AssignNext: Handler(assign_next, _roots), AssignByTurn: Handler(assign_by_turn, _roots)}
