"""Calling another system within a bound: what is claimed under a lease must be over before the lease is.

A timeout of an HTTP client counts anew for every packet, and one piece of work makes several calls; so the bound is set on the work.
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any, cast

import httpx

CONNECT, READ = 5.0, 20.0  # seconds, of one call
PATIENCE = 30.0  # seconds of one piece of work: no call begins later, and an answer that still trickles then is given up
LONGEST = PATIENCE + READ  # seconds: a packet awaited when patience ends is awaited to the end of its own timeout


class Calls:
    """Calls to one system that belong to one piece of work. They follow no redirect."""

    def __init__(self, base_url: str, headers: Mapping[str, str], *, patience: float = PATIENCE) -> None:
        hooks = {"response": [self._bound]}
        self._http = httpx.Client(base_url=base_url, headers=dict(headers), follow_redirects=False, event_hooks=hooks)
        self._ends = time.monotonic() + patience

    def close(self) -> None:
        """Give the sockets back."""
        self._http.close()

    def request(self, method: str, path: str, *, json: Any = None, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """The answer, read whole. Raises httpx.HTTPError; httpx.ConnectTimeout, so before anything was sent, when patience has ended."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise httpx.ConnectTimeout("the time for this work is over")
        timeout = httpx.Timeout(min(READ, left), connect=min(CONNECT, left))
        return self._http.request(method, path, json=json, headers=dict(headers or {}), timeout=timeout)

    def _bound(self, answer: httpx.Response) -> None:
        answer.stream = _Bounded(cast("httpx.SyncByteStream", answer.stream), self._ends)  # a sync client's stream is a sync one


class _Bounded(httpx.SyncByteStream):
    """An answer's body that must have come by `ends`."""

    def __init__(self, stream: httpx.SyncByteStream, ends: float) -> None:
        self._stream, self._ends = stream, ends

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            if time.monotonic() > self._ends:
                raise httpx.ReadTimeout("the answer trickles")
            yield part

    def close(self) -> None:
        self._stream.close()
