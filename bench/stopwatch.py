"""Time and CPU side by side: on a busy machine the one says little without the other."""

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Took:
    """Seconds by the clock, and of this process's CPU with all its threads."""

    wall: float
    cpu: float


class Stopwatch:
    """Runs from when it is made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def took(self) -> Took:
        """Since then."""
        return Took(time.perf_counter() - self._wall, time.process_time() - self._cpu)
