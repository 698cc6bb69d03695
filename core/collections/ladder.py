"""The ladder of one payer in one currency: which step comes next, and on which day. Pure rules; the rows are in `climbing`.

A step is due on the later of two days: its plan, counted from the earliest unpaid due date, and the day its predecessor was done (for the
final notice: proven) plus the days that lie between the two in the policy. So no step is skipped or repeated, however late anything was.
When the earliest invoice is paid the plan is counted from the next one; what was climbed stays climbed.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from .policy import Does, Policy, Step


class Waits(StrEnum):
    """What a ladder waits for, besides the day of its next step."""

    NOTHING = ""
    START = "start"  # debts older than the ladder: a person starts it
    PROOF = "proof"  # the last notice is not proven yet
    HAND = "hand"  # a person, or the accounting system, sends the notice: its proof is recorded
    PAUSE = "pause"  # a promise, a hold, a reported payment, old books


class Outcome(StrEnum):
    """How a step went."""

    SENDING = "sending"
    DONE = "done"
    PROVEN = "proven"
    FAILED = "failed"  # refused or bounced: it is sent again or by hand
    DRY_RUN = "dry_run"
    WITHDRAWN = "withdrawn"  # it did not leave and is taken anew


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """`climbed` counts the steps done. `last_on`: the day the last one was done, from which the next one's gap counts.
    `anchor`: the earliest unpaid due date. `final_amount`: what the last final notice named, in minor units.
    """

    id: int
    payer_id: int
    currency: str
    policy: str
    anchor: date
    climbed: int
    waits: Waits
    last_on: date | None
    paused_at: datetime | None
    paused_for: str
    final_amount: int | None
    ended_at: datetime | None

    @property
    def subject(self) -> str:
        """As timers name it."""
        return f"ladder:{self.id}"


@dataclass(frozen=True, kw_only=True)
class Coming:
    """The next step, the day it is planned for, and the day it can be done at the earliest: later when its predecessor was."""

    step: Step
    planned_on: date
    on: date


def coming(policy: Policy, ladder: Ladder) -> Coming | None:
    """The next step; None above the last one."""
    if ladder.climbed >= len(policy.ladder):
        return None
    step = policy.ladder[ladder.climbed]
    planned = ladder.anchor + timedelta(days=step.day)
    if not ladder.climbed or ladder.last_on is None:
        return Coming(step=step, planned_on=planned, on=planned)
    gap = step.day - policy.ladder[ladder.climbed - 1].day
    return Coming(step=step, planned_on=planned, on=max(planned, ladder.last_on + timedelta(days=gap)))


def first_step(policy: Policy, anchor: date, today: date) -> int:
    """How many steps do not apply any more when a ladder begins: reminders of a day to come, once the day has passed."""
    return sum(1 for step in policy.ladder if step.day <= 0 and anchor + timedelta(days=step.day) < today and anchor < today)


def needs_new_final(policy: Policy, ladder: Ladder, *, amount: int, still: timedelta, now: datetime) -> bool:
    """Whether a new final notice must go out before anybody is asked: more is owed than the last one named, or the ladder stood still, or
    collecting was held back (`still`, since that notice), for longer than one lasts."""
    final = final_index(policy)
    if final is None or ladder.climbed <= final:
        return False
    stood_still = still > policy.notices.final_lasts or (
        ladder.paused_at is not None and now - ladder.paused_at > policy.notices.final_lasts
    )
    return stood_still or (ladder.final_amount is not None and amount > ladder.final_amount)


def final_index(policy: Policy) -> int | None:
    """Which step is the final notice; None when the ladder has none."""
    return next((number for number, step in enumerate(policy.ladder) if step.does is Does.FINAL), None)
