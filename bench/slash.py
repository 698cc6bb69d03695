"""A slash command that shows a case, against bare Bolt that shows nothing: CPU per request, same server and flags, rounds interleaved.

The floor is against Bolt under Flask, as Bolt's own documentation serves it. The desk itself puts Bolt behind a WSGI door of its own,
without Flask, so part of the difference is Flask's: Bolt behind its own WSGI adapter is measured beside it, without a floor. All three
have the same set-up of Python's collector. The desk keeps the words of a moment it has said before, and says the same case each time.
"""

import hashlib
import hmac
import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from cryptography.fernet import Fernet

from app.settings import load
from app.wiring import build
from core.cases.commands import OpenCase
from core.customers.commands import AddCustomer
from core.engine.db.migrate import upgrade
from core.engine.transaction import Actor
from core.people.commands import AddStaff
from core.people.model import Role
from playground.slack.server import LocalSlack

FLOOR = 3.0  # times the CPU of bare Bolt, at most
SIDES = {
    "desk, shows a case": "app.wsgi:application",
    "bare Bolt under Flask": "bench.bare_bolt:application",
    "bare Bolt, its own WSGI": "bench.bare_bolt:without_flask",
}
ROUNDS, REQUESTS, WARM = 21, 80, 80  # short rounds, so that both sides meet the same load of the machine
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105 (a benchmark's own)
ROOT = Path(__file__).resolve().parent.parent


def run() -> bool:
    """Print both figures and their ratio; whether it holds."""
    slack = LocalSlack()
    slack.start()
    with tempfile.TemporaryDirectory() as folder:
        environment = _settings(Path(folder), slack.api_url)
        _prepare(environment)
        with ExitStack() as running:
            servers = [running.enter_context(_served(application, environment)) for application in SIDES.values()]
            for server in servers:
                server.round(WARM)
            rounds = [[server.round(REQUESTS) for server in servers] for _ in range(ROUNDS)]
    slack.stop()
    return _report(rounds)


def _report(rounds: Sequence[Sequence[tuple[float, float]]]) -> bool:
    print(f"slash: CPU and time per request, median of {ROUNDS} rounds of {REQUESTS} in turn")
    for number, name in enumerate(SIDES):
        cpu, wall = (statistics.median(each[number][which] for each in rounds) for which in (0, 1))
        print(f"  {name:24} {cpu * 1e6:6.0f} µs CPU {wall * 1e3:7.2f} ms")
    flask, bare = (statistics.median(each[0][0] / each[peer][0] for each in rounds) for peer in (1, 2))
    print(f"  {bare:.2f} times the CPU of Bolt without Flask, no floor")
    print(f"  {flask:.2f} times the CPU of bare Bolt, at most {FLOOR:.1f}: {'holds' if flask <= FLOOR else 'DOES NOT HOLD'}")
    return flask <= FLOOR


def _settings(folder: Path, slack_api: str) -> dict[str, str]:
    return {
        "DESK_CONFIG": "/dev/null", "DESK_DATABASE_URL": f"sqlite:///{folder / 'desk.sqlite'}", "DESK_ALLOW_HOSTS": "127.0.0.1",
        "DESK_SECRET_KEY": Fernet.generate_key().decode(), "SLACK_SIGNING_SECRET": SECRET, "SLACK_BOT_TOKEN": "xoxb-test",
        "SLACK_API_URL": slack_api,
    }  # fmt: skip


def _prepare(environment: dict[str, str]) -> None:
    """A member of staff and a case to show."""
    house, operator, now = build(load(environment)), Actor("system", "cli"), datetime.now(UTC)
    upgrade(house.store)
    house.desk.do(AddStaff(handle="ana", name="Ana", roles=(Role.AGENT,), identities=(("slack", "T1", "U1"),)), operator, now)
    customer_id = house.desk.do(AddCustomer(name="Nowak"), operator, now).ids["customer_id"]
    house.desk.do(OpenCase(title="Why is it higher?", customer_id=customer_id), operator, now)
    house.close()


class Server:
    """A running server whose CPU, with its children's, is read from the kernel."""

    def __init__(self, pid: int, port: int) -> None:
        self._pid, self._port = pid, port
        self._sent = 0

    def round(self, requests: int) -> tuple[float, float]:
        """Send signed commands one after another; seconds of CPU and of time per request."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        cpu, began = self._cpu(), time.monotonic()
        for _ in range(requests):
            self._sent += 1
            body, headers = signed_command(self._sent)
            connection.request("POST", "/slack/events", body, headers)
            answer = connection.getresponse()
            if answer.status != 200 or not answer.read():
                raise RuntimeError(f"a command was answered with {answer.status}")
        took = time.monotonic() - began
        connection.close()
        return (self._cpu() - cpu) / requests, took / requests

    def _cpu(self) -> float:
        return sum(_cpu_of(pid) for pid in _family(self._pid))


@contextmanager
def _served(application: str, environment: dict[str, str]) -> Iterator[Server]:
    """The application under granian, as the desk itself runs it."""
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--blocking-threads", "16", "--no-ws", "--log-level", "error", application,
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        process.wait(timeout=20)


def signed_command(number: int) -> tuple[bytes, dict[str, str]]:
    """A slash command as Slack sends and signs it."""
    fields = {
        "command": "/billing", "text": "case 101", "team_id": "T1", "user_id": "U1", "channel_id": "C1", "trigger_id": f"t.{number}",
        "response_url": "http://127.0.0.1:9/r", "api_app_id": "A1", "is_enterprise_install": "false",
    }  # fmt: skip
    raw, stamp = urlencode(fields).encode(), str(int(time.time()))
    signature = "v0=" + hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + raw, hashlib.sha256).hexdigest()
    content = "application/x-www-form-urlencoded"
    return raw, {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature, "Content-Type": content}


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Until somebody listens there. Raises TimeoutError."""
    ends = time.monotonic() + 90
    while time.monotonic() < ends:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server did not start")


def _family(pid: int) -> list[int]:
    children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    return [pid, *(member for child in children for member in _family(child))]


def _cpu_of(pid: int) -> float:
    """Seconds of CPU of a process and all its threads, by its own clock: /proc counts in hundredths of a second.

    The clock's number is what clock_getcpuclockid(3) gives: https://man7.org/linux/man-pages/man3/clock_getcpuclockid.3.html
    """
    return time.clock_gettime((~pid << 3) | 2)
