"""A reminder whose owner is reached in no chat any more, as when their account there was closed, goes to the case's group."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.engine import outbox
from core.engine.handling import Command, Handler, Handlers
from core.engine.transaction import Tx
from core.people.model import Right
from core.people.queries import routed
from core.people.telling import to_place

from .events import ReminderUnreached
from .queries import case, roots_of

REMINDS = "nudge."  # only these sentences are addressed to nobody, so that a group may read them as they are


@dataclass(frozen=True, kw_only=True)
class RemindGroup(Command):
    """Say to the case's group what its member could not be told: the catalogue's key and its parameters."""

    needs = Right.RUN
    case_id: int
    staff_id: int
    say: str
    params: Mapping[str, object]


def remind_group(tx: Tx, command: RemindGroup) -> Iterable[ReminderUnreached]:
    """Nothing happens where no conversation gets the case's kind."""
    about = case(tx.connection, command.case_id)
    places = routed(tx.connection, about.kind)
    orders = [to_place(place, command.say, case_id=about.id, **command.params) for place in places]
    outbox.enqueue_all(tx, orders)
    lanes = tuple(order.lane for order in orders)
    return [ReminderUnreached(case_id=about.id, staff_id=command.staff_id, recipients=lanes)] if orders else []


HANDLERS: Handlers = {RemindGroup: Handler(remind_group, lambda connection, command: roots_of(connection, command.case_id))}
