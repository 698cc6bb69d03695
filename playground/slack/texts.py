"""Texts and their limits, as Slack counts them.

https://docs.slack.dev/reference/block-kit/composition-objects/text-object
"""

from collections.abc import Iterable, Mapping
from typing import Any

Problems = list[str]


def length(problems: Problems, path: str, text: object, most: int, *, least: int = 1) -> None:
    """Between `least` and `most` characters of text."""
    if not isinstance(text, str):
        problems.append(f"{path}: must be text, not {type(text).__name__}")
    elif not least <= len(text) <= most:
        problems.append(f"{path}: {len(text)} characters, must be {least} to {most}")


def text_object(problems: Problems, path: str, found: object, most: int, *, plain: bool = False) -> None:
    """A text object; `plain`: no markup allowed here."""
    if not isinstance(found, Mapping):
        problems.append(f"{path}: a text object is required")
        return
    allowed = {"plain_text": {"type", "text", "emoji"}, "mrkdwn": {"type", "text", "verbatim"}}
    kind = found.get("type")
    if kind not in allowed or (plain and kind != "plain_text"):
        problems.append(f"{path}: {kind!r} is not a type of text for this place")
        return
    unknown_keys(problems, path, found, allowed[kind])
    length(problems, f"{path}.text", found.get("text"), most)


def unknown_keys(problems: Problems, path: str, found: Mapping[str, Any], allowed: Iterable[str]) -> None:
    """Slack refuses what it does not know."""
    for key in sorted(set(found) - set(allowed)):
        problems.append(f"{path}: unknown property {key!r}")
