"""Inside a desk process under test: every commit that changes something and every outgoing call is a numbered point to die at.

Nothing of the desk knows of this; it is switched on in the child that `nursery` forks.
"""

import fcntl
import http.client
import os
import re
import signal
import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine.base import Connection as EngineConnection

CHANGES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM) (\w+)", re.IGNORECASE)
# What differs between two runs of the same story: ids, stamps, conversation names.
VARIES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|%3A|(?<=/)[^/]*\d[^/]*(?=/|$)", re.IGNORECASE)


class Points:
    """The points of all processes of one run, in one file, each with the process and thread that reached it. `kill_at` names those to
    die at: `before|after <label> #<nth>`."""

    def __init__(self, folder: Path, kill_at: Collection[str], process: str) -> None:
        self._file, self._killed, self._kill_at, self._process = folder / "points", folder / "killed", kill_at, process
        self._changed = threading.local()

    def reach(self, when: str, label: str) -> None:
        """Write the point down; die here if it is one of those. Each is reached once, so each kills once."""
        point = f"{when} {label}"
        with self._file.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            nth = sum(line.rpartition(" #")[0] == point for line in file) + 1
            file.write(f"{point} #{nth}\t{self._process} {os.getpid()} {threading.get_ident()}\n")
            file.flush()
            if f"{point} #{nth}" in self._kill_at:
                with self._killed.open("a", encoding="utf-8") as killed:
                    killed.write(f"{point} #{nth}\n")
                os.kill(os.getpid(), signal.SIGKILL)

    def note(self, what: str) -> None:
        """The open transaction of this thread changed something."""
        self._marks().append(what)

    def forget(self) -> list[str]:
        """What it changed; the next one begins with nothing."""
        found = self._marks()[:]
        self._marks().clear()
        return found

    def _marks(self) -> list[str]:
        if not hasattr(self._changed, "marks"):
            self._changed.marks = []
        return self._changed.marks  # type: ignore[no-any-return]  # threading.local holds anything


def install(folder: Path, kill_at: Collection[str], *, process: str) -> None:
    """Number every commit and every outgoing call of this process."""
    points = Points(folder, kill_at, process)
    _watch_commits(points)
    _watch_httpx(points)
    _watch_urllib(points)


def _watch_commits(points: Points) -> None:
    @event.listens_for(sa.Engine, "begin")
    def _begin(_connection: Any) -> None:
        points.forget()

    @event.listens_for(sa.Engine, "before_cursor_execute")
    def _execute(_connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        if match := CHANGES.match(statement):
            named = [p["event"] for p in context.compiled_parameters if p.get("event")] if match[2] == "journal" else []
            points.note("+".join(named) or f"{match[1].split()[0].casefold()}:{match[2]}")

    usual = EngineConnection._commit_impl

    def commit(self: EngineConnection) -> None:
        changed = points.forget()
        if not changed:
            usual(self)
            return
        events = [what for what in changed if ":" not in what]
        label = f"commit {'+'.join(sorted(set(events or changed)))}"
        points.reach("before", label)
        usual(self)
        points.reach("after", label)

    EngineConnection._commit_impl = commit  # type: ignore[method-assign]  # a test's own in its place


def _watch_httpx(points: Points) -> None:
    usual: Callable[..., httpx.Response] = httpx.HTTPTransport.handle_request

    def handle(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        label = f"call {request.method} {VARIES.sub('*', request.url.path)}"
        points.reach("before", label)
        response = usual(self, request)
        response.read()
        points.reach("after", label)
        return response

    httpx.HTTPTransport.handle_request = handle  # type: ignore[method-assign]  # a test's own in its place


def _watch_urllib(points: Points) -> None:
    """Slack's SDK calls through urllib."""
    request, respond = http.client.HTTPConnection.request, http.client.HTTPConnection.getresponse

    def ask(self: http.client.HTTPConnection, method: str, url: str, *rest: Any, **more: Any) -> None:
        self.point = f"call {method} {VARIES.sub('*', url)}"  # type: ignore[attr-defined]  # carried to the answer
        points.reach("before", self.point)  # type: ignore[attr-defined]  # as above
        request(self, method, url, *rest, **more)

    def answer(self: http.client.HTTPConnection) -> http.client.HTTPResponse:
        found = respond(self)
        points.reach("after", getattr(self, "point", "call ?"))
        return found

    http.client.HTTPConnection.request = ask  # type: ignore[method-assign]  # a test's own in its place
    http.client.HTTPConnection.getresponse = answer  # type: ignore[method-assign]  # a test's own in its place
