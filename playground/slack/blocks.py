"""Whether Slack would take these blocks: limits and places of every block and element, over raw dicts.

https://docs.slack.dev/reference/block-kit/blocks, …/block-elements, …/composition-objects; https://docs.slack.dev/reference/views
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from playground.slack.elements import check_element, option, options
from playground.slack.texts import Problems, length, text_object, unknown_keys

BLOCKS = {"message": 50, "modal": 100, "home": 100}
EVERYWHERE = frozenset({"message", "modal", "home"})
MESSAGES = frozenset({"message"})
PLACES: Mapping[str, frozenset[str]] = {
    "section": EVERYWHERE, "header": EVERYWHERE, "divider": EVERYWHERE, "context": EVERYWHERE, "actions": EVERYWHERE, "input": EVERYWHERE,
    "image": EVERYWHERE, "rich_text": EVERYWHERE, "video": EVERYWHERE, "alert": frozenset({"modal"}), "table": MESSAGES,
    "markdown": MESSAGES, "plan": MESSAGES, "task_card": MESSAGES, "context_actions": MESSAGES, "data_visualization": MESSAGES,
    "card": frozenset({"message", "home"}), "carousel": frozenset({"message", "home"}),
}  # fmt: skip
KEYS: Mapping[str, frozenset[str]] = {
    "section": frozenset({"text", "fields", "accessory", "expand"}),
    "header": frozenset({"text", "level"}),
    "divider": frozenset(),
    "context": frozenset({"elements"}),
    "actions": frozenset({"elements"}),
    "input": frozenset({"label", "element", "dispatch_action", "hint", "optional"}),
    "image": frozenset({"alt_text", "image_url", "slack_file", "title"}),
    "table": frozenset({"rows", "column_settings"}),
    "markdown": frozenset({"text"}),
}
IN_ACTIONS = frozenset(
    {"button", "overflow", "static_select", "external_select", "users_select", "datepicker", "checkboxes", "radio_buttons", "timepicker",
     "conversations_select", "channels_select", "datetimepicker"}
)  # fmt: skip
IN_INPUT = frozenset(
    {"plain_text_input", "static_select", "external_select", "users_select", "datepicker", "timepicker", "checkboxes", "radio_buttons",
     "number_input", "email_text_input", "url_text_input", "multi_static_select", "multi_external_select", "multi_users_select",
     "rich_text_input", "file_input", "datetimepicker", "conversations_select", "channels_select"}
)  # fmt: skip


def check(surface: str, payload: Mapping[str, Any]) -> list[str]:
    """What is wrong, one line each; nothing when Slack would take it. `surface`: message, modal or home."""
    problems: Problems = []
    blocks = payload.get("blocks")
    if surface == "message":
        _message(problems, payload)
        blocks = blocks or []
    else:
        _view(problems, surface, payload)
    if not isinstance(blocks, list):
        return [*problems, "blocks: must be a list"]
    if len(blocks) > BLOCKS[surface]:
        problems.append(f"blocks: {len(blocks)} of at most {BLOCKS[surface]}")
    for at, block in enumerate(blocks):
        _block(problems, f"blocks[{at}]", block, surface)
    _whole(problems, [b for b in blocks if isinstance(b, Mapping)])
    return problems


def options_answer(payload: Mapping[str, Any]) -> list[str]:
    """What is wrong with an answer to a `block_suggestion`."""
    problems: Problems = []
    options(problems, "options", payload.get("options"), least=0)
    return problems


def _message(problems: Problems, message: Mapping[str, Any]) -> None:
    """Beside blocks the text is what a notification and a screen reader say; Slack only warns of a missing one, we do not let it pass.

    https://docs.slack.dev/reference/methods/chat.postMessage#text-blocks-and-attachments
    """
    length(problems, "text", message.get("text", ""), 40_000, least=1 if message.get("blocks") else 0)


def _view(problems: Problems, surface: str, view: Mapping[str, Any]) -> None:
    unknown_keys(
        problems, surface, view,
        {"type", "blocks", "title", "submit", "close", "private_metadata", "callback_id", "external_id", "clear_on_close",
         "notify_on_close", "submit_disabled"},
    )  # fmt: skip
    length(problems, "private_metadata", view.get("private_metadata", ""), 3000, least=0)
    for name in ("callback_id", "external_id"):
        length(problems, name, view.get(name, ""), 255, least=0)
    if surface != "modal":
        return
    text_object(problems, "title", view.get("title"), 24, plain=True)
    for name in ("submit", "close"):
        if name in view:
            text_object(problems, name, view[name], 24, plain=True)
    has_input = any(isinstance(b, Mapping) and b.get("type") == "input" for b in view.get("blocks") or [])
    if has_input and "submit" not in view:
        problems.append("submit: required beside an input block")


def _block(problems: Problems, path: str, block: object, surface: str) -> None:
    kind = str(block.get("type")) if isinstance(block, Mapping) else ""
    if not isinstance(block, Mapping) or kind not in PLACES:
        problems.append(f"{path}: unsupported type {kind!r}")
        return
    if surface not in PLACES[kind]:
        problems.append(f"{path}: {kind} may not be in a {surface}")
    if kind in KEYS:
        unknown_keys(problems, path, block, KEYS[kind] | {"type", "block_id"})
    length(problems, f"{path}.block_id", block.get("block_id", ""), 255, least=0)
    if kind in CHECKS:
        CHECKS[kind](problems, path, block)


def _section(problems: Problems, path: str, block: Mapping[str, Any]) -> None:
    if "text" not in block and "fields" not in block:
        problems.append(f"{path}: text or fields are required")
    if "text" in block:
        text_object(problems, f"{path}.text", block["text"], 3000)
    fields = block.get("fields", [None]) if "fields" in block else []
    if "fields" in block and not 1 <= len(fields) <= 10:
        problems.append(f"{path}.fields: {len(fields)} of 1 to 10")
    for at, found in enumerate(fields):
        text_object(problems, f"{path}.fields[{at}]", found, 2000)
    if "accessory" in block:
        check_element(problems, f"{path}.accessory", block["accessory"], IN_ACTIONS | {"image"})


def _header(problems: Problems, path: str, block: Mapping[str, Any]) -> None:
    text_object(problems, f"{path}.text", block.get("text"), 150, plain=True)


def _context(problems: Problems, path: str, block: Mapping[str, Any]) -> None:
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= 10:
        problems.append(f"{path}.elements: {len(elements)} of 1 to 10")
    for at, found in enumerate(elements):
        if isinstance(found, Mapping) and found.get("type") == "image":
            check_element(problems, f"{path}.elements[{at}]", found, frozenset({"image"}))
        else:
            text_object(problems, f"{path}.elements[{at}]", found, 3000)


def _actions(problems: Problems, path: str, block: Mapping[str, Any]) -> None:
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= 25:
        problems.append(f"{path}.elements: {len(elements)} of 1 to 25")
    for at, found in enumerate(elements):
        check_element(problems, f"{path}.elements[{at}]", found, IN_ACTIONS)
    counted = Counter(e.get("action_id") for e in elements if isinstance(e, Mapping) and e.get("action_id"))
    problems += [f"{path}: action_id {name!r} is there {n} times" for name, n in counted.items() if n > 1]


def _input(problems: Problems, path: str, block: Mapping[str, Any]) -> None:
    text_object(problems, f"{path}.label", block.get("label"), 2000, plain=True)
    if "hint" in block:
        text_object(problems, f"{path}.hint", block["hint"], 2000, plain=True)
    check_element(problems, f"{path}.element", block.get("element"), IN_INPUT)


def _image(problems: Problems, path: str, block: Mapping[str, Any]) -> None:
    length(problems, f"{path}.alt_text", block.get("alt_text"), 2000)
    if "image_url" in block:
        length(problems, f"{path}.image_url", block["image_url"], 3000)


def _table(problems: Problems, path: str, block: Mapping[str, Any]) -> None:
    rows = block.get("rows") or []
    if not 1 <= len(rows) <= 100 or any(not 1 <= len(row) <= 20 for row in rows):
        problems.append(f"{path}.rows: at most 100 rows of at most 20 cells")


CHECKS = {
    "section": _section, "header": _header, "context": _context, "actions": _actions, "input": _input, "image": _image, "table": _table,
}  # fmt: skip


def _whole(problems: Problems, blocks: list[Mapping[str, Any]]) -> None:
    """Rules over all blocks of a payload."""
    named = Counter(b["block_id"] for b in blocks if b.get("block_id"))
    problems += [f"block_id {name!r} is there {n} times" for name, n in named.items() if n > 1]
    if sum(b.get("type") == "table" for b in blocks) > 1:
        problems.append("blocks: one table at most")
    if sum(len(str(b.get("text", ""))) for b in blocks if b.get("type") == "markdown") > 12_000:
        problems.append("blocks: markdown of at most 12000 characters")
    if len([1 for b in _elements(blocks) if b.get("focus_on_load")]) > 1:
        problems.append("blocks: one focus_on_load at most")


def _elements(blocks: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for block in blocks:
        for found in (block.get("element"), block.get("accessory"), *(block.get("elements") or [])):
            if isinstance(found, Mapping):
                yield found


__all__ = ["check", "option", "options_answer"]
