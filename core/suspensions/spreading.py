"""One change that concerns many requests: the first few are done with it, each of the others in a transaction of its own, by a timer
written with the change. Until its turn comes a request stands as it was, and whatever looks at it compares it with what is true by then.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.engine import timers
from core.engine.handling import Command
from core.engine.timers import Timer
from core.engine.transaction import Tx

from .commands import AskPeople, RecheckFacts, WithdrawLeaver

AT_ONCE = 20
RECHECKS, ASKS, WITHDRAWS = "suspension_rechecks", "suspension_asks", "suspension_withdraws"


def recheck(tx: Tx, found: Sequence[int]) -> Iterable[Command]:
    """Compare the requests with the facts of now."""
    _later(tx, RECHECKS, found, "suspension")
    return [RecheckFacts(suspension_id=each) for each in found[:AT_ONCE]]


def ask(tx: Tx, found: Sequence[int]) -> Iterable[Command]:
    """See who may decide them now."""
    _later(tx, ASKS, found, "suspension")
    return [AskPeople(suspension_id=each) for each in found[:AT_ONCE]]


def withdraw(tx: Tx, found: Sequence[int], staff_id: int) -> Iterable[Command]:
    """Let fall what the leaver asked for, and their votes. Two may leave in the same minute: the timers are each leaver's own."""
    _later(tx, WITHDRAWS, found, f"staff:{staff_id}:suspension", {"staff_id": staff_id})
    return [WithdrawLeaver(suspension_id=each, staff_id=staff_id) for each in found[:AT_ONCE]]


def _later(tx: Tx, kind: str, found: Sequence[int], subject: str, data: Mapping[str, Any] | None = None) -> None:
    for each in found[AT_ONCE:]:
        timers.schedule(tx, kind, f"{subject}:{each}", due_at=tx.now, rule="one_of_many", data=data)


TIMERS: Mapping[str, Callable[[Timer], Command]] = {
    RECHECKS: lambda timer: RecheckFacts(suspension_id=timer.subject_id),
    ASKS: lambda timer: AskPeople(suspension_id=timer.subject_id),
    WITHDRAWS: lambda timer: WithdrawLeaver(suspension_id=timer.subject_id, staff_id=int(timer.data["staff_id"])),
}
