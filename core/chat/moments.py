"""Moments as people write them: a day and a time of the person's own zone. What may be two moments, or none, is asked."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.tz import datetime_ambiguous, datetime_exists, resolve_imaginary

from core.engine.errors import Ambiguous, InvalidInput
from core.engine.folding import folded

from .day_words import NUMERALS, either
from .days import FAR, Days, Tense, days

MORNING = time(9)  # when a day begins that was named without a time (docs/verbs.md says so)
HOURS = frozenset({"h", "hour", "hours", "godz", "godzine", "godziny", "godzin"})
MINUTES = frozenset({"m", "min", "minute", "minutes", "minuty", "minut"})
EARLY = range(1, 7)  # a bare 5 may be the morning or the afternoon


class Times(NamedTuple):
    """The times of day a text may mean."""

    at: tuple[time, ...]


def moment(text: str, *, now: datetime, zone: ZoneInfo, tense: Tense = Tense.ANY, field: str = "moment") -> datetime:
    """The one moment meant, aware UTC. Raises Ambiguous when it may be several, InvalidInput when it is none or on the wrong side."""
    exact = _exact(text) or _lasting(text, now)
    if exact is not None:
        return _checked(exact, now, zone, tense, text, field)
    local = now.astimezone(zone)
    found, kind = _readings(text, local, tense)
    if not found:
        raise InvalidInput("not_a_moment", field, typed=text)
    readings = [(at, "") if datetime_exists(at) else (resolve_imaginary(at), "time_skipped") for at in found]
    kind = next((skipped for _, skipped in readings if skipped), kind)
    if any(datetime_ambiguous(at) for at, _ in readings):
        kind = kind or "time_twice"
        readings = [(at.replace(fold=fold), kind) for at, _ in readings for fold in ((0, 1) if datetime_ambiguous(at) else (0,))]
    if not kind:
        return _checked(readings[0][0], now, zone, tense, text, field)
    fitting = [at for at, _ in readings if _fits(at, now, tense)]
    if not fitting:
        raise InvalidInput(f"moment_not_{tense}", field, typed=text, at=readings[0][0].astimezone(UTC))
    raise Ambiguous(kind, field, typed=text, readings=[(at.isoformat(timespec="minutes"), at.astimezone(UTC)) for at in fitting])


def _readings(text: str, local: datetime, tense: Tense) -> tuple[list[datetime], str]:
    """Every local moment the text may mean, and why the person must be asked; "" when there is one and it is certain."""
    today = local.date()
    plain = folded(text)
    whole = days(text, today, tense)
    found: list[tuple[Days, Times]] = [(whole, Times((MORNING,)))] if whole else []
    for day_text, time_text in _splits(plain):
        times = _times(time_text)
        on = days(day_text, today, tense) if day_text else None
        if times and on:
            found.append((on, times))
    if not found and (alone := _clock(plain)):
        if tense is Tense.PAST and all(_at(local, 0, at) <= local for at in alone.at):
            return [_at(local, 0, at) for at in alone.at], "" if len(alone.at) == 1 else "moment_ambiguous"
        return [_at(local, n, at) for n, at in product((0, -1 if tense is Tense.PAST else 1), alone.at)], "time_alone"
    moments = [datetime.combine(on, at, local.tzinfo) for day, times in found for on, at in product(day.on, times.at)]
    unique = list(dict.fromkeys(moments))
    is_sure = len(unique) == 1 and all(day.is_sure for day, _ in found)
    return unique, "" if is_sure or not unique else "moment_ambiguous"


def _at(local: datetime, ahead: int, at: time) -> datetime:
    """That time of the day so many days from the local one."""
    return datetime.combine(local.date() + timedelta(days=ahead), at, local.tzinfo)


def _splits(plain: str) -> Iterator[tuple[str, str]]:
    """`jutro 9`, `30.11 o 14.30`, `at 9 on friday`, `14:30 tomorrow`."""
    if match := re.fullmatch(rf"(.+?),? (?:(?:o|at|@) )?({TIME})", plain):
        yield match[1], match[2]
    if match := re.fullmatch(rf"(?:o|at|@) ({TIME}) (.+)", plain) or re.fullmatch(rf"({CLEAR_TIME}) (.+)", plain):
        yield match[2], match[1]


def _clock(plain: str) -> Times | None:
    """A time with no day beside it; only in a form that cannot be a day."""
    match = re.fullmatch(rf"(?:(?:o|at|@) )?({CLEAR_TIME})", plain) or re.fullmatch(rf"(?:o|at|@) ({TIME})", plain)
    return _times(match[1]) if match else None


def _times(text: str) -> Times | None:
    """`9`, `14:30`, `14.30`, `2 pm`, `noon`; None for a time that no clock shows."""
    if text in ("noon", "poludnie", "w poludnie"):
        return Times((time(12),))
    match = re.fullmatch(r"(\d{1,2})(?:[:.](\d{2}))? ?(am|pm)?", text, re.ASCII)
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if (half and not 1 <= hour <= 12) or hour > 23 or minute > 59:
        return None
    if half:
        return Times((time(hour % 12 + (12 if half == "pm" else 0), minute),))
    if match[2] is None and hour == 0:
        return None
    return Times((time(hour), time(hour + 12))) if match[2] is None and hour in EARLY else Times((time(hour, minute),))


def _exact(text: str) -> datetime | None:
    """An ISO moment with its offset, as our own buttons write it."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?([+-]\d{2}:\d{2}|Z)", text.strip(), re.ASCII):
        return None
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def _lasting(text: str, now: datetime) -> datetime | None:
    """`in 3 hours`, `2h`, `za godzinę`: so long from now, whatever the clocks do."""
    plain = re.sub(r"(?<=[a-z])\.", "", folded(text))
    if plain in ("za pol godziny", "in half an hour"):
        return now + timedelta(minutes=30)
    lasting = f"in {plain}" if re.match(r"\d", plain) else plain
    match = re.fullmatch(rf"(?:in|za) (?:(\d{{1,4}}|{either(NUMERALS)}) ?({either(HOURS, MINUTES)})|(godzine|minute))", lasting, re.ASCII)
    if match is None:
        return None
    number = NUMERALS.get(match[1]) or int(match[1]) if match[1] else 1
    return now + (timedelta(hours=number) if (match[2] or match[3]) in HOURS else timedelta(minutes=number))


def _checked(at: datetime, now: datetime, zone: ZoneInfo, tense: Tense, text: str, field: str) -> datetime:
    if abs(at - now) > FAR:
        raise InvalidInput("day_far", field, typed=text, day=_local_day(at, zone))
    if not _fits(at, now, tense):
        raise InvalidInput(f"moment_not_{tense}", field, typed=text, at=at.astimezone(UTC))
    return at.astimezone(UTC)


def _fits(at: datetime, now: datetime, tense: Tense) -> bool:
    right = tense is Tense.ANY or (at > now if tense is Tense.FUTURE else at <= now)
    return right and abs(at - now) <= FAR


def _local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


CLEAR_TIME = r"\d{1,2}:\d{2}(?: ?[ap]m)?|\d{1,2} ?[ap]m|noon|(?:w )?poludnie"
TIME = rf"{CLEAR_TIME}|\d{{1,2}}\.\d{{2}}(?: ?[ap]m)?|\d{{1,2}}"
