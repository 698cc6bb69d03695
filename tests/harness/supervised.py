"""The desk as two supervised processes: whatever dies is started again, as an init system does; people and platforms try again."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parent.parent.parent
PROCESSES = ("web", "worker")


class Nursery:
    """The forking process, one for many runs."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.harness.nursery"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        self._lock = threading.Lock()

    def ask(self, **order: Any) -> dict[str, Any]:
        """One order, one answer."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        with self._lock:
            stdin.write(json.dumps(order) + "\n")
            stdin.flush()
            answer: dict[str, Any] = json.loads(stdout.readline())
        return answer

    def close(self) -> None:
        """No more children."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait(timeout=10)


class Supervised:
    """Web and worker on one database. `deaths` counts what had to be started again; `on_death` runs before that."""

    def __init__(self, nursery: Nursery, folder: Path, env: dict[str, str], port: int, kill_at: Collection[str]) -> None:
        self.on_death: Callable[[str], None] = lambda _name: None
        self._nursery, self._pids = nursery, dict.fromkeys(PROCESSES, 0)
        self.folder, self.port, self.deaths = folder, port, 0
        self._order = {"env": env | {"DESK_HOST": "127.0.0.1", "DESK_PORT": str(port)}, "folder": str(folder), "kill_at": list(kill_at)}
        self._ending = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Supervised":
        for name in PROCESSES:
            self._start(name)
        self._watcher.start()
        self._wait_for_web()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._watcher.join()
        for pid in self._pids.values():
            self._nursery.ask(end=pid)

    def killed(self) -> list[str]:
        """The points at which a process died."""
        return self._lines("killed")

    def points(self) -> list[tuple[str, str]]:
        """Every point reached so far, in order, with the process and thread that reached it."""
        return [(point, by) for point, _, by in (line.partition("\t") for line in self._lines("points"))]

    def _lines(self, name: str) -> list[str]:
        written = self.folder / name
        return written.read_text(encoding="utf-8").splitlines() if written.exists() else []

    def logs(self) -> str:
        """What the processes said, for a failing test."""
        return "\n".join(path.read_text(encoding="utf-8")[-3000:] for path in sorted(self.folder.glob("*.log")))

    def _start(self, name: str) -> None:
        self._pids[name] = int(self._nursery.ask(start=name, **self._order)["pid"])

    def _watch(self) -> None:
        while not self._ending.wait(0.02):
            for name, pid in self._pids.items():
                if not self._nursery.ask(poll=pid)["alive"]:
                    self._nursery.ask(end=pid)  # what it left behind dies with it, as a service manager sees to
                    self.deaths += 1
                    self.on_death(name)
                    self._start(name)

    def _wait_for_web(self) -> None:
        """Until it listens: granian opens its socket before its worker is there, and a request waits in it."""

        def listens() -> bool:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=2):
                return True
            return False

        until(listens, every=0.02, why=self.logs)


class Delivery:
    """Stands where Flask's test client stands in a World, and posts to the real process.

    An event of Slack that gets no answer is delivered again; a command or a click, in Slack and in Teams, is not: its person tries again.
    """

    def __init__(self, port: int) -> None:
        # One client for all: making one costs a TLS context. None of its connections is used twice: the process behind it dies.
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=15, limits=httpx.Limits(max_keepalive_connections=0))

    def post(self, path: str, *, data: bytes, headers: dict[str, str]) -> "Answered":
        """Deliver; an event again after no answer or a 5xx. Raises AssertionError when it never gets through."""
        is_event = path == "/slack/events" and headers["Content-Type"] == "application/json"
        last: object = None
        for _ in range(100 if is_event else 1):
            try:
                answer = self._http.post(path, content=data, headers=headers)
            except httpx.TransportError as error:
                last = error
            else:
                if answer.status_code < 500:
                    return Answered(answer)
                last = answer.text
            time.sleep(0.05)
        raise AssertionError(f"{path} never got through: {last}")


class Answered:
    """An answer as the faces read it."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status_code, self.data = answer.status_code, answer.content

    def get_json(self, *, silent: bool = True) -> Any:
        """The body as JSON, None when it is none."""
        with suppress(ValueError):
            return json.loads(self.data)
        return None


def until(what: Callable[[], Any], *, seconds: float = 30.0, every: float = 0.05, why: Callable[[], str] = lambda: "") -> Any:
    """Wait for something to become true; returns it. Raises AssertionError when it does not."""
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"it never became true\n{why()}")
        time.sleep(every)
