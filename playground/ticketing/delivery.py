"""Standard Webhooks out: signed anew on every attempt under the same id, tried on the specification's schedule.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import heapq
import itertools
import json
import threading
import time
from dataclasses import dataclass, field

from playground.posting import SCHEDULE, key_of, posted, signed

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
        self._key = key_of(secret)
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
        status, _ = posted(self._url, due.body, signed(self._key, due.identity, due.body), TIMEOUT)
        self.log.append((due.identity, due.attempt, status))
        if status == 410:  # the receiver wants nothing any more
            self._disabled = True
        if 200 <= status < 300 or status == 410 or due.attempt + 1 == len(SCHEDULE):
            self.open.discard(due.identity)
        else:
            with self._changed:
                at = time.monotonic() + SCHEDULE[due.attempt + 1] * self._scale
                heapq.heappush(self._waiting, Due(at, due.number, due.identity, due.body, due.attempt + 1))
