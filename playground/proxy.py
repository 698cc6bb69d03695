"""What the fault proxies share: they stand between a desk and a chat, by address alone, and add what goes wrong on the way.

Towards the chat: staged faults, and every call noted. Towards the desk: the deadline of an acknowledgement, deliveries that come twice.
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

import httpx
from flask import Flask, Response, request

from playground.serving import OnLoopback

HOP = frozenset({"host", "content-length", "connection", "transfer-encoding", "content-encoding", "date", "server"})


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Given instead of the next answer to `method` ("": to any), after `delay` seconds; `applied`: the call took effect all the same."""

    method: str = ""
    error: str = "internal_error"
    status: int = 200
    retry_after: int | None = None
    delay: float = 0.0
    applied: bool = False


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One delivery to the desk: its path, how often it had been tried before, the status (0: no answer in time), the seconds it took."""

    path: str
    attempt: int
    status: int
    took: float


@dataclass(frozen=True, kw_only=True)
class Passed:
    """One call of the desk: when (monotonic seconds), what, and the error it was told instead of the chat's answer ("": none)."""

    at: float
    method: str
    error: str = ""


class FaultProxy(OnLoopback):
    """`faults` meet the next calls; `twice`: the next so many deliveries come twice; `deadline`: seconds for an acknowledgement."""

    def __init__(self, name: str, desk_url: str, *, deadline: float) -> None:
        self.desk_url, self.deadline = desk_url.rstrip("/"), deadline
        self.faults: list[Fault] = []
        self.twice = 0
        self.deliveries: list[Delivery] = []
        self.calls: list[Passed] = []
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._http = httpx.Client(timeout=30, follow_redirects=False, trust_env=False)
        self.app = Flask(name, static_folder=None)

    @property
    def refused(self) -> list[tuple[str, str]]:
        """The calls that were told an error, in order."""
        return [(call.method, call.error) for call in self.calls if call.error]

    def stop(self) -> None:
        """Stop listening; what is held back is given up."""
        self._stopping.set()
        super().stop()
        self._http.close()

    def staged(self, method: str) -> Fault | None:
        """The fault that meets this call, taken."""
        with self._lock:
            fault = next((f for f in self.faults if f.method in ("", method)), None)
            if fault is not None:
                self.faults.remove(fault)
        return fault

    def note(self, method: str, error: str = "") -> None:
        """Keep what was called and what it was told."""
        self.calls.append(Passed(at=time.monotonic(), method=method, error=error))

    def hold(self, seconds: float) -> None:
        """Let the caller wait; not longer than the proxy listens."""
        self._stopping.wait(seconds)

    def forward(self, url: str) -> Response:
        """The chat's own answer to the call at hand."""
        sent = passed_on(request.headers.items())
        answer = self._http.request(request.method, url, params=request.args, content=request.get_data(), headers=sent)
        return Response(answer.content, answer.status_code, passed_on(answer.headers.items()))

    def deliver_at_hand(self, path: str) -> tuple[httpx.Response | None, Response]:
        """Hand the delivery at hand on, twice if so told: the desk's first answer (None: not in time), and what the chat is told."""
        raw, headers = request.get_data(), passed_on(request.headers.items())
        with self._lock:
            is_twice, self.twice = self.twice > 0, max(0, self.twice - 1)
        answer = self.deliver(path, raw, headers)
        if is_twice:
            self.deliver(path, raw, headers)
        if answer is None:
            return None, Response("no acknowledgement in time", 504)
        return answer, Response(answer.content, answer.status_code, passed_on(answer.headers.items()))

    def deliver(self, path: str, raw: bytes, headers: dict[str, str], attempt: int = 0) -> httpx.Response | None:
        """Post to the desk; None when it does not answer within the deadline, though it may well have understood."""
        began, status = time.monotonic(), 0
        patience = httpx.Timeout(30, read=self.deadline)
        try:
            answer = self._http.post(f"{self.desk_url}{path}", content=raw, headers=headers, timeout=patience)
            status = answer.status_code
        except httpx.HTTPError:
            return None
        finally:
            self.deliveries.append(Delivery(path=path, attempt=attempt, status=status, took=time.monotonic() - began))
        return answer


def passed_on(items: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers without those of the hop."""
    return {name: value for name, value in items if name.casefold() not in HOP}
