"""Slack's JSON: names for it, and what a body says if it is what Slack sends. Signed and yet malformed is a sender's fault, never ours."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

Block = dict[str, Any]
Payload = dict[str, Any]

OBJECTS = ("user", "team", "channel", "view", "event", "container", "message", "enterprise")  # objects, absent, or null in org installs


def understood(raw: bytes, content_type: str) -> Payload | None:
    """A command, an interaction or an event, parsed once and for all; None for anything that has no such shape."""
    try:
        text = raw.decode("utf-8")
        if "json" in content_type or text.startswith("{"):
            found = json.loads(text)
        else:
            form = dict(parse_qsl(text, keep_blank_values=True))
            found = json.loads(form["payload"]) if "payload" in form else form
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and _has_shape(found) else None


def kind_of(payload: Payload) -> str:
    """`command`, `event`, `challenge`, or `press` for everything that is clicked, sent or searched."""
    return next((kind for kind in ("command", "event", "challenge") if kind in payload), "press")


def _has_shape(found: Mapping[str, Any]) -> bool:
    if "command" in found or "ssl_check" in found:
        return True
    if "event" in found:
        event = found["event"]
        texts = ("text", "user", "channel", "thread_ts", "ts", "user_team", "team")
        return isinstance(event, dict) and all(isinstance(event.get(name), str | None) for name in texts)
    actions = found.get("actions", [])
    return (
        all(isinstance(found.get(name), dict | None) for name in OBJECTS)
        and isinstance(actions, list)
        and all(isinstance(action, dict) and isinstance(action.get("value"), str | None) for action in actions)
        and isinstance(found.get("response_url"), str | None)
        and isinstance((found.get("view") or {}).get("private_metadata"), str | None)
    )
