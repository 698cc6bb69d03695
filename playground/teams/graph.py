"""Microsoft Graph as an application sees the organisation's catalogue of Teams apps.

https://learn.microsoft.com/graph/api/appcatalogs-list-teamsapps
"""

import re
import threading
from typing import Any

from flask import Blueprint, Response, jsonify, request

from playground.teams.tokens import Login

WANTED = re.compile(r"externalId eq '([^']+)'")


class Graph:
    """`granted`: whether an admin consented to the application permission AppCatalog.Read.All. `status`: answered instead, if not 0."""

    def __init__(self, login: Login) -> None:
        self.granted, self.status = False, 0
        self._login = login
        self._apps: dict[str, list[dict[str, str]]] = {}
        self._lock = threading.Lock()

    def publish(self, external_id: str, version: str, state: str = "published") -> None:
        """Another version of the app whose manifest has this id, as the admin center takes it: submitted, published or rejected."""
        with self._lock:
            held = self._apps.setdefault(external_id, [])
            made = f"definition-{external_id}-{len(held)}"
            held.append({"id": made, "displayName": "Billing Desk", "version": version, "publishingState": state})

    def routes(self) -> Blueprint:
        """The one call."""
        made = Blueprint("graph", __name__)
        made.get("/v1.0/appCatalogs/teamsApps")(self._list)
        return made

    def _list(self) -> Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.status:
            return _refused(self.status, "ServiceUnavailable", "The service is unavailable.")
        if token not in self._login.issued_for_graph:
            return _refused(401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.")
        if not self.granted:
            return _refused(403, "Forbidden", "Missing role permissions on the request. API requires one of 'AppCatalog.Read.All, …'.")
        asked = WANTED.fullmatch(request.args.get("$filter", ""))
        if asked is None:
            return _refused(400, "BadRequest", "Invalid filter clause.")
        with self._lock:
            found = self._apps.get(asked[1])
            return jsonify(value=[_app(asked[1], found, request.args.get("$expand", ""))] if found else [])


def _app(external_id: str, definitions: list[dict[str, str]], expand: str) -> dict[str, Any]:
    """An application is shown published versions only, and those only where it asks for them."""
    catalogued = f"catalogued-{external_id}"
    app: dict[str, Any] = {
        "id": catalogued, "externalId": external_id, "displayName": "Billing Desk", "distributionMethod": "organization",
    }  # fmt: skip
    if expand == "appDefinitions":
        shown = [{**each, "teamsAppId": catalogued} for each in definitions if each["publishingState"] == "published"]
        app["appDefinitions"] = shown
    return app


def _refused(status: int, code: str, text: str) -> Response:
    made = jsonify(error={"code": code, "message": text})
    made.status_code = status
    return made
