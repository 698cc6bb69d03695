"""Bolt, wired so that it cannot lose or double anything: verified before it, acknowledged in the request's own thread."""

import time
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus

from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult

from bots.slack.listeners import PATIENCE, listen
from bots.slack.payloads import Payload, kind_of, understood
from bots.slack.verify import is_verified
from bots.slack.workspaces import Workspaces
from core.chat.handle import Chat
from core.engine.wsgi import Environ, Refused, StartResponse, Wsgi, answer, posted

PATH = "/slack/events"
NOT_INSTALLED = "Nothing was done: Billing Desk is not installed in this workspace any more. Ask an admin of the desk to install it again."
BODY_LIMIT = 1_000_000  # bytes


def build_app(chat: Chat, workspaces: Workspaces) -> App:
    """Bolt in `process_before_response`, its own verification off because ours has run, its few listeners registered."""

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        return workspaces.authorize(enterprise_id, team_id)  # a plain function: Bolt fills a method's `self` too

    app = App(
        name="billing-desk",  # without one, Bolt reads the source of every caller's file to find a name: a third of a second at start
        signing_secret="checked-before-bolt",  # noqa: S106 (no secret: the signature was checked on the raw bytes)
        process_before_response=True,
        request_verification_enabled=False,
        authorize=authorize,  # type: ignore[arg-type]  # Bolt takes None for "not installed" and does not say so
        client=workspaces.nameless(timeout=PATIENCE),
        user_facing_authorize_error_message=NOT_INSTALLED,
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
