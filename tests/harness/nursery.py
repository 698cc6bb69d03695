"""A process that imported the desk once and forks its web and worker from there, so that a restart takes no seconds.

Orders come as JSON lines: {"start": "web"|"worker", "env": {…}, "folder": …, "kill_at": […], "port": …} answers a pid;
{"poll": pid} answers whether it lives. The children are real processes: they die of SIGKILL, with whatever they had open.
"""

import json
import os
import sys
import traceback
from datetime import timedelta
from pathlib import Path
from typing import Any

import alembic.command
import alembic.script  # noqa: F401 (loaded once here, not in every child)
from werkzeug.serving import make_server

import app.scheduler
import app.serving
import app.web
import core.engine.cards
import core.engine.inbox
import core.engine.outbox
import core.engine.timers
from core.chat.words import LANGUAGES, catalogue
from tests.harness.killing import install

# Real seconds; a minute in production. One worker at a time claims rows here, so a lease only has to end soon after its owner died.
LEASE = timedelta(seconds=0.5)


def main() -> None:
    """Serve orders until stdin ends. What every child would load first is loaded here once."""
    for language in LANGUAGES:
        catalogue(language)
    for line in sys.stdin:
        order = json.loads(line)
        answer = _start(order) if "start" in order else {"alive": _is_alive(int(order["poll"]))}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _start(order: dict[str, Any]) -> dict[str, int]:
    pid = os.fork()
    if pid:
        return {"pid": pid}
    status = 1
    try:
        _become(order)
        status = 0
    except BaseException:  # noqa: BLE001 (a forked child must never go on as its parent)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _become(order: dict[str, Any]) -> None:
    log = os.open(Path(order["folder"]) / f"{order['start']}.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, target in ((0, nothing), (1, log), (2, log)):
        os.dup2(target, number)
    os.environ.clear()
    os.environ.update(order["env"])
    for module in (core.engine.cards, core.engine.inbox, core.engine.outbox, core.engine.timers):
        module.LEASE = LEASE
    install(Path(order["folder"]), order["kill_at"])
    if order["start"] == "worker":
        from app.logs import set_up
        from app.settings import load

        set_up()
        app.serving.run_worker(load())
        return
    from app.wsgi import application

    make_server("127.0.0.1", int(order["port"]), application, threaded=True).serve_forever(0.05)


def _is_alive(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == 0
    except ChildProcessError:
        return False


if __name__ == "__main__":
    main()
