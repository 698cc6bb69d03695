"""The loop closed with the customer: what of a case's suspensions is not over yet, and whether the customer heard that service is back."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from core.cases.queries import case
from core.collections.hours import desk_hours
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx
from core.people.model import Right

from .checking import open_handwork
from .following import owner_and, schedule, show, tell_actor
from .model import OPEN_RESTORES, Item, Restore, RestoreState
from .moving import lock_case
from .queries import items_maybe_off, restores_of, suspension, suspensions_of_case
from .restore_events import CustomerTold, CustomerUnreached, OfRestore, TellingLeft
from .restoring import ids_of, keep

TELLS = "restore_untold"  # the timer's kind, one a case
FIRST = timedelta(hours=2)
DOUBLINGS = 3  # after two, four, eight, sixteen hours in which the desk is staffed, and sixteen again
UNDER_WAY = OPEN_RESTORES - {RestoreState.PROPOSED}


class Left(StrEnum):
    """Why a case with nothing overdue is not over."""

    OFF = "off"  # something is, or may be, switched off
    RESTORING = "restoring"
    BY_HAND = "by_hand"  # of what resuming did not bring back
    UNTOLD = "untold"  # on again, and the customer does not know from us


@dataclass(frozen=True, kw_only=True)
class ChaseTelling(Command):
    """Perhaps nobody told the customer yet."""

    needs = Right.RUN
    case_id: int


def left_of(connection: Connection, case_id: int) -> list[Left]:
    """What of the case's suspensions is not over, each once, the worst first; nothing for a case that never had one."""
    if not suspensions_of_case(connection, case_id):
        return []
    ways = [restores_of(connection, one) for one in items_maybe_off(connection, case_id=case_id)]
    moving = [bool(each) and each[-1].state in UNDER_WAY for each in ways]
    found = {
        Left.OFF: not all(moving),
        Left.RESTORING: any(moving),
        Left.BY_HAND: next(open_handwork(connection, case_id), None) is not None,
        Left.UNTOLD: next(untold(connection, case_id), None) is not None,
    }
    return [each for each in Left if found[each]]


def untold(connection: Connection, case_id: int) -> Iterator[Restore]:
    """The ways back that were read back as done, and of which nobody said that the customer was told."""
    return (way for way in came_back(connection, case_id) if not way.answer.get("told"))


def told(connection: Connection, case_id: int) -> Iterator[tuple[str, str, datetime]]:
    """How, by whom and when the customer was told, each telling once."""
    said = [way.answer["told"] for way in came_back(connection, case_id) if way.answer.get("told")]
    for how, by, at in dict.fromkeys((each["how"], each["by"], each["at"]) for each in said):
        yield how, by, datetime.fromisoformat(at)


def came_back(connection: Connection, case_id: int) -> Iterator[Restore]:
    """The newest way back of each of the case's subscriptions, where it was read back as done."""
    newest: dict[int, Item] = {}
    for each in suspensions_of_case(connection, case_id):
        newest |= {one.subscription_id: one for one in suspension(connection, each).items if one.sent_at is not None}
    for one in newest.values():
        ways = restores_of(connection, one)
        if ways and ways[-1].state is RestoreState.RESTORED:
            yield ways[-1]


def record_as_told(tx: Tx, ways: Sequence[Restore], how: str, *, by: str) -> list[Event]:
    """Of these the customer knows."""
    said = {"how": how, "by": by, "at": tx.now.isoformat()}
    for way in ways:
        keep(tx, way, state=way.state, answer=dict(way.answer) | {"told": said})
    return [CustomerTold(**ids_of(tx, way), how=Private(how)) for way in ways]


def chase_telling(tx: Tx, command: ChaseTelling) -> Iterable[Event]:
    """Does nothing once the customer was told, or a person closed the case and said there whether they were."""
    ways = list(untold(tx.connection, command.case_id))
    if not ways or case(tx.connection, command.case_id).is_closed:
        return []
    way = ways[-1]
    times = int(way.answer.get("tell_asked", 0)) + 1
    keep(tx, way, state=way.state, answer=dict(way.answer) | {"tell_asked": times})
    proposed_by = suspension(tx.connection, ids_of(tx, way)["suspension_id"]).proposed_by
    return [TellingLeft(**ids_of(tx, way), times=times, next_at=due_after(tx, times), proposed_by=proposed_by)]


def due_after(tx: Tx, times: int) -> datetime:
    """When it is asked for next, after so many times: in hours in which the desk is staffed."""
    return desk_hours(tx.connection).add_open_time(tx.now, FIRST * int(2 ** min(times, DOUBLINGS))).due_at


def ask_later(tx: Tx, event: OfRestore) -> Iterable[Command]:
    """Whoever restored may be about to tell them."""
    schedule(tx, TELLS, f"case:{event.case_id}", due_after(tx, 0), "restore_untold")
    return ()


def ask(tx: Tx, event: TellingLeft) -> Iterable[Command]:
    """Whoever owns the case, or asked for the suspension."""
    for who in sorted(owner_and(tx, event, event.proposed_by)):
        tell_actor(tx, who, "tell.customer_untold", event)
    schedule(tx, TELLS, f"case:{event.case_id}", event.next_at, "restore_untold")
    return ()


FOLLOWS = {CustomerTold: (show,), CustomerUnreached: (ask_later, show), TellingLeft: (ask, show)}

HANDLERS: Handlers = {
    ChaseTelling: Handler(chase_telling, lock_case),
}
