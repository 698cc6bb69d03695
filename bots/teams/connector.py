"""The five REST calls of Connector v3, one attempt each. Our token goes only to hosts we trust.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from bots.teams.auth import Trust
from bots.teams.errors import delivery_error, transport_error
from bots.teams.payloads import Activity
from core.engine.errors import DeliveryError

SCOPE = "https://api.botframework.com/.default"
TIMEOUT = 10.0  # seconds
PAUSE = 5.0  # seconds after the login refused us
EARLY = 300.0  # seconds before its end that a token is renewed
LIFE = 3600.0  # seconds, where the login does not say


class Token:
    """Our own app's token: one per process, one request at a time, the old one used while it lives."""

    def __init__(self, url: str, app_id: str, secret: str, *, scope: str = SCOPE, now: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._form = {"grant_type": "client_credentials", "client_id": app_id, "client_secret": secret, "scope": scope}
        self._now = now
        self._lock = threading.Lock()
        self._value, self._ends, self._next_try = "", -1.0, -1.0

    def get(self) -> str:
        """A token that is good now. Raises DeliveryError when there is none."""
        with self._lock:
            moment = self._now()
            if moment >= self._ends - EARLY and moment >= self._next_try:
                self._renew(moment)
            if not self._value or moment >= self._ends:
                raise DeliveryError("no token for Teams", retry_after=PAUSE)
            return self._value

    def refused(self) -> None:
        """The service did not take it: ask the login for another one, though not more often than its pause allows."""
        with self._lock:
            self._value, self._ends = "", -1.0

    def _renew(self, moment: float) -> None:
        self._next_try = moment + PAUSE
        try:
            answer = httpx.post(self._url, data=self._form, timeout=TIMEOUT)
            found = answer.json() if answer.is_success else {}
            value, life = (found.get("access_token"), float(found.get("expires_in", LIFE))) if isinstance(found, dict) else ("", 0.0)
        except (httpx.HTTPError, ValueError, TypeError):
            return
        if value and isinstance(value, str):
            self._value, self._ends = value, moment + life


class Connector:
    """Calls to the service address a conversation was last heard from."""

    def __init__(self, token: Token, trust: Trust) -> None:
        self._token = token
        self._trust = trust
        self._http = httpx.Client(timeout=TIMEOUT, follow_redirects=False)

    def close(self) -> None:
        """Give the pooled connections back."""
        self._http.close()

    def sign_in(self) -> None:
        """See that there is a token. Raises DeliveryError."""
        self._token.get()

    def send(self, service_url: str, conversation: str, activity: Activity) -> str:
        """Post an activity; returns its id."""
        return self._id(self._call("POST", service_url, f"v3/conversations/{_safe(conversation)}/activities", activity))

    def update(self, service_url: str, conversation: str, activity_id: str, activity: Activity) -> None:
        """Replace an activity of ours."""
        self._call("PUT", service_url, f"v3/conversations/{_safe(conversation)}/activities/{_safe(activity_id)}", activity)

    def delete(self, service_url: str, conversation: str, activity_id: str) -> None:
        """Take an activity of ours back."""
        self._call("DELETE", service_url, f"v3/conversations/{_safe(conversation)}/activities/{_safe(activity_id)}", None)

    def personal(self, service_url: str, bot_id: str, user_id: str, tenant: str) -> str:
        """The personal chat with a user, made if need be; returns its conversation id."""
        body = {
            "isGroup": False, "bot": {"id": bot_id}, "members": [{"id": user_id}], "tenantId": tenant,
            "channelData": {"tenant": {"id": tenant}},
        }  # fmt: skip
        return self._id(self._call("POST", service_url, "v3/conversations", body))

    def member(self, service_url: str, conversation: str, user_id: str) -> Mapping[str, Any]:
        """A member as the conversation knows them: name, e-mail, role."""
        return self._call("GET", service_url, f"v3/conversations/{_safe(conversation)}/members/{_safe(user_id)}", None)

    def _call(self, method: str, service_url: str, path: str, body: Activity | None) -> dict[str, Any]:
        if not self._trust.is_service(service_url):
            raise DeliveryError("the service address is not one our token may go to", permanent=True)
        headers = {"Authorization": f"Bearer {self._token.get()}"}
        try:
            answer = self._http.request(method, f"{service_url.rstrip('/')}/{path}", json=body, headers=headers)
        except httpx.HTTPError as error:
            raise transport_error(error) from error
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._token.refused()
        if not answer.is_success:
            raise delivery_error(answer)
        try:
            found = answer.json() if answer.content else {}
        except ValueError:
            found = {}
        return found if isinstance(found, dict) else {}

    @staticmethod
    def _id(answer: Mapping[str, Any]) -> str:
        if not answer.get("id"):
            raise DeliveryError("Teams named no id", unknown=True)
        return str(answer["id"])


def _safe(part: str) -> str:
    return quote(part, safe=":@;=.-_")
