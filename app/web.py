"""The web process: one WSGI callable for all doors."""

import secrets
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask, Response, jsonify

import bots.slack.app
import bots.slack.install
import bots.teams.app
from app.evidence import files
from app.exposing import measured, of_web
from app.wiring import House
from bots.teams.bridge import Bridge
from bots.teams.listeners import Listeners
from core.engine.db.migrate import is_current
from core.engine.wsgi import Environ, StartResponse, Wsgi, answer
from webhooks.receive import Receiver

log = structlog.get_logger(__name__)


def build_web(house: House) -> Flask:
    """Flask with the faces that are set up, and the two health questions."""
    web = Flask("billing-desk", static_folder=None)
    if house.teams:
        bridge = Bridge(house.settings.teams_app_id, Listeners(house.chat, house.teams.connector))
        web.register_blueprint(bots.teams.app.blueprint(bridge, house.teams.trust, house.teams.keys, partial(house.arrivals.note, "teams")))
    if house.slack and house.slack.oauth:
        slack = house.slack
        pages = bots.slack.install.blueprint(
            house.slack.oauth, house.desk, slack.workspaces, partial(house.vault.seal, "token"), slack.installations.forget
        )
        web.register_blueprint(pages)
    web.register_blueprint(files.blueprint(house.desk, house.clock.now))
    _health(web, house)
    web.register_error_handler(Exception, _fault)
    # Flask calls its wsgi_app and does nothing before that: what Slack and the webhooks send never reaches a view.
    web.wsgi_app = _before(house, web.wsgi_app)  # type: ignore[method-assign,assignment]  # as Flask documents for middleware
    return web


def _before(house: House, views: Wsgi) -> Wsgi:
    """The doors that need no framework, then the views."""
    following = views
    if house.slack:
        bolt = bots.slack.app.build_app(house.chat, house.slack.workspaces)
        following = _bounded(
            bots.slack.app.Door(bolt, house.slack.signing_secrets, heard=partial(house.arrivals.note, "slack")).before(following)
        )
    following = Receiver(house.connections.listening, house.inbox).before(following)
    return measured(house.meter, of_web(house).before(following))


def _bounded(door: Wsgi) -> Wsgi:
    """The same boundary as a view has."""

    def call(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return door(environ, start_response)
        except Exception as error:  # noqa: BLE001 (the one boundary of what comes before the views; it is logged)
            return answer(start_response, 500, (("Content-Type", "text/plain; charset=utf-8"),), _sorry(error).encode())

    return call


def _health(web: Flask, house: House) -> None:
    @web.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="alive")

    @web.get("/readyz")
    def readyz() -> tuple[Response, int]:
        try:
            ready = is_current(house.store)
        except sa.exc.DBAPIError as error:
            log.warning("The database does not answer.", reason=type(error).__name__)
            return jsonify(status="the database does not answer"), 503
        return jsonify(status="ready" if ready else "the database needs: ./desk migrate"), 200 if ready else 503


def _fault(error: Exception) -> Response | Callable[..., Any]:
    """The one boundary: log with a reference, tell the reference and nothing else."""
    code = getattr(error, "code", None)
    if isinstance(code, int) and code < 500:
        return Response(status=code)
    return Response(_sorry(error), status=500, mimetype="text/plain")


def _sorry(error: Exception) -> str:
    reference = secrets.token_hex(3).upper()
    log.error("A request failed.", reference=reference, exc_info=error)
    return f"Something went wrong on our side (reference {reference})."
