"""A fault proxy between a desk and a local Slack: it adds what the emulator lets pass, and what goes wrong on the way.

Towards Slack: token check, Block Kit check, one post per `pace` and channel, staged faults. Towards the desk: the ack deadline of three
seconds, retried events, deliveries that come twice. https://docs.slack.dev/apis/events-api/#retries
"""

import json
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

import httpx
from flask import Flask, Response, jsonify, request
from werkzeug.serving import BaseWSGIServer, make_server

from playground.slack.blocks import check
from playground.slack.ledger import Fault, Json
from playground.slack.server import arguments

DEADLINE = 3.0  # seconds until a gesture's acknowledgement must be there
RETRIES = (0.0, 60.0, 300.0)  # seconds before an event is delivered again
HOP = frozenset({"host", "content-length", "connection", "transfer-encoding", "content-encoding", "date", "server"})


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One delivery to the desk: its path, how often it had been tried before, the status (0: no answer in time), the seconds it took."""

    path: str
    attempt: int
    status: int
    took: float


class Proxy:
    """`token` is the only one let through; `faults` and `pace` as in the local Slack; `twice`: the next so many deliveries come twice."""

    def __init__(self, slack_url: str, desk_url: str, token: str, *, retries: tuple[float, ...] = RETRIES) -> None:
        self.slack_url, self.desk_url, self.token = slack_url.rstrip("/"), desk_url.rstrip("/"), token
        self.faults: list[Fault] = []
        self.pace = 0.0
        self.twice = 0
        self.deadline = DEADLINE
        self.deliveries: list[Delivery] = []
        self.refused: list[tuple[str, str]] = []
        self._retries = retries
        self._posted_at: dict[str, float] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._http = httpx.Client(timeout=30, follow_redirects=False, trust_env=False)
        self._server: BaseWSGIServer | None = None
        self.app = Flask("slack-fault-proxy", static_folder=None)
        self.app.route("/api/<method>", methods=["GET", "POST"])(self._to_slack)
        self.app.post("/slack/events")(self._to_desk)

    @property
    def url(self) -> str:
        """Where it listens, once started."""
        if self._server is None:
            raise RuntimeError("the proxy is not started")
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self, port: int = 0) -> None:
        """Listen on loopback in a thread of its own."""
        self._server = make_server("127.0.0.1", port, self.app, threaded=True)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening; retries that wait are given up."""
        self._stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        self._http.close()

    def _to_slack(self, method: str) -> Response:
        call = arguments()
        with self._lock:
            fault = next((f for f in self.faults if f.method in ("", method)), None)
            if fault is not None:
                self.faults.remove(fault)
        if fault is None:
            refused = self._refusal(method, call)
            return refused if refused is not None else self._forward(f"{self.slack_url}/api/{method}")
        if fault.applied:
            self._forward(f"{self.slack_url}/api/{method}")
        self._stopping.wait(fault.delay)
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
        self.refused.append((method, error))
        made = jsonify(ok=False, error=error, **more)
        made.status_code = status
        if retry_after is not None:
            made.headers["Retry-After"] = str(retry_after)
        return made

    def _forward(self, url: str) -> Response:
        answer = self._http.request(
            request.method, url, params=request.args, content=request.get_data(), headers=_passed_on(request.headers.items())
        )
        return Response(answer.content, answer.status_code, _passed_on(answer.headers.items()))

    def _to_desk(self) -> Response:
        """Hand the delivery on; what is not acknowledged in time is no answer, and an event is then delivered again later."""
        raw, headers = request.get_data(), _passed_on(request.headers.items())
        with self._lock:
            is_twice, self.twice = self.twice > 0, max(0, self.twice - 1)
        answer = self._deliver(raw, headers, 0)
        if is_twice:
            self._deliver(raw, headers, 0)
        if answer is None or not answer.is_success:
            if _is_event(raw):
                threading.Thread(target=self._retry, args=(raw, headers), daemon=True).start()
            return Response("no acknowledgement in time", 504) if answer is None else Response(answer.content, answer.status_code)
        return Response(answer.content, answer.status_code, _passed_on(answer.headers.items()))

    def _deliver(self, raw: bytes, headers: dict[str, str], attempt: int) -> httpx.Response | None:
        began, status = time.monotonic(), 0
        try:
            answer = self._http.post(f"{self.desk_url}/slack/events", content=raw, headers=headers, timeout=self.deadline)
            status = answer.status_code
        except httpx.HTTPError:
            return None
        finally:
            self.deliveries.append(Delivery(path="/slack/events", attempt=attempt, status=status, took=time.monotonic() - began))
        return answer

    def _retry(self, raw: bytes, headers: dict[str, str]) -> None:
        for attempt, pause in enumerate(self._retries, 1):
            if self._stopping.wait(pause):
                return
            answer = self._deliver(raw, headers | {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_error"}, attempt)
            if answer is not None and answer.is_success:
                return


def _passed_on(items: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in items if name.casefold() not in HOP}


def _is_event(raw: bytes) -> bool:
    try:
        found = json.loads(raw)
    except ValueError:
        return False
    return isinstance(found, dict) and found.get("type") == "event_callback"
