"""The Web API's methods over the ledger: each takes the call's arguments and returns the answer, or raises Refused.

https://docs.slack.dev/reference/methods
"""

import itertools
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from playground.slack.ledger import Json, Ledger, Triggers

TEXT_LIMIT = 40_000
APP = "A1"
BOT = {"user_id": "UDESK", "bot_id": "BDESK", "user": "billing_desk", "team": "Partner"}
Check = Callable[[str, Mapping[str, Any]], Iterable[str]]


class Refused(Exception):
    """The call's error string, with what else the answer says."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error, self.more = error, more


class Methods:
    """One workspace. `check(surface, payload)` names what is wrong with blocks; surfaces are message, modal, home."""

    def __init__(self, ledger: Ledger, triggers: Triggers, team: str, check: Check) -> None:
        self.ledger, self.triggers, self.team, self.check = ledger, triggers, team, check
        self.channels: set[str] = set()
        self.archived: set[str] = set()
        self.profiles: dict[str, dict[str, str]] = {}  # what people set there, where it is not the usual: locale, tz
        self.strangers: set[str] = set()  # user ids this workspace does not have
        self._numbers = itertools.count(1)
        self.table: Mapping[str, Callable[[Json], Json]] = {
            "auth.test": self.auth_test,
            "bots.info": self.bot,
            "chat.postMessage": self.post,
            "chat.postEphemeral": self.whisper,
            "chat.update": self.update,
            "chat.delete": self.delete,
            "conversations.open": self.open_conversation,
            "users.info": self.user,
            "views.open": self.open_view,
            "views.push": self.open_view,
            "views.update": self.update_view,
            "views.publish": self.publish,
        }

    def carry_out(self, method: str, call: Json) -> Json:
        """The method's answer. Raises Refused, also for a method we do not have."""
        if method not in self.table:
            raise Refused("unknown_method")
        return self.table[method](call)

    def auth_test(self, _call: Json) -> Json:
        """Who the token is."""
        return {"url": "http://local-slack/", "team_id": self.team, **BOT}

    def bot(self, call: Json) -> Json:
        """Which app a bot is of (https://docs.slack.dev/reference/methods/bots.info)."""
        if call.get("bot") != BOT["bot_id"]:
            raise Refused("bot_not_found")
        return {"bot": {"id": BOT["bot_id"], "deleted": False, "name": BOT["user"], "app_id": APP, "user_id": BOT["user_id"]}}

    def post(self, call: Json) -> Json:
        """A new message; a thread's parent must be there."""
        held = self._channel(call)
        self._check_content(call)
        if call.get("thread_ts") and call["thread_ts"] not in held:
            raise Refused("thread_not_found")
        stamp = f"{int(time.time())}.{next(self._numbers):06d}"
        held[stamp] = message = {**call, "ts": stamp, "bot_id": BOT["bot_id"]}
        return {"channel": call["channel"], "ts": stamp, "message": message}

    def whisper(self, call: Json) -> Json:
        """Seen by one person only, and never again."""
        self._channel(call)
        self._user(call.get("user"))
        self._check_content(call)
        self.ledger.ephemerals.append(call)
        return {"message_ts": f"{int(time.time())}.{next(self._numbers):06d}"}

    def update(self, call: Json) -> Json:
        """What is left out is gone: blocks are not kept."""
        held = self._channel(call)
        if call.get("ts") not in held:
            raise Refused("message_not_found")
        self._check_content(call)
        old = held[call["ts"]]
        held[call["ts"]] = {"bot_id": BOT["bot_id"], **{k: old[k] for k in ("thread_ts",) if k in old}, **call}
        return {"channel": call["channel"], "ts": call["ts"], "text": call.get("text", "")}

    def delete(self, call: Json) -> Json:
        """Gone for everybody."""
        if self._channel(call).pop(str(call.get("ts")), None) is None:
            raise Refused("message_not_found")
        return {"channel": call["channel"], "ts": call["ts"]}

    def open_conversation(self, call: Json) -> Json:
        """The direct conversation with one person."""
        user = self._user(call.get("users"))
        channel = f"D{user}"
        self.channels.add(channel)
        self.ledger.channels.setdefault(channel, {})
        return {"channel": {"id": channel}}

    def user(self, call: Json) -> Json:
        """A person's name, language and zone."""
        user = self._user(call.get("user"))
        profile = {"email": f"{user.casefold()}@partner.example", "real_name": user}
        said = {"locale": "en-GB", "tz": "Europe/Warsaw", **self.profiles.get(user, {})}
        if not call.get("include_locale"):
            del said["locale"]
        return {"user": {"id": user, "team_id": self.team, **said, "profile": profile}}

    def open_view(self, call: Json) -> Json:
        """A modal for whoever made the gesture."""
        if error := self.triggers.spend(str(call.get("trigger_id"))):
            raise Refused(error)
        view = self._view(call, "modal")
        self.ledger.opened.append({"trigger_id": call["trigger_id"], "view": view})
        return {"view": view}

    def update_view(self, call: Json) -> Json:
        """Replaces an opened modal; with `hash`, only if nobody else did meanwhile."""
        found = [held for held in self.ledger.opened if held["view"]["id"] == call.get("view_id")]
        if not found:
            raise Refused("not_found")
        if call.get("hash") not in (None, found[-1]["view"]["hash"]):
            raise Refused("hash_conflict")
        found[-1]["view"] = self._view(call, "modal", found[-1]["view"]["id"])
        return {"view": found[-1]["view"]}

    def publish(self, call: Json) -> Json:
        """The home tab of one person."""
        user = self._user(call.get("user_id"))
        self.ledger.homes[user] = view = self._view(call, "home")
        return {"view": view}

    def check_blocks(self, surface: str, payload: Mapping[str, Any]) -> None:
        """Raises Refused as Slack does for blocks it does not take."""
        if wrong := list(self.check(surface, payload)):
            raise Refused("invalid_blocks", response_metadata={"messages": [f"[ERROR] {line}" for line in wrong]})

    def _view(self, call: Json, surface: str, view_id: str = "") -> Json:
        given = call.get("view")
        if not isinstance(given, dict) or given.get("type") != surface:
            raise Refused("invalid_arguments")
        self.check_blocks(surface, given)
        number = next(self._numbers)
        return {**given, "id": view_id or f"V{number:06d}", "hash": f"h{number}", "team_id": self.team}

    def _channel(self, call: Json) -> dict[str, Json]:
        channel = str(call.get("channel"))
        if channel not in self.channels:
            raise Refused("channel_not_found")
        if channel in self.archived:
            raise Refused("is_archived")
        return self.ledger.channels.setdefault(channel, {})

    def _user(self, user: object) -> str:
        if not isinstance(user, str) or not user.startswith(("U", "W")) or user in self.strangers:
            raise Refused("user_not_found")
        return user

    def _check_content(self, call: Json) -> None:
        if not call.get("text") and not call.get("blocks"):
            raise Refused("no_text")
        if len(call.get("text") or "") > TEXT_LIMIT:
            raise Refused("msg_too_long")
        self.check_blocks("message", call)
