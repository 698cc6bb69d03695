"""A chat message that somebody made a case of, or added to one: what a face hands over, and what its form starts with."""

from collections.abc import Mapping

from .actions import Argument, ArgumentKind, Given

TEXT_LIMIT, NAME_LIMIT, TITLE_LIMIT = 3000, 200, 120
SAID_BY = Argument(name="said_by", kind=ArgumentKind.TEXT, required=False, max_length=NAME_LIMIT)
LINK = Argument(name="link", kind=ArgumentKind.HIDDEN, required=False)


def from_message(*, text: str, author: str, link: str) -> Mapping[str, str]:
    """The values of the gesture, whatever the verb; what is too long is cut visibly, and the link leads to the rest."""
    return {"text": _cut(text.strip(), TEXT_LIMIT), SAID_BY.name: _cut(author.strip(), NAME_LIMIT), LINK.name: link}


def title_of(given: Given) -> str:
    """The first line of what was said: where a case's title starts."""
    lines = str(given.get("text", "")).strip().splitlines()
    return _cut(lines[0].strip(), TITLE_LIMIT) if lines else ""


def link_of(given: Given) -> str:
    """The way back to the message; empty where there is none."""
    return str(given.get(LINK.name, ""))


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
