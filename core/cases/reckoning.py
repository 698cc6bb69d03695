"""When a deadline is due: open time from its start, less the time in which its clock stood still. Pure; every moment is passed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.engine.calendars import Calendar, Step


class Why(StrEnum):
    """Why a clock stood still: somebody else's turn, or the case was closed in between."""

    CUSTOMER = "customer"
    MICROSOFT = "microsoft"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Pause:
    """From when until when; None while it lasts."""

    why: Why
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Run:
    """A time in which the clock ran, day by day."""

    counted: timedelta
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A time in which it stood still, and how much open time that was by now."""

    pause: Pause
    not_counted: timedelta


@dataclass(frozen=True, kw_only=True)
class Reckoned:
    """When the wait is over, None while the clock stands still; `left` is what remains then; `parts` in the order of time."""

    due_at: datetime | None
    left: timedelta
    parts: tuple[Run | Gap, ...]


def reckon(
    calendar: Calendar, started_at: datetime, wait: timedelta, pauses: Iterable[Pause], *, now: datetime, locale: str = "en"
) -> Reckoned:
    """`wait` of open time from `started_at`, the pauses left out. They do not overlap; one that is over before the start is no matter."""
    left, begins, parts = wait, started_at, list[Run | Gap]()
    for pause in sorted(pauses, key=lambda one: one.began_at):
        if pause.ended_at is not None and pause.ended_at <= begins:
            continue
        passed = calendar.open_time(begins, pause.began_at)
        if passed >= left and pause.began_at > begins:
            break
        parts.append(Run(counted=passed, steps=calendar.add_open_time(begins, passed, locale=locale).steps))
        left -= passed
        parts.append(Gap(pause=pause, not_counted=calendar.open_time(max(begins, pause.began_at), pause.ended_at or now)))
        if pause.ended_at is None:
            return Reckoned(due_at=None, left=left, parts=tuple(parts))
        begins = pause.ended_at
    last = calendar.add_open_time(begins, left, locale=locale)
    return Reckoned(due_at=last.due_at, left=timedelta(), parts=(*parts, Run(counted=left, steps=last.steps)))
