"""The kill test: a story is told to the real processes again and again, and each time they die at another of its points.

A first telling numbers every commit and every outgoing call. Then, for as many of them as the time allows, evenly spread, it is told
anew and the process that reaches the point dies of SIGKILL, before it and after it; it is started again, the story ends, and the
stand-ins' own ledgers are compared with those of the telling in which nobody died.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from playground.teams.tokens import Login
from tests.faults.stories import CHAPTERS, Ledgers, ledgers, tell
from tests.harness.databases import Databases
from tests.harness.lives import life
from tests.harness.supervised import Nursery

SECONDS = float(os.environ.get("DESK_KILL_SECONDS", "150"))  # per store; what is left out is said
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@dataclass(frozen=True)
class Told:
    """How a telling ended. `caught`: how many rows were leased when the process died; only those may be posted again."""

    ledgers: Ledgers
    points: tuple[str, ...]
    was_killed: bool
    caught: int


def telling(databases: Databases, folder: Path, nursery: Nursery, login: Login, kill_at: str = "") -> Told:
    folder.mkdir()
    with databases.fresh() as url, life(url, folder, nursery, login, kill_at=kill_at) as lived:
        tell(lived)
        return Told(ledgers(lived), tuple(lived.desk.points()), lived.desk.was_killed, lived.caught)


def spread(points: list[str]) -> list[str]:
    """All of them, in an order in which any beginning is spread evenly over the story."""
    step, ordered = 1 << max(0, (len(points) - 1).bit_length()), list[int]()
    while step:
        ordered += range(0, len(points), step)
        step //= 2
    return [points[at] for at in dict.fromkeys(ordered)]


def differences(told: Told, undisturbed: Told) -> list[str]:
    """What came out otherwise than when nobody died; empty when nothing did that may not."""
    wrong = [
        f"{what}: {told.ledgers.exactly_once[what]} instead of {expected}"
        for what, expected in undisturbed.ledgers.exactly_once.items()
        if told.ledgers.exactly_once[what] != expected
    ]
    missing, repeated = undisturbed.ledgers.posts - told.ledgers.posts, told.ledgers.posts - undisturbed.ledgers.posts
    if missing:
        wrong.append(f"never posted: {dict(missing)}")
    if repeated.total() > told.caught:
        wrong.append(f"posted again: {dict(repeated)}, although {told.caught} rows were leased")
    return wrong


def test_wherever_it_dies_the_story_ends_the_same(
    databases: dict[str, Databases], store_kind: str, nursery: Nursery, login: Login, tmp_path: Path, record_property: Any
) -> None:
    store, begun = databases[store_kind], time.monotonic()
    undisturbed = telling(store, tmp_path / "undisturbed", nursery, login)
    points = list(dict.fromkeys(undisturbed.points))
    killed, repeats, unmet = Counter[str](), 0, list[str]()

    for number, point in enumerate(spread(points)):
        if time.monotonic() - begun > SECONDS:
            break
        told = telling(store, tmp_path / f"{number}", nursery, login, kill_at=point)
        assert differences(told, undisturbed) == [], f"killed {point}"
        if told.was_killed:
            killed[point.split(" ")[1]] += 1
            repeats += (told.ledgers.posts - undisturbed.ledgers.posts).total()
        else:
            unmet.append(point)

    record_property(
        "said",
        f"kill test on {store_kind}: {len(CHAPTERS)} chapters, killed at {killed.total()} of {len(points)} points "
        f"({killed['commit']} around commits, {killed['call']} around calls) in {time.monotonic() - begun:.0f} s; "
        f"not met again {len(unmet)}: {unmet[:3]}; posts repeated for a leased row: {repeats}",
    )
    assert killed.total() >= min(len(points), 8) // 2
    assert len(unmet) <= 1 + killed.total() // 4
