"""Tokens for Partner Center: one request at a time, the old one used while it lives, a pause after a refusal.

The v1 form is the one Microsoft documents for Partner Center:
https://learn.microsoft.com/partner-center/developer/partner-center-authentication
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from core.engine.errors import DeliveryError

# Not https://graph.windows.net: refused with 900420 since August 2025.
RESOURCE = "https://api.partnercenter.microsoft.com"
TIMEOUT = 10.0  # seconds
PAUSE = 5.0  # seconds after the login could not be reached or was busy
LONG_PAUSE = 300.0  # seconds after it said no: only a person can change that
EARLY = 300.0  # seconds before its end that a token is renewed


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who asks for tokens. With a refresh token it is app+user: the consent of a service account that used MFA."""

    tenant: str
    client_id: str
    client_secret: str
    refresh_token: str = ""

    def form(self) -> dict[str, str]:
        """The body of the token request."""
        made = {"resource": RESOURCE, "client_id": self.client_id, "client_secret": self.client_secret}
        if self.refresh_token:
            return made | {"grant_type": "refresh_token", "refresh_token": self.refresh_token}
        return made | {"grant_type": "client_credentials"}


class NoToken(DeliveryError):
    """There is no token, so nothing was asked of Partner Center. `code` is the login's AADSTS code, "" when it did not answer."""

    def __init__(self, reason: str, code: str, retry_after: float) -> None:
        super().__init__(reason, retry_after=retry_after)
        self.code = code


class Token:
    """One identity's token. Safe for several threads; `now` is a monotonic clock."""

    def __init__(self, login_url: str, identity: Identity, *, now: Callable[[], float] = time.monotonic) -> None:
        self._url = f"{login_url.rstrip('/')}/{quote(identity.tenant, safe='')}/oauth2/token"
        self._form = identity.form()
        self._now = now
        self._lock = threading.Lock()
        self._value, self._ends, self._next_try = "", -1.0, -1.0
        self._refusal = ("the login was not asked yet", "")

    def get(self) -> str:
        """A token that is good now. Raises NoToken."""
        with self._lock:
            moment = self._now()
            if moment >= self._ends - EARLY and moment >= self._next_try:
                self._renew(moment)
            if not self._value or moment >= self._ends:
                reason, code = self._refusal
                raise NoToken(f"no token for Partner Center: {reason}", code, max(PAUSE, self._next_try - moment))
            return self._value

    def forget(self, value: str) -> None:
        """This token was refused: ask for another next time, unless somebody did already."""
        with self._lock:
            if value == self._value:
                self._value, self._ends = "", -1.0

    def _renew(self, moment: float) -> None:
        self._next_try = moment + PAUSE
        try:
            answer = httpx.post(self._url, data=self._form, timeout=TIMEOUT, follow_redirects=False)
            found = answer.json()
        except (httpx.HTTPError, ValueError):
            self._refusal = ("the login did not answer", "")
            return
        if answer.is_success and isinstance(found, dict) and found.get("access_token"):
            self._value, self._ends, self._next_try = str(found["access_token"]), moment + _seconds(found.get("expires_in")), moment
            # The refresh token in the answer is the one we sent or one that lives as long: ours stays valid, so it is not kept.
            return
        self._refusal = _refusal(found if isinstance(found, dict) else {})
        if 400 <= answer.status_code < 500 and answer.status_code != 429:
            self._next_try = moment + LONG_PAUSE


def _seconds(value: object) -> float:
    """The v1 endpoint writes its numbers as text."""
    try:
        return float(str(value))
    except ValueError:
        return 3600.0


def _refusal(found: Mapping[str, Any]) -> tuple[str, str]:
    """The error's name and its AADSTS code; the description may name people, so it is not kept."""
    description = str(found.get("error_description", ""))
    code = description.split(":", 1)[0] if description.startswith("AADSTS") else ""
    return str(found.get("error", "unknown"))[:60], code[:20]
