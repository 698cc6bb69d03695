"""The inbox's sweep: each stored webhook becomes commands through the door, or a dead letter with the sentence that says why."""

import structlog

from app.connections import Connected
from app.pausing import pause
from app.wiring import House, digest_key
from core.cases.tickets import entries_of
from core.collections.addresses import case_of_address
from core.collections.letters import case_of_letter
from core.engine import inbox
from core.engine.errors import DeliveryError, DeskError
from core.engine.inbox import Received
from core.engine.transaction import SYSTEM, Actor
from core.people.commands import GiveUpDelivery
from webhooks.reading import Access, Unreadable

log = structlog.get_logger(__name__)


def sweep_inbox(house: House) -> int:
    """Handle what waits; returns how many deliveries were claimed."""
    claimed = inbox.claim(house.store)
    for received in claimed:
        _handle(house, received)
    return len(claimed)


def _handle(house: House, received: Received) -> None:
    try:
        _take(house, received)
    except Unreadable as error:
        _bury(house, received, error.reason)
    except DeskError as error:
        _bury(house, received, f"The desk refused it: {error.kind}.")
    except DeliveryError as error:
        if error.permanent:
            _bury(house, received, f"The system that sent it answered: {error.reason}.")
        else:
            _put_off(house, received, error.reason, error.retry_after)
    except Exception as error:
        log.exception("A delivery failed.", delivery=received.id, connection=received.connection)
        _put_off(house, received, type(error).__name__, None)


def _take(house: House, received: Received) -> None:
    """Each command has a key of its own, so that a crash between two of them, or a replay, repeats neither."""
    connected = house.connections.get(received.connection)
    access = access_of(house, connected)
    actor = Actor(f"connection:{connected.name}", "webhook")
    for number, command in enumerate(connected.kind.take(received, access)):
        house.desk.do(command, actor, house.clock.now(), key=f"inbox:{received.id}:{number}")
    house.store.attempt(lambda c: inbox.done(c, received.id))


def access_of(house: House, connected: Connected) -> Access:
    """What the kind of system needs to read, and to be written to."""

    def known(ticket: str) -> frozenset[str] | None:
        with house.desk.reading() as connection:
            return entries_of(connection, connected.name, ticket)

    def letters_case(message_id: str) -> int | None:
        with house.desk.reading() as connection:
            return case_of_letter(connection, message_id)

    def stored(key: str) -> bool:
        with house.desk.reading() as connection:
            return inbox.is_stored(connection, connected.name, key)

    return Access(
        name=connected.name, settings=connected.settings, token=connected.token, known=known,
        case_of=lambda address: case_of_address(address, digest_key(house.settings)), case_of_letter=letters_case, stored=stored,
    )  # fmt: skip


def _put_off(house: House, received: Received, reason: str, asked: float | None) -> None:
    if received.attempts >= inbox.MOST_ATTEMPTS:
        _bury(house, received, f"It failed {received.attempts} times, the last time with: {reason}.")
        return
    wait = pause(received.attempts, asked)
    house.store.attempt(lambda c: inbox.again(c, received.id, at=house.store.real_now(c) + wait, error=reason))


def _bury(house: House, received: Received, reason: str) -> None:
    log.warning("A delivery was given up; see: desk webhooks list", delivery=received.id, connection=received.connection, reason=reason)
    house.desk.do(GiveUpDelivery(delivery=received.id, reason=reason), SYSTEM, house.clock.now())
