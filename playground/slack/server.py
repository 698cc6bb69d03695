"""Slack's Web API over HTTP on loopback: what the bot talks to. Keeps everything it was told in a ledger."""

import json
import threading
import time
from collections.abc import Iterable
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.serving import BaseWSGIServer, make_server

from playground.proxy import Fault
from playground.slack.blocks import check
from playground.slack.configuring import EXPORT, Apps
from playground.slack.ledger import Call, Json, Ledger, Triggers
from playground.slack.methods import Check, Methods, Refused
from playground.slack.oauth import OAuth

TOKEN = "xoxb-test"  # noqa: S105 (a stand-in's token)


class LocalSlack:
    """One workspace's Slack. `faults` are given instead of the next answers; `pace` is the seconds between two posts in a channel."""

    def __init__(self, token: str = TOKEN, team: str = "T0001", channels: Iterable[str] = (), *, check: Check = check) -> None:
        self.token = token
        self.ledger = Ledger()
        self.triggers = Triggers()
        self.methods = Methods(self.ledger, self.triggers, team, check)
        self.methods.channels.update(channels)
        self.oauth = OAuth()
        self.apps = Apps()
        self.faults: list[Fault] = []
        self.pace = 0.0
        self.scopes: tuple[str, ...] = ()  # what the app was granted, said with each answer; nothing is said when empty
        self._posted_at: dict[str, float] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._server: BaseWSGIServer | None = None
        self.app = Flask("local-slack")
        self.app.route("/api/<method>", methods=["GET", "POST"])(self._api)
        self.app.post("/response/<response>")(self._respond)
        self.app.get("/oauth/v2/authorize")(lambda: self.oauth.authorize(request))

    @property
    def url(self) -> str:
        """Where it listens, once started."""
        if self._server is None:
            raise RuntimeError("local Slack is not started")
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL should name."""
        return f"{self.url}/api/"

    def start(self, port: int = 0) -> None:
        """Listen on loopback in a thread of its own."""
        self._server = make_server("127.0.0.1", port, self.app, threaded=True)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening; answers that are held back are given up."""
        self._stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def mint_response_url(self) -> str:
        """An address for private answers, as a gesture carries it."""
        return f"{self.url}/response/{self.triggers.mint_response()}"

    def _api(self, method: str) -> Response:
        call = arguments()
        with self._lock:
            fault = self._next_fault(method)
        if fault is not None:
            return self._failed(method, call, fault)
        return self._answered(method, call)

    def _answered(self, method: str, call: Json) -> Response:
        with self._lock:
            try:
                if method == "oauth.v2.access":
                    answer = self.oauth.access(call, request.headers.get("Authorization", ""))
                    self.ledger.calls.append(Call(at=time.monotonic(), method=method, body={}, error=""))
                    return jsonify(ok=True, **answer)
                if method == EXPORT:
                    answer = self.apps.export(call, given_token(call))
                    self.ledger.calls.append(Call(at=time.monotonic(), method=method, body=call, error=""))
                    return jsonify(ok=True, **answer)
                team = self._check_token(call)
                if (wait := self._wait_for(method, call)) > 0:
                    return self._told(method, call, "ratelimited", status=429, retry_after=int(wait) + 1)
                answer = self.methods.carry_out(method, call)
                if method == "auth.test":
                    answer |= {"team_id": team}
            except Refused as refused:
                return self._told(method, call, refused.error, **refused.more)
            self.ledger.calls.append(Call(at=time.monotonic(), method=method, body=call, error=""))
            made = jsonify(ok=True, **answer)
            if self.scopes:
                made.headers["X-OAuth-Scopes"] = ",".join(self.scopes)
            return made

    def _failed(self, method: str, call: Json, fault: Fault) -> Response:
        """A staged fault; one that was `applied` did its work, and only its answer is lost."""
        if fault.applied:
            self._answered(method, call)
        self._stopping.wait(fault.delay)
        with self._lock:
            return self._told(method, call, fault.error, status=fault.status, retry_after=fault.retry_after)

    def _told(self, method: str, call: Json, error: str, *, status: int = 200, retry_after: int | None = None, **more: Any) -> Response:
        self.ledger.calls.append(Call(at=time.monotonic(), method=method, body=call, error=error))
        made = jsonify(ok=False, error=error, **more)
        made.status_code = status
        if retry_after is not None:
            made.headers["Retry-After"] = str(retry_after)
        return made

    def _next_fault(self, method: str) -> Fault | None:
        for at, fault in enumerate(self.faults):
            if fault.method in ("", method):
                return self.faults.pop(at)
        return None

    def _check_token(self, call: Json) -> str:
        """The workspace the token is of. Raises Refused."""
        given = given_token(call)
        if not given:
            raise Refused("not_authed")
        if given in self.oauth.tokens:
            return self.oauth.tokens[given]
        if given != self.token:
            raise Refused("account_inactive" if given.startswith("xoxb-installed-") else "invalid_auth")
        return self.methods.team

    def _wait_for(self, method: str, call: Json) -> float:
        """Seconds until this channel takes another post (https://docs.slack.dev/apis/web-api/rate-limits: about one per second)."""
        if method != "chat.postMessage" or not self.pace:
            return 0.0
        channel, now = str(call.get("channel")), time.monotonic()
        left = self._posted_at.get(channel, -self.pace) + self.pace - now
        if left <= 0:
            self._posted_at[channel] = now
        return left

    def _respond(self, response: str) -> tuple[Response, int]:
        """A private answer to a gesture."""
        payload = request.get_json(silent=True)
        with self._lock:
            if error := self.triggers.respond(response):
                return jsonify(ok=False, error=error), 404
            if not isinstance(payload, dict):
                return jsonify(ok=False, error="invalid_payload"), 400
            try:
                self.methods.check_blocks("message", payload)
            except Refused as refused:
                return jsonify(ok=False, error=refused.error, **refused.more), 400
            self.ledger.responses.setdefault(response, []).append(payload)
        return jsonify(ok=True), 200


def given_token(call: Json) -> str:
    """In the header, or in the call, out of which it is taken; "" for none."""
    return request.headers.get("Authorization", "").removeprefix("Bearer ") or str(call.pop("token", ""))


def arguments() -> Json:
    """The call's arguments, from JSON, a form or the query; nested ones may come as JSON text."""
    body = request.get_json(silent=True) if request.is_json else None
    found: Json = {**request.args, **request.form, **(body if isinstance(body, dict) else {})}
    for name in ("blocks", "view", "attachments", "metadata"):
        if isinstance(found.get(name), str):
            try:
                found[name] = json.loads(found[name])
            except ValueError:
                continue  # refused by the method, as any other wrong value
    return found
