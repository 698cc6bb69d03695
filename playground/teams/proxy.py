"""A fault proxy between a desk and a Teams: before the Connector, and before the desk's own `/api/messages`.

The desk is told its address as the service address of every activity (`LocalTeams(service=…)` names it), so that all its calls come here.
Statuses and codes: https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability
"""

from flask import Response, jsonify, request

from playground.proxy import FaultProxy

DEADLINE = 5.0  # seconds: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/overview
CONVERSATIONS = "/teams/v3/conversations"
CALLS = {"PUT": "update", "DELETE": "delete", "GET": "members"}
MESSAGES = "/api/messages"


class Proxy(FaultProxy):
    """`faults` name the Connector's calls: create, send, update, delete, members; their `error` is the Connector's code."""

    def __init__(self, teams_url: str, desk_url: str) -> None:
        super().__init__("teams-fault-proxy", desk_url, deadline=DEADLINE)
        self.teams_url = teams_url.rstrip("/")
        self.app.route(f"{CONVERSATIONS}", methods=["POST"])(self._to_teams)
        self.app.route(f"{CONVERSATIONS}/<path:rest>", methods=["GET", "POST", "PUT", "DELETE"])(self._to_teams)
        self.app.post(MESSAGES)(lambda: self.deliver_at_hand(MESSAGES)[1])

    def _to_teams(self, rest: str = "") -> Response:
        method = CALLS.get(request.method, "send" if rest else "create")
        fault = self.staged(method)
        if fault is None:
            self.note(method)
            return self.forward(f"{self.teams_url}{request.path}")
        if fault.applied:
            self.forward(f"{self.teams_url}{request.path}")
        self.hold(fault.delay)
        self.note(method, fault.error)
        made = jsonify(error={"code": fault.error, "message": "staged by the fault proxy"})
        made.status_code = fault.status
        if fault.retry_after is not None:
            made.headers["Retry-After"] = str(fault.retry_after)
        return made
