"""Slack's payloads as ChatRequests. Only what Slack itself vouches for becomes identity."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bots.slack.forms import carried_texts, seen_fields, submitted
from core.chat.messages import from_message
from core.chat.requests import ChatRequest, Gesture

FACE = "slack"
SHORTCUT = "billing:message:"
DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*", re.ASCII)
PLACE, STAMP = re.compile(r"[A-Z0-9]+", re.ASCII), re.compile(r"\d+\.\d+", re.ASCII)
NameOf = Callable[[str, str], str]
TOKEN = re.compile(r"<([@#!]?[^<>|\s]+(?:\|[^<>]*)?)>")  # a person, a channel, a link; what people type as < comes escaped
ADDRESSED = re.compile(r"^\s*<@[^>]*>\s*")


def from_command(body: Mapping[str, Any]) -> ChatRequest:
    """A slash command. `trigger_id` is the gesture's own id; a command's channel may be shared with strangers."""
    return ChatRequest(
        face=FACE, workspace=body.get("team_id", ""), user=body.get("user_id", ""), key=_key(body.get("trigger_id")),
        gesture=Gesture.TYPED, conversation=body.get("channel_id", ""), private=True, text=typed_text(body.get("text", "")),
    )  # fmt: skip


def from_mention(body: Mapping[str, Any]) -> ChatRequest:
    """`@desk case 104` in a channel or thread, or a direct message. Redelivered under the same event_id."""
    event = body.get("event") or {}
    rest = typed_text(ADDRESSED.sub("", event.get("text") or "", count=1))
    return ChatRequest(
        face=FACE, workspace=event.get("user_team") or event.get("team") or body.get("team_id", ""), user=event.get("user", ""),
        key=f"slack:{body.get('event_id', '')}", gesture=Gesture.TYPED, conversation=event.get("channel", ""),
        private=event.get("channel_type") == "im", outsider=_is_stranger(event, body), text=rest,
        address={"thread": event.get("thread_ts") or event.get("ts", "")},
    )  # fmt: skip


def from_home(body: Mapping[str, Any]) -> ChatRequest:
    """Somebody opened the home tab."""
    event = body.get("event") or {}
    return ChatRequest(
        face=FACE, workspace=event.get("user_team") or body.get("team_id", ""), user=event.get("user") or "", key="", gesture=Gesture.TYPED,
        private=True, outsider=_is_stranger(event, body), text="home",
    )  # fmt: skip


def from_click(body: Mapping[str, Any]) -> ChatRequest:
    """A button or an overflow entry: action, subject and facts from its value, to be compared by the core."""
    pressed = (body.get("actions") or [{}])[0]
    value = (pressed.get("selected_option") or {}).get("value") or pressed.get("value") or ""
    action, subject, facts, carried = [*value.split("|", 3), "", "", "", ""][:4]
    user = body.get("user") or {}
    return ChatRequest(
        face=FACE, workspace=_team(body), user=user.get("id", ""), key=_key(body.get("trigger_id")), gesture=Gesture.CLICK,
        conversation=(body.get("channel") or {}).get("id", ""), outsider=_is_stranger(user, body),
        action=action, subject=_number(subject), facts=_number(facts), values=carried_texts(carried),
    )  # fmt: skip


def from_submission(body: Mapping[str, Any], gesture: Gesture = Gesture.SUBMIT) -> ChatRequest:
    """A modal, sent in under the form's own one-time key, or with an answer on which other fields of it depend."""
    view, user = body.get("view") or {}, body.get("user") or {}
    carried, values = submitted(view)
    return ChatRequest(
        face=FACE, workspace=_team(body), user=user.get("id", ""), key=str(carried.get("key", "")), gesture=gesture, private=True,
        outsider=_is_stranger(user, body), action=str(carried.get("action", "")), subject=_number(carried.get("subject")),
        facts=_number(carried.get("facts")), values=values, seen=seen_fields(view), put_by=_texts(carried.get("put_by")),
    )  # fmt: skip


def from_shortcut(body: Mapping[str, Any], name_of: NameOf) -> ChatRequest:
    """An entry of a message's own menu: the verb stands in the callback id, the message comes along; `name_of(workspace, user)`.

    https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
    """
    said, user = body.get("message") or {}, body.get("user") or {}
    is_stranger = _is_stranger(user, body)
    author = "" if is_stranger else _author(said, _team(body), name_of)
    values = from_message(text=typed_text(str(said.get("text") or "")), author=author, link=permalink(body))
    return ChatRequest(
        face=FACE, workspace=_team(body), user=str(user.get("id") or ""), key=_key(body.get("trigger_id")), gesture=Gesture.OPEN_FORM,
        conversation=str((body.get("channel") or {}).get("id") or ""), outsider=is_stranger,
        action=str(body.get("callback_id") or "").removeprefix(SHORTCUT), values=values,
    )  # fmt: skip


def permalink(body: Mapping[str, Any]) -> str:
    """The message's address, as chat.getPermalink would say it: no call fits between a menu and its form. Empty if it cannot be told.

    https://docs.slack.dev/reference/methods/chat.getPermalink
    """
    said, domain = body.get("message") or {}, str((body.get("team") or {}).get("domain") or "")
    channel, stamp = str((body.get("channel") or {}).get("id") or ""), str(said.get("ts") or body.get("message_ts") or "")
    if not (DOMAIN.fullmatch(domain) and PLACE.fullmatch(channel) and STAMP.fullmatch(stamp)):
        return ""
    thread = str(said.get("thread_ts") or "")
    reply = f"?thread_ts={thread}&cid={channel}" if STAMP.fullmatch(thread) and thread != stamp else ""
    return f"https://{domain}.slack.com/archives/{channel}/p{stamp.replace('.', '')}{reply}"


def _author(said: Mapping[str, Any], workspace: str, name_of: NameOf) -> str:
    """Who wrote it, by name: an app says its own, of a person the message only has the id."""
    profile = said.get("bot_profile")
    named = said.get("username") or (profile.get("name") if isinstance(profile, Mapping) else "")
    return str(named) if named else name_of(workspace, str(said.get("user") or "")) if said.get("user") else ""


def from_suggestion(body: Mapping[str, Any]) -> tuple[ChatRequest, str]:
    """What is being typed into a search field of a modal, and the field's name."""
    view, user = body.get("view") or {}, body.get("user") or {}
    carried, values = submitted(view)
    request = ChatRequest(
        face=FACE, workspace=_team(body), user=user.get("id", ""), key="", gesture=Gesture.TYPED, outsider=_is_stranger(user, body),
        action=str(carried.get("action", "")), text=unescape(str(body.get("value") or ""))[:200], values=values,
    )  # fmt: skip
    return request, str(body.get("block_id") or "")


def typed_text(text: str) -> str:
    """What the person typed, before Slack made tokens of it: `<@U1|ana>` is @U1, a link its address unless its label is as good.

    https://docs.slack.dev/messaging/formatting-message-text#advanced
    """
    return unescape(TOKEN.sub(_spelled, text))


def _spelled(token: re.Match[str]) -> str:
    target, _, label = token[1].partition("|")
    if target.startswith("@"):
        return target
    if target.startswith(("#", "!")):
        return f"#{label}" if label else token[0]
    address = target.removeprefix("mailto:")
    if label in (address.partition("://")[2], address.partition("://")[2].rstrip("/")):
        return label  # Slack made a link of what was typed
    return address if label in ("", address) else f"{label} ({address})"


def unescape(text: str) -> str:
    """Slack escapes three characters in what people type."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _key(trigger: object) -> str:
    return f"slack:{trigger}" if trigger else ""


def _team(body: Mapping[str, Any]) -> str:
    """The person's own team: in org-wide installs `team` is null (https://docs.slack.dev/enterprise-grid)."""
    user = body.get("user") or {}
    return str(user.get("team_id") or (body.get("team") or {}).get("id") or (body.get("view") or {}).get("team_id") or "")


def _is_stranger(user: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Someone of another team, through a shared channel."""
    home = (body.get("team") or {}).get("id") or body.get("team_id")
    theirs = user.get("team_id") or user.get("user_team")
    return bool(home and theirs and home != theirs and not body.get("is_enterprise_install"))


def _texts(found: object) -> dict[str, str]:
    return {str(name): str(text) for name, text in found.items()} if isinstance(found, Mapping) else {}


def _number(found: object) -> int:
    text = str(found or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
