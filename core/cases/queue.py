"""What wants attention, most pressing first, part by part. Each case is in one part, where it presses most.

How many there are is asked of the database in one statement for all parts; of each part only the rows that are shown are read. So a queue
costs what it shows and one pass over the open cases' keys, however many they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from core.engine.db.tables.base import Instant
from core.engine.db.tables.cases import case_clocks, case_watchers, cases

from .clocks import OWED, Deadline, deadlines
from .model import Case, State
from .queries import OPEN_STATES, from_row

# The soonest of a case's deadlines that run; what stands still has none. Asked only of the part that is shown.
OWED_NOW = case_clocks.c.ended_at.is_(None) & case_clocks.c.clock.in_([clock.value for clock in OWED])
DUE = sa.select(sa.func.min(case_clocks.c.due_at)).where(case_clocks.c.case_id == cases.c.id, OWED_NOW).correlate(cases).scalar_subquery()
# Whose customer has waited for too long: found by the moments alone.
LATE = sa.select(case_clocks.c.case_id).where(OWED_NOW, case_clocks.c.due_at <= sa.bindparam("late_at")).distinct().subquery("late")
OPEN = cases.outerjoin(LATE, LATE.c.case_id == cases.c.id)
IS_LATE, IS_OPEN = LATE.c.case_id.is_not(None), cases.c.state.in_(OPEN_STATES)
WAITS, NOBODYS = cases.c.state == State.WAITING.value, cases.c.assignee_id.is_(None)
NEVER = sa.literal(datetime.max.replace(tzinfo=UTC), Instant)
Part = ColumnElement[bool]


def queue_parts(staff_id: int) -> Mapping[str, Part]:
    """The queue as this member sees it: somebody who was promised more, a customer, me, anybody; `others` are in colleagues' hands."""
    mine, matched = sa.and_(~NOBODYS, cases.c.assignee_id == staff_id), cases.c.customer_id.is_not(None)
    return {
        "overdue": IS_LATE,
        "unmatched": ~IS_LATE & ~matched,
        "mine": ~IS_LATE & matched & mine,
        "unassigned": ~IS_LATE & matched & NOBODYS,
        "others": ~IS_LATE & matched & ~NOBODYS & (cases.c.assignee_id != staff_id),
    }


def home_parts(staff_id: int) -> Mapping[str, Part]:
    """What waits for this member: what is late in their hands or in nobody's, what they have to do, what waits for somebody else."""
    mine = cases.c.assignee_id == staff_id
    return {"late": IS_LATE & (NOBODYS | mine), "mine": ~IS_LATE & mine & ~WAITS, "customer": ~IS_LATE & mine & WAITS}


def watched_part(staff_id: int, *, but: Iterable[Part] = ()) -> Part:
    """What they watch, without what other parts of the page name."""
    watched = sa.exists().where(case_watchers.c.case_id == cases.c.id, case_watchers.c.staff_id == staff_id)
    return sa.and_(watched, *(sa.case((part, 0), else_=1) == 1 for part in but))


def counted(connection: Connection, parts: Mapping[str, Part], now: datetime) -> Mapping[str, int]:
    """How many open cases there are in each part at `now`, in one statement."""
    if not parts:
        return {}
    sums = [sa.func.coalesce(sa.func.sum(sa.case((part, 1), else_=0)), 0).label(name) for name, part in parts.items()]
    row = connection.execute(sa.select(*sums).select_from(OPEN).where(IS_OPEN), {"late_at": now}).one()
    return {name: int(getattr(row, name)) for name in parts}


def first_of(connection: Connection, part: Part, now: datetime, *, limit: int, after: int = 0) -> tuple[Case, ...]:
    """The part's first cases at `now`, past `after` of them: the soonest deadline first, then what is not somebody else's turn, the
    oldest."""
    order = (sa.func.coalesce(DUE, NEVER), sa.case((WAITS, 1), else_=0), cases.c.opened_at, cases.c.id)
    wanted = sa.select(cases).select_from(OPEN).where(IS_OPEN, part).order_by(*order).limit(limit).offset(after)
    return tuple(from_row(row) for row in connection.execute(wanted, {"late_at": now}))


def next_owed(connection: Connection, case_ids: Sequence[int]) -> dict[int, Deadline]:
    """What the customer of each case waits for that is due first, or stands still."""
    known = deadlines(connection, case_ids)
    owed = {case_id: [one for one in several if one.clock in OWED] for case_id, several in known.items()}
    return {case_id: several[0] for case_id, several in owed.items() if several}
