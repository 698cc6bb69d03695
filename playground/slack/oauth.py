"""Installing an app: the consent page, here a redirect that agrees or declines, and `oauth.v2.access`.

https://docs.slack.dev/authentication/installing-with-oauth, https://docs.slack.dev/reference/methods/oauth.v2.access
"""

import base64
import itertools
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Request, Response, redirect

from playground.slack.ledger import Json
from playground.slack.methods import APP, BOT, Refused


class OAuth:
    """`team` is the workspace that the next consent is for; `declines` lets its person say no; `more` is said with the next token."""

    def __init__(self, client_id: str = "1.2", client_secret: str = "client-secret") -> None:  # noqa: S107 (a stand-in's)
        self.client_id, self.client_secret = client_id, client_secret
        self.team, self.name, self.person = "T0002", "Other Workspace", "UINST"
        self.declines = False
        self.more: Json = {}
        self.tokens: dict[str, str] = {}  # of which workspace each token is; one taken away is revoked
        self._codes: dict[str, tuple[str, str]] = {}
        self._numbers = itertools.count(1)

    def authorize(self, asked: Request) -> Response | Any:
        """Slack's consent page: back to the app with a code of one use, or with `access_denied`."""
        given = asked.args
        if given.get("client_id") != self.client_id or not given.get("scope") or not given.get("redirect_uri"):
            return Response("invalid_client_id or no scope", 400)
        back = {"state": given.get("state", "")}
        if self.declines:
            return redirect(f"{given['redirect_uri']}?{urlencode(back | {'error': 'access_denied'})}")
        code = f"code-{next(self._numbers)}"
        self._codes[code] = (given["redirect_uri"], given["scope"])
        return redirect(f"{given['redirect_uri']}?{urlencode(back | {'code': code})}")

    def access(self, call: Json, authorization: str) -> Json:
        """A token for the code. Raises Refused."""
        client, secret = credentials(call, authorization)
        if client != self.client_id:
            raise Refused("invalid_client_id")
        if secret != self.client_secret:
            raise Refused("bad_client_secret")
        redirect_uri, scope = self._codes.pop(str(call.get("code")), ("", ""))
        if not redirect_uri:
            raise Refused("invalid_code")
        if call.get("redirect_uri") != redirect_uri:
            raise Refused("bad_redirect_uri")
        token = f"xoxb-installed-{self.team}-{next(self._numbers)}"
        self.tokens[token] = self.team
        made = {
            "access_token": token, "token_type": "bot", "scope": scope, "bot_user_id": BOT["user_id"], "app_id": APP, "enterprise": None,
            "team": {"id": self.team, "name": self.name}, "authed_user": {"id": self.person}, "is_enterprise_install": False,
        }  # fmt: skip
        return {**made, **self.more}


def credentials(call: Mapping[str, Any], authorization: str) -> tuple[str, str]:
    """The app's, by HTTP Basic as Slack advises, or in the call."""
    if authorization.startswith("Basic "):
        client, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        return client, secret
    return str(call.get("client_id")), str(call.get("client_secret"))
