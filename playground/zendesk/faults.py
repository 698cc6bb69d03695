"""What goes wrong on request: limits, outages, and answers that get lost after the work was done."""

import threading
from dataclasses import dataclass


@dataclass
class Fault:
    """`limit` answers 429 and `away` 503, both before anything is done; `lost` does the work and answers 504."""

    kind: str
    method: str = ""
    path: str = ""
    times: int = 1
    retry_after: int = 30


class Faults:
    """The faults that wait for their call."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def stage(self, kind: str, *, method: str = "", path: str = "", times: int = 1, retry_after: int = 30) -> None:
        """The next `times` calls with this method, whose path holds `path`, go wrong."""
        self._waiting.append(Fault(kind, method, path, times, retry_after))

    def take(self, kinds: tuple[str, ...], method: str, path: str) -> Fault | None:
        """The fault that this call meets."""
        with self._lock:
            for fault in self._waiting:
                if fault.kind in kinds and fault.times > 0 and fault.method in ("", method) and fault.path in path:
                    fault.times -= 1
                    return fault
        return None
