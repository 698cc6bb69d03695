"""The package's version: it rises with each making, as Teams asks, and its last number says what is in the package.

Microsoft Graph tells of a published package nothing but its version, so this is what drift is seen by. Three plain numbers, as the schema's
https://semver.org/ wants them: year, month to minute, contents. The same contents have the same last number whenever they are made.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

MOST = 1_000_000  # of contents told apart: a change is missed once in a million


def contents(made: Mapping[str, Any], polish: Mapping[str, str], *pictures: bytes) -> int:
    """One number for the manifest but its version, its words and its pictures."""
    told = json.dumps([{name: value for name, value in made.items() if name != "version"}, polish], sort_keys=True)
    digest = hashlib.sha256(told.encode())
    for picture in pictures:
        digest.update(picture)
    return int.from_bytes(digest.digest()[:8]) % MOST


def version(number: int, made_at: datetime) -> str:
    """For contents made then (UTC): 26.11281745.483920 is of 28 November 2026, 17:45."""
    return f"{made_at:%y}.{int(f'{made_at:%m%d%H%M}')}.{number}"


def order(text: str) -> tuple[int, ...]:
    """What newer ones are greater in; a version that is none comes first."""
    parts = text.split(".")
    return tuple(int(part) for part in parts) if all(part.isascii() and part.isdigit() for part in parts) else ()


def contents_of(text: str) -> int:
    """The contents that a published version says; -1 for one that says none, such as 1.0.0 of old."""
    parts = order(text)
    return parts[2] if len(parts) == 3 and parts[0] > 1 else -1
