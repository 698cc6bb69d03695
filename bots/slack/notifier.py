"""Slack as the sweeps see it: post, update, tell privately, delete; one attempt each, errors as DeliveryError."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx
import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bots.slack.cards import message, page
from bots.slack.errors import delivery_error
from bots.slack.markup import clip_markup, escape
from core.chat.plain import plainly
from core.chat.ports import ContentRefused, MessageGone, Place, Recipient
from core.chat.views import View
from core.chat.words import Words

log = structlog.get_logger(__name__)

TIMEOUT = 10  # seconds; the outbox tries again, the SDK does not
Call = Callable[..., SlackResponse]


class KeptAlive(WebClient):
    """The SDK's client over kept-alive connections: its own opens one, with a TLS handshake, for each call."""

    def __init__(self, http: httpx.Client, **settings: Any) -> None:
        super().__init__(**settings)
        self._pool = http

    def _perform_urllib_http_request(self, *, url: str, args: dict[str, Any]) -> dict[str, Any]:
        """One attempt. Raises OSError when there was no answer, as the SDK's own does."""
        body = {"json": args["json"]} if args["json"] else {"data": args["params"]}
        headers = args["headers"] if args["json"] else args["headers"] | {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = self._pool.post(url, headers=headers, timeout=self.timeout, **body)
        except httpx.HTTPError as error:
            raise ConnectionError(type(error).__name__) from error
        # The SDK and delivery_error ask for Retry-After by that very name.
        return {"status": answer.status_code, "headers": {n.title(): v for n, v in answer.headers.items()}, "body": answer.text}


def web_client(token: str, api_url: str, *, http: httpx.Client, timeout: int = TIMEOUT) -> WebClient:
    """A client that makes one attempt: retries belong to the outbox."""
    return KeptAlive(http, token=token, base_url=api_url, timeout=timeout, retry_handlers=[])


class SlackNotifier:
    """The chat port over the Web API. `client_for(workspace)` gives the workspace's own client."""

    # Slack notifies of a mention when a message is posted; chat.update only redraws it: https://docs.slack.dev/reference/methods/chat.update
    updates_silently = True

    def __init__(self, client_for: Callable[[str], WebClient]) -> None:
        self._client_for = client_for

    def post(self, place: Place, view: View, words: Words) -> str:
        """Returns the message's timestamp, which is its reference."""
        client = self._client_for(place.workspace)
        return str(_shown(client.chat_postMessage, view, words, channel=place.conversation, unfurl_links=False)["ts"])

    def update(self, place: Place, reference: str, view: View, words: Words) -> None:
        """`blocks` are sent again whole: what is left out would vanish."""
        _shown(self._client_for(place.workspace).chat_update, view, words, channel=place.conversation, ts=reference)

    def tell(self, recipient: Recipient, view: View, words: Words) -> str:
        """A direct message."""
        client = self._client_for(recipient.workspace)
        opened = _call(client.conversations_open, users=recipient.user)
        channel: Mapping[str, Any] = opened["channel"]
        return str(_shown(client.chat_postMessage, view, words, channel=channel["id"])["ts"])

    def publish(self, user: str, workspace: str, view: View, words: Words) -> None:
        """The home tab of one person, whole."""
        _call(self._client_for(workspace).views_publish, user_id=user, view=page(view, words))

    def delete(self, place: Place, reference: str) -> None:
        """A message that is gone already is fine."""
        try:
            _call(self._client_for(place.workspace).chat_delete, channel=place.conversation, ts=reference)
        except MessageGone:
            return


def _shown(method: Call, view: View, words: Words, **where: Any) -> SlackResponse:
    """The whole card, or what it says plainly where Slack refuses its blocks. Raises DeliveryError."""
    try:
        return _call(method, **where, **message(view, words))
    except ContentRefused as error:
        log.warning("Slack refuses the blocks of a card; it is said plainly.", view=type(view).__name__, reason=error.reason)
        return _call(method, **where, text=clip_markup(escape(plainly(view, words)), 3000, words), blocks=[])


def _call(method: Call, **arguments: Any) -> SlackResponse:
    try:
        return method(**arguments)
    except (SlackApiError, SlackClientError, OSError) as error:
        raise delivery_error(error) from error
