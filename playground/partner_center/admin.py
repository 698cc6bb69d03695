"""The seam for whoever runs the stand-in from another process: `/_stand-in/…`, JSON in, JSON out. Nothing of Microsoft's."""

from dataclasses import fields
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from playground.partner_center.fixtures import KINDS
from playground.partner_center.ledger import Staged
from playground.partner_center.partner import Partner


def admin(local: Partner) -> Blueprint:
    """Routes that add customers and subscriptions, stage answers, move the business date and show the ledger."""
    seam = Blueprint("stand-in", __name__, url_prefix="/_stand-in")

    @seam.post("/customers")
    def add_customer() -> Response:
        asked = _body()
        return jsonify(id=local.add_customer(asked["name"], customer_id=asked.get("id", ""), domain=asked.get("domain", "")))

    @seam.post("/customers/<customer>/subscriptions")
    def add_subscription(customer: str) -> Response:
        asked = _body()
        kind = asked.pop("kind", "new_commerce")
        if customer not in local.customers or kind not in KINDS:
            abort(404)
        return jsonify(id=local.add_subscription(customer, kind, **asked))

    @seam.post("/stage")
    def stage() -> Response:
        asked = _body()
        known = {f.name for f in fields(Staged)}
        if not set(asked) <= known:
            abort(400)
        local.stage(**asked)
        return jsonify(staged=len(local.ledger.staged))

    @seam.post("/clock")
    def clock() -> Response:
        local.move(timedelta(**_body()))
        return jsonify(now=local.now().isoformat())

    @seam.get("/ledger")
    def ledger() -> Response:
        return jsonify(local.ledger.as_json())

    @seam.get("/subscriptions")
    def subscriptions() -> Response:
        return jsonify({c.id: [local.truth(c.id, s) for s in c.subscriptions] for c in local.customers.values()})

    return seam


def _body() -> dict[str, Any]:
    asked = request.get_json()
    if not isinstance(asked, dict):
        abort(400)
    return asked
