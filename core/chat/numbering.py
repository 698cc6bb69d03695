"""Numbers as people write them: of cases, requests and records, of an invoice's line, and the rows that a form's choices send back."""

import re

from core.engine.errors import InvalidInput
from core.engine.folding import folded

from .actions import Argument, ArgumentKind

NUMBER = re.compile(r"(?:[cs]-)?(\d{1,12})", re.IGNORECASE)
SEVERAL = re.compile(r"(?:s-)?\d{1,12}(?:\s*[,;&+/]\s*|\s+(?:and\s+|i\s+|oraz\s+)?|\s*(?:-|–|\.\.)\s*)(?:s-)?\d", re.IGNORECASE)
EVERY = frozenset({"all", "every", "everything", "wszystkie", "wszystko", "wszystkich"})
NUMBERED = {ArgumentKind.SUSPENSION, ArgumentKind.SUBSCRIPTIONS, ArgumentKind.RECORD, ArgumentKind.LINE, ArgumentKind.NUMBER}


def numbered(text: str, argument: Argument) -> int | tuple[int, ...]:
    """What such an argument means. Raises InvalidInput."""
    if argument.kind is ArgumentKind.SUSPENSION and (SEVERAL.match(text) or folded(text).partition(" ")[0] in EVERY):
        raise InvalidInput("one_at_a_time", argument.name)
    if argument.kind in (ArgumentKind.SUSPENSION, ArgumentKind.NUMBER):
        return number(text, argument.name)
    return rows(text, argument.name) if argument.kind is ArgumentKind.SUBSCRIPTIONS else _record(text, argument)


def number(text: str, field: str = "") -> int:
    """104, C-104, c-104. Raises InvalidInput."""
    found = NUMBER.fullmatch(text.lstrip("#"))
    if found is None:
        raise InvalidInput("not_a_number", field, typed=text)
    return int(found[1])


def rows(text: str, field: str) -> tuple[int, ...]:
    """What a form's list of choices sends back: `3,5`. Raises InvalidInput."""
    return tuple(number(part.strip(), field) for part in text.split(",") if part.strip())


def _record(text: str, argument: Argument) -> int:
    """P-3 or 3, and #2 or 2. Raises InvalidInput."""
    mark = "#" if argument.kind is ArgumentKind.LINE else f"{argument.prefix}-"
    found = re.fullmatch(rf"(?:{re.escape(mark)})?(\d{{1,12}})", text, re.IGNORECASE | re.ASCII)
    if found is None or not int(found[1]):
        raise InvalidInput("not_a_record", argument.name, typed=text, example=f"{mark}3")
    return int(found[1])
