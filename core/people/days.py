"""A person's own day: when they may be disturbed, and when their working day begins. Pure; every moment is passed in.

It is the opening hours of their group in their own zone, without its closed days and public holidays. Their evening is undisturbed too:
from 18:00, or from closing where the group closes later, until opening; unless they named other hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.engine.calendars import Calendar

EVENING = time(18)
NOON, EARLIEST = time(12), time(4)
LEAST_AWAKE = timedelta(hours=4)
HORIZON = 3 * 366  # days: no calendar of the desk is closed for longer
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """From an evening until a morning, local, on working days; the others are quiet altogether. Raises ValueError for anything else.

    `begins` of 00:00 is the midnight that ends the day. It holds midnight, because what was held is told when it ends.
    """

    begins: time
    ends: time

    def __post_init__(self) -> None:
        evening = timedelta(hours=24) if self.begins == time(0) else _since_midnight(self.begins)
        if not (self.begins >= NOON or self.begins == time(0)) or not EARLIEST <= self.ends <= NOON:
            raise ValueError("quiet hours begin between 12:00 and 24:00, and end between 4:00 and 12:00")
        if evening - _since_midnight(self.ends) < LEAST_AWAKE:
            raise ValueError("quiet hours leave at least four hours of the day")


@dataclass(frozen=True, kw_only=True)
class PersonsDay:
    """`calendar` is in the person's own zone. `quiet` None: the usual hours; `always` True: no quiet hours at all."""

    calendar: Calendar
    quiet: Quiet | None = None
    always: bool = False

    def quiet_until(self, now: datetime) -> datetime | None:
        """When the person may be disturbed again; None when they may be now. Raises ValueError when they never work."""
        if self.always:
            return None
        for day in self._days(now):
            begins, ends = self._awake(day)
            if now < ends:
                return None if begins <= now else begins
        raise ValueError("the calendar never opens")

    def morning_after(self, now: datetime) -> datetime:
        """The next beginning of a working day after `now`, not in quiet hours. Raises ValueError when they never work."""
        for day in self._days(now):
            begins = self.calendar.spans(day)[0][0]
            found = begins if self.always else max(begins, self._awake(day)[0])
            if found > now:
                return found
        raise ValueError("the calendar never opens")

    def closing_after(self, moment: datetime) -> datetime:
        """When the working day of that moment ended; the moment itself on a day off or after closing."""
        spans = self.calendar.spans(self.calendar.local(moment).date())
        return max([closes for _, closes in spans[-1:]] + [moment])

    def _awake(self, day: date) -> tuple[datetime, datetime]:
        """From when until when the person may be disturbed on a working day."""
        spans = self.calendar.spans(day)
        if self.quiet is not None:
            return self._at(day, self.quiet.ends), self._at(day + DAY if self.quiet.begins == time(0) else day, self.quiet.begins)
        return spans[0][0], max(spans[-1][1], self._at(day, EVENING))

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, tzinfo=ZoneInfo(self.calendar.zone)).astimezone(UTC)

    def _days(self, now: datetime) -> Iterator[date]:
        """The working days from yesterday on: a day may last past midnight."""
        first = self.calendar.local(now).date() - DAY
        return (day for number in range(HORIZON) if self.calendar.spans(day := first + number * DAY))


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)
