"""The demo's processes: each started once, its output in a file of its own, stopped when the demo stops."""

import fcntl
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click
import httpx


@dataclass
class Child:
    """A running process. `url` answers anything at all once it is ready."""

    name: str
    url: str
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None


@dataclass
class Processes:
    """All children, in the order they were started; stopped in the reverse order."""

    folder: Path
    children: list[Child] = field(default_factory=list)

    def start(
        self, name: str, command: list[str], url: str, *, environment: dict[str, str] | None = None, cwd: Path | None = None
    ) -> Child:
        """Start a process of its own group, so that Ctrl-C reaches us first and we stop it in order."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True, cwd=cwd,
                env=os.environ | (environment or {}),
            )  # fmt: skip
        child = Child(name, url, log, process)
        self.children.append(child)
        return child

    def stop(self) -> None:
        """Ask each to end, then insist."""
        for child in reversed(self.children):
            if child.is_running:
                _signal_group(child, signal.SIGTERM)
        for child in reversed(self.children):
            try:
                child.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                _signal_group(child, signal.SIGKILL)
                child.process.wait(timeout=10)


def wait_ready(child: Child, *, patience: float = 120) -> bool:
    """Whether it answered within `patience` seconds; False too when it ended instead."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and child.is_running:
        try:
            httpx.get(child.url, timeout=1)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return True
    return False


def port(wanted: int) -> int:
    """The port people know, or any free one when somebody else has it."""
    for candidate in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on loopback")


def listen(wanted: int) -> socket.socket:
    """The port, held from now on; a free one when somebody took it since it was looked at."""
    for candidate in (wanted, 0):
        try:
            return socket.create_server(("127.0.0.1", candidate))
        except OSError:
            continue
    raise OSError("no free port on loopback")


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder as long as this demo runs; one that is killed lets go. Raises click.ClickException while another holds it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise click.ClickException(
                f"A demo is running already, with its data in {folder}; nothing was started, and it goes on. Stop it with Ctrl-C, or name "
                "another folder: DESK_DEMO_FOLDER=/tmp/second ./desk demo"
            ) from None
        yield


def _signal_group(child: Child, number: signal.Signals) -> None:
    try:
        os.killpg(child.process.pid, number)
    except ProcessLookupError:
        return  # it ended by itself meanwhile
