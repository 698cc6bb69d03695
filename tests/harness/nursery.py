"""A process that imported the desk once and forks its web and worker from there, so that a restart takes no seconds.

Orders come as JSON lines: {"start": "web"|"worker", "env": {…}, "folder": …, "kill_at": […]} answers a pid; {"poll": pid} answers whether
it lives; {"end": pid} kills it with its children. They are the product's own processes, the web one under its real server, each in a
process group of its own: they die of SIGKILL, with whatever they had open. When granian's worker dies, granian ends, as in production.
"""

import functools
import gc
import json
import os
import signal
import sys
import traceback
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import alembic.command  # noqa: F401 (loaded once here, not in every child)
import granian.server.mp  # noqa: F401 (as above)
import httpx
from cryptography.fernet import Fernet

import app.serving
import core.cases.follows
import core.engine.cards
import core.engine.inbox
import core.engine.outbox
import core.engine.timers
from app.logs import set_up
from app.settings import load
from app.web import build_web
from app.wiring import build
from core.chat.words import LANGUAGES, catalogue
from tests.harness.killing import install

# Real seconds; a minute in production. One worker at a time claims rows here, so a lease only has to end soon after its owner died.
LEASE = timedelta(seconds=0.2)
UNDO = timedelta(seconds=0.3)  # half a minute in production, in which nothing happens
EVERY = 0.05  # seconds between two looks of the worker


def main() -> None:
    """Serve orders until stdin ends. What every child would load or make first is there once."""
    _warm_up()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(json.loads(line))) + "\n")
        sys.stdout.flush()


def _warm_up() -> None:
    for language in LANGUAGES:
        catalogue(language)
    # Reading the certificates of the world takes 20 ms for each HTTP client; on loopback none is used.
    httpx._transports.default.create_ssl_context = functools.cache(httpx.create_ssl_context)
    # A web process made and dropped, with secrets that open nothing, has imported what is imported late. It makes no connection.
    secrets = ("SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN", "TEAMS_APP_ID", "TEAMS_APP_PASSWORD", "TEAMS_TENANT_ID")
    plain = {"DESK_CONFIG": "/dev/null", "DESK_DATABASE_URL": "sqlite:///nowhere.sqlite", "DESK_SECRET_KEY": Fernet.generate_key().decode()}
    build_web(build(load(plain | dict.fromkeys(secrets, "none"))))
    gc.freeze()  # what is shared with the children is not copied by a collection in them


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    if "start" in order:
        return _start(order)
    if "end" in order:
        with suppress(ProcessLookupError):
            os.killpg(int(order["end"]), signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(int(order["end"]), 0)
        return {}
    return {"alive": _is_alive(int(order["poll"]))}


def _start(order: dict[str, Any]) -> dict[str, int]:
    pid = os.fork()
    if pid:
        with suppress(PermissionError, ProcessLookupError):  # whichever of the two is first: the group is there before anybody ends it
            os.setpgid(pid, pid)
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
    os.setpgid(0, 0)
    log = os.open(Path(order["folder"]) / f"{order['start']}.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, target in ((0, nothing), (1, log), (2, log)):
        os.dup2(target, number)
    os.environ.clear()
    os.environ.update(order["env"])
    for module in (core.engine.cards, core.engine.inbox, core.engine.outbox, core.engine.timers):
        module.LEASE = LEASE
    core.cases.follows.UNDO = UNDO
    install(Path(order["folder"]), order["kill_at"], process=order["start"])
    set_up()
    if order["start"] == "worker":
        app.serving.run_worker(load(), every=EVERY)
    else:
        app.serving.run_web(load())


def _is_alive(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == 0
    except ChildProcessError:
        return False


if __name__ == "__main__":
    main()
