"""Who sent this: the token Teams signs, checked by us before the SDK sees the activity; every fault is one refusal.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt

ISSUER = "https://api.botframework.com"
CHANNEL = "msteams"
LEEWAY = 300  # seconds
REFRESH_EVERY = 24 * 3600  # seconds; keys are read anew at least daily
REFRESH_PAUSE = 300  # seconds between two reads because of an unknown key


class Unauthenticated(Exception):
    """The token does not prove that the Connector sent this: 401, whatever the reason."""


class Forbidden(Exception):
    """The token is good, but the channel, tenant or service is not ours: 403."""


@dataclass(frozen=True)
class Trust:
    """What we accept: our app, our tenants (none: any), and the hosts our own token may be sent to."""

    app_id: str
    tenants: frozenset[str]
    service_hosts: frozenset[str]

    def is_service(self, url: str) -> bool:
        """Whether our bearer token may be sent there: https, or the loopback stand-in that was allowed by name with its port."""
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").casefold()
            named = f"{host}:{parts.port}" if parts.port else host
        except ValueError:
            return False
        if named in self.service_hosts and parts.scheme in ("https", "http"):
            return parts.scheme == "https" or host in ("127.0.0.1", "localhost", "::1")
        allowed = host in self.service_hosts or any(h.startswith("*.") and host.endswith(h[1:]) for h in self.service_hosts)
        return parts.scheme == "https" and allowed


class Keys:
    """The Connector's signing keys: read when first needed, daily, and when an unknown key appears; kept when a read fails."""

    def __init__(self, metadata_url: str, *, now: Callable[[], float] = time.monotonic) -> None:
        self._url = metadata_url
        self._now = now
        self._lock = threading.Lock()
        self._keys: dict[str, tuple[Any, frozenset[str]]] = {}
        self._read_at = -1e12

    def find(self, kid: str) -> tuple[Any, frozenset[str]]:
        """The public key and the channels it may speak for. Raises Unauthenticated for a key nobody knows."""
        with self._lock:
            age = self._now() - self._read_at
            if age > REFRESH_EVERY or (kid not in self._keys and age > REFRESH_PAUSE):
                self._refresh()
            if kid not in self._keys:
                raise Unauthenticated("unknown key")
            return self._keys[kid]

    def _refresh(self) -> None:
        self._read_at = self._now()
        try:
            metadata = httpx.get(self._url, timeout=10).raise_for_status().json()
            found = httpx.get(metadata["jwks_uri"], timeout=10).raise_for_status().json()["keys"]
            self._keys = {k["kid"]: (jwt.PyJWK(k).key, frozenset(k.get("endorsements") or ())) for k in found if "kid" in k}
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError, jwt.PyJWTError):
            return  # the old keys stay good; an unknown one is refused and asked for again later


def authenticate(header: str, activity: Mapping[str, Any], trust: Trust, keys: Keys) -> dict[str, Any]:
    """The token's claims. Raises Unauthenticated for any fault of the token, Forbidden for another channel, tenant or service."""
    claims = _claims(header, trust, keys)
    service_url = activity.get("serviceUrl")
    if not isinstance(service_url, str) or claims.get("serviceurl", claims.get("serviceUrl")) != service_url:
        raise Unauthenticated("the token speaks for another service address")
    if activity.get("channelId") != CHANNEL:
        raise Forbidden("not from Teams")
    if not trust.is_service(service_url):
        raise Forbidden("the service address is not one our token may go to")
    if trust.tenants and tenant_of(activity) not in trust.tenants:
        raise Forbidden("another tenant")
    return claims


def tenant_of(activity: Mapping[str, Any]) -> str:
    """The tenant as the raw activity says it: the SDK's own model loses it."""
    data = activity.get("channelData")
    tenant = data.get("tenant") if isinstance(data, Mapping) else None
    if isinstance(tenant, Mapping) and isinstance(tenant.get("id"), str):
        return str(tenant["id"])
    conversation = activity.get("conversation")
    found = conversation.get("tenantId") if isinstance(conversation, Mapping) else None
    return found if isinstance(found, str) else ""


def _claims(header: str, trust: Trust, keys: Keys) -> dict[str, Any]:
    scheme, _, token = header.partition(" ")
    if scheme != "Bearer" or not token:
        raise Unauthenticated("no bearer token")
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        if not isinstance(kid, str):
            raise Unauthenticated("the token names no key")
        key, endorsements = keys.find(kid)
        if CHANNEL not in endorsements:
            raise Unauthenticated("the key may not speak for Teams")
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=["RS256"], audience=trust.app_id, issuer=ISSUER, leeway=LEEWAY,
            options={"require": ["exp", "iss", "aud"]},
        )  # fmt: skip
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise Unauthenticated(type(error).__name__) from None
    return claims
