"""The tokens we act with, workspace by workspace: those of the app's installations, and the one of the environment for any other."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bots.slack.listeners import PATIENCE
from bots.slack.notifier import web_client
from core.chat.ports import Profile, TokenRefused
from core.engine.errors import DeliveryError

GLANCE = 1  # second for a name: the form behind it must still open
AGAIN = 600  # seconds until somebody whose profile was asked for is asked about again
ABSENT = 300  # seconds until a workspace without a token is looked at again: somebody may install the app anew


@dataclass(frozen=True, kw_only=True)
class Installed:
    """An installation. `token` is "" for one that ended."""

    workspace: str
    name: str
    bot_id: str
    bot_user: str
    token: str = field(repr=False)


class Workspaces:
    """`token` is that of the environment, or ""; `installed()` names the installations. For the environment's token `auth.test` is asked
    once per workspace, never per request; an installation knows its bot itself."""

    def __init__(self, token: str, api_url: str, installed: Callable[[], Mapping[str, Installed]] = dict) -> None:
        self._token = token
        self._installed = installed
        self.api_url = api_url
        self.http = httpx.Client()
        self._known: dict[str, AuthorizeResult] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._profiles: dict[tuple[str, str], tuple[float, Profile]] = {}

    def client(self, workspace: str, *, timeout: int = 10) -> WebClient:
        """A single-attempt client for the workspace. Raises TokenRefused where the app is not installed, or no more."""
        return web_client(self._token_of(workspace), self.api_url, timeout=timeout, http=self.http)

    def nameless(self, *, timeout: int) -> WebClient:
        """The client that Bolt copies for each request, with the request's own token."""
        return web_client(self._token, self.api_url, timeout=timeout, http=self.http)

    def all(self) -> tuple[str, ...]:
        """The workspaces that can be called: "" is that of the environment's token."""
        standing = sorted(found.workspace for found in self._installed().values() if found.token)
        return (*(("",) if self._token else ()), *standing)

    def close(self) -> None:
        """Give the pooled connections back."""
        self.http.close()

    def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        """Bolt's own question, answered from memory; None where the app is not installed. By its ids Bolt ignores our own messages."""
        workspace = team_id or enterprise_id or ""
        found = self._installed().get(workspace)
        if found is not None:
            return _result(enterprise_id, team_id, found.token, found.bot_id, found.bot_user) if found.token else None
        if not self._token:
            return None
        if workspace not in self._known:
            met = self._who_am_i(workspace)
            result = _result(enterprise_id, team_id, self._token, met.get("bot_id"), met.get("user_id"))
            if not met:
                return result
            self._known[workspace] = result
        return self._known[workspace]

    def name_of(self, workspace: str, user: str) -> str:
        """What the person is called in the workspace; empty when Slack does not say so at once."""
        if (workspace, user) not in self._names:
            try:
                found = self.client(workspace, timeout=GLANCE).users_info(user=user).get("user") or {}
            except (SlackApiError, OSError, DeliveryError):
                return ""
            profile = found.get("profile") or {}
            self._names[workspace, user] = str(profile.get("real_name") or found.get("real_name") or found.get("name") or "")
        return self._names[workspace, user]

    def profile_of(self, workspace: str, user: str) -> Profile:
        """Their language and zone in the workspace; nothing when Slack does not say so at once, and then it is left alone for a while.

        https://docs.slack.dev/reference/methods/users.info
        """
        tried, known = self._profiles.get((workspace, user), (0.0, Profile()))
        if tried and time.monotonic() - tried < AGAIN:
            return known
        try:
            found = self.client(workspace, timeout=GLANCE).users_info(user=user, include_locale=True).get("user") or {}
        except (SlackApiError, OSError, DeliveryError):
            found = {}
        said = Profile(locale=str(found.get("locale") or ""), zone=str(found.get("tz") or ""))
        self._profiles[workspace, user] = (time.monotonic(), said)
        return said

    def _token_of(self, workspace: str) -> str:
        found = self._installed().get(workspace)
        token = self._token if found is None else found.token  # never another workspace's, where the app was installed and left
        if not token:
            raise TokenRefused("not_installed", retry_after=ABSENT)
        return token

    def _who_am_i(self, workspace: str) -> dict[str, str]:
        try:
            answer = self.client(workspace, timeout=PATIENCE).auth_test()
        except (SlackApiError, OSError):
            return {}  # Slack is away: answer the person all the same, and ask again next time
        return {"bot_id": str(answer.get("bot_id") or ""), "user_id": str(answer.get("user_id") or "")}


def _result(enterprise: str | None, team: str | None, token: str, bot_id: str | None, bot_user: str | None) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=enterprise, team_id=team, bot_token=token, bot_id=bot_id, bot_user_id=bot_user)
