"""What a person does about a delivery that was given up, and that they did it."""

from collections.abc import Callable, Iterable

from sqlalchemy import Connection

from core.engine import inbox
from core.engine.errors import NotFound
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx

from .commands import DiscardDelivery, ReplayDelivery
from .connections import named_connection
from .events import DeliveryDiscarded, DeliveryReplayed

Happened = type[DeliveryDiscarded] | type[DeliveryReplayed]


def settle_letter(tx: Tx, command: DiscardDelivery | ReplayDelivery) -> Iterable[Event]:
    """Raises NotFound for what is no dead letter, or is none any more."""
    settle, happened = SETTLED[type(command)]
    letter = inbox.delivery(tx.connection, command.delivery)
    if letter is None or not settle(tx.connection, command.delivery):
        raise NotFound("dead_letter_not_found", delivery=str(command.delivery))
    row = named_connection(tx.connection, letter.connection)
    return [happened(connection_id=row.id, name=row.name, delivery=command.delivery, by=Private(command.by))]


SETTLED: dict[type[DiscardDelivery] | type[ReplayDelivery], tuple[Callable[[Connection, int], bool], Happened]] = {
    ReplayDelivery: (inbox.replay, DeliveryReplayed),
    DiscardDelivery: (inbox.discard, DeliveryDiscarded),
}


def _roots(connection: Connection, command: DiscardDelivery | ReplayDelivery) -> list[str]:
    letter = inbox.delivery(connection, command.delivery)
    return [] if letter is None else [f"connection:{letter.connection}"]


HANDLERS: Handlers = {ReplayDelivery: Handler(settle_letter, _roots), DiscardDelivery: Handler(settle_letter, _roots)}
