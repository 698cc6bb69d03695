"""Zendesk's webhooks out: signed over timestamp and body, tried again for some answers only, and cut off by a breaker.

https://developer.zendesk.com/documentation/webhooks/verifying/ and https://developer.zendesk.com/api-reference/webhooks/introduction/
"""

import base64
import hashlib
import hmac
import json
import queue
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime

from playground.posting import posted

TIMEOUT = 10.0
AGAIN = 3  # times more for 409, 429 and 503
PATIENCE = 60  # seconds: a longer Retry-After is not waited for
BREAKER_WINDOW, BREAKER_SHARE, BREAKER_ERRORS = 300.0, 0.7, 1000
BREAKER_LEAST = 10  # calls before a share of them means anything: not Zendesk's number, which it does not tell


@dataclass(frozen=True)
class Attempt:
    """One call of the webhook. `status` is 0 where nobody answered, and -1 where the open breaker let none through."""

    invocation: str
    number: int
    status: int


class Deliveries:
    """One webhook. `scale` shortens what it waits between attempts."""

    def __init__(self, url: str, secret: str, *, account: str = "22129848", scale: float = 1.0) -> None:
        self._url, self._key, self._account, self._scale = url, secret.encode(), account, scale
        self._webhook = uuid.uuid5(uuid.NAMESPACE_URL, url).hex
        self._waiting: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
        self._recent: deque[tuple[float, bool]] = deque()
        self.log: list[Attempt] = []
        self.open: set[str] = set()  # sent, and neither taken nor given up
        self.silent = False  # invoked, and never delivered: what a lost webhook is
        threading.Thread(target=self._run, daemon=True).start()

    def send(self, payload: dict[str, object]) -> None:
        """Deliver in the background."""
        if not self.silent:
            invocation = uuid.uuid4().hex
            self.open.add(invocation)
            self._waiting.put((invocation, json.dumps(payload, separators=(",", ":")).encode()))

    def _run(self) -> None:
        while True:
            invocation, body = self._waiting.get()
            self._deliver(invocation, body)
            self.open.discard(invocation)

    def _deliver(self, invocation: str, body: bytes) -> None:
        for number in range(1 + AGAIN):
            if self.is_broken():
                self.log.append(Attempt(invocation, number, -1))
                return
            status, wait = posted(self._url, body, self.headers(invocation, body), TIMEOUT)
            self._recent.append((time.monotonic(), not 200 <= status < 300))
            self.log.append(Attempt(invocation, number, status))
            if status not in (409, 429, 503) or (status != 409 and (wait is None or wait >= PATIENCE)):
                return
            time.sleep((wait or 1) * self._scale)

    def is_broken(self) -> bool:
        """Too much of what was sent in the last five minutes failed."""
        while self._recent and time.monotonic() - self._recent[0][0] > BREAKER_WINDOW * self._scale:
            self._recent.popleft()
        bad = sum(failed for _, failed in self._recent)
        return bad > BREAKER_ERRORS or (len(self._recent) >= BREAKER_LEAST and bad >= BREAKER_SHARE * len(self._recent))

    def headers(self, invocation: str, body: bytes) -> dict[str, str]:
        """As Zendesk signs: the secret's own characters are the key."""
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        made = hmac.new(self._key, stamp.encode() + body, hashlib.sha256).digest()
        return {
            "Content-Type": "application/json", "User-Agent": "Zendesk Webhook", "X-Zendesk-Account-Id": self._account,
            "X-Zendesk-Webhook-Id": self._webhook, "X-Zendesk-Webhook-Invocation-Id": invocation,
            "X-Zendesk-Webhook-Signature": base64.b64encode(made).decode(), "X-Zendesk-Webhook-Signature-Timestamp": stamp,
        }  # fmt: skip
