"""How long to leave a row alone that could not be delivered or handled."""

import random
from datetime import timedelta

LONGEST_PAUSE = 3600.0  # seconds


def pause(attempts: int, asked: float | None) -> timedelta:
    """How long to wait before the next try: what was asked for, else growing with jitter."""
    if asked is not None:
        return timedelta(seconds=asked)
    return timedelta(seconds=min(LONGEST_PAUSE, 2.0 ** min(attempts, 12)) * random.uniform(0.8, 1.2))  # noqa: S311 (jitter)
