"""The demo's control page: what to open, what to try, and the business clock."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from socket import socket
from zoneinfo import ZoneInfo

import httpx
from flask import Flask, Response, redirect, render_template, request
from werkzeug.serving import BaseWSGIServer, make_server

from app.demo.coming import coming
from app.demo.processes import Child
from app.demo.script import script
from app.wiring import House

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
    missing: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    clocks: Sequence[str] = ()  # stand-ins whose data move with the business clock: addresses to POST {"seconds": n} to
    said: str = ""


def build_control(stage: Stage) -> Flask:
    """The page and its one action."""
    page = Flask("desk-control", template_folder=str(Path(__file__).parent / "templates"))

    @page.get("/")
    def show() -> str:
        now = stage.house.clock.now()
        with stage.house.store.reading() as connection:
            following = [(local(each.at), each.words) for each in coming(connection, now)]
            lines = script(connection)
        return render_template(
            "control.html", doors=stage.doors, script=lines, missing=stage.missing, notices=stage.notices, children=stage.children,
            now=local(now), following=following, said=stage.said,
        )  # fmt: skip

    @page.post("/move")
    def move_on() -> Response:
        stage.said = _move(stage, request.form.get("by", ""))
        return redirect("/")  # type: ignore[return-value]  # werkzeug's own response class

    return page


def _move(stage: Stage, by: str) -> str:
    now = stage.house.clock.now()
    with stage.house.store.reading() as connection:
        due = next(iter(coming(connection, now, most=1)), None) if by == "timer" else None
    step = STEPS.get(by) or (None if due is None else due.at - now + timedelta(seconds=1))
    if step is None:
        return "Nothing is waiting to happen."
    if stays := move(stage, step):
        return f"The clock moved, but {stays} could not be moved along."
    return f"Moved on by {_long(step)}." if due is None else f"Moved on by {_long(step)}: {due.words}."


def move(stage: Stage, step: timedelta) -> str:
    """Move the business clock of the desk and of its stand-ins; the address of one that stayed behind, "" when all moved."""
    stage.house.clock.move(step)
    for address in stage.clocks:
        try:
            httpx.post(address, json={"seconds": int(step.total_seconds())}, timeout=5)
        except httpx.HTTPError:
            return address
    return ""


def _long(step: timedelta) -> str:
    """1 day 2 h 5 min"""
    minutes = round(step.total_seconds() / 60)
    parts = ((minutes // 1440, "day" if minutes // 1440 == 1 else "days"), (minutes // 60 % 24, "h"), (minutes % 60, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "less than a minute"


def local(at: datetime) -> str:
    """In the zone that the demo is set in."""
    return at.astimezone(ZONE).strftime("%a %d %b %Y %H:%M %Z")


def serve(page: Flask, listening: socket) -> Callable[[], None]:
    """Serve in a thread on a socket that listens already, so that nobody took the port meanwhile; returns what stops it."""
    host, port = listening.getsockname()
    server: BaseWSGIServer = make_server(host, port, page, threaded=True, fd=listening.fileno())
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server.shutdown
