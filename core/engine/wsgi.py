"""The little of HTTP that a door needs before any framework: a raw body within a limit, and a short answer.

A request through a plain WSGI callable costs a third of one through a Flask view (docs/adr/0004).
"""

import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)
STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]


class Refused(Exception):
    """The request is answered with this status and taken no further."""

    def __init__(self, status: HTTPStatus, *headers: tuple[str, str]) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


def posted(environ: Environ, limit: int) -> bytes:
    """The raw body of a POST, at most `limit` bytes. Raises Refused for another method, a longer body, or one shorter than it says."""
    if environ["REQUEST_METHOD"] != "POST":
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, ("Allow", "POST"))
    length = environ.get("CONTENT_LENGTH") or ""
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    if length and not LENGTH.fullmatch(length):
        raise Refused(HTTPStatus.BAD_REQUEST)
    if length and int(length) > limit:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if not length and not chunked:
        return b""
    body: bytes = environ["wsgi.input"].read(limit + 1 if chunked else int(length))
    if len(body) > limit:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if not chunked and len(body) != int(length):
        raise Refused(HTTPStatus.BAD_REQUEST)
    return body


def answer(start_response: StartResponse, status: int, headers: Iterable[tuple[str, str]] = (), body: bytes = b"") -> Iterable[bytes]:
    """The whole response."""
    start_response(STATUS_LINES[status], [("Content-Length", str(len(body))), *headers])
    return (body,)
