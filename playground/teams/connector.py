"""Connector v3 as the bot calls it: send, reply, update, delete, create a conversation, read members.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

import itertools
import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from playground.teams.checks import check_activity
from playground.teams.directory import THREAD, Directory, Person, personal_chat, root_of
from playground.teams.faults import CONNECTOR, Fault, Limits, Switches
from playground.teams.ledger import BOT, Ledger
from playground.teams.tokens import Login

SIZE_LIMIT = 100 * 1024  # bytes in UTF-16: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
Staged = tuple[int, dict[str, str], dict[str, Any]]


class Connector:
    """The service side. `faults` are answers staged for the next calls, before the named switches."""

    def __init__(self, directory: Directory, ledger: Ledger, login: Login, switches: Switches, limits: Limits | None) -> None:
        self.faults: list[Staged] = []
        self._directory, self._ledger, self._login = directory, ledger, login
        self._switches, self._limits = switches, limits
        self._ids = itertools.count(int(time.time() * 1000))
        self._lock = threading.Lock()

    def next_id(self) -> str:
        """An id nobody had, also not before a restart: the bot remembers ids."""
        with self._lock:
            return str(next(self._ids))

    def routes(self) -> Blueprint:
        """The five calls, and the reading of members."""
        made = Blueprint("connector", __name__, url_prefix="/teams/v3/conversations")
        there, one = "/<path:conversation>", "/<path:conversation>/activities/<activity>"
        rules: tuple[tuple[str, str, str, Callable[..., Response]], ...] = (
            ("create", "POST", "", self._create),
            ("send", "POST", f"{there}/activities", self._send),
            ("send", "POST", one, self._send),
            ("update", "PUT", one, self._update),
            ("delete", "DELETE", one, self._delete),
            ("members", "GET", f"{there}/members", self._members),
            ("members", "GET", f"{there}/pagedmembers", self._paged_members),
            ("members", "GET", f"{there}/members/<user>", self._member),
        )
        for at, (call, method, path, carry_out) in enumerate(rules):
            made.add_url_rule(path, f"{call}_{at}", self._guarded(call, carry_out), methods=[method])
        return made

    def _guarded(self, call: str, carry_out: Callable[..., Response]) -> Callable[..., Response]:
        """The bot's token must be one we issued; then faults and limits; then the call itself."""

        def view(**names: str) -> Response:
            staged = self._admitted(call, names.get("conversation", ""))
            if staged is not None:
                return staged
            fault = self._fault(call, names.get("conversation", ""))
            if fault is not None and not fault.after:
                return _answer(fault.status, dict(fault.headers), fault.body())
            refused = _refused_body() if call in ("send", "update", "create") else None
            answer = refused or carry_out(**names)
            return answer if fault is None else _answer(fault.status, dict(fault.headers), fault.body())

        return view

    def _admitted(self, call: str, conversation: str) -> Response | None:
        """None for a call that may go on."""
        token = request.headers.get("Authorization", "")
        with self._lock:
            self._ledger.calls.append((call, conversation, token))
            if token.removeprefix("Bearer ") not in self._login.issued:
                return refusal(401, "Unauthorized", "Authorization has been denied for this request.")
            return _answer(*self.faults.pop(0)) if self.faults else None

    def _fault(self, call: str, conversation: str) -> Fault | None:
        name = self._switches.take(*(n for n, fault in CONNECTOR.items() if call in fault.calls))
        if name:
            return CONNECTOR[name]
        if self._limits and call in ("send", "create") and not self._limits.allows(conversation):
            return CONNECTOR["limited_silently"]
        return None

    def _create(self) -> Response:
        """A personal chat, or a new post in a channel; group chats cannot be made."""
        body = request.get_json()
        channel = ((body.get("channelData") or {}).get("channel") or {}).get("id")
        if body.get("isGroup") or channel:
            return self._post(str(channel or ""), body)
        members = body.get("members") or [{}]
        user = str(members[0].get("id", ""))
        if len(members) != 1 or (self._directory.people and self._directory.person(user) is None):
            return refusal(403, "ForbiddenOperationException", "The bot is not installed for this user.")
        conversation = personal_chat(user)
        self._ledger.conversations.setdefault(conversation, {})
        return jsonify(id=conversation)

    def _post(self, channel: str, body: dict[str, Any]) -> Response:
        if not channel or (self._directory.people and channel not in self._directory.conversations):
            return refusal(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
        if not isinstance(body.get("activity"), dict):
            return refusal(400, "BadArgument", "A new post needs its first activity.")
        made = self.next_id()
        self._ledger.add(made, channel, BOT, body["activity"])
        return jsonify(id=f"{channel}{THREAD}{made}", activityId=made)

    def _send(self, conversation: str, activity: str = "") -> Response:
        """A message, or a reply to one: Teams takes also a name that the bot made up."""
        if self._directory.people and root_of(conversation)[0] not in self._directory.conversations:
            return _no_conversation()
        made = self.next_id()
        sent = request.get_json() | ({"replyToId": activity} if activity else {})
        self._ledger.add(made, conversation, BOT, sent)
        return jsonify(id=made)

    def _update(self, conversation: str, activity: str) -> Response:
        if not self._ledger.replace(conversation, activity, request.get_json()):
            return refusal(404, "ActivityNotFound", "The activity was not found.")
        return jsonify(id=activity)

    def _delete(self, conversation: str, activity: str) -> Response:
        if not self._ledger.remove(conversation, activity):
            return refusal(404, "ActivityNotFound", "The activity was not found.")
        return Response(status=200)

    def _members(self, conversation: str) -> Response:
        found = self._accounts(conversation)
        return _no_conversation() if found is None else jsonify(found)

    def _paged_members(self, conversation: str) -> Response:
        found = self._accounts(conversation)
        return _no_conversation() if found is None else jsonify(members=found, continuationToken="")

    def _accounts(self, conversation: str) -> list[dict[str, Any]] | None:
        found = self._directory.conversations.get(root_of(conversation)[0])
        return None if found is None else [account(self._directory.people[m]) for m in found.members]

    def _member(self, conversation: str, user: str) -> Response:
        person = self._directory.person(user)
        found = self._directory.conversations.get(root_of(conversation)[0])
        if person is None or found is None or person.id not in found.members:
            return refusal(404, "MemberNotFoundInConversation", "The member is not part of the conversation.")
        return jsonify(account(person))


def account(person: Person) -> dict[str, Any]:
    """A member as the Connector names them."""
    return {
        "id": person.teams_id, "name": person.name, "aadObjectId": person.id, "email": person.email, "userPrincipalName": person.email,
        "tenantId": person.tenant, "userRole": "guest" if person.guest else "user",
    }  # fmt: skip


def refusal(status: int, code: str, text: str) -> Response:
    """A refused call, worded as the Connector does."""
    return _answer(status, {}, {"error": {"code": code, "message": text}})


def _no_conversation() -> Response:
    return refusal(404, "ConversationNotFound", "Conversation not found.")


def _answer(status: int, headers: dict[str, str], body: dict[str, Any]) -> Response:
    made = jsonify(body)
    made.status_code = status
    made.headers.update(headers)
    return made


def _refused_body() -> Response | None:
    """What Teams refuses in an activity: not JSON, too large, a card that is none."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        return refusal(400, "BadSyntax", "The activity could not be read.")
    if len(request.get_data(as_text=True).encode("utf-16-le")) > SIZE_LIMIT:
        return refusal(413, "MessageSizeTooBig", "The message is too large.")
    activity = body.get("activity", body)
    problems = check_activity(activity) if isinstance(activity, dict) and activity.get("type") == "message" else []
    return refusal(400, "BadSyntax", "; ".join(problems)) if problems else None
