"""What this run answered: a cell per verb, surface and face, noted when a raw payload came through a door and got a real answer.

docs/parity.md is what a run that tried every verb and every button (tests/scenarios/test_every_{verb,button}.py) noted; such a run that
notes anything else fails.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.chat.actions import Action
from core.chat.handle import Chat
from core.chat.parsing import begun
from core.chat.requests import Answered, ChatRequest, Gesture, Nothing, Refused
from core.chat.table import TABLE
from tests.harness.surfaces import SURFACES as OTHER
from tests.harness.surfaces import USED, table

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE, MADE = ROOT / "docs" / "parity.md", ROOT / "artefacts" / "parity.md"
FACES = ("slack", "teams")
TYPED = ("slash", "mention", "personal")
SURFACES = (*TYPED, "button", "form", "message")
OFFERED, ANSWERED = "offered", "answered"
Cell = tuple[str, str, str, str]  # offered or answered, verb, surface, face

OF_A_CHANNEL = frozenset({"language_here", "zone_here"})
HEAD = """# Both chats, verb by verb

Written by a run of tests/scenarios/test_every_{verb,button}.py (artefacts/parity.md, copied here): ✓ means that it sent the raw payload
of that verb on that surface and got its answer. First Slack, then Teams. `–` is a gap with a reason: Teams has no slash command whose
answer one person alone sees (manifest 1.29's are not used, docs/teams.md); no card offers the verb as a button; the verb asks nothing in
a form; `explain_stop` is the form that opens after `stop`; a message's own menu (`message`) offers two verbs, "Add to case" counting for
`note`; a channel's language and zone are said in that channel. ✗ is a bug, and fails the run. A button drawn in one chat is due in both.
"""


class Notes:
    """The cells of the test that runs now."""

    def __init__(self) -> None:
        self.cells: set[Cell] = set()
        self._heard: list[tuple[ChatRequest, Answered]] = []
        self._came = 0  # raw payloads let in

    @contextmanager
    def on(self, face: str, surface: str) -> Iterator[None]:
        """What happens inside uses that surface: a raw payload came, and what the test wants to see there was seen."""
        assert surface in OTHER, f"{surface} is no row of tests/harness/surfaces.py"
        before = self._came
        yield
        assert self._came > before, f"nothing came in by {surface}"
        self.cells.add((USED, surface, "surface", face))

    def watch(self, chat: Chat) -> None:
        """Hear what this chat is asked, and what it answers."""
        handle = chat.handle

        def watched(request: ChatRequest) -> Answered:
            answered = handle(request)
            self._heard.append((request, answered))
            return answered

        chat.handle = watched  # type: ignore[method-assign]  # a test's own in its place

    @contextmanager
    def delivery(self, face: str, surface: str) -> Iterator[None]:
        """One raw payload on its way in; what raises, or is refused, is no answer."""
        self._heard.clear()
        yield
        self._came += 1
        for request, answered in self._heard:
            if not isinstance(answered.reply, Refused | Nothing):
                self.cells |= {(ANSWERED, name, surface, face) for name in _verbs(request)}

    def drawn(self, face: str, action: str) -> None:
        """A button of this action was shown."""
        self.cells |= {(OFFERED, name, "button", face) for name in _typed_names(TABLE.named(action))}

    def taken(self) -> list[Cell]:
        """The cells so far, for the report of the test; the next one begins anew."""
        cells, self.cells = sorted(self.cells), set()
        return cells


NOTES = Notes()


def _verbs(request: ChatRequest) -> list[str]:
    if request.gesture is not Gesture.TYPED:
        return _typed_names(TABLE.named(request.action))
    return _typed_names(begun(TABLE, request.text or "help")[0])


def _typed_names(action: Action | None) -> list[str]:
    """The row a cell belongs to: a button that is not typed counts for the verb typed instead of it, and for itself if there is none."""
    return [] if action is None else [action.instead or action.name]


def asks_first(action: str) -> bool:
    """Whether a button of this action must carry a question; a form asks by itself."""
    row = TABLE.named(action)
    return row is not None and row.dangerous and not row.form


def page(cells: Iterable[Any]) -> str:
    """The table of what was answered."""
    noted = {tuple(cell) for cell in cells}
    rows = [a for a in TABLE.all if a.typed or not a.instead]
    lines = [f"| `{row.name}` | " + " | ".join(" ".join(_mark(noted, row, s, f) for f in FACES) for s in SURFACES) + " |" for row in rows]
    verbs = "\n".join((HEAD, f"| verb | {' | '.join(SURFACES)} |", "| --- " * (len(SURFACES) + 1) + "|", *lines))
    return f"{verbs}\n\n{table(noted)}"


def _mark(noted: set[Any], row: Action, surface: str, face: str) -> str:
    if not _is_due(noted, row, surface, face):
        return "–"
    return "✓" if (ANSWERED, row.name, surface, face) in noted else "✗"


def _is_due(noted: set[Any], row: Action, surface: str, face: str) -> bool:
    """Whether the cell must be green: a button drawn in one chat is due in both."""
    if surface == "form":
        return row.form
    if surface == "message":
        return any(row.name in _typed_names(action) for action in TABLE.on_messages())
    if surface == "personal" and row.name in OF_A_CHANNEL:
        return False
    if surface == "button":
        return any((OFFERED, row.name, "button", other) in noted for other in FACES)
    return row.typed and (surface, face) != ("slash", "teams")


def compare(cells: Iterable[Any]) -> str:
    """Keep this run's page; returns what is wrong with the one in the docs, or nothing."""
    made = page(cells)
    MADE.parent.mkdir(exist_ok=True)
    MADE.write_text(made, encoding="utf-8")
    if "✗" in made.removeprefix(HEAD):
        return "artefacts/parity.md has a ✗: a verb or a surface was not answered in a chat that offers it."
    known = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    return "" if made == known else "docs/parity.md is not what this run answered: compare it with artefacts/parity.md and copy that."
