"""Installing the app into a workspace: `/slack/install`, Slack's own consent page, `/slack/oauth_redirect`.

An admin of the desk invites; without an invitation nobody gets further than a page that says so. The state is good once and for ten
minutes, kept as a digest, and bound to the browser by a cookie. https://docs.slack.dev/authentication/installing-with-oauth
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Response, redirect, render_template, request
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.oauth import AuthorizeUrlGenerator
from werkzeug.wrappers import Response as Answer

from bots.slack.manifest import SCOPES
from bots.slack.notifier import web_client
from bots.slack.workspaces import Workspaces
from core.chat.words import Words, closest
from core.desk import Desk
from core.engine.errors import DeskError
from core.engine.transaction import Actor
from core.people.commands import SealedSecret
from core.people.installations import BeginInstallation, RecordInstallation, SpendState, invitation_stands

log = structlog.get_logger(__name__)
INSTALL, RETURN = "/slack/install", "/slack/oauth_redirect"
COOKIE = "billing_desk_install"
PATIENCE = 10  # seconds for each of the two calls
ACTOR = Actor("system", "slack")


class NotInstalled(Exception):
    """Slack gave nothing that could be kept. `kind` is the page's key, `install.<kind>`."""

    def __init__(self, kind: str, **params: object) -> None:
        super().__init__(kind)
        self.kind, self.params = kind, params


@dataclass(frozen=True, kw_only=True)
class App:
    """The app's own side of OAuth. `public_url` is where browsers reach the desk, without a path."""

    client_id: str
    client_secret: str = field(repr=False)
    authorize_url: str
    public_url: str

    @property
    def redirect_uri(self) -> str:
        """Where Slack sends the browser back; the manifest lists it."""
        return f"{self.public_url}{RETURN}"

    def consent(self, state: str) -> str:
        """Slack's consent page."""
        made = AuthorizeUrlGenerator(
            client_id=self.client_id, scopes=list(SCOPES), redirect_uri=self.redirect_uri, authorization_url=self.authorize_url
        )
        return made.generate(state)


@dataclass(frozen=True, kw_only=True)
class Granted:
    """What came of a consent, asked for and looked over."""

    workspace: str
    name: str
    token: str = field(repr=False)
    details: Mapping[str, Any]
    installed_by: str


def digest(code: str) -> str:
    """As the database knows an invitation or a state; both are long and random, so no key is needed."""
    return hashlib.sha256(code.encode()).hexdigest()


def blueprint(
    app: App, desk: Desk, workspaces: Workspaces, seal: Callable[[str], SealedSecret], installed: Callable[[], None]
) -> Blueprint:
    """The two pages. `installed` is called when an installation was recorded."""
    routes = Blueprint("slack-install", __name__, template_folder="templates")
    pages = Pages(app, desk, workspaces, seal, installed)
    routes.add_url_rule(INSTALL, "ask", pages.ask, methods=["GET"])
    routes.add_url_rule(INSTALL, "begin", pages.begin, methods=["POST"])
    routes.add_url_rule(RETURN, "back", pages.back, methods=["GET"])
    return routes


class Pages:
    """Each answers a browser with a page in plain words, or sends it on."""

    def __init__(
        self, app: App, desk: Desk, workspaces: Workspaces, seal: Callable[[str], SealedSecret], installed: Callable[[], None]
    ) -> None:
        self._app, self._desk, self._workspaces, self._seal, self._installed = app, desk, workspaces, seal, installed

    def ask(self) -> Response:
        """What the app may do, and the button. A link that is opened ahead by a preview spends nothing."""
        code = request.args.get("invitation", "")
        words = spoken()
        with self._desk.reading() as connection:
            try:
                invitation_stands(connection, digest(code), self._desk.store.real_now(connection))
            except DeskError:
                return self._page(words, "uninvited", HTTPStatus.FORBIDDEN)
        scopes = [(scope, words.say(f"scope.{scope}")) for scope in SCOPES]
        return self._page(words, "ask", code=code, scopes=scopes)

    def begin(self) -> Answer:
        """Off to Slack, with a fresh state here and in the browser's cookie."""
        state, invitation = secrets.token_urlsafe(32), digest(request.form.get("invitation", ""))
        try:
            self._desk.do(BeginInstallation(invitation=invitation, state=digest(state)), ACTOR, datetime.now(UTC))
        except DeskError:
            return self._page(spoken(), "uninvited", HTTPStatus.FORBIDDEN)
        sent = redirect(self._app.consent(state), HTTPStatus.SEE_OTHER)
        self._cookie(sent, f"{state}.{invitation}", 600)
        _keep_private(sent)
        return sent

    def back(self) -> Response:
        """The browser comes back with Slack's code, or without."""
        words, state = spoken(), request.args.get("state", "")
        kept, _, invitation = request.cookies.get(COOKIE, "").partition(".")
        try:
            self._spend(state, kept)
            granted = self._exchange(request.args)
            self._record(granted, invitation)
        except DeskError:
            made = self._page(words, "stale", HTTPStatus.BAD_REQUEST)
        except NotInstalled as error:
            made = self._page(words, error.kind, HTTPStatus.BAD_REQUEST, params=error.params)
        else:
            made = self._page(words, "done", params={"name": granted.name, "identity": f"{granted.workspace}:{granted.installed_by}"})
        self._cookie(made, "", 0)
        return made

    def _spend(self, state: str, kept: str) -> None:
        """Only in the browser that was sent out with it. Raises NotInstalled, DeskError."""
        if not state or not hmac.compare_digest(kept.encode(), state.encode()):
            raise NotInstalled("stale")
        self._desk.do(SpendState(state=digest(state)), ACTOR, datetime.now(UTC))

    def _exchange(self, given: Mapping[str, str]) -> Granted:
        """Raises NotInstalled."""
        if given.get("error"):
            raise NotInstalled("declined" if given["error"] == "access_denied" else "refused", reason=given["error"][:80])
        anonymous = web_client("", self._workspaces.api_url, timeout=PATIENCE, http=self._workspaces.http)
        try:
            answer = anonymous.oauth_v2_access(
                client_id=self._app.client_id, client_secret=self._app.client_secret, code=given.get("code", ""),
                redirect_uri=self._app.redirect_uri,
            )  # fmt: skip
            token = str(answer.get("access_token") or "")
            who = web_client(token, self._workspaces.api_url, timeout=PATIENCE, http=self._workspaces.http).auth_test()
        except SlackApiError as error:
            raise NotInstalled("refused", reason=str(error.response.get("error", "unknown"))[:80]) from None
        except (SlackClientError, OSError) as error:
            raise NotInstalled("away", reason=type(error).__name__) from None
        return granted_by(answer.data if isinstance(answer.data, dict) else {}, who.data if isinstance(who.data, dict) else {})

    def _record(self, granted: Granted, invitation: str) -> None:
        command = RecordInstallation(
            face="slack", workspace=granted.workspace, name=granted.name, token=self._seal(granted.token), details=granted.details,
            installed_by=granted.installed_by, invitation=invitation,
        )  # fmt: skip
        self._desk.do(command, ACTOR, datetime.now(UTC))
        self._installed()
        log.info("The app was installed.", workspace=granted.workspace)

    def _cookie(self, answer: Answer, value: str, life: int) -> None:
        secure = self._app.public_url.startswith("https:")
        answer.set_cookie(COOKIE, value, max_age=life, path=RETURN, secure=secure, httponly=True, samesite="Lax")

    def _page(
        self, words: Words, kind: str, status: HTTPStatus = HTTPStatus.OK, *, code: str = "", scopes: object = (),
        params: Mapping[str, object] | None = None,
    ) -> Response:  # fmt: skip
        about = dict(params or {})
        lines = [words.say(key, **about) for n in range(1, 4) if words.has(key := f"install.{kind}.{n}")]
        tone = {"done": "done", "ask": ""}.get(kind, "wrong")
        title = words.say(f"install.{kind}", **about)
        html = render_template("install.html", words=words, title=title, lines=lines, tone=tone, code=code, scopes=scopes)
        made = Response(html, status, mimetype="text/html")
        onward = "{0.scheme}://{0.netloc}".format(urlsplit(self._app.authorize_url))
        # A form's target covers where it is redirected to (https://www.w3.org/TR/CSP3/#directive-form-action).
        drawn = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        policy = f"{drawn}; form-action 'self' {onward}; frame-ancestors 'none'; base-uri 'none'"
        made.headers["Content-Security-Policy"] = policy
        _keep_private(made)
        return made


def granted_by(answer: Mapping[str, Any], who: Mapping[str, Any]) -> Granted:
    """What `oauth.v2.access` gave and `auth.test` says of it. Raises NotInstalled for what the desk cannot act with.

    https://docs.slack.dev/reference/methods/oauth.v2.access
    """
    team, person = answer.get("team") or {}, answer.get("authed_user") or {}
    if answer.get("is_enterprise_install") or not team.get("id"):
        raise NotInstalled("org")
    if answer.get("refresh_token") or answer.get("expires_in"):
        raise NotInstalled("rotating")  # a token of twelve hours would let reminders fail at night
    if not answer.get("access_token") or who.get("team_id") != team["id"]:
        raise NotInstalled("refused", reason="no_token")
    details = {
        "bot_id": str(who.get("bot_id") or ""), "bot_user": str(answer.get("bot_user_id") or who.get("user_id") or ""),
        "app": str(answer.get("app_id") or ""), "scopes": str(answer.get("scope") or ""),
    }  # fmt: skip
    workspace, name = str(team["id"]), str(team.get("name") or team["id"])[:120]
    return Granted(
        workspace=workspace, name=name, token=str(answer["access_token"]), details=details, installed_by=str(person.get("id") or "")[:120]
    )


def spoken() -> Words:
    """In the browser's language, where we have it."""
    return Words(closest(request.accept_languages.best_match(("pl", "en")) or "en"))


def _keep_private(answer: Answer) -> None:
    """Nothing of it is kept, and no address of ours is told on."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
