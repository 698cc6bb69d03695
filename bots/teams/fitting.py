"""A card within Teams' size: texts and lists are shortened, visibly, until it fits.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages: our limit is the strictest documented one.
"""

import json
from typing import Any

from bots.teams.payloads import Element
from core.chat.words import Words

SIZE = 27 * 1024  # bytes of JSON: 28 KB less the activity around the card
STEPS = ((3000, 100), (1000, 40), (400, 20), (200, 12), (100, 6), (80, 3))  # characters of a text, entries of a list
LABEL, FEWEST = 75, 20  # characters of a choice, and choices that are left in any case
SHORTENED = ("text", "value", "title", "label", "fallbackText")
WHOLE_TEXTS = ("text", "value")  # long enough to say that they were cut
LISTS = ("facts", "rows", "items", "body")


def fitted(card: Element, words: Words) -> Element:
    """The card as it is, or shortened as little as it takes; what was left out is said."""
    drawn = card
    for limit, most in STEPS:
        drawn = dict(_shortened(card, limit, most, words))
        if len(json.dumps(drawn, ensure_ascii=False).encode()) <= SIZE:
            break
    return drawn


def clip(text: str, limit: int, said: str = "…") -> str:
    """At most `limit` characters, the cut said and never inside a link, a date or a mention; nothing becomes a dash."""
    if len(text) <= limit:
        return text if text.strip() else "–"
    cut = text[: limit - len(said)]
    for opening, closing in (("{{", "}}"), ("[", ")"), ("<at>", "</at>")):
        if cut.rfind(opening) > cut.rfind(closing) and not cut[: cut.rfind(opening)].endswith("\\"):
            cut = cut[: cut.rfind(opening)]
    return cut.rstrip("\\ ") + said


def _shortened(node: Any, limit: int, most: int, words: Words, name: str = "") -> Any:
    if isinstance(node, dict):
        if _asks(node):
            return _with_fewer_choices(node, limit, most, words)  # what was typed is never shortened, and no empty input becomes a dash
        kept = {key: value if key in ("data", "msteams") else _shortened(value, limit, most, words, key) for key, value in node.items()}
        if node.get("type") == "Container" and not kept["items"]:
            kept["items"] = [_more("items", words.say("shortened"))]
        return kept
    if isinstance(node, list):
        is_cut = name in LISTS and len(node) > most and not any(_asks(each) for each in node)
        shown = [_shortened(each, limit, most, words) for each in (node[:most] if is_cut else node)]
        return [*shown, _more(name, words.count("list.more", len(node) - most))] if is_cut else shown
    said = words.say("shortened") if name in WHOLE_TEXTS else "…"
    return clip(node, limit, said) if isinstance(node, str) and name in SHORTENED else node


def _with_fewer_choices(node: Element, limit: int, most: int, words: Words) -> Element:
    """An input whose list is shortened, visibly; what is chosen stays, and what is not listed can be typed with the verb."""
    choices = node.get("choices")
    if not choices:
        return node
    labels = min(limit, LABEL)
    shown = [choice | {"title": clip(choice["title"], labels)} for choice in choices]
    if len(shown) <= max(most, FEWEST):
        return node | {"choices": shown}
    chosen = str(node.get("value") or "").split(",")
    kept = [c for at, c in enumerate(shown) if at < max(most, FEWEST) or c["value"] in chosen]
    return node | {"choices": [*kept, {"title": words.count("list.more", len(shown) - len(kept)), "value": "…"}]}


def _asks(node: Any) -> bool:
    """No input is ever left out."""
    return isinstance(node, dict) and str(node.get("type", "")).startswith("Input.")


def _more(name: str, said: str) -> Element:
    """What stands for the entries left out."""
    block: Element = {"type": "TextBlock", "text": said, "wrap": True, "isSubtle": True}
    if name == "facts":
        return {"title": "…", "value": said}
    return {"type": "TableRow", "cells": [{"type": "TableCell", "items": [block]}]} if name == "rows" else block
