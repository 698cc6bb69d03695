"""Somebody left, whose work goes on; or a conversation reads another language."""

from collections.abc import Iterable

from core.cases.leaving import ReleaseCases
from core.cases.queries import OPEN_CASE_SUBJECTS
from core.engine import cards
from core.engine.handling import Command
from core.engine.timers import Timer
from core.engine.transaction import Tx
from core.people.events import PlaceReadingSet, StaffRemoved
from core.suspensions import spreading
from core.suspensions.queries import OPEN_SUSPENSION_SUBJECTS, open_suspensions_with


def settle_leaver(tx: Tx, event: StaffRemoved) -> Iterable[Command]:
    """A leaver's cases are given on, their requests fall, and their votes count no more."""
    yield ReleaseCases(staff_id=event.staff_id, successor_id=event.successor_id)
    yield from spreading.withdraw(tx, open_suspensions_with(tx.connection, event.staff_id), event.staff_id)


def redraw_place(tx: Tx, event: PlaceReadingSet) -> Iterable[Command]:
    """A conversation's cards are drawn anew in its language, those of what is closed when they change next."""
    cards.refresh_in(tx, event.conversation_id, OPEN_CASE_SUBJECTS, OPEN_SUSPENSION_SUBJECTS)
    return ()


def release_on(timer: Timer) -> Command:
    """A leaver's next batch of cases; the timer keeps how many were given on, and of what kinds."""
    said = timer.data
    return ReleaseCases(staff_id=timer.subject_id, successor_id=said["successor_id"], done=int(said["done"]), kinds=tuple(said["kinds"]))
