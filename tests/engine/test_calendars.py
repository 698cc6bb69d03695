"""Opening hours: worked examples anybody can check on a wall calendar, and what must hold for every calendar and moment."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.calendars import NINE_TO_FIVE, Calendar, Closed, Hours, public_holidays

WARSAW = ZoneInfo("Europe/Warsaw")
POLISH = Calendar()
AROUND_THE_CLOCK = Calendar(week=((Hours(opens=time(0), closes=time(0)),),) * 7, country="")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW).astimezone(UTC)


def test_friday_afternoon_goes_on_after_the_weekend_and_the_holiday() -> None:
    """Independence Day 2027 is a Thursday; the Friday after it is worked."""
    found = POLISH.add_open_time(at("2027-11-10T16:30"), timedelta(hours=4), locale="pl")

    assert found.due_at == at("2027-11-12T12:30")
    assert [(step.day.day, step.counted, step.closed, step.name) for step in found.steps] == [
        (10, timedelta(minutes=30), None, ""),
        (11, timedelta(), Closed.HOLIDAY, "Narodowe Święto Niepodległości"),
        (12, timedelta(hours=3, minutes=30), None, ""),
    ]


def test_easter_is_closed_on_monday_but_good_friday_is_worked_in_poland() -> None:
    found = POLISH.add_open_time(at("2027-03-26T15:00"), timedelta(hours=3))

    assert found.due_at == at("2027-03-30T10:00")
    assert [step.closed for step in found.steps] == [None, Closed.WEEK, Closed.HOLIDAY, Closed.HOLIDAY, None]
    assert found.steps[2].name == "Easter Sunday"


def test_a_wait_used_up_at_closing_is_over_at_closing() -> None:
    assert POLISH.add_open_time(at("2026-11-23T13:00"), timedelta(hours=4)).due_at == at("2026-11-23T17:00")


def test_no_wait_is_over_at_once_even_at_night() -> None:
    assert POLISH.add_open_time(at("2026-11-23T03:00"), timedelta()).due_at == at("2026-11-23T03:00")


def test_what_begins_at_night_counts_from_the_opening() -> None:
    assert POLISH.add_open_time(at("2026-11-22T23:00"), timedelta(hours=1)).due_at == at("2026-11-23T10:00")


def test_a_break_at_noon_does_not_count() -> None:
    halves = (Hours(opens=time(8), closes=time(12)), Hours(opens=time(13), closes=time(16)))
    calendar = Calendar(week=(halves,) * 5 + ((), ()))

    assert calendar.add_open_time(at("2026-11-23T11:00"), timedelta(hours=2)).due_at == at("2026-11-23T14:00")


def test_the_night_of_25_hours_counts_what_really_passed() -> None:
    """Clocks go back on 25 October 2026 at 3:00: from midnight to 4:00 five hours pass."""
    assert AROUND_THE_CLOCK.open_time(at("2026-10-25T00:00"), at("2026-10-25T04:00")) == timedelta(hours=5)
    assert AROUND_THE_CLOCK.add_open_time(at("2026-10-25T00:00"), timedelta(hours=5)).due_at == at("2026-10-25T04:00")


def test_the_night_of_23_hours_counts_what_really_passed() -> None:
    """Clocks go forward on 28 March 2027 at 2:00."""
    assert AROUND_THE_CLOCK.open_time(at("2027-03-28T00:00"), at("2027-03-28T04:00")) == timedelta(hours=3)


def test_a_day_closed_by_hand_says_why() -> None:
    calendar = Calendar(closed={date(2026, 11, 24): "Office moves"})

    found = calendar.add_open_time(at("2026-11-23T16:00"), timedelta(hours=2))

    assert found.due_at == at("2026-11-25T10:00")
    assert (found.steps[1].closed, found.steps[1].name) == (Closed.OWN, "Office moves")


def test_banking_days_pass_over_holidays() -> None:
    """Paid on Friday 30 April 2027; Saturday is 1 May, Monday is 3 May: the next banking day is Tuesday 4 May."""
    assert POLISH.add_working_days(date(2027, 4, 30), 1) == date(2027, 5, 4)
    assert POLISH.add_working_days(date(2027, 5, 1), 0) == date(2027, 5, 4)


def test_the_next_opening_is_now_while_open_and_monday_from_friday_evening() -> None:
    assert POLISH.next_opening(at("2026-11-20T10:00")) == at("2026-11-20T10:00")
    assert POLISH.next_opening(at("2026-11-20T17:00")) == at("2026-11-23T09:00")


def test_holidays_are_named_in_the_readers_language() -> None:
    assert public_holidays("PL", "", 2027, "pl")[date(2027, 5, 3)] == "Święto Narodowe Trzeciego Maja"
    assert public_holidays("PL", "", 2027, "en")[date(2027, 5, 3)] == "National Day of the Third of May"
    assert public_holidays("DE", "BY", 2027, "pl")[date(2027, 1, 6)] == "Heilige Drei Könige"


def test_a_calendar_that_never_opens_says_so() -> None:
    shut = Calendar(week=((),) * 7)
    with pytest.raises(ValueError, match="three years"):
        shut.add_open_time(at("2026-11-23T09:00"), timedelta(hours=1))
    with pytest.raises(ValueError, match="three years"):
        shut.next_opening(at("2026-11-23T09:00"))


def test_hours_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(ValueError, match="before they begin"):
        Hours(opens=time(17), closes=time(9))


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 (the strategy adds the zone)
WAITS = st.timedeltas(timedelta(), timedelta(hours=120)).map(lambda wait: timedelta(seconds=int(wait.total_seconds())))
CALENDARS = st.sampled_from(
    [
        POLISH,
        AROUND_THE_CLOCK,
        Calendar(zone="America/New_York", country="US", subdivision="NY"),
        Calendar(week=(NINE_TO_FIVE,) * 7, country="DE"),
    ]
)


@given(CALENDARS, MOMENTS, WAITS)
def test_a_wait_is_over_at_the_first_moment_by_which_it_passed(calendar: Calendar, start: datetime, wait: timedelta) -> None:
    found = calendar.add_open_time(start, wait)

    assert calendar.open_time(start, found.due_at) == wait == sum((step.counted for step in found.steps), timedelta())
    if wait:
        assert calendar.open_time(start, found.due_at - timedelta(seconds=1)) < wait


@given(CALENDARS, MOMENTS, WAITS, WAITS)
def test_two_waits_in_turn_are_one_wait(calendar: Calendar, start: datetime, first: timedelta, then: timedelta) -> None:
    halfway = calendar.add_open_time(start, first).due_at
    assert calendar.add_open_time(halfway, then).due_at in (calendar.add_open_time(start, first + then).due_at, halfway)


@given(CALENDARS, MOMENTS)
def test_an_opening_is_open_and_nothing_before_it_was(calendar: Calendar, moment: datetime) -> None:
    found = calendar.next_opening(moment)
    assert calendar.is_open(found)
    assert calendar.open_time(moment, found) == timedelta()
