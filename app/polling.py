"""Asking a system of record what its webhooks failed to tell: by its timer through the outbox, or by hand."""

from datetime import UTC, datetime

from app.receiving import access_of
from app.wiring import House
from core.desk import Settles
from core.engine.errors import DeliveryError, NotFound
from core.engine.handling import Outcome
from core.engine.outbox import Posting
from core.engine.transaction import Actor
from core.people.commands import RecordPoll
from core.people.connections import POLLS
from core.people.polling import watermark


def poll_connection(house: House, posting: Posting) -> None:
    """The outbox kind `connection.poll`. Raises DeliveryError, for good when the connection is off."""
    name = str(posting.ids["name"])
    try:
        poll(house, name, Actor(f"connection:{name}", "timer"), settles=Settles("outbox", posting.id))
    except NotFound:
        raise DeliveryError("its connection is switched off", permanent=True) from None


def poll(house: House, name: str, actor: Actor, *, settles: Settles | None = None) -> tuple[Outcome, int]:
    """Ask now, from the watermark on or else from now; how many changes were named, new or not.

    Raises NotFound for a connection that is unknown, off, or of a kind that cannot be asked; DeliveryError when it does not answer.
    """
    connected = house.connections.get(name)
    if connected.kind.poll is None:
        raise NotFound("connection_not_polled", name=name)
    with house.desk.reading() as connection:
        since = watermark(connection, name)
    found = connected.kind.poll(access_of(house, connected), since or datetime.now(UTC))
    command = RecordPoll(name=name, hints=found.hints, watermark=found.watermark)
    return house.desk.do(command, actor, house.clock.now(), settles=settles), len(found.hints)


SENDERS = {POLLS: poll_connection}
