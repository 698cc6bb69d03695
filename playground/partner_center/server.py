"""Partner Center over HTTP on loopback: login, customers, subscriptions; a ledger of every call; a seam to stage what goes wrong.

https://learn.microsoft.com/partner-center/developer/partner-center-rest-api-reference
"""

import copy
import json
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from playground.partner_center.admin import admin
from playground.partner_center.commerce import Fault, Held, Pending, changed
from playground.partner_center.fixtures import Resource
from playground.partner_center.ledger import Call, Effect, Staged
from playground.partner_center.login import RESOURCE, Application, Login, Refused, Token
from playground.partner_center.partner import Customer, Partner
from playground.serving import OnLoopback

PAGE = 100
MINUTE = 60.0


@dataclass(eq=False)
class Throttled(Exception):
    """Too many calls; another may be tried after so many seconds."""

    seconds: int


class PartnerCenter(OnLoopback, Partner):
    """One partner's Partner Center. `stale_status` is what a stale etag answers: 400 with 2055, or 412."""

    def __init__(self, tenant: str = "partner-tenant", client_id: str = "app-pc", secret: str = "pc-secret") -> None:  # noqa: S107 (a stand-in's)
        super().__init__()
        self.login = Login(tenant, {client_id: Application(client_id=client_id, secret=secret)})
        self.stale_status = 400
        self.app_only_may_write = True
        self.flaps = 10
        self.per_minute: int | None = None  # Microsoft: 500 for these resources
        self._seen: deque[float] = deque()
        self.app = Flask("local-partner-center")
        self._routes()
        self.app.register_blueprint(admin(self))

    def _routes(self) -> None:
        for version, path in ((1, "/<tenant>/oauth2/token"), (2, "/<tenant>/oauth2/v2.0/token")):
            self.app.add_url_rule(path, f"token-v{version}", self._token, defaults={"version": version}, methods=["POST"])
        self.app.route("/v1/<path:path>", methods=["GET", "PATCH", "POST", "PUT", "DELETE"])(self._v1)
        self.app.register_error_handler(Refused, _login_refusal)
        self.app.register_error_handler(HTTPException, lambda e: _json(e.code or 500, _error(Fault(e.code or 500, e.code or 500, e.name))))

    def _token(self, tenant: str, version: int) -> Response:
        staged = self.ledger.take("TOKEN", tenant)
        if staged is not None:
            time.sleep(staged.delay)
            if staged.status:
                return _json(staged.status, staged.body, staged.headers)
        return jsonify(self.login.give(tenant, request.form, version=version))

    def _v1(self, path: str) -> Response:
        """Every call: write it down, check who asks, give what was staged or what the rules say, echo both ids."""
        call = self._note(path)
        staged = self.ledger.take(request.method, path)
        if staged is not None:
            time.sleep(staged.delay)
        if staged is not None and staged.drop == "before":
            return self._drop(call)
        try:
            self._limit()
            self._admit(call)
            status, body, headers = self._staged(staged) or self._answer(call, path, staged)
        except Fault as fault:
            status, body, headers = fault.status, _error(fault), {}
        except Throttled as limit:  # from the gateway before the service: another shape, and no code
            said = f"Rate limit is exceeded. Try again in {limit.seconds} seconds."
            status, body, headers = 429, {"statusCode": 429, "message": said}, {"Retry-After": str(limit.seconds)}
        call.status = status
        if staged is not None and staged.drop == "after":
            return self._drop(call)
        echoed = {"MS-RequestId": call.request_id, "MS-CorrelationId": call.correlation_id}
        return _json(status, body, {**echoed, **headers})

    def _note(self, path: str) -> Call:
        asked = request.get_json(silent=True)
        body = asked if isinstance(asked, dict) else {}
        with self.ledger.lock:
            call = Call(
                number=len(self.ledger.calls) + 1, at=datetime.now(UTC).isoformat(), method=request.method, path=f"/v1/{path}",
                request_id=request.headers.get("MS-RequestId", ""), correlation_id=request.headers.get("MS-CorrelationId", ""),
                identity="", wanted=str(body.get("status", "")), if_match=request.headers.get("If-Match", ""), fields=tuple(sorted(body)),
            )  # fmt: skip
            self.ledger.calls.append(call)
        return call

    def _limit(self) -> None:
        """Raises Throttled above so many calls in a minute; a call that was throttled counts too."""
        now = time.monotonic()
        with self.ledger.lock:
            while self._seen and self._seen[0] <= now - MINUTE:
                self._seen.popleft()
            self._seen.append(now)
            if self.per_minute is not None and len(self._seen) > self.per_minute:
                raise Throttled(int(self._seen[-self.per_minute] + MINUTE - now) + 1)

    def _admit(self, call: Call) -> None:
        """Raises Fault for a token that does not open this door."""
        token = self.login.issued.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if token is None or token.ends < time.monotonic():
            raise Fault(401, 401, "Unauthorized", "API")
        call.identity = "app" if token.app_only else "user"
        if token.audience != RESOURCE:
            raise Fault(401, 900420, "The token's audience is not accepted any more.")
        if not token.app_only and not token.mfa:
            raise Fault(403, 10001, "Authentication failed. MFA required.")
        if request.method == "PATCH":
            self._admit_write(token)

    def _admit_write(self, token: Token) -> None:
        if token.app_only and not self.app_only_may_write:
            raise Fault(403, 900329, "App-only access is not allowed for this operation.")
        if not token.may_write:
            raise Fault(403, 900308, "The role of this account does not allow this operation.")

    def _staged(self, staged: Staged | None) -> tuple[int, Any, dict[str, str]] | None:
        return (staged.status, staged.body, dict(staged.headers)) if staged is not None and staged.status else None

    def _answer(self, call: Call, path: str, staged: Staged | None) -> tuple[int, Any, dict[str, str]]:
        """One call at a time; the same MS-RequestId of a write gets the stored answer and has no second effect."""
        key = (call.request_id, call.method, path)
        with self.ledger.lock:
            if call.method == "PATCH" and call.request_id and key in self.ledger.answers:
                call.replayed = True
                return self.ledger.answers[key]
            try:
                answer = self._route(call, path.strip("/").split("/"), staged)
            except Fault as fault:
                answer = (fault.status, _error(fault), {})
            if call.method == "PATCH":
                self.ledger.answers[key] = answer
            return answer

    def _route(self, call: Call, parts: list[str], staged: Staged | None) -> tuple[int, Any, dict[str, str]]:
        if parts == ["customers"] and call.method == "GET":
            return 200, self._customers(), {}
        if len(parts) not in (2, 3, 4) or parts[0] != "customers" or parts[2:3] not in ([], ["subscriptions"]):
            raise Fault(404, 404, "There is no such resource here.")
        customer = self.customers.get(parts[1])
        if customer is None:
            raise Fault(403, 900159, "There is no commerce relationship with this customer.")
        if len(parts) == 2:
            return 200, customer.as_json(), {}
        if len(parts) == 3:
            items = [held.read() for held in customer.subscriptions.values()]
            return 200, {"totalCount": len(items), "items": items, "attributes": {"objectType": "Collection"}}, {}
        held = customer.subscriptions.get(parts[3])
        if held is None:
            raise Fault(404, 20003, "The subscription was not found.")
        return (200, held.read(), {}) if call.method == "GET" else self._patch(call, customer, held, staged)

    def _customers(self) -> Resource:
        """A page; `links.next` carries the token of the one after it."""
        everyone = [customer.as_json() for customer in self.customers.values()]
        begin = int(request.args.get("seekOperation") == "Next" and request.headers.get("MS-ContinuationToken", "0"))
        size = int(request.args.get("size") or PAGE) or len(everyone)
        links: Resource = {"self": {"uri": f"/customers?size={size}", "method": "GET", "headers": []}}
        if begin + size < len(everyone):
            following = [{"key": "MS-ContinuationToken", "value": str(begin + size)}]
            links["next"] = {"uri": f"/customers?size={size}&seekOperation=Next", "method": "GET", "headers": following}
        return {"totalCount": len(everyone), "items": everyone[begin : begin + size], "links": links}

    def _patch(self, call: Call, customer: Customer, held: Held, staged: Staged | None) -> tuple[int, Any, dict[str, str]]:
        if call.method != "PATCH":
            raise Fault(405, 405, "The method is not allowed here.")
        asked = request.get_json(silent=True)
        if not isinstance(asked, dict):
            raise Fault(400, 2000, "The request body is not valid.")
        etag = held.resource["attributes"].get("etag")
        if etag and call.if_match and call.if_match != etag:
            raise Fault(self.stale_status, 2055, "The resource was changed since it was read.")
        parent = customer.subscriptions.get(str(held.resource.get("parentSubscriptionId") or ""))
        after = changed(held, asked, parent=parent, now=self.now(), flaps=self.flaps)
        self._note_effect(call, customer.id, held.resource, after)
        if staged is not None and staged.accept is not None:
            reads, seconds = staged.accept
            held.pending = Pending(after, reads, datetime.now(UTC) + timedelta(seconds=seconds))
            return 202, None, {"Location": f"/customers/{customer.id}/subscriptions/{held.resource['id']}"}
        held.become(after)
        return 200, copy.deepcopy(after), {}

    def _note_effect(self, call: Call, customer: str, before: Resource, after: Resource) -> None:
        touched = tuple(sorted(name for name in after if after[name] != before.get(name)))
        if touched:
            made = Effect(
                customer=customer, subscription=after["id"], before=before["status"], after=after["status"], call=call.number,
                request_id=call.request_id, changed=touched,
            )  # fmt: skip
            self.ledger.effects.append(made)

    def _drop(self, call: Call) -> Response:
        """Close the connection without a word: the caller cannot know whether anything happened."""
        call.dropped = True
        with suppress(OSError):
            request.environ["werkzeug.socket"].shutdown(2)
        return Response(status=500)


def _error(fault: Fault) -> Resource:
    return {"code": fault.code, "description": fault.description, "data": [], "source": fault.source}


def _json(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    made = Response(b"" if body is None else json.dumps(body), status=status, mimetype="application/json")
    made.headers.update(dict(headers or {}))
    return made


def _login_refusal(refused: Refused) -> Response:
    return _json(refused.status, {"error": refused.error, "error_description": refused.description, "error_codes": []})
