"""One vocabulary for both chats: type, click, see. Everything goes through raw signed payloads and real answers."""

import hashlib
import hmac
import itertools
import json
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.harness.world import CHANNELS, SIGNING_SECRET, TEAM, TENANT, Persona, World

_counter = itertools.count(1)


@dataclass
class Seen:
    """What a person was shown: every text of it, and its buttons by label."""

    raw: Any
    texts: list[str] = field(default_factory=list)
    buttons: dict[str, Any] = field(default_factory=dict)
    markup: list[str] = field(default_factory=list)  # the texts the chat would interpret

    def __contains__(self, text: str) -> bool:
        return any(text in shown for shown in self.texts)

    def __str__(self) -> str:
        return "\n".join(self.texts)


class Face(ABC):
    """A chat in which a persona acts."""

    name: str

    def __init__(self, world: World) -> None:
        self.world = world

    @abstractmethod
    def type(self, text: str, *, by: Persona) -> Seen:
        """Type a verb; returns the private answer."""

    @abstractmethod
    def status_of(self, text: str, *, by: Persona) -> int:
        """The HTTP status the gesture got."""


class SlackFace(Face):
    """Signed deliveries to /slack/events."""

    name = "slack"

    def type(self, text: str, *, by: Persona) -> Seen:
        answer = self.deliver(self.command(text, by))
        assert answer.status_code == 200, answer.data
        return seen_in_slack(answer.get_json(silent=True) or {})

    def status_of(self, text: str, *, by: Persona) -> int:
        return int(self.deliver(self.command(text, by)).status_code)

    def command(self, text: str, by: Persona) -> str:
        """A slash command's form body, as Slack sends it."""
        return urlencode(
            {
                "command": "/billing", "text": text, "team_id": TEAM, "team_domain": "partner", "channel_id": CHANNELS["slack"],
                "channel_name": "billing", "user_id": by.slack, "user_name": by.handle, "trigger_id": f"trigger.{next(_counter)}",
                "response_url": "http://127.0.0.1:9/response", "api_app_id": "A1", "is_enterprise_install": "false",
            }
        )  # fmt: skip

    def deliver(self, body: str | bytes, content_type: str = "application/x-www-form-urlencoded", **replace: str) -> Any:
        """Post a body as Slack would, signed now; `replace` overrides headers."""
        raw = body.encode() if isinstance(body, str) else body
        stamp = str(int(time.time()))
        signature = "v0=" + hmac.new(SIGNING_SECRET.encode(), f"v0:{stamp}:".encode() + raw, hashlib.sha256).hexdigest()
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature, "Content-Type": content_type} | replace
        return self.world.client.post("/slack/events", data=raw, headers=headers)


class TeamsFace(Face):
    """Activities with a real token to /api/messages; answers read from the stand-in's ledger."""

    name = "teams"

    def type(self, text: str, *, by: Persona) -> Seen:
        personal = f"a:{by.teams}"
        answer = self.deliver(self.message(text, by, personal))
        assert answer.status_code == 200, answer.data
        held = self.world.local_teams.ledger.conversations.get(personal)
        return seen_in_teams(self.world.local_teams.ledger.newest(personal)) if held else Seen(None)

    def status_of(self, text: str, *, by: Persona) -> int:
        return int(self.deliver(self.message(text, by, f"a:{by.teams}")).status_code)

    def message(self, text: str, by: Persona, conversation: str) -> dict[str, Any]:
        """A message activity, as the Connector sends it."""
        kind = "personal" if conversation.startswith("a:") else "channel"
        return {
            "type": "message", "id": str(next(_counter)), "channelId": "msteams", "serviceUrl": self.world.local_teams.service_url,
            "text": text, "from": {"id": f"29:{by.teams}", "name": by.name, "aadObjectId": by.teams},
            "recipient": {"id": "28:app-1", "name": "Billing Desk"},
            "conversation": {"id": conversation, "conversationType": kind, "tenantId": TENANT},
            "channelData": {"tenant": {"id": TENANT}}, "locale": "en-GB", "localTimezone": "Europe/Warsaw",
        }  # fmt: skip

    def deliver(self, activity: dict[str, Any] | bytes, token: str | None = None, content_type: str = "application/json") -> Any:
        """Post an activity as the Connector would, signed now, or with another token."""
        local = self.world.local_teams
        signed = local.login.sign(local.app_id, local.service_url) if token is None else token
        raw = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        headers = {"Authorization": f"Bearer {signed}", "Content-Type": content_type}
        return self.world.client.post("/api/messages", data=raw, headers=headers)


def seen_in_slack(payload: dict[str, Any]) -> Seen:
    """Every text and button of a message's blocks."""
    made = Seen(payload, markup=[payload.get("text", "")])
    _walk_slack(payload.get("blocks") or [{"text": payload.get("text", "")}], made)
    return made


def _walk_slack(node: Any, made: Seen) -> None:
    if isinstance(node, list):
        for item in node:
            _walk_slack(item, made)
    elif isinstance(node, dict):
        if node.get("type") == "button":
            made.buttons[node["text"]["text"]] = node
            return
        if isinstance(node.get("text"), str):
            made.texts.append(node["text"].replace("\u200b", ""))
            made.markup += [node["text"]] if node.get("type") == "mrkdwn" else []
        for value in node.values():
            _walk_slack(value, made)


def seen_in_teams(activity: dict[str, Any]) -> Seen:
    """Every text and button of an activity's card."""
    made = Seen(activity)
    cards = [a["content"] for a in activity.get("attachments") or []]
    if not cards:
        made.texts.append(activity.get("text", ""))
    _walk_teams(cards, made)
    return made


def _walk_teams(node: Any, made: Seen) -> None:
    if isinstance(node, list):
        for item in node:
            _walk_teams(item, made)
    elif isinstance(node, dict):
        if str(node.get("type", "")).startswith("Action."):
            made.buttons[node["title"]] = node
            return
        made.markup += [node[name] for name in ("text", "value") if isinstance(node.get(name), str)]
        made.texts += [node[name].replace("\\", "") for name in ("text", "value", "title") if isinstance(node.get(name), str)]
        for value in node.values():
            _walk_teams(value, made)


FACES = {"slack": SlackFace, "teams": TeamsFace}
