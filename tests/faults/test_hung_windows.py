"""Eight windows that Slack does not open keep nobody else waiting: a command is answered in time meanwhile, by the real web server."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from playground.proxy import Fault
from playground.slack.server import LocalSlack
from tests.harness.databases import free_port
from tests.harness.slack_face import SlackFace
from tests.harness.supervised import Delivery, until
from tests.harness.world import ANA, KEY, SIGNING_SECRET, STAFF, VIC, World

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.slow
HUNG, HANGS = 8, 20.0  # windows that Slack leaves open at once, and seconds for which it says nothing
ACK = 3.0  # seconds Slack waits (https://docs.slack.dev/interactivity/implementing-slash-commands#responding_to_commands)
PATIENCE = 2.0  # seconds the desk waits for one window


@contextmanager
def web(database: str, slack: LocalSlack) -> Iterator[Delivery]:
    """The web process as it is started in production, with the threads it has by default."""
    port = free_port()
    env = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DESK_CONFIG": "/dev/null", "DESK_SECRET_KEY": KEY, "DESK_PORT": str(port),
        "DESK_DATABASE_URL": database, "DESK_ALLOW_HOSTS": "127.0.0.1", "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_BOT_TOKEN": slack.token, "SLACK_API_URL": slack.api_url,
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "app.cli", "web"], env=env, cwd=ROOT)
    try:
        until(lambda: ready(port, process))
        yield Delivery(port)
    finally:
        process.terminate()
        process.wait(timeout=30)


def ready(port: int, process: "subprocess.Popen[bytes]") -> bool:
    assert process.poll() is None, "the desk ended before it was ready"
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def test_a_command_is_answered_in_time_while_eight_windows_hang(world: World, database: str) -> None:
    world.hire(*STAFF)
    face, slack = SlackFace(world), world.local_slack
    slack.faults = [Fault(method="views.open", error="internal_error", delay=HANGS)] * HUNG

    with web(database, slack) as delivery, ThreadPoolExecutor(HUNG) as people:
        world.client = delivery  # type: ignore[assignment]  # the harness signs and posts as it does to Flask's own
        face.deliver(face.command("help", by=VIC))  # the first request of a process opens its connections

        def opens() -> tuple[float, str]:
            began = time.monotonic()
            answer = face.deliver(face.command("new", by=ANA))
            return time.monotonic() - began, answer.data.decode()

        windows = [people.submit(opens) for _ in range(HUNG)]
        until(lambda: not slack.faults)  # every one of them hangs now
        began = time.monotonic()
        answer = face.deliver(face.command("help", by=VIC))
        took = time.monotonic() - began
        still = sum(not window.done() for window in windows)
        ended = [window.result() for window in windows]

    assert answer.status_code == 200
    assert "help" in answer.data.decode()
    assert still == HUNG, "it was answered while they hung"
    assert took < ACK / 2
    assert all("Open form" in said for _, said in ended), "nobody is left without a way to the form"
    assert max(seconds for seconds, _ in ended) < PATIENCE + ACK / 2
