"""Whether Teams would take this card: size, elements and properties of Adaptive Cards 1.5, over raw dicts.

https://adaptivecards.io/schemas/1.5.0/adaptive-card.json; https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

SIZE = 28 * 1024  # bytes of JSON; Teams documents more for bots, and 28 KB where it is strictest
PRIMARY = 6  # actions drawn beside each other; further ones are lost unless they are secondary
MENTION = re.compile(r"<at>.*?</at>")
COMMON = frozenset({"type", "id", "spacing", "separator", "height", "isVisible", "fallback", "requires"})
INPUT = frozenset({"label", "isRequired", "errorMessage", "value"})
ACTION = frozenset({"type", "id", "title", "style", "mode", "iconUrl", "tooltip", "isEnabled", "fallback", "requires"})
PROPERTIES: Mapping[str, frozenset[str]] = {
    "AdaptiveCard": frozenset({"type", "$schema", "version", "body", "actions", "fallbackText", "msteams", "refresh", "speak", "lang"}),
    "TextBlock": COMMON | {"text", "wrap", "size", "weight", "color", "isSubtle", "style", "horizontalAlignment", "maxLines", "fontType"},
    "FactSet": COMMON | {"facts"},
    "Container": COMMON | {"items", "style", "bleed", "selectAction", "verticalContentAlignment"},
    "ColumnSet": COMMON | {"columns", "style", "bleed"},
    "Column": COMMON | {"items", "width", "style", "bleed", "verticalContentAlignment"},
    "ActionSet": COMMON | {"actions"},
    "Image": COMMON | {"url", "altText", "size", "style", "width"},
    "RichTextBlock": COMMON | {"inlines", "horizontalAlignment"},
    "Table": COMMON | {"columns", "rows", "firstRowAsHeaders", "showGridLines", "gridStyle", "horizontalCellContentAlignment"},
    "TableRow": frozenset({"type", "cells", "style"}),
    "TableCell": COMMON | {"items", "style", "verticalContentAlignment"},
    "Input.Text": COMMON | INPUT | {"isMultiline", "maxLength", "placeholder", "regex", "style"},
    "Input.Number": COMMON | INPUT | {"min", "max", "placeholder"},
    "Input.Date": COMMON | INPUT | {"min", "max", "placeholder"},
    "Input.Toggle": COMMON | INPUT | {"title", "valueOn", "valueOff", "wrap"},
    "Input.ChoiceSet": COMMON | INPUT | {"choices", "choices.data", "isMultiSelect", "style", "wrap", "placeholder"},
    "Data.Query": frozenset({"type", "dataset", "count", "skip", "associatedInputs"}),
    "Action.Execute": ACTION | {"verb", "data", "associatedInputs"},
    "Action.Submit": ACTION | {"data", "associatedInputs"},
    "Action.OpenUrl": ACTION | {"url"},
    "Action.ToggleVisibility": ACTION | {"targetElements"},
}
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "TextBlock": ("text",), "FactSet": ("facts",), "Container": ("items",), "Table": ("columns", "rows"), "Image": ("url",),
    "Input.Text": ("id",), "Input.Date": ("id",), "Input.Toggle": ("id", "title"), "Input.ChoiceSet": ("id",), "Action.OpenUrl": ("url",),
    "Action.Execute": ("title",), "Action.Submit": ("title",), "ActionSet": ("actions",), "Data.Query": ("dataset",),
}  # fmt: skip
ENUMS: Mapping[str, frozenset[str]] = {
    "size": frozenset({"Small", "Default", "Medium", "Large", "ExtraLarge"}),
    "weight": frozenset({"Lighter", "Default", "Bolder"}),
    "color": frozenset({"Default", "Dark", "Light", "Accent", "Good", "Warning", "Attention"}),
    "spacing": frozenset({"None", "Small", "Default", "Medium", "Large", "ExtraLarge", "Padding"}),
    "mode": frozenset({"primary", "secondary"}),
}


def check_activity(activity: Mapping[str, Any]) -> list[str]:
    """What is wrong with a message, one line each; nothing when Teams would take it."""
    problems = []
    size = len(json.dumps(activity, ensure_ascii=False).encode())
    if size > SIZE:
        problems.append(f"activity: {size} bytes of at most {SIZE}")
    attachments = activity.get("attachments") or []
    if not attachments and not activity.get("text"):
        problems.append("activity: neither text nor attachments")
    for attachment in attachments:
        problems += check_card(attachment.get("content"))
    return problems


def check_card(card: object) -> list[str]:
    """What is wrong with a card."""
    if not isinstance(card, Mapping) or card.get("type") != "AdaptiveCard":
        return ["card: not an AdaptiveCard"]
    problems = [] if card.get("version") == "1.5" else [f"card.version: {card.get('version')!r}"]
    for path, node in _nodes("card", card):
        problems += _node(path, node)
    inputs = Counter(n["id"] for _, n in _nodes("card", card) if str(n.get("type", "")).startswith("Input.") and n.get("id"))
    problems += [f"card: input id {name!r} is there {n} times" for name, n in inputs.items() if n > 1]
    primary = [a for a in card.get("actions", []) if a.get("mode", "primary") == "primary"]
    if len(primary) > PRIMARY:
        problems.append(f"card.actions: {len(primary)} of at most {PRIMARY}")
    return problems + _mentions(card)


def _mentions(card: Mapping[str, Any]) -> list[str]:
    """A mention is one only where an entity has the very same text.

    https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format#mention-support-within-adaptive-cards
    """
    named = {str(e.get("text")) for e in (card.get("msteams") or {}).get("entities") or []}
    drawn = {mention for _, text in _texts("card", card) for mention in MENTION.findall(text)}
    unnamed = [f"card.msteams.entities: nobody is meant by {mention!r}" for mention in sorted(drawn - named)]
    return unnamed + [f"card.msteams.entities: {mention!r} stands nowhere in the card" for mention in sorted(named - drawn)]


def _texts(path: str, node: object) -> Iterator[tuple[str, str]]:
    """What is drawn of a card: texts, and the values of facts; what an input holds is no markup."""
    if isinstance(node, list):
        for at, child in enumerate(node):
            yield from _texts(f"{path}[{at}]", child)
    elif isinstance(node, Mapping) and not str(node.get("type", "")).startswith(("Input.", "Action.")):
        for name, child in node.items():
            if isinstance(child, str) and name in ("text", "value"):
                yield f"{path}.{name}", child
            elif name not in ("data", "msteams"):
                yield from _texts(f"{path}.{name}", child)


def _node(path: str, node: Mapping[str, Any]) -> list[str]:
    kind = str(node.get("type"))
    if kind not in PROPERTIES:
        return [f"{path}: unknown element {kind!r}"]
    problems = [f"{path}: unknown property {name!r}" for name in sorted(set(node) - PROPERTIES[kind])]
    problems += [f"{path}.{name}: required" for name in REQUIRED.get(kind, ()) if node.get(name) in (None, "", [])]
    problems += [f"{path}.{name}: {node[name]!r}" for name, known in ENUMS.items() if name in node and node[name] not in known]
    if kind == "FactSet":
        facts = node.get("facts") or []
        problems += [f"{path}.facts[{at}]: title and value" for at, f in enumerate(facts) if not f.get("title") or not f.get("value")]
    if kind == "Input.ChoiceSet":
        problems += _choices(path, node)
    if node.get("isRequired") and not node.get("errorMessage"):
        problems.append(f"{path}: a required input says what is missing in errorMessage")
    return problems


def _choices(path: str, node: Mapping[str, Any]) -> list[str]:
    choices = node.get("choices") or []
    if not choices and "choices.data" not in node:
        return [f"{path}.choices: required"]
    return [f"{path}.choices[{at}]: title and value" for at, c in enumerate(choices) if not c.get("title") or not c.get("value")]


def _nodes(path: str, node: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every typed node, `data` and facts aside: what a button carries is the bot's own."""
    yield path, node
    for name, value in node.items():
        if name in ("data", "msteams", "facts", "choices"):
            continue
        for at, child in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(child, Mapping) and (name != "columns" or "type" in child):
                yield from _nodes(f"{path}.{name}[{at}]" if isinstance(value, list) else f"{path}.{name}", child)
