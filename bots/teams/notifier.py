"""Teams as the sweeps see it: post, update, tell privately, delete; one attempt each, errors as DeliveryError."""

from bots.teams.cards import card, plain_text
from bots.teams.connector import Connector
from bots.teams.payloads import CARD_TYPE, Activity
from core.chat.ports import MessageGone, Place, Recipient
from core.chat.views import View
from core.chat.words import Words
from core.engine.errors import DeliveryError


def message(view: View, words: Words) -> Activity:
    """A message with one card; `summary` is what a notification says."""
    attachment = {"contentType": CARD_TYPE, "content": card(view, words)}
    return {"type": "message", "summary": plain_text(view)[:300], "attachments": [attachment]}


class TeamsNotifier:
    """The chat port over the Connector."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    def post(self, place: Place, view: View, words: Words) -> str:
        """Returns the activity's id."""
        return self._connector.send(_service(place.address), place.conversation, message(view, words))

    def update(self, place: Place, reference: str, view: View, words: Words) -> None:
        """Replaces the whole activity."""
        self._connector.update(_service(place.address), place.conversation, reference, message(view, words))

    def tell(self, recipient: Recipient, view: View, words: Words) -> str:
        """In the personal chat, which is made if it is new."""
        service = _service(recipient.address)
        known = str(recipient.address.get("personal", ""))
        bot, user = str(recipient.address.get("bot", "")), str(recipient.address.get("user", ""))
        conversation = known or self._connector.personal(service, bot, user, recipient.workspace)
        return self._connector.send(service, conversation, message(view, words))

    def delete(self, place: Place, reference: str) -> None:
        """A message that is gone already is fine."""
        try:
            self._connector.delete(_service(place.address), place.conversation, reference)
        except MessageGone:
            return


def _service(address: object) -> str:
    """The conversation's service address. Raises DeliveryError until it was heard from: installing the app there makes it so."""
    found = address.get("service_url") if hasattr(address, "get") else None
    if not found:
        raise DeliveryError("never heard from: the app must be installed there first", retry_after=60)
    return str(found)
