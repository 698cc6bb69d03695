"""Teams as the sweeps see it: post, update, tell privately, delete; one attempt each, errors as DeliveryError."""

from collections.abc import Callable
from typing import TypeVar

import structlog

from bots.teams.cards import card, plain_text
from bots.teams.connector import Connector
from bots.teams.fitting import clip
from bots.teams.payloads import CARD_TYPE, Activity
from core.chat.plain import plainly
from core.chat.ports import ContentRefused, MessageGone, NeverHeardFrom, Place, Recipient
from core.chat.views import View
from core.chat.words import Words

log = structlog.get_logger(__name__)
T = TypeVar("T")


def message(view: View, words: Words) -> Activity:
    """A message with one card; `summary` is what a notification says."""
    attachment = {"contentType": CARD_TYPE, "content": card(view, words)}
    return {"type": "message", "summary": plain_text(view)[:300], "attachments": [attachment]}


class TeamsNotifier:
    """The chat port over the Connector."""

    # Microsoft promises nothing about a mention in an updated message, so what was mentioned once is a plain name from then on:
    # https://learn.microsoft.com/microsoftteams/platform/bots/how-to/update-and-delete-bot-messages
    updates_silently = False

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    def post(self, place: Place, view: View, words: Words) -> str:
        """Returns the activity's id."""
        service = _service(place.address)
        return _shown(lambda activity: self._connector.send(service, place.conversation, activity), view, words)

    def update(self, place: Place, reference: str, view: View, words: Words) -> None:
        """Replaces the whole activity."""
        service = _service(place.address)
        _shown(lambda activity: self._connector.update(service, place.conversation, reference, activity), view, words)

    def tell(self, recipient: Recipient, view: View, words: Words) -> str:
        """In the personal chat, which is made if it is new."""
        service = _service(recipient.address)
        known = str(recipient.address.get("personal", ""))
        bot, user = str(recipient.address.get("bot", "")), str(recipient.address.get("user", ""))
        conversation = known or self._connector.personal(service, bot, user, recipient.workspace)
        return _shown(lambda activity: self._connector.send(service, conversation, activity), view, words)

    def delete(self, place: Place, reference: str) -> None:
        """A message that is gone already is fine."""
        try:
            self._connector.delete(_service(place.address), place.conversation, reference)
        except MessageGone:
            return


def _shown(call: Callable[[Activity], T], view: View, words: Words) -> T:
    """The whole card, or what it says plainly where Teams refuses it. Raises DeliveryError."""
    try:
        return call(message(view, words))
    except ContentRefused as error:
        log.warning("Teams refuses a card; it is said plainly.", view=type(view).__name__, reason=error.reason)
        return call({"type": "message", "textFormat": "plain", "text": clip(plainly(view, words), 3000, words.say("shortened"))})


def _service(address: object) -> str:
    """The conversation's service address. Raises NeverHeardFrom until it was: installing the app there makes it so."""
    found = address.get("service_url") if hasattr(address, "get") else None
    if not found:
        raise NeverHeardFrom("never heard from: the app must be installed there first", retry_after=60)
    return str(found)
