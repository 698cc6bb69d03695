"""Teams as its people use it: activities with a real token to /api/messages, answers from responses and the local Teams' ledger."""

import json
from html import escape
from typing import Any

from core.chat.requests import ChatRequest, Gesture
from core.chat.words import Words
from playground.teams.checks import check_card
from tests.harness.face import Face, Seen, counter
from tests.harness.parity import NOTES, asks_first
from tests.harness.world import CHANNELS, TENANT, Persona

CARD = "application/vnd.microsoft.card.adaptive"


class TeamsFace(Face):
    """A typed verb cannot open a dialog, so `type` presses the button it is answered with."""

    name = "teams"

    def type(self, text: str, *, by: Persona) -> Seen:
        seen = self._answered(self.message(text, by, f"a:{by.teams}"), by)
        return self._open(seen, by)

    def mention(self, text: str, *, by: Persona, thread: str = "") -> Seen:
        conversation = CHANNELS["teams"] + (f";messageid={thread}" if thread else "")
        seen = self._answered(self.message(f"<at>Billing Desk</at>\u00a0{text}", by, conversation), by)
        return self._open(seen, by)

    def click(self, seen: Seen, label: str, *, by: Persona) -> Seen:
        pressed = seen.buttons[label]
        if pressed["type"] == "Action.Execute":
            action = {"type": "Action.Execute", "title": label, "verb": pressed["verb"], "data": pressed["data"]}
            return self._invoked(self.invoke("adaptiveCard/action", {"action": action, "trigger": "manual"}, by, seen.place))
        if "form" in pressed["data"]:
            return self._submitted(pressed["data"], by, seen.place)  # in a dialog that says something
        shown = self.fetched(pressed["data"], by, seen.place)
        return self._confirmed(shown, by, seen.place) if "confirm" in pressed["data"] and not shown.inputs else shown

    def deciding(self, form: Seen) -> list[str]:
        return list(form.inputs) if any(_follows(button) for button in form.buttons.values()) else []

    def answer(self, form: Seen, name: str, value: str, *, by: Persona, **typed: str) -> Seen:
        change = next(button for button in form.buttons.values() if _follows(button))
        return self._pressed(form, change, by, **typed, **{name: value})

    def send(self, form: Seen, *, by: Persona, **values: str) -> Seen:
        unknown = set(values) - set(form.inputs)
        assert not unknown, f"the form has no {unknown}, only {set(form.inputs)}"
        submit = next(b for b in form.buttons.values() if "form" in b["data"] and not b["data"]["form"].get("change"))
        return self._pressed(form, submit, by, **values)

    def _pressed(self, form: Seen, submit: dict[str, Any], by: Persona, **values: str) -> Seen:
        """Press a button of a dialog: the card holds what it requires to be there, and sends all its inputs."""
        typed = {name: _choice(form.inputs[name], text) for name, text in values.items()}
        data = {**form.fields, **typed, **submit["data"]}
        if form.menu is None:
            return self._submitted(data, by, form.place)
        made = self._invoked(self.invoke("composeExtension/submitAction", {**form.menu, "data": data}, by, form.place))
        made.menu = form.menu
        return made

    def on_message(self, action: str, text: str, *, author: str, by: Persona) -> Seen:
        value = self.menu(action, text, author)
        made = self._invoked(self.invoke("composeExtension/fetchTask", value, by, CHANNELS["teams"]))
        made.menu = value
        return made

    def suggest(self, action: str, field: str, typed: str, *, by: Persona, form: Seen | None = None) -> dict[str, str]:
        nobody = ChatRequest(face=self.name, workspace="", user="", key="", gesture=Gesture.TYPED, action=action)
        dataset = self.world.house.chat.source_of(nobody, field) or field  # as the form's own field names it
        if form is not None:
            dataset = form.inputs[field]["choices.data"]["dataset"]
        value = {"queryText": typed, "queryOptions": {"skip": 0, "top": 15}, "dataset": dataset}
        answer = self.deliver(self.invoke("application/search", value, by))
        assert answer.status_code == 200, answer.data
        return {found["value"]: found["title"] for found in answer.get_json()["value"]["results"]}

    def write(self, text: str, *, by: Persona) -> Seen:
        return self.type(text, by=by)

    def channel(self) -> Seen:
        held = self.world.local_teams.ledger.conversations.get(CHANNELS["teams"], {})
        reference, activity = [(made, a) for made, a in held.items() if a.get("attachments")][-1]
        return seen_in_teams(activity, place=CHANNELS["teams"], reference=reference)

    def told(self, who: Persona) -> Seen:
        personal = f"a:{who.teams}"
        return seen_in_teams(self.world.local_teams.ledger.newest(personal), place=personal)

    def again(self) -> int:
        return int(self.deliver(self._last).status_code)

    def status_of(self, text: str, *, by: Persona) -> int:
        return int(self.deliver(self.message(text, by, f"a:{by.teams}")).status_code)

    def message(self, text: str, by: Persona, conversation: str) -> dict[str, Any]:
        """A message activity, as the Connector sends it."""
        return {"type": "message", "text": text, **self._envelope(by, conversation)}

    def invoke(self, name: str, value: dict[str, Any], by: Persona, place: str = "") -> dict[str, Any]:
        """An invoke activity: a click, a dialog asked for, a dialog submitted."""
        return {"type": "invoke", "name": name, "value": value, **self._envelope(by, place or f"a:{by.teams}")}

    def menu(self, action: str, text: str, author: str) -> dict[str, Any]:
        """What an entry of a message's own menu carries: the message as Graph describes one."""
        person = {"id": f"oid-{author}", "displayName": author, "userIdentityType": "aadUser"}
        content = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines())
        said = {
            "id": "1763888400000", "messageType": "message", "createdDateTime": "2026-11-23T09:00:00.000Z", "from": {"user": person},
            "body": {"contentType": "html", "content": content}, "attachments": [], "mentions": [], "reactions": [],
            "linkToMessage": f"https://teams.microsoft.com/l/message/{CHANNELS['teams']}/1763888400000?context=%7B%22contextType%22%3A%22chat%22%7D",
        }  # fmt: skip
        return {"commandId": action, "commandContext": "message", "messagePayload": said, "context": {"theme": "default"}}

    def deliver(self, activity: dict[str, Any] | bytes, token: str | None = None, content_type: str = "application/json") -> Any:
        """Post an activity as the Connector would, signed now, or with another token."""
        local = self.world.local_teams
        self._last = activity
        signed = local.login.sign(local.app_id, local.service_url) if token is None else token
        raw = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        headers = {"Authorization": f"Bearer {signed}", "Content-Type": content_type}
        with NOTES.delivery(self.name, surface(activity)):
            return self.world.client.post("/api/messages", data=raw, headers=headers)

    def _envelope(self, by: Persona, conversation: str) -> dict[str, Any]:
        kind = "personal" if conversation.startswith("a:") else "channel"
        return {
            "id": str(next(counter)), "channelId": "msteams", "serviceUrl": self.world.local_teams.service_url,
            "from": {"id": f"29:{by.teams}", "name": by.name, "aadObjectId": by.teams},
            "recipient": {"id": "28:app-1", "name": "Billing Desk"},
            "conversation": {"id": conversation, "conversationType": kind, "tenantId": TENANT},
            "channelData": {"tenant": {"id": TENANT}}, "locale": "en-GB", "localTimezone": "Europe/Warsaw",
        }  # fmt: skip

    def _answered(self, activity: dict[str, Any], by: Persona) -> Seen:
        personal, ledger = f"a:{by.teams}", self.world.local_teams.ledger
        before = len(ledger.conversations.get(personal, {}))
        answer = self.deliver(activity)
        assert answer.status_code == 200, answer.data
        if len(ledger.conversations.get(personal, {})) == before:
            return Seen(None)
        return seen_in_teams(ledger.newest(personal), place=personal, reference=list(ledger.conversations[personal])[-1])

    def _open(self, seen: Seen, by: Persona) -> Seen:
        """Press "Open form", in either language, where that is all the answer offers."""
        return self.click(seen, next(iter(seen.buttons)), by=by) if seen.buttons and OPENING.issuperset(seen.buttons) else seen

    def fetched(self, data: dict[str, Any], by: Persona, place: str) -> Seen:
        """The dialog that a button opens."""
        return self._invoked(self.invoke("task/fetch", {"data": data, "context": {"theme": "default"}}, by, place))

    def _confirmed(self, asked: Seen, by: Persona, place: str) -> Seen:
        """Say yes in the dialog that asks first."""
        yes = next(b for b in asked.buttons.values() if (b["data"].get("form") or {}).get("confirmed"))
        return self._submitted(yes["data"], by, place)

    def _submitted(self, data: dict[str, Any], by: Persona, place: str) -> Seen:
        return self._invoked(self.invoke("task/submit", {"data": data, "context": {"theme": "default"}}, by, place))

    def _invoked(self, activity: dict[str, Any]) -> Seen:
        answer = self.deliver(activity)
        assert answer.status_code == 200, answer.data
        body = answer.get_json(silent=True) or {}
        place = activity["conversation"]["id"]
        if "task" in body:
            value = body["task"]["value"]
            assert check_card(value["card"]["content"]) == []
            made = seen_in_teams({"title": value["title"], "attachments": [value["card"]]}, place=place)
            made.texts.insert(0, value["title"])
            return made
        if body.get("type") == CARD:
            assert check_card(body["value"]) == []
            return seen_in_teams({"attachments": [{"content": body["value"]}]}, place=place)
        said = body.get("value")
        return Seen(body, texts=[said] if isinstance(said, str) else [json.dumps(said)] if said else [], place=place)


def _follows(button: dict[str, Any]) -> bool:
    """Whether a dialog's button brings the fields that fit its answers."""
    form = button["data"].get("form") or {}
    return bool(form.get("change") or form.get("step"))


def surface(activity: dict[str, Any] | bytes) -> str:
    """Where in Teams an activity comes from; an odd one is as good as typed."""
    if isinstance(activity, bytes) or activity.get("type") == "message":
        personal = _inside(activity, "conversation").get("conversationType") == "personal"
        return "personal" if personal else "mention"
    if activity.get("name") == "composeExtension/fetchTask":
        return "message"
    form = _inside(_inside(_inside(activity, "value"), "data"), "form")
    return "form" if activity.get("name") in ("task/submit", "composeExtension/submitAction") and not form.get("confirmed") else "button"


def _inside(outer: object, name: str) -> dict[str, Any]:
    """The object of that name; empty where there is none."""
    found = outer.get(name) if isinstance(outer, dict) else None
    return found if isinstance(found, dict) else {}


def seen_in_teams(activity: dict[str, Any], *, place: str = "", reference: str = "") -> Seen:
    """Every text, button and input of an activity's card."""
    made = Seen(activity, place=place, reference=reference)
    cards = [a["content"] for a in activity.get("attachments") or []]
    if not cards:
        made.texts.append(activity.get("text", ""))
    _walk(cards, made)
    return made


OPENING = frozenset(Words(locale).say("form.open") for locale in ("en", "pl"))  # how Teams opens any form, no button of the verb's own


def _walk(node: Any, made: Seen) -> None:
    if isinstance(node, list):
        for item in node:
            _walk(item, made)
    elif isinstance(node, dict):
        if str(node.get("type", "")).startswith("Action."):
            made.buttons[node["title"]] = node
            if node["title"] not in OPENING:
                _noted(node.get("data") or {})
            return
        if str(node.get("type", "")).startswith("Input."):
            made.inputs[node["id"]] = node
            made.fields[node["id"]] = node.get("value") or ""
            made.texts += [node[name].replace("\\", "") for name in ("label", "title") if node.get(name)]
            return
        if str(node.get("id", "")).startswith("error-"):
            made.errors[node["id"].removeprefix("error-")] = node["text"].replace("\\", "")
        made.markup += [node[name] for name in ("text", "value") if isinstance(node.get(name), str)]
        made.texts += [_read(node[name]) for name in ("text", "value", "title") if isinstance(node.get(name), str)]
        for value in node.values():
            _walk(value, made)


def _read(text: str) -> str:
    """As Teams draws it: no escapes, and of a mention the name."""
    return text.replace("\\", "").replace("<at>", "").replace("</at>", "")


def _noted(data: dict[str, Any]) -> None:
    action = str(data.get("action", ""))
    NOTES.drawn("teams", action)
    assert "confirm" in data or not asks_first(action), f"a button of {action} does not ask first"


def _choice(node: dict[str, Any], value: str) -> str:
    """A choice by its value or title; anything else as typed."""
    if node.get("isMultiSelect"):
        return ",".join(str(next(c["value"] for c in node["choices"] if v in (c["value"], c["title"]))) for v in value.split(",") if v)
    if node["type"] == "Input.ChoiceSet" and node.get("style") != "filtered" and value:
        return str(next(c["value"] for c in node["choices"] if value in (c["value"], c["title"])))
    return value
