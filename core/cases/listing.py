"""Open cases of one sort, oldest first, a page by its key: however many there are, a page costs what its rows cost."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine.db.tables.cases import case_clocks, case_watchers, cases
from core.engine.db.tables.escalations import escalations, microsoft_requests

from .clocks import OWED
from .model import Kind, State, WaitingOn
from .queries import OPEN_STATES


class Sort(StrEnum):
    """What may be listed by a word; a customer's cases are listed by the customer."""

    LATE = "late"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    UNMATCHED = "unmatched"
    WAITING = "waiting"
    WATCHED = "watched"
    ESCALATED = "escalated"
    MICROSOFT = "microsoft"
    QUESTIONS = "questions"
    COLLECTIONS = "collections"


@dataclass(frozen=True, kw_only=True)
class Listed:
    """Numbers of cases, and after which the next page begins; None when there is none."""

    found: tuple[int, ...]
    next: int | None


def of_sort(connection: Connection, sort: Sort, staff_id: int, now: datetime, *, after: int, limit: int) -> Listed:
    """Open cases of this sort; `staff_id` is whose are "mine" and "watched", and at `now` what the customer waits for is late."""
    match = {
        Sort.LATE: _is_late(now),
        Sort.MINE: cases.c.assignee_id == staff_id,
        Sort.UNASSIGNED: cases.c.assignee_id.is_(None),
        Sort.UNMATCHED: cases.c.customer_id.is_(None),
        Sort.WAITING: cases.c.state == State.WAITING.value,
        Sort.WATCHED: sa.exists().where(case_watchers.c.case_id == cases.c.id, case_watchers.c.staff_id == staff_id),
        Sort.ESCALATED: sa.exists().where(escalations.c.case_id == cases.c.id, escalations.c.ended_at.is_(None)),
        Sort.MICROSOFT: _is_at_microsoft(),
        Sort.QUESTIONS: cases.c.kind == Kind.QUESTION.value,
        Sort.COLLECTIONS: cases.c.kind == Kind.COLLECTION.value,
    }
    return _listed(connection, match[sort], after, limit)


def count_late(connection: Connection, now: datetime) -> int:
    """How many open cases there are whose customer waits beyond a deadline at `now`."""
    late = sa.select(sa.func.count()).select_from(cases).where(cases.c.state.in_(OPEN_STATES), _is_late(now))
    return connection.scalar(late) or 0


def _is_late(now: datetime) -> sa.ColumnElement[bool]:
    owed = (case_clocks.c.case_id == cases.c.id) & case_clocks.c.clock.in_([clock.value for clock in OWED])
    return sa.exists().where(owed, case_clocks.c.ended_at.is_(None), case_clocks.c.due_at <= now)


def _is_at_microsoft() -> sa.ColumnElement[bool]:
    """A request is open there, or somebody said that it is Microsoft's turn."""
    requests = microsoft_requests.c
    asked = sa.exists().where(requests.case_id == cases.c.id, requests.ended_at.is_(None), requests.opened_at.is_not(None))
    return asked | (cases.c.waiting_on == WaitingOn.MICROSOFT.value)


def of_customer(connection: Connection, customer_id: int, *, after: int, limit: int) -> Listed:
    """The customer's open cases."""
    return _listed(connection, cases.c.customer_id == customer_id, after, limit)


def _listed(connection: Connection, match: sa.ColumnElement[bool], after: int, limit: int) -> Listed:
    wanted = sa.select(cases.c.id).where(match, cases.c.state.in_(OPEN_STATES), cases.c.id > after).order_by(cases.c.id).limit(limit + 1)
    found = tuple(connection.scalars(wanted))
    return Listed(found=found[:limit], next=found[limit - 1] if len(found) > limit else None)
