"""When a deadline is due: worked examples with pauses, and what must hold for every start, wait and pause."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from core.cases.reckoning import Gap, Pause, Run, Why, reckon
from core.engine.calendars import Calendar, Hours

WARSAW = ZoneInfo("Europe/Warsaw")
POLISH = Calendar()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW).astimezone(UTC)


def pause(began: str, ended: str | None, why: Why = Why.CUSTOMER) -> Pause:
    return Pause(why=why, began_at=at(began), ended_at=at(ended) if ended else None)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def test_what_was_left_when_it_was_paused_is_left_when_it_goes_on() -> None:
    """Monday 10:00, 8 hours; away from 12:00 until Tuesday 11:00: 2 of them passed, 6 are left from Tuesday 11:00."""
    found = reckon(POLISH, at("2026-11-23T10:00"), hours(8), [pause("2026-11-23T12:00", "2026-11-24T11:00")], now=at("2026-11-24T12:00"))

    assert found.due_at == at("2026-11-24T17:00")
    assert [part.counted if isinstance(part, Run) else part.not_counted for part in found.parts] == [hours(2), hours(7), hours(6)]


def test_while_it_is_paused_nothing_is_due() -> None:
    found = reckon(POLISH, at("2026-11-23T10:00"), hours(8), [pause("2026-11-23T12:00", None)], now=at("2026-11-24T10:00"))

    assert (found.due_at, found.left) == (None, hours(6))
    assert isinstance(found.parts[-1], Gap)
    assert found.parts[-1].not_counted == hours(6)


def test_a_pause_over_a_holiday_night_and_weekend_takes_open_time_only() -> None:
    """From Wednesday 10 November 2027, 16:00, over Independence Day until Monday 15 November, 10:00: 1 + 8 + 1 hours were open."""
    found = reckon(POLISH, at("2027-11-10T15:00"), hours(4), [pause("2027-11-10T16:00", "2027-11-15T10:00")], now=at("2027-11-15T10:00"))

    assert [part.not_counted for part in found.parts if isinstance(part, Gap)] == [hours(10)]
    assert found.due_at == at("2027-11-15T13:00")


def test_what_was_late_before_the_pause_stays_late() -> None:
    found = reckon(POLISH, at("2026-11-23T10:00"), hours(2), [pause("2026-11-23T14:00", None)], now=at("2026-11-24T10:00"))

    assert found.due_at == at("2026-11-23T12:00")


def test_a_pause_over_before_the_start_is_no_matter() -> None:
    found = reckon(POLISH, at("2026-11-23T10:00"), hours(2), [pause("2026-11-20T10:00", "2026-11-20T11:00")], now=at("2026-11-23T10:00"))

    assert found.due_at == at("2026-11-23T12:00")
    assert len(found.parts) == 1


def test_two_pauses_in_turn_keep_their_own_reasons() -> None:
    turns = [
        pause("2026-11-23T11:00", "2026-11-23T12:00"),
        pause("2026-11-23T12:00", "2026-11-23T15:00", Why.MICROSOFT),
    ]

    found = reckon(POLISH, at("2026-11-23T10:00"), hours(2), turns, now=at("2026-11-23T15:00"))

    assert [(part.pause.why, part.not_counted) for part in found.parts if isinstance(part, Gap)] == [
        (Why.CUSTOMER, hours(1)),
        (Why.MICROSOFT, hours(3)),
    ]
    assert found.due_at == at("2026-11-23T16:00")


def test_the_night_of_25_hours_in_a_pause_and_in_the_count() -> None:
    """Clocks go back on 25 October 2026 at 3:00. Around the clock from midnight, paused from 1:00 to 2:00 of the summer time."""
    always = Calendar(week=((Hours(opens=datetime.min.time(), closes=datetime.min.time()),),) * 7, country="")

    found = reckon(always, at("2026-10-25T00:00"), hours(4), [pause("2026-10-25T01:00", "2026-10-25T02:00")], now=at("2026-10-25T02:00"))

    assert found.due_at == at("2026-10-25T00:00") + hours(5)
    assert found.due_at.astimezone(WARSAW).hour == 4


STARTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 1), timezones=st.just(UTC)).map(lambda d: d.replace(microsecond=0))  # noqa: DTZ001 (the strategy adds the zone)
LENGTHS = st.integers(min_value=0, max_value=200 * 60).map(lambda minutes: timedelta(minutes=minutes))


@st.composite
def turns(draw: st.DrawFn) -> tuple[datetime, list[Pause]]:
    """A start and pauses that follow each other."""
    start = draw(STARTS)
    pauses, ends = [], start
    for _ in range(draw(st.integers(0, 4))):
        began = ends + draw(LENGTHS)
        ends = began + draw(LENGTHS)
        pauses.append(Pause(why=draw(st.sampled_from(Why)), began_at=began, ended_at=ends))
    return start, pauses


@given(turns(), LENGTHS)
def test_whatever_the_pauses_the_parts_add_up_to_the_wait(given_turns: tuple[datetime, list[Pause]], wait: timedelta) -> None:
    start, pauses = given_turns

    found = reckon(POLISH, start, wait, pauses, now=start)

    runs = [part for part in found.parts if isinstance(part, Run)]
    assert sum((run.counted for run in runs), timedelta()) == wait
    assert all(sum((step.counted for step in run.steps), timedelta()) == run.counted for run in runs)


@given(turns(), LENGTHS)
def test_a_pause_never_makes_anything_due_earlier(given_turns: tuple[datetime, list[Pause]], wait: timedelta) -> None:
    start, pauses = given_turns

    with_all = reckon(POLISH, start, wait, pauses, now=start).due_at
    with_fewer = reckon(POLISH, start, wait, pauses[:-1], now=start).due_at

    assert with_all is not None
    assert with_fewer is not None
    assert with_all >= with_fewer >= start
    assert not any(one.began_at < with_all < (one.ended_at or with_all) for one in pauses if POLISH.open_time(start, one.began_at) < wait)
