"""What wants attention, most pressing first. Each case is named once, where it presses most."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from .clocks import OWED, Deadline, deadlines
from .model import Case, State
from .queries import open_cases

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Queue:
    """Cases by what they want: somebody who was promised more, a customer, me, anybody; `others` are in colleagues' hands.

    `next` holds each case's next deadline towards its customer, where there is one.
    """

    overdue: tuple[Case, ...]
    unmatched: tuple[Case, ...]
    mine: tuple[Case, ...]
    unassigned: tuple[Case, ...]
    others: int
    next: Mapping[int, Deadline]


def queue_of(connection: Connection, staff_id: int, now: datetime) -> Queue:
    """The queue as this member sees it."""
    groups: dict[str, list[Case]] = {"overdue": [], "unmatched": [], "mine": [], "unassigned": [], "others": []}
    found = open_cases(connection)
    owed = next_owed(connection, [one.id for one in found])
    for one in sorted(found, key=lambda case: _pressing(case, owed.get(case.id))):
        groups[_group(one, owed.get(one.id), staff_id, now)].append(one)
    others = len(groups.pop("others"))
    return Queue(**{name: tuple(cases) for name, cases in groups.items()}, others=others, next=owed)


def next_owed(connection: Connection, case_ids: list[int]) -> dict[int, Deadline]:
    """What the customer of each case waits for that is due first, or stands still."""
    known = deadlines(connection, case_ids)
    owed = {case_id: [one for one in several if one.clock in OWED] for case_id, several in known.items()}
    return {case_id: several[0] for case_id, several in owed.items() if several}


def _pressing(found: Case, due: Deadline | None) -> tuple[datetime, bool, datetime, int]:
    """The soonest deadline first, then what is not somebody else's turn, then the oldest."""
    return (due.due_at if due else None) or NEVER, found.state is State.WAITING, found.opened_at, found.id


def _group(found: Case, due: Deadline | None, staff_id: int, now: datetime) -> str:
    if due is not None and due.is_late(now):
        return "overdue"
    if found.customer_id is None:
        return "unmatched"
    if found.assignee_id == staff_id:
        return "mine"
    return "unassigned" if found.assignee_id is None else "others"
