"""What Slack takes as the answer to a gesture: each kind of delivery has its own shape, and what is not of it is lost or shown as an error.

https://docs.slack.dev/interactivity/implementing-slash-commands#responding_to_commands, https://docs.slack.dev/surfaces/modals#modify,
https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element#external_select
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from playground.slack.blocks import check, options_answer

ACTIONS = frozenset({"errors", "update", "push", "clear"})
AUDIENCES = frozenset({"ephemeral", "in_channel"})
SHOWN = ("text", "blocks", "attachments")


def check_ack(delivered: bytes, answered: bytes) -> list[str]:
    """What is wrong with the body that answers a delivery, one line each; nothing when Slack would take it."""
    kind, payload = _kind(delivered)
    if not answered.strip():
        return ["options: a search must be answered"] if kind == "block_suggestion" else []
    try:
        found = json.loads(answered)
    except ValueError:
        return [] if kind == "command" else [f"ack: the answer to {kind or 'an event'} must be JSON"]
    if not isinstance(found, Mapping):
        return ["ack: must be an object"]
    answer = CHECKS.get(kind)
    if answer is None:
        return (
            []
            if not found or "challenge" in found
            else [f"ack: the answer to {kind or 'an event'} says nothing to anybody: {sorted(found)}"]
        )
    return answer(payload, found)


def _kind(delivered: bytes) -> tuple[str, Mapping[str, Any]]:
    """A command, or the type of the interaction; "" for an event and for what is neither."""
    if delivered.lstrip()[:1] == b"{":
        return "", {}
    fields = parse_qs(delivered.decode(errors="replace"))
    if "command" in fields:
        return "command", {}
    try:
        payload = json.loads(fields.get("payload", ["{}"])[0])
    except ValueError:
        return "", {}
    return (str(payload.get("type", "")), payload) if isinstance(payload, Mapping) else ("", {})


def _command(_payload: Mapping[str, Any], answer: Mapping[str, Any]) -> list[str]:
    if not answer:
        return []
    audience = answer.get("response_type", "ephemeral")
    problems = [] if audience in AUDIENCES else [f"response_type: {audience!r}"]
    if not any(answer.get(name) for name in SHOWN):
        problems.append("ack: neither text nor blocks")
    return problems + check("message", answer)


def _submission(payload: Mapping[str, Any], answer: Mapping[str, Any]) -> list[str]:
    if not answer:
        return []
    action = answer.get("response_action")
    if action not in ACTIONS:
        return [f"response_action: {action!r}"]
    if action in ("update", "push"):
        view = answer.get("view")
        return check("modal", view) if isinstance(view, Mapping) else ["view: required"]
    return _errors(payload, answer.get("errors")) if action == "errors" else []


def _errors(payload: Mapping[str, Any], errors: object) -> list[str]:
    """Each stands beside an input of the form; for another Slack shows its own "We had some trouble connecting"."""
    if not isinstance(errors, Mapping) or not errors:
        return ["errors: required"]
    blocks = (payload.get("view") or {}).get("blocks") or []
    inputs = {block.get("block_id") for block in blocks if isinstance(block, Mapping) and block.get("type") == "input"}
    unknown = [f"errors.{name}: there is no such input" for name in sorted(set(errors) - inputs)]
    return unknown + [
        f"errors.{name}: must say something" for name, text in errors.items() if not isinstance(text, str) or not text.strip()
    ]


CHECKS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], list[str]]] = {
    "command": _command,
    "view_submission": _submission,
    "block_suggestion": lambda _payload, answer: options_answer(answer),
}
