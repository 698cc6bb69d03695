"""Deliveries that were given up: that they were, what a person does about one, and that the admins hear of it once."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from sqlalchemy import Connection

from core.engine import inbox, timers
from core.engine.errors import NotFound
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.switches import remember, remembered
from core.engine.transaction import Tx

from .commands import DiscardDelivery, GiveUpDelivery, ReplayDelivery, WarnOfLetters
from .connections import named_connection
from .events import DeliveryDiscarded, DeliveryGivenUp, DeliveryReplayed
from .model import Right
from .queries import staff_holding
from .telling import tell

WARNS = "letters.warn"  # the timer's kind
ALL = "letters:all"
GATHERING = timedelta(minutes=1)  # what is given up together is told together
TOLD = "letters.told"  # the switch: of how many the admins were told last


def settle_letter(tx: Tx, command: DiscardDelivery | ReplayDelivery) -> Iterable[Event]:
    """Raises NotFound for what is no dead letter, or is none any more."""
    settle = SETTLED[type(command)]
    letter = inbox.delivery(tx.connection, command.delivery)
    if letter is None or not settle(tx.connection, command.delivery):
        raise NotFound("dead_letter_not_found", delivery=str(command.delivery))
    if not inbox.count_dead(tx.connection):
        remember(tx.connection, TOLD, None)
    row = named_connection(tx.connection, letter.connection)
    about = {"connection_id": row.id, "name": row.name, "delivery": command.delivery, "by": Private(command.by)}
    if isinstance(command, DiscardDelivery):
        return [DeliveryDiscarded(**about, reason=Private(command.reason))]
    return [DeliveryReplayed(**about)]


def give_up(tx: Tx, command: GiveUpDelivery) -> Iterable[Event]:
    """Changes nothing where the delivery was settled meanwhile."""
    letter = inbox.delivery(tx.connection, command.delivery)
    if letter is None or not inbox.dead(tx.connection, command.delivery, command.reason):
        return []
    row = named_connection(tx.connection, letter.connection)
    return [DeliveryGivenUp(connection_id=row.id, name=row.name, delivery=command.delivery, reason=Private(command.reason))]


def plan_warning(tx: Tx, _event: DeliveryGivenUp) -> Iterable[Command]:
    """A minute from the first one, not from the last: a flood must not put the warning off for ever."""
    if not timers.is_waiting(tx.connection, WARNS, ALL):
        timers.schedule(tx, WARNS, ALL, due_at=tx.now + GATHERING, rule="letters.gathered")
    return ()


def warn(tx: Tx, _command: WarnOfLetters) -> Iterable[Event]:
    """The first ones are told of, and after that only twice as many; when all are settled, it begins anew."""
    count = inbox.count_dead(tx.connection)
    told = remembered(tx.connection, TOLD) or 0
    if count < max(1, 2 * told):
        return []
    for staff_id in sorted(staff_holding(tx.connection, Right.ADMINISTER)):
        tell(tx, staff_id, "tell.letters", count=count)
    remember(tx.connection, TOLD, count)
    return []


SETTLED: dict[type[DiscardDelivery] | type[ReplayDelivery], Callable[[Connection, int], bool]] = {
    ReplayDelivery: inbox.replay,
    DiscardDelivery: inbox.discard,
}


def _roots(connection: Connection, command: DiscardDelivery | ReplayDelivery | GiveUpDelivery) -> list[str]:
    letter = inbox.delivery(connection, command.delivery)
    return [] if letter is None else [f"connection:{letter.connection}"]


HANDLERS: Handlers = {
    ReplayDelivery: Handler(settle_letter, _roots),
    DiscardDelivery: Handler(settle_letter, _roots),
    GiveUpDelivery: Handler(give_up, _roots),
    WarnOfLetters: Handler(warn, lambda _connection, _command: [ALL]),
}
