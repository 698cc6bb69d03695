"""Slack as its people use it: signed deliveries to /slack/events, answers from acknowledgements and from the local Slack's ledger."""

import hashlib
import hmac
import json
import re
import time
from typing import Any
from urllib.parse import urlencode

from playground.slack.blocks import check
from tests.harness.face import Face, Seen, counter
from tests.harness.parity import NOTES, asks_first
from tests.harness.world import CALLED, CHANNELS, SIGNING_SECRET, TEAM, Persona

FORM = "application/x-www-form-urlencoded"


class SlackFace(Face):
    """Every gesture brings a trigger and a response address that the local Slack minted for it."""

    name = "slack"

    def type(self, text: str, *, by: Persona) -> Seen:
        trigger = self.world.local_slack.triggers.mint()
        answer = self.deliver(self.command(text, by, trigger))
        assert answer.status_code == 200, answer.data
        said = answer.get_json(silent=True) or {}
        assert check("message", said) == []
        return self._opened(trigger) or seen_in_slack(said)

    def mention(self, text: str, *, by: Persona, thread: str = "") -> Seen:
        ledger = self.world.local_slack.ledger
        before = len(ledger.ephemerals)
        answer = self.deliver(json.dumps(self.mentioned(text, by, thread)), "application/json")
        assert answer.status_code == 200, answer.data
        return seen_in_slack(ledger.ephemerals[-1]) if len(ledger.ephemerals) > before else Seen({})

    def click(self, seen: Seen, label: str, *, by: Persona) -> Seen:
        payload = self.pressed(seen, label, by)
        answer = self.deliver(interaction(payload))
        assert answer.status_code == 200, answer.data
        if "view" in payload:
            return self._opened(payload["trigger_id"]) or self.open_now(seen)
        told = self.world.local_slack.ledger.responses.get(payload["response_url"].rpartition("/")[2])
        return self._opened(payload["trigger_id"]) or (seen_in_slack(told[-1]) if told else Seen({}))

    def deciding(self, form: Seen) -> list[str]:
        return [name for name, block in form.inputs.items() if block.get("dispatch_action")]

    def answer(self, form: Seen, name: str, value: str, *, by: Persona, **typed: str) -> Seen:
        answer = self.deliver(interaction(self.answered(form, name, value, by, **typed)))
        assert answer.status_code == 200, answer.data
        return self.open_now(form, **{**form.typed, **typed, name: value})

    def answered(self, form: Seen, name: str, value: str, by: Persona, **typed: str) -> dict[str, Any]:
        """A block_actions payload for an input that dispatches its answer, of the modal as its person sees it."""
        payload = self.submission(form, by, form.typed | typed | {name: value})
        state = payload["view"]["state"]["values"][name]
        pressed = {"action_id": "value", "block_id": name, "action_ts": f"{next(counter)}.000001", **state["value"]}
        container = {"type": "view", "view_id": form.raw["id"]}
        return {**payload, "type": "block_actions", "container": container, "actions": [pressed]}

    def open_now(self, form: Seen, **typed: str) -> Seen:
        """The modal as it stands open, with what is typed in those inputs that stayed: Slack keeps it by their ids."""
        held = next(held["view"] for held in self.world.local_slack.ledger.opened if held["view"]["id"] == form.raw["id"])
        seen = seen_in_slack(held)
        seen.typed = {name: text for name, text in typed.items() if name in seen.inputs}
        seen.fields |= {name: _text_of(_state(seen.inputs[name]["element"], text)) for name, text in seen.typed.items()}
        return seen

    def send(self, form: Seen, *, by: Persona, **values: str) -> Seen:
        unknown = set(values) - set(form.inputs)
        assert not unknown, f"the form has no {unknown}, only {set(form.inputs)}"
        answer = self.deliver(interaction(self.submission(form, by, form.typed | values)))
        assert answer.status_code == 200, answer.data
        said = answer.get_json(silent=True) or {}
        if said.get("response_action") == "errors":
            again = seen_in_slack(form.raw)
            again.errors = said["errors"]
            again.texts += said["errors"].values()
            again.typed = form.typed | values
            again.fields |= {name: _text_of(_state(form.inputs[name]["element"], text)) for name, text in again.typed.items()}
            return again
        if said.get("response_action") != "update":
            return Seen(said)
        assert check("modal", said["view"]) == []
        return seen_in_slack(self._replaced(form, said["view"]))

    def on_message(self, action: str, text: str, *, author: str, by: Persona) -> Seen:
        payload = self.shortcut(action, text, author, by)
        answer = self.deliver(interaction(payload))
        assert answer.status_code == 200, answer.data
        told = self.world.local_slack.ledger.responses.get(payload["response_url"].rpartition("/")[2])
        return self._opened(payload["trigger_id"]) or (seen_in_slack(told[-1]) if told else Seen({}))

    def suggest(self, action: str, field: str, typed: str, *, by: Persona, form: Seen | None = None) -> dict[str, str]:
        view = {"type": "modal", "private_metadata": json.dumps({"action": action, "given": {}}), "callback_id": "billing:form"}
        if form is not None:
            view = self.submission(form, by, form.typed)["view"]
        payload = {
            "type": "block_suggestion", "user": {"id": by.slack, "team_id": TEAM}, "team": {"id": TEAM}, "view": view, "value": typed,
            "api_app_id": "A1", "action_id": "value", "block_id": field, "is_enterprise_install": False, "enterprise": None,
        }  # fmt: skip
        answer = self.deliver(interaction(payload))
        assert answer.status_code == 200, answer.data
        return {found["value"]: found["text"]["text"] for found in answer.get_json()["options"]}

    def write(self, text: str, *, by: Persona) -> Seen:
        ledger, conversation = self.world.local_slack.ledger, f"D{by.slack}"
        self.world.local_slack.methods.channels.add(conversation)
        payload = self.mentioned(text, by)
        payload["event"] |= {"type": "message", "channel_type": "im", "channel": conversation, "text": text}
        before = len(ledger.channels.get(conversation, {}))
        answer = self.deliver(json.dumps(payload), "application/json")
        assert answer.status_code == 200, answer.data
        return (
            seen_in_slack(ledger.newest(conversation), place=conversation)
            if len(ledger.channels.get(conversation, {})) > before
            else Seen({})
        )

    def channel(self) -> Seen:
        channel = CHANNELS["slack"]
        return seen_in_slack(self.world.local_slack.ledger.newest(channel), place=channel)

    def told(self, who: Persona) -> Seen:
        channel = f"D{who.slack}"
        return seen_in_slack(self.world.local_slack.ledger.newest(channel), place=channel)

    def again(self) -> int:
        return int(self.deliver(*self._last).status_code)

    def status_of(self, text: str, *, by: Persona) -> int:
        return int(self.deliver(self.command(text, by)).status_code)

    def command(self, text: str, by: Persona, trigger: str = "") -> str:
        """A slash command's form body, as Slack sends it."""
        local = self.world.local_slack
        return urlencode(
            {
                "command": "/billing", "text": text, "team_id": TEAM, "team_domain": "partner", "channel_id": CHANNELS["slack"],
                "channel_name": "billing", "user_id": by.slack, "user_name": by.handle, "trigger_id": trigger or local.triggers.mint(),
                "response_url": local.mint_response_url(), "api_app_id": "A1", "is_enterprise_install": "false",
            }
        )  # fmt: skip

    def mentioned(self, text: str, by: Persona, thread: str = "") -> dict[str, Any]:
        """An app_mention event in the billing channel."""
        event = {
            "type": "app_mention", "user": by.slack, "text": f"<@UDESK> {text}", "channel": CHANNELS["slack"], "team": TEAM,
            "ts": f"{int(time.time())}.{next(counter):06d}", "event_ts": "1",
        }  # fmt: skip
        return {
            "type": "event_callback", "team_id": TEAM, "api_app_id": "A1", "event_id": f"Ev{next(counter):06d}", "event_time": 1,
            "authorizations": [{"team_id": TEAM, "user_id": "UDESK", "is_bot": True, "is_enterprise_install": False}],
            "event": event | ({"thread_ts": thread} if thread else {}),
        }  # fmt: skip

    def pressed(self, seen: Seen, label: str, by: Persona) -> dict[str, Any]:
        """A block_actions payload for a button, or for an entry behind the dots."""
        local, element = self.world.local_slack, seen.buttons[label]
        action = {"action_id": element["action_id"], "block_id": "b1", "action_ts": "1", "type": element["type"]}
        if element["type"] == "overflow":
            action["selected_option"] = next(o for o in element["options"] if o["text"]["text"] == label)
        else:
            action |= {"value": element["value"], "text": element["text"]}
        if (seen.raw or {}).get("type") == "modal":
            return self._pressed_in_modal(seen, action, by)
        is_message = bool(seen.place)
        kind = {"type": "message", "message_ts": seen.reference, "channel_id": CHANNELS["slack"], "is_ephemeral": not is_message}
        return {
            "type": "block_actions", "api_app_id": "A1", "token": "t", "user": {"id": by.slack, "username": by.handle, "team_id": TEAM},
            "team": {"id": TEAM, "domain": "partner"}, "enterprise": None, "is_enterprise_install": False, "container": kind,
            "channel": {"id": seen.place or CHANNELS["slack"], "name": "billing"}, "trigger_id": local.triggers.mint(),
            "response_url": local.mint_response_url(), "actions": [action], **({"message": seen.raw} if is_message else {}),
        }  # fmt: skip

    def _pressed_in_modal(self, seen: Seen, action: dict[str, Any], by: Persona) -> dict[str, Any]:
        """It names the view, and neither a channel nor an address for answers."""
        return {
            "type": "block_actions", "api_app_id": "A1", "token": "t", "user": {"id": by.slack, "username": by.handle, "team_id": TEAM},
            "team": {"id": TEAM, "domain": "partner"}, "enterprise": None, "is_enterprise_install": False,
            "container": {"type": "view", "view_id": seen.raw["id"]}, "trigger_id": self.world.local_slack.triggers.mint(),
            "view": {**seen.raw, "team_id": TEAM, "app_id": "A1"}, "actions": [action],
        }  # fmt: skip

    def shortcut(self, action: str, text: str, author: str, by: Persona) -> dict[str, Any]:
        """A message_action payload about a reply in a thread of the billing channel."""
        local = self.world.local_slack
        said = {"type": "message", "user": author, "text": text, "ts": "1763888400.000200", "thread_ts": "1763888300.000100", "team": TEAM}
        return {
            "type": "message_action", "callback_id": f"billing:message:{action}", "token": "t", "action_ts": "1", "enterprise": None,
            "team": {"id": TEAM, "domain": "partner"}, "user": {"id": by.slack, "name": by.handle, "team_id": TEAM},
            "channel": {"id": CHANNELS["slack"], "name": "billing"}, "is_enterprise_install": False, "message_ts": said["ts"],
            "message": said, "trigger_id": local.triggers.mint(), "response_url": local.mint_response_url(),
        }  # fmt: skip

    def submission(self, form: Seen, by: Persona, values: dict[str, str]) -> dict[str, Any]:
        """A view_submission payload: untouched inputs carry what they started with, or null."""
        state = {name: {block["element"]["action_id"]: _state(block["element"], values.get(name))} for name, block in form.inputs.items()}
        view = {**form.raw, "team_id": TEAM, "state": {"values": state}, "root_view_id": "V1", "app_id": "A1"}
        return {
            "type": "view_submission", "team": {"id": TEAM, "domain": "partner"}, "user": {"id": by.slack, "team_id": TEAM},
            "api_app_id": "A1", "token": "t", "trigger_id": self.world.local_slack.triggers.mint(), "view": view, "response_urls": [],
            "is_enterprise_install": False, "enterprise": None,
        }  # fmt: skip

    def deliver(self, body: str | bytes, content_type: str = FORM, **replace: str) -> Any:
        """Post a body as Slack would, signed now; `replace` overrides headers."""
        self._last = (body, content_type)
        raw = body.encode() if isinstance(body, str) else body
        stamp = str(int(time.time()))
        signature = "v0=" + hmac.new(SIGNING_SECRET.encode(), f"v0:{stamp}:".encode() + raw, hashlib.sha256).hexdigest()
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature, "Content-Type": content_type} | replace
        with NOTES.delivery(self.name, surface(raw)):
            return self.world.client.post("/slack/events", data=raw, headers=headers)

    def _replaced(self, form: Seen, view: dict[str, Any]) -> dict[str, Any]:
        """What an acknowledgement puts in an open modal's place, under the same id and a new hash, as Slack does."""
        held = next((h for h in self.world.local_slack.ledger.opened if h["view"]["id"] == form.raw.get("id")), None)
        if held is None:
            return view
        held["view"] = {**view, "id": form.raw["id"], "hash": f"ack{next(counter)}", "team_id": TEAM}
        return dict(held["view"])

    def _opened(self, trigger: str) -> Seen | None:
        found = [held["view"] for held in self.world.local_slack.ledger.opened if held["trigger_id"] == trigger]
        return seen_in_slack(found[-1]) if found else None


def surface(raw: bytes) -> str:
    """Where in Slack a body comes from."""
    if raw.startswith(b"{"):
        return "personal" if b'"channel_type": "im"' in raw else "mention"
    if not raw.startswith(b"payload="):
        return "slash"
    return "form" if b"view_submission" in raw else "message" if b"message_action" in raw else "button"


def interaction(payload: dict[str, Any]) -> str:
    """An interaction's form body."""
    return urlencode({"payload": json.dumps(payload)})


def seen_in_slack(payload: dict[str, Any], *, place: str = "") -> Seen:
    """Every text, button and input of a message's or a modal's blocks."""
    made = Seen(payload, markup=[payload.get("text", "")], place=place, reference=str(payload.get("ts", "")))
    if payload.get("type") == "modal":
        made.texts.append(payload["title"]["text"])
    _walk(payload.get("blocks") or [{"text": payload.get("text", "")}], made)
    return made


def _walk(node: Any, made: Seen) -> None:
    if isinstance(node, list):
        for item in node:
            _walk(item, made)
    elif isinstance(node, dict):
        if node.get("type") == "button":
            made.buttons[node["text"]["text"]] = node
            _noted(node["value"], asks="confirm" in node)
            return
        if node.get("type") == "overflow":
            made.buttons |= {option["text"]["text"]: node for option in node["options"]}
            for option in node["options"]:
                _noted(option["value"], asks=False)
            return
        if node.get("type") == "input":
            made.inputs[node["block_id"]] = node
            made.fields[node["block_id"]] = _text_of(_state(node["element"], None))
        if isinstance(node.get("text"), str):
            named = re.sub(r"<@(\w+)>", lambda found: CALLED.get(found[1], found[0]), node["text"])  # as Slack draws a mention
            made.texts.append(named.replace("\u200b", ""))
            made.markup += [node["text"]] if node.get("type") == "mrkdwn" else []
        for value in node.values():
            _walk(value, made)


def _noted(value: str, *, asks: bool) -> None:
    action = value.partition("|")[0]
    NOTES.drawn("slack", action)
    assert asks or not asks_first(action), f"a button of {action} does not ask first"


def _state(element: dict[str, Any], value: str | None) -> dict[str, Any]:
    """What Slack says of one input: `value` None for one nobody touched."""
    kind = element["type"]
    if kind in ("static_select", "external_select"):
        option = element.get("initial_option") if value is None else _option(element, value) if value else None
        return {"type": kind, "selected_option": option}
    if kind in ("checkboxes", "multi_static_select"):
        initial = element.get("initial_options", [])
        return {"type": kind, "selected_options": initial if value is None else [_option(element, v) for v in value.split(",") if v]}
    name, initial = {"datepicker": ("selected_date", "initial_date"), "users_select": ("selected_user", "initial_user")}.get(
        kind, ("value", "initial_value")
    )
    return {"type": kind, name: element.get(initial) if value is None else value or None}


def _option(element: dict[str, Any], value: str) -> dict[str, Any]:
    """A choice by its value or label; a search sends back what its source offered."""
    for option in element.get("options", []):
        if value in (option["value"], option["text"]["text"]):
            return dict(option)
    assert element["type"] == "external_select", f"there is no choice {value}"
    return {"text": {"type": "plain_text", "text": value[:75]}, "value": value}


def _text_of(state: dict[str, Any]) -> str:
    if state.get("selected_option"):
        return str(state["selected_option"]["value"])
    if "selected_options" in state:
        return ",".join(option["value"] for option in state["selected_options"])
    return str(state.get("value") or state.get("selected_date") or state.get("selected_user") or "")
