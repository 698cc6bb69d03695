"""Teams' activities as ChatRequests. Identity is the directory's object id and tenant of a verified activity, nothing else."""

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bots.teams.auth import tenant_of
from bots.teams.forms import submitted
from bots.teams.payloads import Activity
from bots.teams.reading import text_of
from core.chat.messages import from_message as carried_message
from core.chat.requests import ChatRequest, Gesture

FACE = "teams"
MENTION = re.compile(r"<at[^>]*>.*?</at>", re.DOTALL)


def from_message(activity: Activity) -> ChatRequest:
    """A typed line: in the personal chat, or one that mentions us. A card's old-style Submit also arrives so, as `value`."""
    value = activity.get("value")
    if isinstance(value, Mapping) and value.get("action"):
        return _pressed(activity, value, Gesture.CLICK)
    return _request(activity, gesture=Gesture.TYPED, text=typed_text(activity))


def from_execute(activity: Activity) -> ChatRequest:
    """A click on an `Action.Execute`."""
    inner = _mapping(_mapping(activity.get("value")).get("action"))
    return _pressed(activity, {"action": inner.get("verb")} | dict(_mapping(inner.get("data"))), Gesture.CLICK)


def from_fetch(activity: Activity) -> ChatRequest:
    """A click that opens a dialog."""
    return _pressed(activity, pressed_data(activity), Gesture.OPEN_FORM)


def from_submit(activity: Activity) -> ChatRequest:
    """A submitted dialog, under the form's own one-time key, or a step of one; a confirmation has the gesture's key."""
    carried, values = submitted(pressed_data(activity))
    if carried.get("confirmed"):
        return _pressed(activity, carried, Gesture.CLICK, values)
    seen = carried.get("seen")
    gesture = Gesture.CHANGE if carried.get("change") else Gesture.STEP if carried.get("step") else Gesture.SUBMIT
    return replace(
        _pressed(activity, carried, gesture, values),
        seen=frozenset(map(str, seen)) if isinstance(seen, list) else None,
        put_by={str(name): str(text) for name, text in _mapping(carried.get("put_by")).items()},
    )


def is_pressed_in_dialog(activity: Activity) -> bool:
    """Whether it is a button of a dialog that said something, and not a form or a confirmation."""
    return bool(submitted(pressed_data(activity))[0].get("here"))


def from_message_menu(activity: Activity) -> ChatRequest:
    """An entry of a message's own menu: the verb is the command's id, the message comes along.

    https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/create-task-module
    """
    value = _mapping(activity.get("value"))
    said = _mapping(value.get("messagePayload"))
    author = _mapping(_mapping(said.get("from")).get("user")) or _mapping(_mapping(said.get("from")).get("application"))
    text, link = text_of(_mapping(said.get("body"))), str(said.get("linkToMessage") or "")
    carried = carried_message(text=text, author=str(author.get("displayName") or ""), link=link)
    return _request(activity, gesture=Gesture.OPEN_FORM, action=str(value.get("commandId") or ""), values=carried)


def from_search(activity: Activity) -> tuple[ChatRequest, str]:
    """What is being typed into a search field, and where it looks.

    https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/dynamic-search
    """
    value = _mapping(activity.get("value"))
    request = _request(activity, gesture=Gesture.TYPED, text=str(value.get("queryText") or "")[:200])
    return request, str(value.get("dataset") or "")


def from_update(activity: Activity) -> ChatRequest:
    """Whoever installed the app or opened a chat with it: only who they are and how they are reached."""
    return _request(activity, gesture=Gesture.TYPED)


def pressed_data(activity: Activity) -> Mapping[str, Any]:
    """What the pressed button carried, with the inputs beside it."""
    return _mapping(_mapping(activity.get("value")).get("data"))


def typed_text(activity: Activity) -> str:
    """What was typed after the mention, without Teams' HTML and odd spaces."""
    text, own = str(activity.get("text") or ""), _mapping(activity.get("recipient")).get("id")
    for entity in map(_mapping, entities if isinstance(entities := activity.get("entities"), list) else ()):
        person = _mapping(entity.get("mentioned")).get("id")
        if isinstance(person, str) and person != own and entity.get("text"):
            text = text.replace(str(entity["text"]), f" @{person} ", 1)  # a colleague, by the id the chat knows them by
    text = MENTION.sub(" ", text)
    return html.unescape(text).replace("\u00a0", " ").replace("\u200b", "").strip()


def conversation_of(activity: Activity) -> str:
    """The conversation without a thread's message id: where a card for everybody goes."""
    return str(_mapping(activity.get("conversation")).get("id", "")).partition(";messageid=")[0]


def is_personal(activity: Activity) -> bool:
    """Whether nobody else reads the conversation."""
    return _mapping(activity.get("conversation")).get("conversationType") == "personal"


def address_of(activity: Activity) -> dict[str, str]:
    """How the sender and the conversation are reached from now on."""
    made = {
        "service_url": str(activity.get("serviceUrl", "")), "bot": str(_mapping(activity.get("recipient")).get("id", "")),
        "user": str(_mapping(activity.get("from")).get("id", "")),
    }  # fmt: skip
    return made | ({"personal": conversation_of(activity)} if is_personal(activity) else {})


def _pressed(activity: Activity, data: Mapping[str, Any], gesture: Gesture, values: Mapping[str, str] | None = None) -> ChatRequest:
    carried = {str(name): str(text) for name, text in _mapping(data.get("values")).items()} if values is None else dict(values)
    return _request(
        activity, gesture=gesture, action=str(data.get("action") or ""), subject=_number(data.get("subject")),
        facts=_number(data.get("facts")), values=carried, key=str(data.get("key") or ""),
    )  # fmt: skip


def _request(activity: Activity, *, gesture: Gesture, key: str = "", **more: Any) -> ChatRequest:
    sender = _mapping(activity.get("from"))
    conversation = str(_mapping(activity.get("conversation")).get("id", ""))
    own = f"teams:{conversation}:{activity.get('id')}" if activity.get("id") else ""
    return ChatRequest(
        face=FACE, workspace=tenant_of(activity), user=str(sender.get("aadObjectId") or ""), key=key or own[:200], gesture=gesture,
        conversation=conversation_of(activity), private=is_personal(activity), outsider=_is_guest(activity, sender),
        locale=str(activity.get("locale") or ""), zone=str(activity.get("localTimezone") or ""), address=address_of(activity), **more,
    )  # fmt: skip


def _is_guest(activity: Activity, sender: Mapping[str, Any]) -> bool:
    """A guest, an anonymous person, or someone of another tenant in a shared channel: no directory id, or not our tenant's."""
    theirs = sender.get("tenantId")
    is_foreign = bool(theirs) and theirs != tenant_of(activity)
    return is_foreign or not sender.get("aadObjectId") or sender.get("userRole") in ("guest", "anonymous")


def _mapping(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


def _number(found: object) -> int:
    text = str(found) if isinstance(found, int | str) and not isinstance(found, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
