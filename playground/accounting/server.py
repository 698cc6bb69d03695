"""The accounting system over HTTP on loopback: snapshots for whoever has the token, a page and calls to book payments."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, jsonify, redirect, render_template_string, request
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Response as Answer

from playground.accounting.books import Books, Refused, written
from playground.accounting.deliveries import Deliveries

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Accounting</title>
<link rel="icon"
href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E\
%3Crect width='16' height='16' rx='3' fill='%2317653d'/%3E\
%3Cpath d='M4 3.5h8v9l-2-1.2-2 1.2-2-1.2-2 1.2zM6 6.3h4M6 8.8h4' stroke='%23fff' stroke-width='1.6' fill='none'/%3E%3C/svg%3E">
<style>body{font:15px system-ui;margin:2rem;max-width:70rem}table{border-collapse:collapse;width:100%}
td,th{padding:.3rem .6rem;border-bottom:1px solid #ddd;text-align:left}.n{text-align:right}</style>
<h1>Accounting</h1><p>The partner's books, on {{ now }}. Booking a payment tells the desk by webhook.</p>
{% for payer in payers %}<h2>{{ payer.name }} <small>{{ payer.id }}</small></h2><table>
<tr><th>Invoice<th>Due<th class=n>Total<th class=n>Open<th></tr>
{% for number, invoice in payer.invoices.items() %}<tr><td>{{ number }}<td>{{ invoice.facts.due_on }}
<td class=n>{{ show(invoice.total, invoice.currency) }} {{ invoice.currency }}<td class=n>{{ show(invoice.open, invoice.currency) }}
<td>{% if invoice.open > 0 %}<form method=post action="/_stand-in/payments"><input type=hidden name=payer value="{{ payer.id }}">
<input type=hidden name=number value="{{ number }}"><button>Paid in full</button></form>{% endif %}</tr>{% endfor %}</table>{% endfor %}
"""


class LocalAccounting:
    """One accounting system. `deliveries` None sends nothing; `faults` holds statuses given instead of the next snapshots."""

    def __init__(self, token: str = "books-token", deliveries: Deliveries | None = None) -> None:  # noqa: S107 (a stand-in's)
        self.books, self.token, self.deliveries = Books(), token, deliveries
        self.faults: list[int] = []
        self.asked: list[str] = []
        self.ahead = timedelta(0)
        self.app = Flask("local-accounting")
        self._routes()
        self._server: BaseWSGIServer | None = None

    @property
    def url(self) -> str:
        """Where it listens, once started."""
        if self._server is None:
            raise RuntimeError("local accounting is not started")
        return f"http://127.0.0.1:{self._server.server_port}"

    def now(self) -> datetime:
        """The moment it is in these books."""
        return datetime.now(UTC) + self.ahead

    def start(self, port: int = 0) -> None:
        """Listen on loopback and deliver, in threads of their own."""
        self._server = make_server("127.0.0.1", port, self.app, threaded=True)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        if self.deliveries is not None:
            self.deliveries.start()

    def stop(self) -> None:
        """Stop listening and delivering."""
        if self.deliveries is not None:
            self.deliveries.stop()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def load(self, payers: list[dict[str, Any]]) -> None:
        """Take payers over and tell about each. Raises Refused."""
        for payer_id in self.books.load(payers):
            self.tell(payer_id)

    def pay(self, payer_id: str, number: str, amount: str | None = None) -> None:
        """Book a payment and tell about it. Raises Refused."""
        self.books.pay(payer_id, number, amount, self.now())
        self.tell(payer_id)

    def tell(self, payer_id: str) -> None:
        """Send the payer's snapshot."""
        now = self.now()
        data = self.books.snapshot(payer_id, now)
        if self.deliveries is not None and data is not None:
            self.deliveries.send("receivables.payer", data, now)

    def _routes(self) -> None:
        self.app.get("/")(self._page)
        self.app.get("/payers/<path:payer_id>")(self._payer)
        self.app.post("/_stand-in/payers")(self._load)
        self.app.post("/_stand-in/payments")(self._pay)
        self.app.post("/_stand-in/clock")(self._clock)
        self.app.get("/_stand-in/deliveries")(self._deliveries)
        self.app.register_error_handler(Refused, lambda refusal: (jsonify(error=str(refusal)), 422))

    def _payer(self, payer_id: str) -> Response | tuple[Response, int]:
        self.asked.append(payer_id)
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return jsonify(error="unauthorized"), 401
        if self.faults:
            return jsonify(error="staged"), self.faults.pop(0)
        data = self.books.snapshot(payer_id, self.now())
        return (jsonify(error="not found"), 404) if data is None else jsonify(data)

    def _load(self) -> Response:
        self.load(request.get_json())
        return jsonify(payers=sorted(self.books.payers))

    def _pay(self) -> Answer:
        given = request.form or request.get_json()
        self.pay(given["payer"], given["number"], given.get("amount"))
        return redirect("/", 303) if request.form else jsonify(ok=True)

    def _clock(self) -> Response:
        """Moved by so many seconds, together with the desk's business clock."""
        self.ahead += timedelta(seconds=float(request.get_json()["seconds"]))
        return jsonify(now=self.now().isoformat())

    def _deliveries(self) -> Response:
        sent = self.deliveries.messages if self.deliveries is not None else []
        return jsonify([{"id": m.id, "statuses": m.statuses, "delivered": m.delivered} for m in sent])

    def _page(self) -> str:
        payers = sorted(self.books.payers.values(), key=lambda payer: payer.name)
        return render_template_string(PAGE, payers=payers, now=f"{self.now():%Y-%m-%d %H:%M} UTC", show=written)
