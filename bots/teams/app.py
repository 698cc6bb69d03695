"""`POST /api/messages`: authenticate, then one turn. Every fault of the sender is a refusal, never a 5xx."""

import json
from collections.abc import Callable

from flask import Blueprint, Response, request

from bots.teams.auth import Forbidden, Keys, Trust, Unauthenticated, authenticate
from bots.teams.bridge import Bridge
from bots.teams.payloads import Activity, has_shape

BODY_LIMIT = 1_000_000  # bytes
HEARD = {"message": "message", "invoke": "press"}


def blueprint(bridge: Bridge, trust: Trust, keys: Keys, heard: Callable[[str], None] = lambda _kind: None) -> Blueprint:
    """The Connector's door; `heard` is told the kind of what was let in."""
    routes = Blueprint("teams", __name__)

    @routes.post("/api/messages")
    def messages() -> Response:
        request.max_content_length = BODY_LIMIT  # also for a body that does not say how long it is; beyond it: 413
        activity = _activity(request.get_data())
        if isinstance(activity, int):
            return Response(status=activity)
        try:
            claims = authenticate(request.headers.get("Authorization", ""), activity, trust, keys)
        except Unauthenticated:
            return Response(status=401)
        except Forbidden:
            return Response(status=403)
        if activity["type"] in HEARD:
            heard(HEARD[activity["type"]])
        answer = bridge.turn(activity, claims)
        if answer is None:
            return Response(status=200)
        body = "" if answer.body is None else json.dumps(answer.body)
        return Response(body, answer.status, mimetype="application/json")

    return routes


def _activity(raw: bytes) -> Activity | int:
    """The activity, or the status that refuses it."""
    if not request.is_json:
        return 415
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return 400
    return found if isinstance(found, dict) and isinstance(found.get("type"), str) and has_shape(found) else 400
