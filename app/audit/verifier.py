"""Check an exported journal without the desk: Python's own library only. Usage: python verifier.py journal.jsonl [ROOT]

Every line is one event: `hash` is SHA-256 over the line's other fields as JSON with sorted keys, no spaces and UTF-8; `previous` is the
hash of the event before it with the same `subject`, and `seq` counts them from 1. Lines whose subject is `journal:1` seal a day: their
`ends` name the number and hash that each chain had then. The hash of the last seal is the daily root: compare it with the one you kept.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

SEALS = "journal:1"


def digest(row: dict[str, Any]) -> str:
    """The hash a line must have."""
    parts = {name: value for name, value in row.items() if name != "hash"}
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def faults(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Everything that does not fit, as sentences; nothing for a journal that is whole."""
    ends: dict[str, tuple[int, str]] = {}
    known: dict[tuple[str, int], str] = {}
    for row in rows:
        subject, seq = row["subject"], row["seq"]
        before = ends.get(subject, (0, ""))
        if digest(row) != row["hash"]:
            yield f"{subject} {seq}: its content was changed."
        if (seq, row["previous"]) != (before[0] + 1, before[1]):
            yield f"{subject} {seq}: it does not follow event {before[0]}; something was left out, added or put in another order."
        ends[subject] = seq, row["hash"]
        known[subject, seq] = row["hash"]
        if subject == SEALS:
            yield from _seal(row, known)


def _seal(row: dict[str, Any], known: dict[tuple[str, int], str]) -> Iterator[str]:
    for subject, seq, head in row["data"]["ends"]:
        if known.get((subject, seq)) != head:
            yield f"{subject} {seq}: the seal of {row['data']['day']} names another event than is there."


def main(arguments: list[str]) -> int:
    """Print what is wrong and the newest daily root. Status 0: whole; 1: not; 2: unusable arguments."""
    if len(arguments) not in (1, 2):
        print(__doc__)  # noqa: T201 (a program of its own)
        return 2
    rows = [json.loads(line) for line in Path(arguments[0]).read_text(encoding="utf-8").splitlines() if line]
    wrong = list(faults(rows))
    seals = [row for row in rows if row["subject"] == SEALS]
    if len(arguments) == 2 and arguments[1] not in {row["hash"] for row in seals}:
        wrong.append(f"No seal has the root {arguments[1]}.")
    for sentence in wrong:
        print(sentence)  # noqa: T201 (as above)
    newest = f"; newest daily root {seals[-1]['hash']} of {seals[-1]['data']['day']}" if seals else "; no day was sealed yet"
    print(f"{len(rows)} events, {len(wrong)} faults{newest}")  # noqa: T201 (as above)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
