"""When nothing is suspended: the curfew as a pure rule on two calendars. Nothing here reads a clock or a database.

By the customer's clock: not on a closed day (their weekend, a public holiday), not on the eve of a holiday, not after `latest`, and on the
first open day after closed ones not before `after_closed`: a payment of those days must have had time to arrive. By our own: the desk is
open, and has `staffed` more open hours before it closes for the day, so that somebody is there when the customer calls.

The eve is the last open day before closed days with a public holiday among them: Thursday before Good Friday, and the Friday before a
Monday's holiday. A plain weekend has no eve: on its Friday `latest` and our own hours hold back enough.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from core.engine.calendars import Calendar, Closed

from .policy import Curfew, Decision

# Closed days are followed for two weeks; a calendar without an allowed moment in two months has none.
NEAR, HORIZON = 14, timedelta(days=62)


class Why(StrEnum):
    """What holds a suspension back. `cap`: the day's number is used up, which is no curfew, but holds it back alike."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    EVE = "eve"
    LATE = "late"
    EARLY = "early"
    UNSTAFFED = "unstaffed"
    TERM_END = "term_end"
    CAP = "cap"


@dataclass(frozen=True, kw_only=True)
class Hours:
    """The rules with the customer's calendar and that of the desk's approvers. `lifted`: somebody set the curfew aside for this case."""

    rules: Curfew
    theirs: Calendar
    ours: Calendar
    lifted: bool = False


@dataclass(frozen=True, kw_only=True)
class Chance:
    """What an approval given at one moment would come to: carried out at `earliest` (None: no such moment is known), good until `expires`.
    `why` is what holds it back at first, None when nothing does."""

    earliest: datetime | None
    expires: datetime
    why: Why | None

    @property
    def is_vain(self) -> bool:
        """Whether it would run out before it could be carried out."""
        return self.earliest is None or self.earliest >= self.expires


def allowed(hours: Hours, moment: datetime) -> Why | None:
    """Why nothing may be suspended at that moment; None when it may."""
    if hours.lifted:
        return None
    here = hours.theirs.local(moment)
    closed = hours.theirs.why_closed(here.date())
    if closed is not None:
        return Why.WEEKEND if closed[0] is Closed.WEEK else Why.HOLIDAY
    if is_eve(hours.theirs, here.date()):
        return Why.EVE
    if here.time() >= hours.rules.latest:
        return Why.LATE
    if not hours.theirs.is_working_day(here.date() - timedelta(days=1)) and here.time() < hours.rules.after_closed:
        return Why.EARLY
    return None if _is_staffed(hours, moment) else Why.UNSTAFFED


def near_term_end(rules: Curfew, term_end: datetime | None, moment: datetime) -> bool:
    """Whether the renewal is too near, or has not been read back: what was last read says that the term ends soon, or has ended."""
    return term_end is not None and moment >= term_end - rules.before_term_end


def next_allowed(hours: Hours, moment: datetime) -> datetime | None:
    """The moment itself when it is allowed, else the next one (UTC); None when the calendars have none in two months."""
    found = moment
    while found < moment + HORIZON:
        why = allowed(hours, found)
        if why is None:
            return found
        found = _after(hours, found, why)
    return None


def chance(hours: Hours, decision: Decision, at: datetime, *, not_before: datetime | None = None) -> Chance:
    """What an approval at `at` would come to; `not_before` when something else holds it back until then."""
    cooled = at + decision.cooling_off
    begins = max(cooled, not_before or cooled)
    why = Why.CAP if begins > cooled else allowed(hours, cooled)
    return Chance(earliest=next_allowed(hours, begins), expires=good_until(hours.ours, at, decision.approval_valid), why=why)


def worth_asking_from(hours: Hours, decision: Decision, at: datetime, *, not_before: datetime | None = None) -> datetime | None:
    """The first opening of our desk from which an approval would not be in vain, `at` itself if it is not; None when there is none."""
    found, last = at, chance(hours, decision, at, not_before=not_before).earliest
    while last is not None and chance(hours, decision, found, not_before=not_before).is_vain:
        opens = hours.ours.next_opening(_midnight(hours.ours, hours.ours.local(found).date() + timedelta(days=1)))
        if opens >= last - decision.cooling_off:
            return last - decision.cooling_off  # an approval outlives its cooling-off: the policy is checked for that
        found = opens
    return found if last is not None else None


def good_until(ours: Calendar, start: datetime, wait: timedelta) -> datetime:
    """When that much open time of our desk has passed since `start`: a decision's clocks count what is staffed."""
    return ours.add_open_time(start, wait).due_at


def covered_from(theirs: Calendar, moment: datetime) -> datetime | None:
    """The end of the customer's last closed day before the moment: what the accounting knew before says nothing of payments of those days.
    None when no day was closed lately."""
    today = theirs.local(moment).date()
    last = next((day for day in _back(today) if not theirs.is_working_day(day)), None)
    return None if last is None else _midnight(theirs, last + timedelta(days=1))


def is_eve(theirs: Calendar, day: date) -> bool:
    """Whether the closed days that follow at once have a public holiday among them."""
    for ahead in range(1, NEAR):
        closed = theirs.why_closed(day + timedelta(days=ahead))
        if closed is None:
            return False
        if closed[0] is not Closed.WEEK:
            return True
    return False


def _is_staffed(hours: Hours, moment: datetime) -> bool:
    """Open now, and for long enough before it closes for the day, breaks aside; a desk that never closes is open past midnight."""
    evening = _midnight(hours.ours, hours.ours.local(moment).date() + timedelta(days=1))
    until = max(evening, moment + hours.rules.staffed)
    return hours.ours.is_open(moment) and hours.ours.open_time(moment, until) >= hours.rules.staffed


def _after(hours: Hours, moment: datetime, why: Why) -> datetime:
    """The next moment at which that reason may be over."""
    here = hours.theirs.local(moment)
    if why is Why.EARLY:
        return hours.theirs.moment(here.date(), hours.rules.after_closed)
    if why is not Why.UNSTAFFED:
        return _midnight(hours.theirs, here.date() + timedelta(days=1))
    opens = hours.ours.next_opening(moment)
    return opens if opens > moment else _reopens(hours.ours, moment)


def _reopens(ours: Calendar, moment: datetime) -> datetime:
    closes = next(closes for opens, closes in ours.spans(ours.local(moment).date()) if opens <= moment < closes)
    return ours.next_opening(closes)


def _midnight(calendar: Calendar, day: date) -> datetime:
    return calendar.moment(day, time(0))


def _back(day: date) -> Iterator[date]:
    return (day - timedelta(days=number) for number in range(1, NEAR + 1))
