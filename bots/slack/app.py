"""Bolt, wired so that it cannot lose or double anything: verified before it, acknowledged in the request's own thread."""

import time
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus

import httpx
from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bots.slack.listeners import PATIENCE, listen
from bots.slack.notifier import web_client
from bots.slack.payloads import Payload, kind_of, understood
from bots.slack.verify import is_verified
from core.chat.handle import Chat
from core.engine.wsgi import Environ, Refused, StartResponse, Wsgi, answer, posted

PATH = "/slack/events"
GLANCE = 1  # second for a name: the form behind it must still open
BODY_LIMIT = 1_000_000  # bytes


class Workspaces:
    """The tokens we act with. `auth.test` is asked once per workspace, never per request."""

    def __init__(self, token: str, api_url: str) -> None:
        self._token = token
        self._api_url = api_url
        self._http = httpx.Client()
        self._known: dict[str, AuthorizeResult] = {}
        self._names: dict[tuple[str, str], str] = {}

    def client(self, workspace: str, *, timeout: int = 10) -> WebClient:  # noqa: ARG002 (one workspace until installs are stored)
        """A single-attempt client for the workspace."""
        return web_client(self._token, self._api_url, timeout=timeout, http=self._http)

    def close(self) -> None:
        """Give the pooled connections back."""
        self._http.close()

    def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """Bolt's own question, answered from memory. The bot's ids let Bolt ignore our own messages."""
        workspace = team_id or enterprise_id or ""
        if workspace not in self._known:
            found = self._who_am_i(workspace)
            result = AuthorizeResult(
                enterprise_id=enterprise_id, team_id=team_id, bot_token=self._token, bot_id=found.get("bot_id"),
                bot_user_id=found.get("user_id"),
            )  # fmt: skip
            if not found:
                return result
            self._known[workspace] = result
        return self._known[workspace]

    def name_of(self, workspace: str, user: str) -> str:
        """What the person is called in the workspace; empty when Slack does not say so at once."""
        if (workspace, user) not in self._names:
            try:
                found = self.client(workspace, timeout=GLANCE).users_info(user=user).get("user") or {}
            except (SlackApiError, OSError):
                return ""
            profile = found.get("profile") or {}
            self._names[workspace, user] = str(profile.get("real_name") or found.get("real_name") or found.get("name") or "")
        return self._names[workspace, user]

    def _who_am_i(self, workspace: str) -> dict[str, str]:
        try:
            answer = self.client(workspace, timeout=PATIENCE).auth_test()
        except (SlackApiError, OSError):
            return {}  # Slack is away: answer the person all the same, and ask again next time
        return {"bot_id": str(answer.get("bot_id") or ""), "user_id": str(answer.get("user_id") or "")}


def build_app(chat: Chat, workspaces: Workspaces) -> App:
    """Bolt in `process_before_response`, its own verification off because ours has run, its few listeners registered."""

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return workspaces.authorize(enterprise_id, team_id)  # a plain function: Bolt fills a method's `self` too

    app = App(
        name="billing-desk",  # without one, Bolt reads the source of every caller's file to find a name: a third of a second at start
        signing_secret="checked-before-bolt",  # noqa: S106 (no secret: the signature was checked on the raw bytes)
        process_before_response=True,
        request_verification_enabled=False,
        authorize=authorize,
        client=workspaces.client("", timeout=PATIENCE),
    )
    listen(app, chat, workspaces.name_of)
    return app


class Door:
    """`POST /slack/events`: one URL for events, commands, interactivity and options. A plain WSGI callable, mounted before Flask.

    Raises what a listener raises: the web layer is the boundary. `heard` is told the kind of what was let in.
    """

    def __init__(
        self, app: App, secrets: Sequence[str], *, now: Callable[[], float] = time.time, heard: Callable[[str], None] = lambda _kind: None
    ) -> None:
        self._app = app
        self._heard = heard
        self._secrets = secrets
        self._now = now

    def before(self, following: Wsgi) -> Wsgi:
        """A callable that takes what is for us and passes everything else on."""

        def route(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            return self(environ, start_response) if environ.get("PATH_INFO") == PATH else following(environ, start_response)

        return route

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Bolt's answer, or the refusal of what Slack did not sign or would not send."""
        try:
            payload = self._payload(environ)
        except Refused as refusal:
            return answer(start_response, refusal.status, refusal.headers)
        self._heard(kind_of(payload))
        # "socket_mode" is Bolt's word for a body that is parsed already, as ours is; nothing else of Bolt depends on it.
        said = self._app.dispatch(BoltRequest(body=payload, mode="socket_mode"))
        headers = ((name, value) for name, values in said.headers.items() for value in values)
        return answer(start_response, said.status, headers, said.body.encode())

    def _payload(self, environ: Environ) -> Payload:
        raw = posted(environ, BODY_LIMIT)
        stamp, signature = environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP"), environ.get("HTTP_X_SLACK_SIGNATURE")
        if not is_verified(self._secrets, raw, stamp, signature, self._now()):
            raise Refused(HTTPStatus.UNAUTHORIZED)
        payload = understood(raw, environ.get("CONTENT_TYPE", ""))
        if payload is None:
            raise Refused(HTTPStatus.BAD_REQUEST)
        return payload
