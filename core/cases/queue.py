"""What wants attention, most pressing first. Each case is named once, where it presses most."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from .clocks import answer_due
from .model import Case, State

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Queue:
    """Cases by what they want: an answer that is late, a customer, me, anybody; `others` are in colleagues' hands."""

    overdue: tuple[Case, ...]
    unmatched: tuple[Case, ...]
    mine: tuple[Case, ...]
    unassigned: tuple[Case, ...]
    others: int


def queue_of(open_cases: Iterable[Case], staff_id: int, now: datetime) -> Queue:
    """The queue as this member sees it."""
    groups: dict[str, list[Case]] = {"overdue": [], "unmatched": [], "mine": [], "unassigned": [], "others": []}
    for found in sorted(open_cases, key=_pressing):
        groups[_group(found, staff_id, now)].append(found)
    others = len(groups.pop("others"))
    return Queue(**{name: tuple(cases) for name, cases in groups.items()}, others=others)


def _pressing(found: Case) -> tuple[datetime, bool, datetime, int]:
    """The soonest answer first, then what is not the customer's turn, then the oldest."""
    return answer_due(found) or NEVER, found.state is State.WAITING, found.opened_at, found.id


def _group(found: Case, staff_id: int, now: datetime) -> str:
    due = answer_due(found)
    if due is not None and due <= now:
        return "overdue"
    if found.customer_id is None:
        return "unmatched"
    if found.assignee_id == staff_id:
        return "mine"
    return "unassigned" if found.assignee_id is None else "others"
