"""The ticketing system over HTTP: REST 2 for a desk, a plain page for people.

It behaves as a real Request Tracker 5.0.3 was seen to: a refused change is a 200 with a sentence, a no-op a 200 with nothing, comments
answer every If-Match with 412, a ticket's ETag is the id of its last transaction.
"""

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, abort, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Plain

from playground.serving import OnLoopback
from playground.ticketing.delivery import Deliveries
from playground.ticketing.ledger import Entry, Ledger, Ticket

REST = "/REST/2.0"
SEARCH = re.compile(r"LastUpdated > '(\d{4}-\d\d-\d\d)'", re.ASCII)
Answer = Response | Plain | str | tuple[Response, int]


class Ticketing(OnLoopback):
    """One ticketing system with one desk behind it, which calls as `user` with `token`."""

    def __init__(self, hook: str, secret: str, *, token: str, user: str = "billing-desk", scale: float = 1.0) -> None:
        self.deliveries = Deliveries(hook, secret, scale=scale)
        self.ledger = Ledger(self._tell)
        self._token, self._user = token, user
        self.app = Flask("ticketing", root_path=__file__.rpartition("/")[0])
        self._routes()

    def _tell(self, entry: Entry) -> None:
        data = {"ticket_id": entry.ticket, "transaction_id": entry.id}
        payload: dict[str, object] = {"type": f"ticket.{entry.kind.lower()}", "timestamp": entry.at.isoformat(), "data": data}
        self.deliveries.send(f"rt-{entry.id}", payload)

    def _routes(self) -> None:
        guarded: dict[str, Callable[..., Answer]] = {
            "GET /tickets": self._changed, "GET /ticket/<int:number>": self._show, "PUT /ticket/<int:number>": self._change,
            "GET /ticket/<int:number>/history": self._history, "POST /ticket/<int:number>/comment": self._comment,
            "POST /ticket/<int:number>/correspond": self._correspond, "GET /transaction/<int:number>/attachments": self._attachments,
            "GET /attachment/<int:number>": self._attachment,
        }  # fmt: skip
        for line, view in guarded.items():
            method, path = line.split()
            self.app.add_url_rule(f"{REST}{path}", line, view, methods=[method])
        self.app.before_request(self._check)
        self.app.get("/")(self._page)
        self.app.post("/tickets")(self._open)
        self.app.post("/tickets/<int:number>/answer")(self._answer)
        self.app.post("/_stand-in/tickets")(self._pour)
        self.app.post("/_stand-in/clock")(self._clock)
        self.app.get("/_stand-in/ledger")(self._ledger)

    def _check(self) -> Answer | None:
        if request.path.startswith(REST) and request.headers.get("Authorization") != f"token {self._token}":
            return jsonify(message="Unauthorized"), 401
        return None

    def _ticket(self, number: int) -> Ticket:
        return self.ledger.tickets.get(number) or abort(404)

    def _show(self, number: int) -> Answer:
        ticket = self._ticket(number)
        fields = [{"name": name, "type": "customfield", "values": [value] if value else []} for name, value in ticket.fields.items()]
        shown = jsonify(
            id=ticket.id, type="ticket", Subject=ticket.subject, Status=ticket.status, Queue={"id": "1", "Name": ticket.queue},
            Requestor=[{"id": ticket.requestor, "type": "user"}], CustomFields=fields,
        )  # fmt: skip
        shown.headers["ETag"] = f'"{ticket.history[-1].id}"'
        return shown

    def _changed(self) -> Answer:
        """Only the search a desk makes: changed after a day, the newest change first; moments come out in UTC."""
        asked = SEARCH.fullmatch(request.args.get("query", "")) or abort(400)
        size, page = request.args.get("per_page", 20, int), request.args.get("page", 1, int)
        after = datetime.fromisoformat(asked.group(1)).replace(tzinfo=UTC)
        with self.ledger.lock:
            last = sorted(((t.history[-1].at, t.id) for t in self.ledger.tickets.values() if t.history), reverse=True)
        part = [(at, number) for at, number in last if at > after][(page - 1) * size : page * size]
        items = [{"type": "ticket", "id": str(number), "LastUpdated": at.strftime("%Y-%m-%dT%H:%M:%SZ")} for at, number in part]
        return jsonify(items=items, page=page, per_page=size, count=len(items), pages=None, total=None)

    def _change(self, number: int) -> Answer:
        ticket, said = self._ticket(number), []
        expected = request.headers.get("If-Match")
        if expected is not None and expected != f'"{ticket.history[-1].id}"':
            return jsonify(message="Precondition Failed"), 412
        asked: dict[str, Any] = request.get_json()
        for name, value in asked.get("CustomFields", {}).items():
            if name in ticket.fields and ticket.fields[name] != value:
                ticket.fields[name] = value
                self.ledger.add(ticket, "CustomField", self._user, value)
                said.append(f"{name} {value} added")
        if "Queue" in asked and asked["Queue"] != ticket.queue:
            ticket.queue = asked["Queue"]
            self.ledger.add(ticket, "Set", self._user, ticket.queue)
            said.append(f"Ticket {number}: Queue changed to {ticket.queue}")
        if "Status" in asked:
            said += self._status(ticket, asked["Status"])
        return jsonify(said)

    def _status(self, ticket: Ticket, status: str) -> list[str]:
        try:
            changed = self.ledger.set_status(ticket, status, self._user)
        except ValueError:
            return [f"Ticket {ticket.id}: Status '{status}' isn't a valid status for this ticket."]
        return [f"Ticket {ticket.id}: Status changed to '{status}'"] if changed else []

    def _history(self, number: int) -> Answer:
        size, page = request.args.get("per_page", 20, int), request.args.get("page", 1, int)
        part = self._ticket(number).history[(page - 1) * size : page * size]
        items = [{"id": str(e.id), "Type": e.kind, "Creator": {"id": e.creator}, "Created": e.at.isoformat()} for e in part]
        return jsonify(items=items, page=page, per_page=size, count=len(items), pages=None, total=None)

    def _comment(self, number: int) -> Answer:
        return self._say(number, "Comment", "Comments added")

    def _correspond(self, number: int) -> Answer:
        return self._say(number, "Correspond", "Correspondence added")

    def _say(self, number: int, kind: str, said: str) -> Answer:
        ticket = self._ticket(number)
        if "If-Match" in request.headers:
            return jsonify(message="Precondition Failed"), 412
        self.ledger.add(ticket, kind, self._user, request.get_json()["Content"])
        if kind == "Correspond" and ticket.status == "new":
            self.ledger.set_status(ticket, "open", "RT_System")
        return jsonify([said]), 201

    def _attachments(self, number: int) -> Answer:
        entry = self.ledger.entry(number) or abort(404)
        items = [{"id": str(entry.id), "ContentType": "text/plain", "Filename": ""}] if entry.text else []
        return jsonify(items=items, count=len(items))

    def _attachment(self, number: int) -> Answer:
        entry = self.ledger.entry(number) or abort(404)
        return jsonify(id=entry.id, ContentType="text/plain", Content=base64.encodebytes(entry.text.encode()).decode())

    def _page(self) -> Answer:
        return render_template("tickets.html", tickets=sorted(self.ledger.tickets.values(), key=lambda t: -t.id))

    def _open(self) -> Answer:
        self.ledger.open(request.form["requestor"], request.form["subject"], request.form["text"])
        return redirect("/")

    def _answer(self, number: int) -> Answer:
        """The customer writes again: as in Request Tracker, a ticket that waited or was resolved is open again."""
        ticket = self._ticket(number)
        self.ledger.add(ticket, "Correspond", ticket.requestor, request.form["text"])
        self.ledger.set_status(ticket, "open", "RT_System")
        return redirect("/")

    def _pour(self) -> Answer:
        asked = request.get_json()
        return jsonify(id=self.ledger.open(asked["requestor"], asked["subject"], asked["text"]).id)

    def _ledger(self) -> Answer:
        entries = [[e.id, t.id, e.kind, e.creator, e.text] for t in self.ledger.tickets.values() for e in t.history]
        return jsonify(entries=entries, deliveries=self.deliveries.log)

    def _clock(self) -> Answer:
        """Moved by so many seconds, together with the desk's business clock."""
        self.ledger.ahead += timedelta(seconds=float(request.get_json()["seconds"]))
        return jsonify(seconds=self.ledger.ahead.total_seconds())
