"""One door for every system of record: verify the raw bytes, store them, answer 202; a worker reads them later.

A plain WSGI callable, mounted before Flask (docs/adr/0004). It parses nothing, so nothing in a body can make it fail.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

import structlog

from core.engine.inbox import Delivery, InboxWriter
from core.engine.wsgi import Environ, Refused, StartResponse, Wsgi, answer, posted
from webhooks.signatures import Scheme, Secret, Unverified, verify

log = structlog.get_logger(__name__)

LIMIT = 1024 * 1024  # bytes; the largest payload of the vendors met so far is a tenth of it
PREFIX = "/webhooks/"
KEPT = re.compile(r"[ -~]{1,200}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Listening:
    """An active connection as the door needs it: how its sender proves itself, with which keys, and how much it may send (bytes)."""

    name: str
    scheme: Scheme
    secrets: tuple[Secret, ...]
    limit: int = LIMIT


class Receiver:
    """`POST /webhooks/<connection>`. `listening` names the active connections; `clock` is the real one, never the business clock."""

    def __init__(
        self, listening: Callable[[str], Listening | None], inbox: InboxWriter, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._listening = listening
        self._inbox = inbox
        self._clock = clock

    def before(self, following: Wsgi) -> Wsgi:
        """A callable that takes the webhooks and passes everything else on."""

        def route(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            path = environ.get("PATH_INFO", "")
            return self(environ, start_response) if path.startswith(PREFIX) else following(environ, start_response)

        return route

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer 202 once the delivery is durable, else the refusal; 503 only when the database does not take it."""
        try:
            self._take(environ)
        except Refused as refusal:
            return answer(start_response, refusal.status, refusal.headers)
        except Exception:
            log.exception("A webhook could not be stored; its sender is asked to try again.")
            return answer(start_response, HTTPStatus.SERVICE_UNAVAILABLE, (("Retry-After", "10"),))
        return answer(start_response, HTTPStatus.ACCEPTED)

    def _take(self, environ: Environ) -> None:
        connection = self._listening(environ["PATH_INFO"][len(PREFIX) :])
        if connection is None:
            raise Refused(HTTPStatus.NOT_FOUND)
        body = posted(environ, connection.limit)
        headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
        headers["content-type"] = environ.get("CONTENT_TYPE", "")
        now = self._clock()
        try:
            verified = verify(connection.scheme, headers, body, connection.secrets, now)
        except Unverified as refusal:
            log.warning("A webhook was refused.", connection=connection.name, why=refusal.why)
            raise Refused(HTTPStatus.UNAUTHORIZED) from None
        kept = {name: headers[name] for name in connection.scheme.keeps if KEPT.fullmatch(headers.get(name, ""))}
        kept["secret"] = verified.secret_id
        self._inbox.put(Delivery(connection.name, verified.key, now, kept, body))
