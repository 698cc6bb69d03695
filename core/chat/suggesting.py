"""Did you mean: the nearest word among those that this person may type."""

import difflib
import re

from core.engine.errors import InvalidInput
from core.engine.folding import folded
from core.people.model import Right

from .actions import ActionTable

A_CASE = re.compile(r"(c-?)?[0-9]{1,9}", re.ASCII | re.IGNORECASE)  # somebody typed nothing but a case's number
LONGEST = 40  # characters of a word worth comparing; no verb comes near it


def nearest(table: ActionTable, rights: frozenset[Right], typed: str) -> str | None:
    """The verb that is spelt most like it, as it is spelt properly; None when nothing comes close."""
    spelt = table.spelt(rights)
    near = difflib.get_close_matches(folded(typed)[:LONGEST], spelt, n=1)
    return spelt[near[0]] if near else None


def unknown(table: ActionTable, rights: frozenset[Right], typed: str) -> InvalidInput:
    """What to say of a verb that there is not."""
    shown = typed[:LONGEST]
    near = f"case {shown}" if A_CASE.fullmatch(shown) and Right.READ in rights else nearest(table, rights, typed)
    return InvalidInput("verb_unknown_near", verb=shown, near=near) if near else InvalidInput("verb_unknown", verb=shown)
