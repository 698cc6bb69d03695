"""`GET /metrics`: by a token only. A proxy on the same machine makes every caller look like loopback, so an address proves nothing.

A web process tells it on the desk's own port, with the rooms; a worker on a port of its own, if it is given one, without them.
"""

import hmac
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from time import perf_counter
from typing import Any

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from werkzeug.serving import WSGIRequestHandler, make_server

from app.metrics import Meter, Rooms
from app.wiring import House
from core.engine.wsgi import Environ, StartResponse, Wsgi, answer

log = structlog.get_logger(__name__)
PATH = "/metrics"
DOORS = {"/slack/events": "slack", "/api/messages": "teams"}
WEBHOOKS = "/webhooks/"


class Exposed:
    """A plain WSGI callable over registries; 404 where no token is set, as if it were not there."""

    def __init__(self, token: str, *registries: CollectorRegistry) -> None:
        self._token, self._registries = token, registries

    def before(self, following: Wsgi) -> Wsgi:
        """A callable that takes what is for us and passes everything else on."""

        def route(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            return self(environ, start_response) if environ.get("PATH_INFO") == PATH else following(environ, start_response)

        return route

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Prometheus's text."""
        if not self._token or environ.get("PATH_INFO") != PATH:
            return answer(start_response, HTTPStatus.NOT_FOUND)
        given = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._token.encode()):
            return answer(start_response, HTTPStatus.UNAUTHORIZED, (("WWW-Authenticate", "Bearer"),))
        try:
            body = b"".join(generate_latest(registry) for registry in self._registries)
        except Exception:
            log.exception("The figures could not be read.")
            return answer(start_response, HTTPStatus.SERVICE_UNAVAILABLE)
        return answer(start_response, HTTPStatus.OK, (("Content-Type", CONTENT_TYPE_LATEST),), body)


def of_web(house: House) -> Exposed:
    """What this process did, and how the rooms stand."""
    rooms = CollectorRegistry()
    rooms.register(Rooms(house.store, house.clock))
    return Exposed(house.settings.desk_metrics_token.get_secret_value(), house.meter.registry, rooms)


def measured(meter: Meter, following: Wsgi) -> Wsgi:
    """How long each door takes to answer, by the class of the status."""

    def call(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        door = "webhooks" if path.startswith(WEBHOOKS) else DOORS.get(path)
        if door is None:
            return following(environ, start_response)
        began, status = perf_counter(), ["5xx"]

        def started(line: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            status[0] = f"{line[:1]}xx"
            return start_response(line, headers, *more)

        try:
            return following(environ, started)
        finally:
            meter.gestures.labels(door, status[0]).observe(perf_counter() - began)

    return call


@contextmanager
def of_worker(house: House) -> Iterator[None]:
    """Listen on DESK_WORKER_METRICS_PORT while the worker runs, if it is set. A port that is taken stops no worker."""
    port = house.settings.desk_worker_metrics_port
    if not port:
        yield
        return
    exposed = Exposed(house.settings.desk_metrics_token.get_secret_value(), house.meter.registry)
    try:
        server = make_server(house.settings.desk_host, port, exposed, threaded=True, request_handler=Silent)
    except (OSError, SystemExit):
        log.warning("The worker's figures are not told: its port is taken.", port=port)
        yield
        return
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


class Silent(WSGIRequestHandler):
    """A scrape every few seconds is no news."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""
