"""Zendesk over HTTP: REST API v2 for a desk, a plain page for people, and what a test asks of a stand-in."""

import base64
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, abort, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Plain

from playground.serving import OnLoopback
from playground.zendesk import shapes
from playground.zendesk.account import CASE_FIELD, GROUPS, Account, Audit, Ticket
from playground.zendesk.delivery import Deliveries
from playground.zendesk.faults import Faults
from playground.zendesk.updating import NotUpdated, update

REST = "/api/v2"
EXPORTS = 10  # a minute
FRESH = timedelta(minutes=1)  # the export leaves out what changed within
Answer = Response | Plain | str | tuple[Response, int] | tuple[Response, int, dict[str, str]]


class LocalZendesk(OnLoopback):
    """One account with one webhook, called by a desk as the agent `user` with an API token, or with the same as an OAuth token.

    `per_minute` is the account's limit; `events` makes its webhook an event subscription instead of a trigger's.
    """

    def __init__(
        self, hook: str, secret: str, *, token: str, user: str = "desk@partner.example", scale: float = 1.0, per_minute: int = 700,
        events: bool = False,
    ) -> None:  # fmt: skip
        self.deliveries, self.faults = Deliveries(hook, secret, scale=scale), Faults()
        self.account = Account(self._tell_event if events else self._tell)
        self.desk = self.account.user(user, name="Billing Desk", role="admin")
        self.calls: list[tuple[str, str, int]] = []  # method, path, status: the ledger of what a desk asked
        self.between: list[Callable[[Ticket], object]] = []  # each happens once, between a desk's reading and its next update
        self.per_minute = per_minute
        basic = base64.b64encode(f"{user}/token:{token}".encode()).decode()
        self._credentials = {f"Basic {basic}", f"Bearer {token}"}
        self._recent: dict[str, deque[float]] = {"all": deque(), "export": deque()}
        self.app = Flask("zendesk", root_path=__file__.rpartition("/")[0])
        self._routes()

    def _tell(self, ticket: Ticket, _audit: Audit) -> None:
        """A trigger's body is what an administrator wrote; this is what the desk's guide has them write."""
        self.deliveries.send({"ticket_id": str(ticket.id), "updated_at": shapes.moment(ticket.updated_at)})

    def _tell_event(self, ticket: Ticket, audit: Audit) -> None:
        kind = "created" if len(ticket.audits) == 1 else "comment_added" if audit.events[0]["type"] == "Comment" else "status_changed"
        self.deliveries.send({
            "account_id": 22129848, "id": str(audit.id), "type": f"zen:event-type:ticket.{kind}", "subject": f"zen:ticket:{ticket.id}",
            "time": audit.created_at.strftime("%Y-%m-%dT%H:%M:%S.123456789Z"), "zendesk_event_version": "2022-11-06", "event": {},
            "detail": {"id": str(ticket.id), "status": ticket.status.upper(), "updated_at": shapes.moment(ticket.updated_at)},
        })  # fmt: skip

    def _routes(self) -> None:
        guarded: dict[str, Callable[..., Answer]] = {
            "GET /users/me": self._me, "GET /users/<int:number>": self._user, "GET /groups/<int:number>": self._group,
            "GET /ticket_fields/<int:number>": self._field, "GET /incremental/tickets/cursor": self._export,
            "GET /tickets/<int:number>": self._show, "PUT /tickets/<int:number>": self._update,
            "GET /tickets/<int:number>/comments": self._comments, "GET /tickets/<int:number>/audits": self._audits,
        }  # fmt: skip
        for line, view in guarded.items():
            method, path = line.split()
            self.app.add_url_rule(f"{REST}{path}", line, view, methods=[method])
            self.app.add_url_rule(f"{REST}{path}.json", f"{line}.json", view, methods=[method])
        self.app.before_request(self._check)
        self.app.after_request(self._note)
        self.app.errorhandler(NotUpdated)(lambda error: (jsonify(error.body), error.status))
        self.app.errorhandler(404)(lambda _error: (jsonify(error="RecordNotFound", description="Not found"), 404))
        self.app.get("/")(self._page)
        self.app.post("/tickets")(self._open)
        self.app.post("/tickets/<int:number>/answer")(self._answer)

    def _check(self) -> Answer | None:
        if not request.path.startswith(REST):
            return None
        fault = self.faults.take(("limit", "away"), request.method, request.path)
        if fault is not None:
            status = 429 if fault.kind == "limit" else 503
            return (
                jsonify(error="TooManyRequests" if status == 429 else "ServiceUnavailable"),
                status,
                {"Retry-After": str(fault.retry_after)},
            )
        if request.headers.get("Authorization") not in self._credentials:
            return jsonify(error="Couldn't authenticate you"), 401
        return self._limited("all", self.per_minute)

    def _limited(self, which: str, most: int) -> Answer | None:
        recent, now = self._recent[which], time.monotonic()
        while recent and now - recent[0] > 60:
            recent.popleft()
        if len(recent) >= most:
            wait = str(1 + int(60 - (now - recent[0])))
            return (
                jsonify(error="APIRateLimitExceeded", description="Number of allowed API requests per minute exceeded"),
                429,
                {"Retry-After": wait},
            )
        recent.append(now)
        return None

    def _note(self, answer: Response) -> Response:
        if request.path.startswith(REST):
            if answer.status_code < 400 and self.faults.take(("lost",), request.method, request.path):
                answer = self.app.make_response((jsonify(error="GatewayTimeout"), 504))
            self.calls.append((request.method, request.path, answer.status_code))
        return answer

    def _ticket(self, number: int) -> Ticket:
        found = self.account.tickets.get(number)
        return abort(404) if found is None or found.deleted else found

    def _me(self) -> Answer:
        return jsonify(user=shapes.user(self.desk))

    def _user(self, number: int) -> Answer:
        return jsonify(user=shapes.user(self.account.users.get(number) or abort(404)))

    def _group(self, number: int) -> Answer:
        return jsonify(group={"id": number, "name": GROUPS.get(number) or abort(404)})

    def _field(self, number: int) -> Answer:
        return jsonify(ticket_field={"id": number, "type": "text", "title": "Billing case"}) if number == CASE_FIELD else abort(404)

    def _show(self, number: int) -> Answer:
        ticket = self._ticket(number)
        side = {"users": shapes.people(self.account, [ticket.requester_id, ticket.assignee_id])} if _includes("users") else {}
        return jsonify(ticket=shapes.ticket(ticket), **side)

    def _update(self, number: int) -> Answer:
        ticket = self._ticket(number)
        asked = (request.get_json(silent=True) or {}).get("ticket")
        if not isinstance(asked, dict):
            return jsonify(error="ParameterMissing"), 400
        if self.between:
            self.between.pop(0)(ticket)
        made = update(self.account, ticket, asked, self.desk.id)
        return jsonify(ticket=shapes.ticket(ticket), **({"audit": shapes.audit(ticket, made)} if made else {}))

    def _comments(self, number: int) -> Answer:
        found = shapes.comments(self._ticket(number))
        part, meta = _page_of(found)
        side = {"users": shapes.people(self.account, [each["author_id"] for each in part])} if _includes("users") else {}
        return jsonify(comments=part, meta=meta, links={"next": "https://elsewhere.example/next"}, **side)

    def _audits(self, number: int) -> Answer:
        ticket = self._ticket(number)
        part, meta = _page_of([shapes.audit(ticket, each) for each in ticket.audits])
        return jsonify(audits=part, meta=meta, links={"next": "https://elsewhere.example/next"})

    def _export(self) -> Answer:
        """By cursor: in the order of what Zendesk noted, without the last minute, a start in the last minute refused."""
        if limited := self._limited("export", EXPORTS):
            return limited
        now, size = self.account.now(), min(request.args.get("per_page", 1000, int), 1000)
        at, after = _cursor(request.args.get("cursor", ""), request.args.get("start_time", "", str))
        if "cursor" not in request.args and at > (now - FRESH).timestamp():
            return jsonify(error="StartTimeTooRecent", description="Too recent start_time. Use a start_time older than 60 seconds"), 400
        with self.account.lock:
            noted = sorted((int(t.noted_at.timestamp()), t.id) for t in self.account.tickets.values() if t.noted_at < now - FRESH)
        rest = [mark for mark in noted if mark > (at, after)]
        part = rest[:size]
        last = part[-1] if part else (at, after)
        cursor = base64.b64encode(f"{last[0]}||{last[1]}".encode()).decode()
        found = [shapes.ticket(self.account.tickets[number]) for _, number in part]
        return jsonify(
            tickets=found, after_cursor=cursor, after_url=f"https://elsewhere.example/?{cursor}", end_of_stream=len(rest) <= size
        )

    def _page(self) -> Answer:
        return render_template("tickets.html", tickets=sorted(self.account.tickets.values(), key=lambda t: -t.id), users=self.account.users)

    def _open(self) -> Answer:
        self.account.open(request.form["requester"], request.form["subject"], request.form["text"])
        return redirect("/")

    def _answer(self, number: int) -> Answer:
        ticket = self._ticket(number)
        if ticket.status == "closed":
            self.account.open(self.account.users[ticket.requester_id].email, f"Re: {ticket.subject}", request.form["text"], follows=ticket)
        else:
            self.account.say(ticket, self.account.users[ticket.requester_id], request.form["text"])
        return redirect("/")


def _includes(name: str) -> bool:
    return name in request.args.get("include", "").split(",")


def _page_of(found: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Cursor pagination: https://developer.zendesk.com/api-reference/introduction/pagination/"""
    size = request.args.get("page[size]", 0, int)
    if not 1 <= size <= 100:
        abort(400)
    begin = int(base64.b64decode(request.args.get("page[after]", "MA==")))
    end = begin + size
    meta = {"has_more": len(found) > end, "after_cursor": base64.b64encode(str(end).encode()).decode(), "before_cursor": None}
    return found[begin:end], meta


def _cursor(cursor: str, start_time: str) -> tuple[int, int]:
    """From which note on: everything later than (second, ticket)."""
    if cursor:
        at, after = base64.b64decode(cursor).decode().split("||")
        return int(at), int(after)
    return (int(start_time), 0) if start_time.isdigit() and datetime.fromtimestamp(int(start_time), UTC) else abort(400)
