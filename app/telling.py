"""Telling people and groups what an outbox row says, in every chat that is set up and in which they are reached."""

from collections.abc import Mapping, Sequence

import structlog

from app.sweeps import Sender
from app.wiring import House
from core.cases.unreached import REMINDS, RemindGroup
from core.chat.mentions import addressed, called
from core.chat.ports import NeverHeardFrom, Place, Recipient
from core.chat.telling import place_view, private_view
from core.chat.words import Words
from core.desk import Settles
from core.engine import outbox
from core.engine.errors import DeliveryError
from core.engine.outbox import Posting
from core.engine.transaction import SYSTEM
from core.people.mornings import DIGEST_SAID
from core.people.queries import conversation, identities_of, member, mentionable
from core.people.telling import SAY, TELL

log = structlog.get_logger(__name__)


def tell(house: House, posting: Posting) -> None:
    """In each of the member's chats; one that was reached is enough. Raises DeliveryError when none was."""
    with house.desk.reading() as connection:
        who = member(connection, int(posting.ids["staff_id"]))
        if who is None:
            raise DeliveryError("has left the staff", permanent=True)
        words = Words(who.locale or "en", who.zone or "Europe/Warsaw")
        view = private_view(connection, words, who, posting.ids, house.clock.now())
        known = [identity for identity in identities_of(connection, who.id) if identity.face in house.notifiers]
    if view is None:
        _sent(house, posting, "nothing to say")
        return
    reached, failures = [], []
    for identity in known:
        recipient = Recipient(workspace=identity.workspace, user=identity.user, address=identity.address)
        try:
            reached.append(house.notifiers[identity.face].tell(recipient, view, words))
        except DeliveryError as error:
            failures.append(error)
    if reached:
        _sent(house, posting, reached[0])
    elif (passing := next((e for e in failures if not e.permanent and not isinstance(e, NeverHeardFrom)), None)) is not None:
        raise passing
    else:
        _unreached(house, posting, failures)


def _unreached(house: House, posting: Posting, failures: Sequence[DeliveryError]) -> None:
    """A reminder goes to the group; a digest is given up; anything else is kept for a chat that was never
    heard from, or given up. Raises DeliveryError."""
    who, say = int(posting.ids["staff_id"]), str(posting.ids["say"])
    log.warning("A member is reached in no chat.", staff=who, reasons=[error.reason for error in failures])
    if say.startswith(REMINDS) and "case_id" in posting.ids:
        instead = RemindGroup(case_id=int(posting.ids["case_id"]), staff_id=who, say=say, params=posting.ids["params"])
        house.desk.do(instead, SYSTEM, house.clock.now(), settles=Settles("outbox", posting.id))
        return
    if say == DIGEST_SAID:
        raise DeliveryError("a digest is of its morning, and nobody was reached", permanent=True)
    raise next((e for e in failures if not e.permanent), DeliveryError("is reached in no chat", permanent=True))


def say(house: House, posting: Posting) -> None:
    """In the conversation, in its language. Raises DeliveryError."""
    with house.desk.reading() as connection:
        where = conversation(connection, int(posting.ids["conversation_id"]))
        notifier = house.notifiers.get(where.face) if where is not None and where.reachable else None
        if where is None or notifier is None:
            raise DeliveryError("the conversation cannot be reached", permanent=True)
        words = Words(where.locale, where.zone)
        view = place_view(connection, words, posting.ids, house.clock.now())
        names = mentionable(connection, where.face, where.workspace, called(view))
    place = Place(workspace=where.workspace, conversation=where.external, address=where.address)
    _sent(house, posting, notifier.post(place, addressed(view, names), words))


def _sent(house: House, posting: Posting, reference: str) -> None:
    house.store.attempt(lambda connection: outbox.sent(connection, posting.id, reference))


SENDERS: Mapping[str, Sender] = {TELL: tell, SAY: say}
