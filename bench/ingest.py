"""Durable ingest of signed webhooks against a bare Flask view with the same HMAC: same server, same flags, rounds in turn.

Ours verifies, stores raw with a sync to disk and removes duplicates (SQLite, synchronous=FULL); the peer keeps nothing.
"""

import base64
import hmac
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from cryptography.fernet import Fernet

from app.settings import load
from app.staff import OPERATOR
from app.wiring import build
from bench.load import Load, cpu_of, drive
from core.engine.db.migrate import upgrade
from core.engine.db.tables.engine import inbox
from core.people.commands import AddConnection

CONNECTIONS, ROUNDS, SECONDS, WARM_UP = 16, 5, 2.0, 0.5
FLOOR, TARGET = 0.8, 1.0
SECRET = "whsec_" + base64.b64encode(b"b" * 32).decode()
BODY = b'{"type":"ticket.comment","data":{"ticket_id":1,"transaction_id":34,"text":"' + b"x" * 2950 + b'"}}'
FLAGS = ("--interface", "wsgi", "--workers", "1", "--blocking-threads", "16", "--no-ws", "--log-level", "error", "--host", "127.0.0.1")


@dataclass
class Side:
    """One of the two servers, and what its rounds came to; the first one only warms up."""

    name: str
    port: int
    pid: int
    rounds: list[Load] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(load.rate for load in self.rounds[1:])

    def measure(self, requests: Iterator[bytes], seconds: float) -> None:
        before = cpu_of(self.pid)
        self.rounds.append(drive(self.port, requests, connections=CONNECTIONS, seconds=seconds))
        self.cpu.append(cpu_of(self.pid) - before)

    def line(self) -> str:
        counted = self.rounds[1:]
        answered = sum(len(load.latencies) for load in counted)
        p50, p99 = (statistics.median(load.percentile(part) for load in counted) for part in (0.5, 0.99))
        best = max(load.rate for load in counted)
        return f"{self.name:22} {self.rate:8.0f} ({best:6.0f}) {p50:9.2f} {p99:8.1f} {1e6 * sum(self.cpu[1:]) / answered:12.0f}"


def signed(prefix: str) -> Iterator[bytes]:
    """Requests with ids of their own, signed as they are taken; the client's time is the same for both sides."""
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    number = 0
    while True:
        number += 1
        identity, stamp = f"{prefix}_{number}", int(time.time())
        made = base64.b64encode(hmac.digest(key, f"{identity}.{stamp}.".encode() + BODY, "sha256")).decode()
        head = (
            f"POST /webhooks/bench HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nwebhook-id: {identity}\r\n"
            f"webhook-timestamp: {stamp}\r\nwebhook-signature: v1,{made}\r\ncontent-length: {len(BODY)}\r\n\r\n"
        )
        yield head.encode() + BODY


@contextmanager
def serving(target: str, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """A granian with these flags; its port and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "granian", *FLAGS, "--port", str(port), target]
    process = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait_for(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(15)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server did not start")


def desk_environment(folder: Path) -> dict[str, str]:
    """A desk on a database of its own with one connection; the settings it runs with."""
    environment = {
        "DESK_CONFIG": "/dev/null", "DESK_DATABASE_URL": f"sqlite:///{folder}/desk.sqlite",
        "DESK_SECRET_KEY": Fernet.generate_key().decode(),
        "SLACK_SIGNING_SECRET": "not-used", "SLACK_BOT_TOKEN": "xoxb-not-used",
    }  # fmt: skip
    house = build(load(environment))
    upgrade(house.store)
    secrets = (house.vault.seal("sign", SECRET), house.vault.seal("token", "not-used"))
    settings = {"url": "https://127.0.0.1", "user": "not-used"}
    house.desk.do(AddConnection(name="bench", kind="tickets-rt", settings=settings, secrets=secrets), OPERATOR, datetime.now(UTC))
    house.close()
    return environment


def stored(environment: dict[str, str]) -> int:
    """How many deliveries are on disk."""
    engine = sa.create_engine(environment["DESK_DATABASE_URL"])
    with engine.connect() as connection:
        found = connection.scalar(sa.select(sa.func.count()).select_from(inbox))
    engine.dispose()
    return int(found or 0)


def run() -> bool:
    """Print both sides and the ratio; False when it is below the floor, or when anything accepted is not on disk."""
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as folder:
        environment = desk_environment(Path(folder))
        bare_environment = {"BENCH_SECRET": SECRET}
        with serving("app.wsgi:application", environment) as ours, serving("bench.bare_flask:application", bare_environment) as bare:
            sides = (Side("desk, durable", *ours), Side("bare Flask view", *bare))
            for number in range(-1, ROUNDS):
                for side in sides if number % 2 else reversed(sides):
                    side.measure(signed(f"{side.name[:4]}{number}"), WARM_UP if number < 0 else SECONDS)
        kept = stored(environment)
    return report(*sides, kept=kept)


def report(desk: Side, bare: Side, *, kept: int) -> bool:
    """Say what was measured."""
    accepted = sum(len(load.latencies) - load.refused for load in desk.rounds)
    refused = sum(load.refused for side in (desk, bare) for load in side.rounds)
    ratio = desk.rate / bare.rate
    print(
        f"ingest: {CONNECTIONS} connections, {len(BODY)} bytes, median of {ROUNDS} rounds of {SECONDS:.0f} s in turn, granian, 16 threads"
    )
    print(f"{'':22} {'req/s':>8} ({'best':>6}) {'p50 ms':>9} {'p99 ms':>8} {'CPU us/req':>12}")
    print(desk.line())
    print(bare.line())
    print(f"ratio {ratio:.2f} (target {TARGET:.1f}, floor {FLOOR}); accepted {accepted}, on disk {kept}, refused {refused}")
    return ratio >= FLOOR and accepted == kept and refused == 0
