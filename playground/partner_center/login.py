"""The login side: applications, refresh tokens with and without MFA, and the tokens it gave out.

https://learn.microsoft.com/partner-center/developer/partner-center-authentication
"""

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

RESOURCE = "https://api.partnercenter.microsoft.com"
DEAD_RESOURCE = "https://graph.windows.net"  # refused with 900420 since August 2025
LIFE = 3600


@dataclass(frozen=True, kw_only=True)
class Application:
    """A registered application. `may_write`: its service account has a role that may change subscriptions."""

    client_id: str
    secret: str
    may_write: bool = True


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token given out. `app_only` had no user; `mfa` says whether the user's consent was made with MFA."""

    client_id: str
    audience: str
    app_only: bool
    mfa: bool
    may_write: bool
    ends: float


@dataclass(eq=False)
class Refused(Exception):
    """What the login says no with."""

    status: int
    error: str
    description: str


@dataclass
class Login:
    """`refresh_tokens` maps a refresh token to `mfa`, `no_mfa` (the API refuses it later: 10001) or `policy` (AADSTS50076 at once)."""

    tenant: str
    applications: dict[str, Application] = field(default_factory=dict)
    refresh_tokens: dict[str, str] = field(default_factory=dict)
    issued: dict[str, Token] = field(default_factory=dict)
    requests: list[dict[str, str]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def give(self, tenant: str, form: Mapping[str, str], *, version: int) -> dict[str, object]:
        """Answer a token request of the v1 or the v2 endpoint. Raises Refused."""
        with self._lock:
            self.requests.append({k: v for k, v in form.items() if "secret" not in k and k != "refresh_token"} | {"v": str(version)})
        if tenant != self.tenant:
            raise Refused(400, "invalid_request", f"AADSTS90002: Tenant '{tenant}' not found.")
        application = self.applications.get(form.get("client_id", ""))
        if application is None or form.get("client_secret") != application.secret:
            raise Refused(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
        token = self._token(application, self._grant(form), _audience(form, version))
        name = secrets.token_urlsafe(24)
        with self._lock:
            self.issued[name] = token
        return _answer(name, form, version)

    def _grant(self, form: Mapping[str, str]) -> str:
        """`app` or how the user's consent was made. Raises Refused."""
        if form.get("grant_type") == "client_credentials":
            return "app"
        if form.get("grant_type") != "refresh_token":
            raise Refused(400, "unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.")
        made = self.refresh_tokens.get(form.get("refresh_token", ""))
        if made is None:
            raise Refused(400, "invalid_grant", "AADSTS70008: The refresh token has expired due to inactivity.")
        if made == "policy":
            text = "AADSTS50076: Due to a configuration change made by your administrator, you must use multi-factor authentication."
            raise Refused(400, "interaction_required", text)
        return made

    def _token(self, application: Application, grant: str, audience: str) -> Token:
        return Token(
            client_id=application.client_id, audience=audience, app_only=grant == "app", mfa=grant == "mfa",
            may_write=application.may_write, ends=time.monotonic() + LIFE,
        )  # fmt: skip

    def revoke_all(self) -> None:
        """Every token given out ends now."""
        with self._lock:
            self.issued.clear()


def _audience(form: Mapping[str, str], version: int) -> str:
    """Whom the token is for. Raises Refused for a resource nobody registered."""
    wanted = form.get("resource", "") if version == 1 else form.get("scope", "").split(" ")[0].rpartition("/")[0]
    if wanted.rstrip("/") not in (RESOURCE, DEAD_RESOURCE):
        raise Refused(400, "invalid_resource", f"AADSTS500011: The resource principal named {wanted or 'nothing'} was not found.")
    return wanted.rstrip("/")


def _answer(name: str, form: Mapping[str, str], version: int) -> dict[str, object]:
    made: dict[str, object] = {"token_type": "Bearer", "access_token": name}
    if version == 1:  # the v1 endpoint writes its numbers as text
        made |= {"expires_in": str(LIFE), "ext_expires_in": str(LIFE), "resource": form.get("resource", "")}
    else:
        made |= {"expires_in": LIFE, "scope": form.get("scope", "")}
    if form.get("grant_type") == "refresh_token":
        made |= {"scope": "user_impersonation", "refresh_token": form["refresh_token"]}
    return made
