"""`POST /api/messages`: authenticate, then one turn. Every fault of the sender is a refusal, never a 5xx."""

import json

from flask import Blueprint, Response, request

from bots.teams.auth import Forbidden, Keys, Trust, Unauthenticated, authenticate
from bots.teams.bridge import Bridge
from bots.teams.payloads import Activity

BODY_LIMIT = 1_000_000  # bytes


def blueprint(bridge: Bridge, trust: Trust, keys: Keys) -> Blueprint:
    """The Connector's door."""
    routes = Blueprint("teams", __name__)

    @routes.post("/api/messages")
    def messages() -> Response:
        activity = _activity(request.get_data() if (request.content_length or 0) <= BODY_LIMIT else None)
        if isinstance(activity, int):
            return Response(status=activity)
        try:
            claims = authenticate(request.headers.get("Authorization", ""), activity, trust, keys)
        except Unauthenticated:
            return Response(status=401)
        except Forbidden:
            return Response(status=403)
        answer = bridge.turn(activity, claims)
        if answer is None:
            return Response(status=200)
        body = "" if answer.body is None else json.dumps(answer.body)
        return Response(body, answer.status, mimetype="application/json")

    return routes


def _activity(raw: bytes | None) -> Activity | int:
    """The activity, or the status that refuses it."""
    if raw is None:
        return 413
    if not request.is_json:
        return 415
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return 400
    return found if isinstance(found, dict) and isinstance(found.get("type"), str) else 400
