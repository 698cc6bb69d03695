"""What a case's clocks run to. The targets are data with their source; a partner's own policy replaces them when it can be applied.

Hours are plain hours: calendars with business hours and public holidays come later (docs/verbs.md says so to the operators).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.engine import timers
from core.engine.transaction import Tx

from .model import CLOSED, Case, Kind, Standing, State


@dataclass(frozen=True, kw_only=True)
class Target:
    """A clock's length, who set it and since when."""

    rule: str
    wait: timedelta
    source: str
    since: date


FIRST_RESPONSE_SOON = "first_response_soon"
FIRST_RESPONSE_MISSED = "first_response_missed"
WAITING_TOO_LONG = "waiting_too_long"

TARGETS = {
    target.rule: target
    for target in (
        Target(rule=FIRST_RESPONSE_SOON, wait=timedelta(hours=3), source="the desk's own default", since=date(2026, 11, 1)),
        Target(rule=FIRST_RESPONSE_MISSED, wait=timedelta(hours=4), source="the desk's own default", since=date(2026, 11, 1)),
        Target(rule=WAITING_TOO_LONG, wait=timedelta(days=3), source="the desk's own default", since=date(2026, 11, 1)),
    )
}
# The more pressing one speaks for all when several of a case fall due together.
PRESSING = (FIRST_RESPONSE_SOON, WAITING_TOO_LONG, FIRST_RESPONSE_MISSED)


def answer_due(found: Case | Standing) -> datetime | None:
    """When the customer's question must have had its first answer; None when nobody waits for one."""
    if found.kind is not Kind.QUESTION or not found.ticket or found.responded_at is not None or found.state in CLOSED:
        return None
    return found.opened_at + TARGETS[FIRST_RESPONSE_MISSED].wait


def is_still_due(rule: str, found: Case | Standing) -> bool:
    """Whether the facts that set the clock still stand: looked at again when it rings."""
    if rule == WAITING_TOO_LONG:
        return found.state is State.WAITING
    return answer_due(found) is not None


def start_answering(tx: Tx, found: Case) -> None:
    """From its opening: a warning first, then the miss. A case without a ticket has no customer who waits for an answer."""
    if answer_due(found) is not None:
        for rule in (FIRST_RESPONSE_SOON, FIRST_RESPONSE_MISSED):
            _set(tx, found, rule, found.opened_at)


def start_waiting(tx: Tx, found: Case) -> None:
    """From the moment it became the customer's turn, to the one a person named or for the usual days."""
    _set(tx, found, WAITING_TOO_LONG, found.waiting_since or tx.now, due_at=found.waiting_until)


def stop(tx: Tx, case_id: int, *rules: str) -> None:
    """Nobody needs these any more."""
    for rule in rules:
        timers.cancel(tx, rule, f"case:{case_id}")


def _set(tx: Tx, found: Case, rule: str, started_at: datetime, due_at: datetime | None = None) -> None:
    due_at = due_at or started_at + TARGETS[rule].wait
    timers.schedule(tx, rule, f"case:{found.id}", due_at=due_at, rule=rule, started_at=started_at, nudge=True)
