"""The official schema of Adaptive Cards 1.5, over whole payloads.

Where it does not lie beside the project nothing is said, and the run names what was not asked.
"""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

SCHEMAS = Path(__file__).resolve().parent.parent.parent.parent / "shared" / "data"
CARDS = SCHEMAS / "adaptive-card-1.5.0.schema.json"
KNOWN: dict[str, list[str]] = {}  # what the schema said of a card before, by its text: most cards of a run are the same


@cache
def _validator() -> jsonschema_rs.Draft6Validator:
    return jsonschema_rs.Draft6Validator(json.loads(CARDS.read_text(encoding="utf-8")))


def against_schema(payload: object) -> list[str]:
    """What the schema has against the cards in a payload, its known gaps aside; nothing where the schema is not there."""
    if not CARDS.is_file():
        return []
    problems = []
    for card in cards_in(payload):
        text = json.dumps(card, sort_keys=True)
        if text not in KNOWN:
            found = _validator().iter_errors(as_the_schema_knows_it(card))
            KNOWN[text] = [f"schema: {'.'.join(map(str, error.instance_path))}: {error.message[:200]}" for error in found]
        problems += KNOWN[text]
    return problems


def cards_in(node: object) -> Iterator[dict[str, Any]]:
    """Every Adaptive Card of a payload, wherever it is."""
    if isinstance(node, Mapping):
        if node.get("type") == "AdaptiveCard":
            yield dict(node)
            return
        for child in node.values():
            yield from cards_in(child)
    elif isinstance(node, list):
        for child in node:
            yield from cards_in(child)


def as_the_schema_knows_it(drawn: Mapping[str, Any]) -> dict[str, Any]:
    """Without the things Teams documents and the schema does not know: top-level `msteams`, `TextBlock.style`, the plural of
    `firstRowAsHeader`, and the typeahead's `choices.data` with its style."""
    known = deepcopy(dict(drawn))
    known.pop("msteams", None)
    _strip(known)
    return known


def _strip(node: Any) -> None:
    for child in node if isinstance(node, list) else node.values() if isinstance(node, dict) else ():
        _strip(child)
    if isinstance(node, dict):
        if node.get("type") == "TextBlock":
            node.pop("style", None)
        if node.get("type") == "Table" and "firstRowAsHeaders" in node:
            node["firstRowAsHeader"] = node.pop("firstRowAsHeaders")
        if node.pop("choices.data", None):
            node.pop("style")
