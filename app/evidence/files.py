"""`GET /files/<token>`: a page with one button; `POST` gives the file and uses the link up.

Two steps, because chats open links ahead to preview them: that must not use the link up.
"""

import json
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

import structlog
import typst
from flask import Blueprint, Response, render_template, request

from core.cases.files import TakeFile, offered
from core.chat.words import Words, closest
from core.desk import Desk
from core.engine.errors import DeskError
from core.engine.transaction import Actor
from core.suspensions.evidence import evidence

from .laying import lay_out

log = structlog.get_logger(__name__)
TEMPLATE = Path(__file__).parent / "evidence.typ"
ACTOR = Actor("system", "web")
TYPES = {"pdf": "application/pdf", "json": "application/json"}


def blueprint(desk: Desk, clock: Callable[[], datetime]) -> Blueprint:
    """The page and the file. `clock` is the business clock: it dates the file."""
    routes = Blueprint("files", __name__, template_folder="templates")
    files = Files(desk, clock)
    routes.add_url_rule("/files/<token>", "show", files.show, methods=["GET"])
    routes.add_url_rule("/files/<token>", "give", files.give, methods=["POST"])
    return routes


class Files:
    """Each answers a browser; nothing is kept by it or told on."""

    def __init__(self, desk: Desk, clock: Callable[[], datetime]) -> None:
        self._desk, self._clock = desk, clock

    def show(self, token: str) -> Response:
        """What the link stands for, and the button that uses it."""
        try:
            with self._desk.reading() as connection:
                found = offered(connection, digest(token), self._desk.store.real_now(connection))
        except DeskError:
            return _spent()
        return _page(Words(found.locale, found.zone), "file.ask", number=f"C-{found.case_id}", form=found.form.upper())

    def give(self, token: str) -> Response:
        """The file itself, once, in the language of whoever asked for it."""
        try:
            with self._desk.reading() as connection:
                found = offered(connection, digest(token), self._desk.store.real_now(connection))
                known = evidence(connection, found.case_id, self._clock())
            body = as_json(known) if found.form == "json" else pdf(known, Words(found.locale, found.zone))
            self._desk.do(TakeFile(digest=digest(token)), ACTOR, self._clock())
        except DeskError:
            return _spent()
        made = Response(body, mimetype=TYPES[found.form])
        made.headers["Content-Disposition"] = f'attachment; filename="evidence-C-{found.case_id}.{found.form}"'
        return _private(made)


def as_json(found: dict[str, object]) -> bytes:
    """The evidence as data."""
    return json.dumps(found, ensure_ascii=False, indent=1).encode()


def pdf(found: dict[str, object], words: Words) -> bytes:
    """The evidence as an A4 document."""
    data = json.dumps(lay_out(found, words), ensure_ascii=False)
    made = typst.compile(TEMPLATE, format="pdf", sys_inputs={"data": data})
    if not isinstance(made, bytes):
        raise TypeError("one document is one file")
    return made


def digest(token: str) -> str:
    """What a link is known by."""
    return sha256(token.encode()).hexdigest()


def _spent() -> Response:
    language = closest(request.accept_languages.best_match(("pl", "en")) or "en")
    return _page(Words(language), "file.spent", HTTPStatus.GONE)


def _page(words: Words, kind: str, status: HTTPStatus = HTTPStatus.OK, **params: str) -> Response:
    html = render_template("file.html", words=words, kind=kind, params=params)
    made = Response(html, status, mimetype="text/html")
    made.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    return _private(made)


def _private(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
