"""A fault proxy between a desk and a local Slack: it adds what the emulator lets pass, and what goes wrong on the way.

Towards Slack: token check, Block Kit check, one post per `pace` and channel, staged faults. Towards the desk: the ack deadline of three
seconds, retried events, deliveries that come twice. https://docs.slack.dev/apis/events-api/#retries
"""

import json
import threading
import time

from flask import Response, jsonify, request

from playground.proxy import FaultProxy, passed_on
from playground.slack.blocks import check
from playground.slack.ledger import Json
from playground.slack.server import arguments

DEADLINE = 3.0  # seconds until a gesture's acknowledgement must be there
RETRIES = (0.0, 60.0, 300.0)  # seconds before an event is delivered again
EVENTS = "/slack/events"


class Proxy(FaultProxy):
    """`token` is the only one let through; `pace` as in the local Slack."""

    def __init__(self, slack_url: str, desk_url: str, token: str, *, retries: tuple[float, ...] = RETRIES) -> None:
        super().__init__("slack-fault-proxy", desk_url, deadline=DEADLINE)
        self.slack_url, self.token = slack_url.rstrip("/"), token
        self.pace = 0.0
        self._retries = retries
        self._posted_at: dict[str, float] = {}
        self.app.route("/api/<method>", methods=["GET", "POST"])(self._to_slack)
        self.app.post(EVENTS)(self._to_desk)

    def _to_slack(self, method: str) -> Response:
        call, fault = arguments(), self.staged(method)
        if fault is None:
            refused = self._refusal(method, call)
            if refused is not None:
                return refused
            self.note(method)
            return self.forward(f"{self.slack_url}/api/{method}")
        if fault.applied:
            self.forward(f"{self.slack_url}/api/{method}")
        self.hold(fault.delay)
        return self._refuse(method, fault.error, fault.status, fault.retry_after)

    def _refusal(self, method: str, call: Json) -> Response | None:
        """What the emulator accepts and Slack would not."""
        given = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(call.get("token", ""))
        if given != self.token:
            return self._refuse(method, "invalid_auth")
        view = call.get("view")
        problems = check(str(view.get("type")), view) if isinstance(view, dict) and view.get("type") in ("modal", "home") else []
        if method in ("chat.postMessage", "chat.update", "chat.postEphemeral"):
            problems = check("message", call)
        if problems:
            return self._refuse(method, "invalid_blocks", response_metadata={"messages": [f"[ERROR] {line}" for line in problems]})
        return self._limited(method, str(call.get("channel")))

    def _limited(self, method: str, channel: str) -> Response | None:
        if method != "chat.postMessage" or not self.pace:
            return None
        with self._lock:
            now = time.monotonic()
            left = self._posted_at.get(channel, -self.pace) + self.pace - now
            if left <= 0:
                self._posted_at[channel] = now
                return None
        return self._refuse(method, "ratelimited", 429, int(left) + 1)

    def _refuse(self, method: str, error: str, status: int = 200, retry_after: int | None = None, **more: object) -> Response:
        self.note(method, error)
        made = jsonify(ok=False, error=error, **more)
        made.status_code = status
        if retry_after is not None:
            made.headers["Retry-After"] = str(retry_after)
        return made

    def _to_desk(self) -> Response:
        """Hand the delivery on; what is not acknowledged in time is no answer, and an event is then delivered again later."""
        raw, headers = request.get_data(), passed_on(request.headers.items())
        answer, told = self.deliver_at_hand(EVENTS)
        if (answer is None or not answer.is_success) and _is_event(raw):
            threading.Thread(target=self._retry, args=(raw, headers), daemon=True).start()
        return told

    def _retry(self, raw: bytes, headers: dict[str, str]) -> None:
        for attempt, pause in enumerate(self._retries, 1):
            if self._stopping.wait(pause):
                return
            again = headers | {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_error"}
            answer = self.deliver(EVENTS, raw, again, attempt)
            if answer is not None and answer.is_success:
                return


def _is_event(raw: bytes) -> bool:
    try:
        found = json.loads(raw)
    except ValueError:
        return False
    return isinstance(found, dict) and found.get("type") == "event_callback"
