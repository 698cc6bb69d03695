"""Deliveries by Standard Webhooks 1.0.0: signed anew on every attempt, retried by its schedule, ended by 410.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import json
import queue
import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from playground.posting import SCHEDULE, key_of, signed

TIMEOUT = 20.0


@dataclass
class Message:
    """One event; its id stays the same over all attempts."""

    id: str
    body: bytes
    statuses: list[int] = field(default_factory=list)  # 0: no answer
    delivered: bool = False


class Deliveries:
    """One receiver's queue. `pace` shortens the waiting for trials: 0.001 makes an hour 3.6 seconds."""

    def __init__(self, url: str, secret: str, *, pace: float = 1.0) -> None:
        self.url, self.pace = url, pace
        self.disabled = False
        self.messages: list[Message] = []
        self._key = key_of(secret)
        self._due: queue.PriorityQueue[tuple[float, int, Message | None]] = queue.PriorityQueue()
        self._count = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Deliver in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Deliver no more."""
        self._stopped.set()
        self._put(0.0, None)
        if self._thread.is_alive():
            self._thread.join()

    def send(self, kind: str, data: dict[str, Any], at: datetime) -> Message:
        """Queue an event."""
        body = json.dumps({"type": kind, "timestamp": at.isoformat(), "data": data}, ensure_ascii=False).encode()
        message = Message(f"msg_{uuid.uuid4().hex}", body)
        self.messages.append(message)
        self._put(time.monotonic(), message)
        return message

    def _put(self, at: float, message: Message | None) -> None:
        self._count += 1
        self._due.put((at, self._count, message))

    def _run(self) -> None:
        with httpx.Client(timeout=TIMEOUT, follow_redirects=False) as client:
            while not self._stopped.is_set():
                at, _, message = self._due.get()
                if message is None:
                    return
                if self._stopped.wait(max(0.0, min(at - time.monotonic(), 0.2))):
                    return
                if at > time.monotonic():
                    self._put(at, message)
                elif not self.disabled:
                    self._attempt(client.post, message)

    def _attempt(self, post: Callable[..., httpx.Response], message: Message) -> None:
        try:
            answer = post(self.url, content=message.body, headers=signed(self._key, message.id, message.body))
            status, asked = answer.status_code, answer.headers.get("retry-after", "")
        except httpx.HTTPError:
            status, asked = 0, ""
        message.statuses.append(status)
        message.delivered = 200 <= status < 300
        self.disabled = self.disabled or status == 410
        if not message.delivered and len(message.statuses) < len(SCHEDULE):
            wait = max(SCHEDULE[len(message.statuses)] * random.uniform(1.0, 1.2), float(asked) if asked.isdigit() else 0.0)  # noqa: S311 (jitter)
            self._put(time.monotonic() + wait * self.pace, message)
