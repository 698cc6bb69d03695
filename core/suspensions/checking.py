"""What Microsoft's resume does not restore: set again by a person, read back by the desk, and asked for until it is so.

https://learn.microsoft.com/partner-center/customers/create-a-new-subscription
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from core.cases.queries import case
from core.customers.queries import subscription
from core.engine.errors import Conflict
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx

from .model import Item, Restore, RestoreState
from .moving import lock_case
from .queries import item_restored_by, resource_of, restore, restores_of, suspension, suspensions_of_case
from .restore_commands import ChaseHandwork, ReportHandwork
from .restore_events import HandworkLeft, HandworkReported
from .restoring import ids_of, keep, lock_restore
from .rules import by_hand

FIRST = timedelta(days=1)
DOUBLINGS = 3  # after one, two, four, eight days, and eight again


def last_read(connection: Connection, one: Item, way: Restore) -> Mapping[str, Any]:
    """The subscription as it was read last, when it was switched on again or since."""
    read = subscription(connection, one.subscription_id)
    if way.done_at is not None and read.as_of >= way.done_at:
        return resource_of(connection, one.subscription_id)
    after: Mapping[str, Any] = way.answer.get("after") or {}
    return after


def left_to_set(connection: Connection, one: Item, way: Restore) -> list[str]:
    """Which of what was there before the suspension is not there by the newest reading; nothing unless it is on again."""
    return by_hand(one.snapshot, last_read(connection, one, way)) if way.state is RestoreState.RESTORED else []


def open_handwork(connection: Connection, case_id: int) -> Iterator[tuple[Item, Restore]]:
    """What of the case's restored subscriptions is still to be set by hand."""
    newest: dict[int, Item] = {}
    for each in suspensions_of_case(connection, case_id):
        newest |= {one.subscription_id: one for one in suspension(connection, each).items}
    for one in newest.values():
        ways = restores_of(connection, one)
        if ways and left_to_set(connection, one, ways[-1]):
            yield one, ways[-1]


def report_handwork(tx: Tx, command: ReportHandwork) -> Iterable[Event]:
    """A person says it is set again: believed when it is read. Raises Conflict when nothing of the case is left to be set."""
    found = list(open_handwork(tx.connection, command.case_id))
    if not found:
        raise Conflict("nothing_by_hand", number=case(tx.connection, command.case_id).number)
    return [HandworkReported(**ids_of(tx, way), subscription_id=one.subscription_id) for one, way in found]


def chase_handwork(tx: Tx, command: ChaseHandwork) -> Iterable[Event]:
    """Does nothing once all of it is read back, or it was suspended again."""
    way = restore(tx.connection, command.restore_id)
    one = item_restored_by(tx.connection, way)
    ways = restores_of(tx.connection, one)
    left = left_to_set(tx.connection, one, way)
    if not left or not ways or ways[-1].id != way.id:
        return []
    times = int(way.answer.get("asked", 0)) + 1
    keep(tx, way, state=way.state, answer=dict(way.answer) | {"asked": times})
    next_at = tx.now + FIRST * int(2 ** min(times, DOUBLINGS))
    proposed_by = suspension(tx.connection, one.suspension_id).proposed_by
    return [HandworkLeft(**ids_of(tx, way), left=tuple(left), times=times, next_at=next_at, proposed_by=proposed_by)]


HANDLERS: Handlers = {
    ReportHandwork: Handler(report_handwork, lock_case),
    ChaseHandwork: Handler(chase_handwork, lock_restore),
}
