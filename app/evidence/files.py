"""`GET /files/<token>`: a page with one button; `POST` gives the file and uses the link up.

Two steps, because chats open links ahead to preview them: that must not use the link up.
"""

import json
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal

import typst
from flask import Blueprint, Response, render_template, request
from sqlalchemy import Connection, Row

from core.cases.files import TakeFile, offered
from core.chat.words import Words, closest
from core.desk import Desk
from core.engine.errors import DeskError
from core.engine.transaction import Actor
from core.suspensions.evidence import evidence

from . import chart
from .laying import lay_out

HERE = Path(__file__).parent
DOTS = 144  # to an inch of a picture: sharp on a phone
ACTOR = Actor("system", "web")
TYPES = {"pdf": "application/pdf", "png": "image/png", "json": "application/json"}


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
        words = Words(found.locale, found.zone)
        title = words.say(f"file.{found.file}", number=f"C-{found.case_id}", form=found.form.upper())
        return _page(words, title, words.say("file.ask.text"), button=words.say("file.button"))

    def give(self, token: str) -> Response:
        """The file itself, once, in the language of whoever asked for it."""
        try:
            with self._desk.reading() as connection:
                found = offered(connection, digest(token), self._desk.store.real_now(connection))
                make = self._maker(connection, found)
            body = make()  # when nothing is being read any more: setting a page takes its time
            self._desk.do(TakeFile(digest=digest(token)), ACTOR, self._clock())
        except DeskError:
            return _spent()
        made = Response(body, mimetype=TYPES[found.form])
        made.headers["Content-Disposition"] = f'attachment; filename="{_name(found)}.{found.form}"'
        return _private(made)

    def _maker(self, connection: Connection, found: Row[Any]) -> Callable[[], bytes]:
        """Everything read that the file is made of. Raises what reading it raises."""
        words = Words(found.locale, found.zone)
        if found.file == "chart":
            ages, title = chart.read(connection, found.customer_id, self._clock(), words)
            return lambda: typeset("chart.typ", chart.lay_out(ages, title, words), found.form)
        known = evidence(connection, found.case_id, self._clock())
        return lambda: as_json(known) if found.form == "json" else pdf(known, words)


def as_json(found: dict[str, object]) -> bytes:
    """The evidence as data."""
    return json.dumps(found, ensure_ascii=False, indent=1).encode()


def pdf(found: dict[str, object], words: Words) -> bytes:
    """The evidence as an A4 document."""
    return typeset("evidence.typ", lay_out(found, words), "pdf")


def typeset(template: str, laid_out: dict[str, Any], form: Literal["pdf", "png"]) -> bytes:
    """The document, or one picture of all of it."""
    inputs = {"data": json.dumps(laid_out, ensure_ascii=False), "form": form}
    made = typst.compile(HERE / template, format=form, ppi=DOTS if form == "png" else None, sys_inputs=inputs)
    if not isinstance(made, bytes):
        raise TypeError("one document is one file")
    return made


def digest(token: str) -> str:
    """What a link is known by."""
    return sha256(token.encode()).hexdigest()


def _spent() -> Response:
    language = closest(request.accept_languages.best_match(("pl", "en")) or "en")
    words = Words(language)
    return _page(words, words.say("file.spent.title"), words.say("file.spent.text"), status=HTTPStatus.GONE)


def _name(found: Row[Any]) -> str:
    """Of the file, as it is saved: without a customer's name, which ends up in lists of downloads."""
    return f"{found.file}-C-{found.case_id}" if found.case_id is not None else f"{found.file}-{found.customer_id or 'all'}"


def _page(words: Words, title: str, text: str, *, button: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    html = render_template("file.html", words=words, title=title, text=text, button=button)
    made = Response(html, status, mimetype="text/html")
    made.headers["Content-Security-Policy"] = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    return _private(made)


def _private(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
