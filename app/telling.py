"""Telling people and groups what an outbox row says, in every chat that is set up and in which they are reached."""

from collections.abc import Mapping

from app.sweeps import Sender
from app.wiring import House
from core.chat.ports import Place, Recipient
from core.chat.telling import telling_view
from core.chat.words import Words
from core.engine import outbox
from core.engine.errors import DeliveryError
from core.engine.outbox import Posting
from core.people.queries import conversation, identities_of, member
from core.people.telling import SAY, TELL


def tell(house: House, posting: Posting) -> None:
    """In each of the member's chats; one that was reached is enough. Raises DeliveryError when none was."""
    with house.desk.reading() as connection:
        who = member(connection, int(posting.ids["staff_id"]))
        if who is None:
            raise DeliveryError("has left the staff", permanent=True)
        words = Words(who.locale or "en", who.zone or "Europe/Warsaw")
        view = telling_view(connection, words, posting.ids)
        known = [identity for identity in identities_of(connection, who.id) if identity.face in house.notifiers]
    reached, failures = [], []
    for identity in known:
        recipient = Recipient(workspace=identity.workspace, user=identity.user, address=identity.address)
        try:
            reached.append(house.notifiers[identity.face].tell(recipient, view, words))
        except DeliveryError as error:
            failures.append(error)
    if not reached:
        raise next((e for e in failures if not e.permanent), DeliveryError("is reached in no chat", permanent=True))
    _sent(house, posting, reached[0])


def say(house: House, posting: Posting) -> None:
    """In the conversation, in its language. Raises DeliveryError."""
    with house.desk.reading() as connection:
        where = conversation(connection, int(posting.ids["conversation_id"]))
        notifier = house.notifiers.get(where.face) if where is not None and where.reachable else None
        if where is None or notifier is None:
            raise DeliveryError("the conversation cannot be reached", permanent=True)
        words = Words(where.locale, where.zone)
        view = telling_view(connection, words, posting.ids)
    place = Place(workspace=where.workspace, conversation=where.external, address=where.address)
    _sent(house, posting, notifier.post(place, view, words))


def _sent(house: House, posting: Posting, reference: str) -> None:
    house.store.attempt(lambda connection: outbox.sent(connection, posting.id, reference))


SENDERS: Mapping[str, Sender] = {TELL: tell, SAY: say}
