"""Whether those who are present can approve a request at all: said at once, not when it expires."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine.db.tables.suspensions import suspensions
from core.people.absence import present
from core.people.model import Right
from core.people.queries import staff_holding

from .model import State, Suspension, Verdict
from .queries import entitled_approvals, is_entitled, quorum_needed, suspension, votes_of


def able(connection: Connection, found: Suspension, now: datetime) -> frozenset[int]:
    """Who is present, may decide this request, and has not yet."""
    voted = {vote.staff_id for vote in votes_of(connection, found) if vote.verdict is Verdict.APPROVE}
    there = present(connection, staff_holding(connection, Right.DECIDE) - voted, now)
    return frozenset(each for each in there if is_entitled(connection, found, each))


def missing_approvers(connection: Connection, found: Suspension, now: datetime) -> int:
    """How many approvers are lacking among those present; none for a request that waits for no decision."""
    if found.state is not State.PROPOSED:
        return 0
    needed = quorum_needed(connection, found) - entitled_approvals(connection, found)
    return max(0, needed - len(able(connection, found, now)))


def undecided(connection: Connection) -> list[Suspension]:
    """Every request that waits for a decision."""
    ids = connection.scalars(sa.select(suspensions.c.id).where(suspensions.c.state == State.PROPOSED.value).order_by(suspensions.c.id))
    return [suspension(connection, found) for found in ids.all()]
