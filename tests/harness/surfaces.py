"""The surfaces of both chats beside the verbs': what each is there, and which this run used by a raw payload that was answered."""

from collections.abc import Mapping
from typing import Any

USED = "used"
SURFACES: Mapping[str, tuple[str, str, str]] = {  # what it is, and what it is made of in either chat; "–" begins the reason of a gap
    "page": ("one’s own page, drawn anew when it changes", "Home tab (`views.publish`)", "card in the personal chat, when installed"),
    "private": ("an answer in a channel that one person sees", "ephemeral", "– none without manifest 1.29: it comes in the personal chat"),
    "thread": ("a verb typed in a thread", "mention", "mention"),
    "card": ("a button of a channel’s card, answered on every copy", "`block_actions`", "`Action.Execute`"),
    "dots": ("what stands behind the dots", "overflow menu", "secondary actions"),
    "asked": ("what a dangerous button asks first", "`confirm`", "dialog"),
    "search": ("a search field", "`external_select`", "`Data.Query`"),
    "refused": ("a form refused, what was typed kept", "`response_action: errors`", "dialog with errors"),
    "menu": ("a message’s own menu", "message shortcut", "message action"),
    "link": ("the other identity linked by a code", "typed", "typed"),
    "undo": ("an answer to a customer taken back by its button", "`block_actions`", "`Action.Execute`"),
}
HEAD = """## Surfaces

✓ as above, by `test_every_surface_is_answered`: the raw payload of that surface came in, and what is promised there was seen.
"""


def table(noted: set[Any]) -> str:
    """A row per surface."""
    rows = [f"| {what} | {_cell(noted, name, 'slack', slack)} | {_cell(noted, name, 'teams', teams)} |"
            for name, (what, slack, teams) in SURFACES.items()]  # fmt: skip
    return "\n".join((HEAD, "| surface | Slack | Teams |", "| --- | --- | --- |", *rows)) + "\n"


def _cell(noted: set[Any], name: str, face: str, made_of: str) -> str:
    if made_of.startswith("–"):
        return made_of
    return f"{'✓' if (USED, name, 'surface', face) in noted else '✗'} {made_of}"
