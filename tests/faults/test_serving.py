"""The real processes: they start, answer, and stop cleanly; wrong settings are sentences."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.harness.databases import free_port
from tests.harness.world import KEY

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.slow


def environment(**more: str) -> dict[str, str]:
    base = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DESK_CONFIG": "/dev/null", "DESK_SECRET_KEY": KEY}
    return base | {"SLACK_SIGNING_SECRET": "s", "SLACK_BOT_TOKEN": "xoxb-1"} | more


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> httpx.Response:
    for _ in range(200):
        assert process.poll() is None, "the desk ended before it was ready"
        try:
            return httpx.get(f"{url}/readyz", timeout=2)
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError("the desk never became ready")


def test_serve_answers_and_stops_cleanly(database: str) -> None:
    port = free_port()
    env = environment(DESK_DATABASE_URL=database, DESK_PORT=str(port))
    process = subprocess.Popen([sys.executable, "-m", "app.cli", "serve"], env=env, cwd=ROOT)

    ready = wait_until_ready(f"http://127.0.0.1:{port}", process)
    alive = httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2)
    unsigned = httpx.post(f"http://127.0.0.1:{port}/slack/events", content=b"{}", timeout=2)
    process.send_signal(signal.SIGINT)

    assert (ready.status_code, alive.status_code, unsigned.status_code) == (200, 200, 401)
    assert process.wait(timeout=30) == 0


def test_wrong_settings_are_named_and_nothing_starts() -> None:
    env = environment(DESK_PORT="many", DESK_DATABASE_URL="mysql://x")

    ended = subprocess.run([sys.executable, "-m", "app.cli", "web"], env=env, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert ended.returncode == 1
    assert "DESK_PORT" in ended.stderr
    assert "DESK_DATABASE_URL" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_headless_set_up_can_be_scripted(database: str) -> None:
    env = environment(DESK_DATABASE_URL=database)
    desk = [sys.executable, "-m", "app.cli"]

    added = subprocess.run(
        [*desk, "staff", "add", "ana", "--role", "approver", "--slack", "T1:U1", "--teams", "TENANT:OID"],
        env=env, cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    taken = subprocess.run(
        [*desk, "staff", "add", "eve", "--slack", "T1:U1"], env=env, cwd=ROOT, capture_output=True, text=True, timeout=60
    )

    assert added.returncode == 0, added.stderr
    assert taken.returncode == 1
    assert "already belongs to somebody else" in taken.stderr
