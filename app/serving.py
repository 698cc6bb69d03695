"""Running the processes: web under granian, the worker's sweeps, or both as children of one command."""

import os
import signal
import socket
import subprocess
import sys
import threading
from types import FrameType

import structlog
from granian import Granian
from granian.constants import Interfaces

from app.collecting import settle
from app.exposing import of_worker
from app.opened import opened
from app.scheduler import EVERY, Sweeping
from app.settings import ConfigError, Settings

log = structlog.get_logger(__name__)
LAST = 8  # seconds for open requests; a worker told to stop while it starts never hears it, and is ended then


def check_port(settings: Settings) -> None:
    """That the web process can listen, before anything runs. Raises ConfigError."""
    family = socket.AF_INET6 if ":" in settings.desk_host else socket.AF_INET
    try:
        socket.create_server((settings.desk_host, settings.desk_port), family=family).close()
    except OSError as error:
        raise ConfigError(
            f"Nothing can listen on DESK_HOST {settings.desk_host}, DESK_PORT {settings.desk_port}: {os.strerror(error.errno or 0)}. "
            "Nothing was started; end what listens there, or name another port."
        ) from error


def run_web(settings: Settings) -> None:
    """One process with live threads: enough of them that calls waiting for a chat cannot starve acknowledgements (docs/adr/0004)."""
    check_port(settings)
    opened(settings).close()
    server = Granian(
        "app.wsgi:application", address=settings.desk_host, port=settings.desk_port, interface=Interfaces.WSGI, workers=1,
        blocking_threads=settings.desk_threads, blocking_threads_idle_timeout=600, log_access=False, websockets=False,
        workers_kill_timeout=LAST,
    )  # fmt: skip
    server.serve()


def run_worker(settings: Settings, *, every: float = EVERY) -> None:
    """Sweep until SIGTERM or Ctrl-C, looking anew after so many seconds."""
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    house = opened(settings)
    sweeping = Sweeping(house, every=every)
    settle()
    with of_worker(house):
        sweeping.start()
        log.info("The worker sweeps.")
        stop.wait()
        sweeping.stop()
    house.store.close()


def run_both(settings: Settings) -> int:
    """Web and worker as children; when one ends, the other is ended and its status returned."""
    check_port(settings)
    opened(settings).close()
    children = [subprocess.Popen([sys.executable, "-m", "app.cli", what], env=os.environ.copy()) for what in ("web", "worker")]
    stopping = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    while not stopping.wait(0.3) and all(child.poll() is None for child in children):
        continue
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    statuses = [child.wait(timeout=30) for child in children]
    return 0 if stopping.is_set() else max(abs(status) for status in statuses)
