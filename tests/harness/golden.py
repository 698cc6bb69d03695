"""Golden files: what was sent for each scene, a file per chat, language and scene. `./desk golden --write` renews them."""

import json
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
LINES = 30  # of a difference that are shown
WIDTH = 140  # characters of a line that may hold several values


def write(folder: Path, shown: Mapping[str, Any]) -> None:
    """Keep what was shown, and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.json"):
        if path.stem not in shown:
            path.unlink()
    for scene, payload in shown.items():
        (folder / f"{scene}.json").write_text(text_of(payload), encoding="utf-8")


def differences(folder: Path, shown: Mapping[str, Any]) -> list[str]:
    """What is not as the files say, one entry per file."""
    kept = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    place = f"{folder.parent.name}/{folder.name}"
    return [line for scene in sorted(kept.keys() | shown.keys()) for line in _difference(place, scene, kept, shown)]


def _difference(place: str, scene: str, kept: Mapping[str, str], shown: Mapping[str, Any]) -> Iterator[str]:
    name = f"{place}/{scene}.json"
    if scene not in shown:
        yield f"{name}: no scene shows it any more"
    elif scene not in kept:
        yield f"{name}: there is no such file yet"
    elif kept[scene] != text_of(shown[scene]):
        changed = unified_diff(kept[scene].splitlines(), text_of(shown[scene]).splitlines(), name, f"{name} now", lineterm="", n=1)
        yield "\n".join(list(changed)[:LINES])


def text_of(payload: Any) -> str:
    """As it lies in the file, in the order it was sent: on one line what fits on one."""
    return _laid(payload, "") + "\n"


def _laid(node: Any, margin: str) -> str:
    short = json.dumps(node, ensure_ascii=False)
    if not node or not isinstance(node, dict | list) or len(margin) + len(short) <= WIDTH:
        return short
    inner = margin + "  "
    if isinstance(node, list):
        return "[\n" + ",\n".join(inner + _laid(each, inner) for each in node) + f"\n{margin}]"
    lines = (f"{inner}{json.dumps(name)}: {_laid(each, inner)}" for name, each in node.items())
    return "{\n" + ",\n".join(lines) + f"\n{margin}}}"
