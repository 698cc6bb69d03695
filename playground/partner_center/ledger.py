"""What was asked of the stand-in, what it did about it, and what it was told to do wrong next."""

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(kw_only=True)
class Call:
    """One request. `replayed`: its MS-RequestId had been answered before; `dropped`: no answer was given."""

    number: int
    at: str
    method: str
    path: str
    request_id: str
    correlation_id: str
    identity: str
    wanted: str = ""
    if_match: str = ""
    fields: tuple[str, ...] = ()
    status: int = 0
    replayed: bool = False
    dropped: bool = False


@dataclass(frozen=True, kw_only=True)
class Effect:
    """A change that really happened to a subscription, and the call that brought it about."""

    customer: str
    subscription: str
    before: str
    after: str
    request_id: str
    call: int
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Staged:
    """What shall happen to the next call of this method whose path contains `path`.

    `status` with `body` and `headers`: this answer instead of doing anything. `drop`: `before` closes the connection without doing
    anything, `after` does it and then closes the connection. `accept`: do it as 202, true after so many reads and seconds.
    `delay`: seconds to wait before anything.
    """

    method: str = "PATCH"
    path: str = ""
    status: int = 0
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: str = ""
    accept: tuple[int, float] | None = None
    delay: float = 0


@dataclass
class Ledger:
    """Safe for several threads. `answers` keeps what each MS-RequestId was answered."""

    calls: list[Call] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    staged: list[Staged] = field(default_factory=list)
    answers: dict[tuple[str, str, str], tuple[int, Any, dict[str, str]]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def take(self, method: str, path: str) -> Staged | None:
        """The first thing staged for this call, which is then used up."""
        with self.lock:
            for staged in self.staged:
                if staged.method in (method, "*") and staged.path in path:
                    self.staged.remove(staged)
                    return staged
        return None

    def writes(self) -> list[Call]:
        """The calls that asked for a change."""
        return [call for call in self.calls if call.method == "PATCH"]

    def as_json(self) -> dict[str, Any]:
        """As the admin seam shows it."""
        with self.lock:
            return {"calls": [asdict(c) for c in self.calls], "effects": [asdict(e) for e in self.effects]}
