"""Opening hours and public holidays: how much open time passed between two moments, and when a wait of open time is over.

Open time is elapsed real time inside the local opening hours, so the nights on which clocks change count what really passed. Nothing
here reads a clock or a database: a calendar is a value, and every moment is passed in.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

# A calendar that never opens would be searched for ever: three years is longer than any deadline of the desk.
_HORIZON = timedelta(days=3 * 366)


class Closed(StrEnum):
    """Why a day does not count."""

    WEEK = "week"  # the weekly hours leave it out: a weekend, mostly
    HOLIDAY = "holiday"  # a public holiday of the calendar's country
    OWN = "own"  # a day somebody closed by hand


@dataclass(frozen=True, kw_only=True, order=True)
class Hours:
    """From `opens` until `closes`, local; `closes` of 00:00 is the midnight that ends the day. Raises ValueError when empty."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.closes != time(0) and self.closes <= self.opens:
            raise ValueError(f"hours end at {self.closes}, before they begin at {self.opens}")


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one local day gave to a reckoning: open time, or the reason why none, with the holiday's or the closing's own name."""

    day: date
    counted: timedelta
    closed: Closed | None = None
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Reckoning:
    """When a wait is over (UTC), and the days it went through, first to last."""

    due_at: datetime
    steps: tuple[Step, ...]


NINE_TO_FIVE = (Hours(opens=time(9), closes=time(17)),)


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """A week of opening hours (Monday first, several spans a day) in a zone, a country's holidays, and days closed by hand.

    `country` and `subdivision` are ISO 3166 codes as the `holidays` library knows them; "" for a calendar without public holidays.
    `closed` names each day closed by hand.
    """

    zone: str = "Europe/Warsaw"
    week: tuple[tuple[Hours, ...], ...] = (NINE_TO_FIVE,) * 5 + ((), ())
    country: str = "PL"
    subdivision: str = ""
    closed: Mapping[date, str] = field(default_factory=dict)

    def local(self, moment: datetime) -> datetime:
        """The moment on this calendar's wall clock."""
        return moment.astimezone(ZoneInfo(self.zone))

    def moment(self, day: date, at: time) -> datetime:
        """The instant (UTC) at which this calendar's wall clock shows that time of that day."""
        return datetime.combine(day, at, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def why_closed(self, day: date, locale: str = "en") -> tuple[Closed, str] | None:
        """Why a whole day does not count, and its name in the reader's language where one is known; None for an open day."""
        if day in self.closed:
            return Closed.OWN, self.closed[day]
        name = public_holidays(self.country, self.subdivision, day.year, locale).get(day) if self.country else None
        if name:
            return Closed.HOLIDAY, name
        return None if self.week[day.weekday()] else (Closed.WEEK, "")

    def is_working_day(self, day: date) -> bool:
        """Whether the desk, or a bank in this country, is open on that day at all."""
        return self.why_closed(day) is None

    def add_working_days(self, day: date, number: int) -> date:
        """The `number`-th working day after `day`; for 0, `day` itself or the next working day."""
        found = day
        for _ in range(number):
            found = self._next_working(found + timedelta(days=1))
        return found if number else self._next_working(day)

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """The day's opening hours as moments (UTC), in order; empty on a closed day."""
        if not self.is_working_day(day):
            return []
        found = [self._span(day, hours) for hours in sorted(self.week[day.weekday()])]
        return [(opens, closes) for opens, closes in found if opens < closes]  # hours that a change of clocks swallowed whole

    def is_open(self, moment: datetime) -> bool:
        """Whether that moment is inside opening hours; the closing moment is not."""
        return any(opens <= moment < closes for opens, closes in self.spans(self.local(moment).date()))

    def next_opening(self, moment: datetime) -> datetime:
        """The moment itself when open, else the next opening (UTC). Raises ValueError when it never opens."""
        for _, opens, closes in self._open_from(moment):
            if moment < closes:
                return max(moment, opens)
        raise self._never(moment)

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """How much open time passed from `start` to `end`; nothing when `end` is earlier."""
        passed = timedelta()
        for day in _days(self.local(start).date(), self.local(end).date()):
            passed += sum((max(min(closes, end) - max(opens, start), timedelta()) for opens, closes in self.spans(day)), timedelta())
        return passed

    def add_open_time(self, start: datetime, wait: timedelta, *, locale: str = "en") -> Reckoning:
        """The earliest moment by which `wait` of open time has passed since `start`, day by day.

        A wait that is used up exactly at closing is over at closing, not at the next opening. Raises ValueError when the calendar
        does not open for so long.
        """
        left, steps = wait, []
        for day in _days(self.local(start).date(), self.local(start + _HORIZON).date()):
            due_at, counted = self._use(day, start, left)
            closed, name = self.why_closed(day, locale) or (None, "")
            steps.append(Step(day=day, counted=counted, closed=closed, name=name))
            if due_at is not None:
                return Reckoning(due_at=due_at, steps=tuple(steps))
            left -= counted
        raise self._never(start)

    def _use(self, day: date, start: datetime, left: timedelta) -> tuple[datetime | None, timedelta]:
        """What the day gives of `left`: the moment at which nothing is left (None if something is), and the open time used."""
        if not left:
            return start.astimezone(UTC), left
        used = timedelta()
        for opens, closes in self.spans(day):
            begins = max(opens, start)
            given = max(closes - begins, timedelta())
            if given >= left - used:
                return begins + (left - used), left
            used += given
        return None, used

    def _open_from(self, moment: datetime) -> Iterator[tuple[date, datetime, datetime]]:
        for day in _days(self.local(moment).date(), self.local(moment + _HORIZON).date()):
            for opens, closes in self.spans(day):
                yield day, opens, closes

    def _span(self, day: date, hours: Hours) -> tuple[datetime, datetime]:
        ends = day + timedelta(days=1) if hours.closes == time(0) else day
        return self.moment(day, hours.opens), self.moment(ends, hours.closes)

    def _next_working(self, day: date) -> date:
        for found in _days(day, day + _HORIZON):
            if self.is_working_day(found):
                return found
        raise ValueError(f"no working day within three years of {day}")

    @staticmethod
    def _never(moment: datetime) -> ValueError:
        return ValueError(f"the calendar is not open long enough within three years of {moment:%Y-%m-%d}")


@lru_cache(maxsize=512)
def public_holidays(country: str, subdivision: str, year: int, locale: str) -> Mapping[date, str]:
    """A year's public holidays by day, named in the reader's language where the library has it, else in the country's own.

    A whole year is read at once into a value of its own: the library fills its objects lazily, which two threads may see half done.
    Raises NotImplementedError for a country or subdivision the library does not know.
    """
    known = holidays.country_holidays(country, subdiv=subdivision or None)
    language = next((spoken for spoken in known.supported_languages if spoken.partition("_")[0] == locale), known.default_language)
    return dict(holidays.country_holidays(country, subdiv=subdivision or None, years=year, language=language, expand=False))


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
