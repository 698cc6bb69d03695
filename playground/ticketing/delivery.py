"""Standard Webhooks out: signed anew on every attempt under the same id, tried on the specification's schedule.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import heapq
import hmac
import itertools
import json
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field

# Seconds after the one before: at once, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.
SCHEDULE = (0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
TIMEOUT = 15.0


@dataclass(order=True)
class Due:
    """A message waiting for its next attempt."""

    at: float
    number: int
    identity: str = field(compare=False)
    body: bytes = field(compare=False)
    attempt: int = field(compare=False, default=0)


class Deliveries:
    """One address. `scale` shortens the schedule for a show: 0.01 makes five minutes three seconds."""

    def __init__(self, url: str, secret: str, *, scale: float = 1.0) -> None:
        self._url = url
        self._key = base64.b64decode(secret.removeprefix("whsec_"))
        self._scale = scale
        self._waiting: list[Due] = []
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        self._disabled = False
        self.open: set[str] = set()  # sent, and neither taken nor given up
        self.log: list[tuple[str, int, int]] = []  # (id, attempt, status; 0 for none)
        threading.Thread(target=self._run, daemon=True).start()

    def send(self, identity: str, payload: dict[str, object]) -> None:
        """Deliver in the background."""
        with self._changed:
            self.open.add(identity)
            due = Due(time.monotonic(), next(self._numbers), identity, json.dumps(payload, separators=(",", ":")).encode())
            heapq.heappush(self._waiting, due)
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting or self._waiting[0].at > time.monotonic():
                    wait = self._waiting[0].at - time.monotonic() if self._waiting else None
                    self._changed.wait(wait if wait is None else max(0.0, wait))
                due = heapq.heappop(self._waiting)
            if not self._disabled:
                self._attempt(due)

    def _attempt(self, due: Due) -> None:
        status = self._post(due)
        self.log.append((due.identity, due.attempt, status))
        if status == 410:  # the receiver wants nothing any more
            self._disabled = True
        if 200 <= status < 300 or status == 410 or due.attempt + 1 == len(SCHEDULE):
            self.open.discard(due.identity)
        else:
            with self._changed:
                at = time.monotonic() + SCHEDULE[due.attempt + 1] * self._scale
                heapq.heappush(self._waiting, Due(at, due.number, due.identity, due.body, due.attempt + 1))

    def _post(self, due: Due) -> int:
        stamp = str(int(time.time()))
        made = hmac.new(self._key, f"{due.identity}.{stamp}.".encode() + due.body, hashlib.sha256).digest()
        headers = {
            "Content-Type": "application/json", "webhook-id": due.identity, "webhook-timestamp": stamp,
            "webhook-signature": "v1," + base64.b64encode(made).decode(),
        }  # fmt: skip
        request = urllib.request.Request(self._url, due.body, headers, method="POST")  # noqa: S310 (the address of our own desk)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 (as above)
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0
