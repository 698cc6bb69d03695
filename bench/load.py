"""A closed-loop load: a fixed number of kept-alive connections, each sending its next request when the answer is there."""

import os
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Load:
    """What came of it: seconds per answered request, and how many were not answered with 202."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def rate(self) -> float:
        """Accepted requests per second."""
        return (len(self.latencies) - self.refused) / self.seconds

    def percentile(self, part: float) -> float:
        """Milliseconds within which `part` of the requests were answered."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def drive(port: int, requests: Iterator[bytes], *, connections: int, seconds: float) -> Load:
    """Send for that long, or until the requests end. Raises OSError when the server hangs up."""
    load = Load()
    sent: dict[socket.socket, float] = {}
    with selectors.DefaultSelector() as waiting:
        begun = time.perf_counter()
        for _ in range(connections):
            one = socket.create_connection(("127.0.0.1", port))
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            waiting.register(one, selectors.EVENT_READ)
            sent[one] = time.perf_counter()
            one.sendall(next(requests))
        while sent and time.perf_counter() - begun < seconds + 5:
            for key, _ in waiting.select(1.0):
                _next(key.fileobj, waiting, sent, load, requests, ends=begun + seconds)  # type: ignore[arg-type]  # our own socket
        load.seconds = time.perf_counter() - begun
    return load


def _next(
    one: socket.socket,
    waiting: selectors.BaseSelector,
    sent: dict[socket.socket, float],
    load: Load,
    requests: Iterator[bytes],
    *,
    ends: float,
) -> None:
    answer = one.recv(65536)
    if not answer.endswith(b"\r\n\r\n"):
        raise OSError(f"an answer that is no empty one: {answer[:200]!r}")
    now = time.perf_counter()
    load.latencies.append(now - sent[one])
    load.refused += not answer.startswith(b"HTTP/1.1 202")
    following = next(requests, None) if now < ends else None
    if following is None:
        waiting.unregister(one)
        del sent[one]
        one.close()
        return
    sent[one] = time.perf_counter()
    one.sendall(following)


def cpu_of(pid: int) -> float:
    """Seconds of processor time of a process and its children so far."""
    parts = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    own = (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
    children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    return own + sum(cpu_of(child) for child in children)
