"""Connector v3 and login over HTTP on loopback: what the bot talks to. Keeps every activity it was given."""

import itertools
import threading
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.serving import BaseWSGIServer, make_server

from playground.teams.tokens import Login


@dataclass
class Ledger:
    """What the bot did here: activities by conversation, in the order they came, and every change to them."""

    conversations: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    calls: list[tuple[str, str, str]] = field(default_factory=list)

    def newest(self, conversation: str) -> dict[str, Any]:
        """The last activity still there. Raises IndexError when there is none."""
        return list(self.conversations.get(conversation, {}).values())[-1]


class LocalTeams:
    """One tenant's Teams. `faults` holds (status, headers, body) answers given instead of the next calls."""

    def __init__(self, app_id: str = "app-1", tenant: str = "tenant-1", login: Login | None = None) -> None:
        self.app_id, self.tenant = app_id, tenant
        self.login = login or Login()
        self.ledger = Ledger()
        self.faults: list[tuple[int, dict[str, str], dict[str, Any]]] = []
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self.app = Flask("local-teams")
        self._routes()
        self._server: BaseWSGIServer | None = None

    @property
    def url(self) -> str:
        """Where it listens, once started."""
        if self._server is None:
            raise RuntimeError("local Teams is not started")
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def service_url(self) -> str:
        """The service address activities name."""
        return f"{self.url}/teams/"

    def start(self, port: int = 0) -> None:
        """Listen on loopback in a thread of its own."""
        self._server = make_server("127.0.0.1", port, self.app, threaded=True)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _routes(self) -> None:
        self.app.get("/.well-known/openidconfiguration")(self._metadata)
        self.app.get("/keys")(lambda: jsonify(self.login.jwks()))
        self.app.post("/<tenant>/oauth2/v2.0/token")(self._token)
        self.app.post("/teams/v3/conversations")(self._create)
        self.app.post("/teams/v3/conversations/<path:conversation>/activities")(self._send)
        self.app.put("/teams/v3/conversations/<path:conversation>/activities/<activity>")(self._update)
        self.app.delete("/teams/v3/conversations/<path:conversation>/activities/<activity>")(self._delete)

    def _metadata(self) -> Response:
        return jsonify(issuer="https://api.botframework.com", jwks_uri=f"{self.url}/keys", id_token_signing_alg_values_supported=["RS256"])

    def _token(self, tenant: str) -> Response:
        if tenant != self.tenant or request.form.get("client_id") != self.app_id:
            return _refusal(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
        return jsonify({"token_type": "Bearer", "expires_in": 3600, "access_token": self.login.issue()})

    def _create(self) -> Response:
        if (refused := self._refused("create", "")) is not None:
            return refused
        body = request.get_json()
        conversation = f"a:{body['members'][0]['id'].removeprefix('29:')}"
        self.ledger.conversations.setdefault(conversation, {})
        return jsonify(id=conversation)

    def _send(self, conversation: str) -> Response:
        if (refused := self._refused("send", conversation)) is not None:
            return refused
        with self._lock:
            made = f"{next(self._ids)}"
            self.ledger.conversations.setdefault(conversation, {})[made] = request.get_json()
        return jsonify(id=made)

    def _update(self, conversation: str, activity: str) -> Response:
        if (refused := self._refused("update", conversation)) is not None:
            return refused
        held = self.ledger.conversations.get(conversation, {})
        if activity not in held:
            return _refusal(404, "ActivityNotFound", "The activity was not found.")
        held[activity] = request.get_json()
        return jsonify(id=activity)

    def _delete(self, conversation: str, activity: str) -> Response:
        if (refused := self._refused("delete", conversation)) is not None:
            return refused
        if self.ledger.conversations.get(conversation, {}).pop(activity, None) is None:
            return _refusal(404, "ActivityNotFound", "The activity was not found.")
        return Response(status=200)

    def _refused(self, call: str, conversation: str) -> Response | None:
        """The bot's token must be one we issued; then a staged fault, if any."""
        with self._lock:
            self.ledger.calls.append((call, conversation, request.headers.get("Authorization", "")))
            if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.login.issued:
                return _refusal(401, "Unauthorized", "Authorization has been denied for this request.")
            if not self.faults:
                return None
            status, headers, body = self.faults.pop(0)
        made = jsonify(body)
        made.status_code = status
        made.headers.update(headers)
        return made


def _refusal(status: int, code: str, text: str) -> Response:
    made = jsonify(error={"code": code, "message": text})
    made.status_code = status
    return made
