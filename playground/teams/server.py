"""A local Teams on loopback: login, Connector and client behind one address. Keeps every activity and every call."""

import threading
from pathlib import Path

from flask import Flask, Response, jsonify, request
from werkzeug.serving import BaseWSGIServer, make_server

from playground.teams.client import Client
from playground.teams.connector import Connector, Staged
from playground.teams.directory import Directory
from playground.teams.faults import Limits, Switches
from playground.teams.graph import Graph
from playground.teams.ledger import Ledger
from playground.teams.package import App
from playground.teams.page import Page
from playground.teams.tokens import ISSUER, Login

CONNECTOR, GRAPH = "https://api.botframework.com/.default", "https://graph.microsoft.com/.default"


class LocalTeams:
    """One tenant's Teams. `faults` holds (status, headers, body) answers given instead of the next calls; `switches` the named ones.

    An empty directory accepts any conversation, for tests that make up their own activities. `package`: the app as it is installed.
    """

    def __init__(
        self, app_id: str = "app-1", tenant: str = "tenant-1", login: Login | None = None, *, directory: Directory | None = None,
        bot_url: str = "", secret: str = "", renderer: Path | None = None, limits: bool = False, service: str = "",
        package: App | None = None,
    ) -> None:  # fmt: skip
        self.app_id, self.tenant, self._secret = app_id, tenant, secret
        self.package = package or App()
        self.service = service.rstrip("/")
        self.login, self.ledger, self.switches = login or Login(), Ledger(), Switches()
        self.directory = directory or Directory(tenant=tenant)
        self.graph = Graph(self.login)
        if self.package.manifest:
            self.graph.publish(str(self.package.manifest["id"]), str(self.package.manifest["version"]))
        self._connector = Connector(self.directory, self.ledger, self.login, self.switches, Limits() if limits else None)
        self.client = Client(
            self.directory, self.ledger, self.login, self.switches, app_id=app_id, bot_url=bot_url,
            service_url=lambda: self.service_url, next_id=self._connector.next_id, package=self.package,
        )  # fmt: skip
        self.app = Flask("local-teams", static_folder=None)
        self.app.register_blueprint(self._connector.routes())
        self.app.register_blueprint(self.graph.routes())
        self.app.register_blueprint(Page(self.directory, self.ledger, self.client, self.switches, renderer, self.package).routes())
        self.app.get("/.well-known/openidconfiguration")(self._metadata)
        self.app.get("/keys")(lambda: jsonify(self.login.jwks()))
        self.app.post("/<tenant>/oauth2/v2.0/token")(self._token)
        self._server: BaseWSGIServer | None = None

    @property
    def faults(self) -> list[Staged]:
        """Answers staged for the bot's next calls."""
        return self._connector.faults

    @property
    def url(self) -> str:
        """Where it listens, once started."""
        if self._server is None:
            raise RuntimeError("local Teams is not started")
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def service_url(self) -> str:
        """The service address activities name: our own, or that of a proxy before us (`service`)."""
        return f"{self.service or self.url}/teams/"

    def start(self, port: int = 0) -> None:
        """Listen on loopback in a thread of its own."""
        self._server = make_server("127.0.0.1", port, self.app, threaded=True)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening."""
        self.client.close()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _metadata(self) -> Response:
        return jsonify(issuer=ISSUER, jwks_uri=f"{self.url}/keys", id_token_signing_alg_values_supported=["RS256"])

    def _token(self, tenant: str) -> Response:
        """https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#error-response"""
        form = request.form
        wrong_secret = bool(self._secret) and form.get("client_secret") != self._secret
        if tenant != self.tenant:
            return _not_signed_in(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
        if form.get("client_id") != self.app_id:
            return _not_signed_in(400, "unauthorized_client", 700016, "Application was not found in the directory.")
        if wrong_secret or self.switches.take("login_refused"):
            return _not_signed_in(401, "invalid_client", 7000215, "Invalid client secret provided.")
        scope = form.get("scope", "")
        is_graph = scope in (GRAPH, f"{self.url}/.default")
        if not is_graph and scope != CONNECTOR:
            return _not_signed_in(400, "invalid_resource", 500011, "The resource principal was not found in the tenant.")
        return jsonify({"token_type": "Bearer", "expires_in": 3600, "access_token": self.login.issue(for_graph=is_graph)})


def _not_signed_in(status: int, error: str, code: int, text: str) -> Response:
    """As Microsoft's login refuses."""
    made = jsonify(error=error, error_description=f"AADSTS{code}: {text}", error_codes=[code])
    made.status_code = status
    return made
