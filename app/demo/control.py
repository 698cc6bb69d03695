"""The demo's control page: what to open, what to try, and the business clock."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from socket import socket
from zoneinfo import ZoneInfo

import httpx
import sqlalchemy as sa
from flask import Flask, Response, redirect, render_template, request
from werkzeug.serving import BaseWSGIServer, make_server

from app.demo.processes import Child
from app.wiring import House
from core.engine.db.tables.engine import timers

STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
ZONE = ZoneInfo("Europe/Warsaw")


@dataclass(frozen=True)
class Door:
    """A page to open."""

    name: str
    url: str
    text: str


@dataclass
class Stage:
    """What the page shows."""

    house: House
    children: Sequence[Child]
    doors: Sequence[Door]
    script: Sequence[str]
    missing: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    clocks: Sequence[str] = ()  # stand-ins whose data move with the business clock: addresses to POST {"seconds": n} to
    said: str = ""


def build_control(stage: Stage) -> Flask:
    """The page and its one action."""
    page = Flask("desk-control", template_folder=str(Path(__file__).parent / "templates"))

    @page.get("/")
    def show() -> str:
        due = next_timer(stage.house)
        shown = None if due is None else f"{due[0].replace('_', ' ')}, {_local(due[1])}"
        return render_template(
            "control.html", doors=stage.doors, script=stage.script, missing=stage.missing, notices=stage.notices, children=stage.children,
            now=_local(stage.house.clock.now()), next_due=shown, said=stage.said,
        )  # fmt: skip

    @page.post("/move")
    def move() -> Response:
        stage.said = _move(stage, request.form.get("by", ""))
        return redirect("/")  # type: ignore[return-value]  # werkzeug's own response class

    return page


def next_timer(house: House) -> tuple[str, datetime] | None:
    """Kind and moment of the next timer that is not due yet."""
    waiting = sa.select(timers.c.kind, timers.c.due_at).where(timers.c.state == "waiting", timers.c.due_at > house.clock.now())
    with house.store.reading() as connection:
        row = connection.execute(waiting.order_by(timers.c.due_at)).first()
    return None if row is None else (row.kind, row.due_at)


def _move(stage: Stage, by: str) -> str:
    due = next_timer(stage.house) if by == "timer" else None
    step = STEPS.get(by) or (None if due is None else due[1] - stage.house.clock.now() + timedelta(seconds=1))
    if step is None:
        return "nothing to move to"
    stage.house.clock.move(step)
    for address in stage.clocks:
        try:
            httpx.post(address, json={"seconds": int(step.total_seconds())}, timeout=5)
        except httpx.HTTPError:
            return f"moved, but {address} could not be moved along"
    return f"moved by {step - timedelta(microseconds=step.microseconds)}"


def _local(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%a %d %b %Y %H:%M %Z")


def serve(page: Flask, listening: socket) -> Callable[[], None]:
    """Serve in a thread on a socket that listens already, so that nobody took the port meanwhile; returns what stops it."""
    host, port = listening.getsockname()
    server: BaseWSGIServer = make_server(host, port, page, threaded=True, fd=listening.fileno())
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server.shutdown
