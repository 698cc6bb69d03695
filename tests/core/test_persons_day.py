"""A person's own day: when they may be disturbed, when it begins."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from core.chat.words import HERE
from core.engine.calendars import Calendar, Hours
from core.people.days import PersonsDay, Quiet
from core.people.reminders import CHOSEN, FIXED, Reminder, kind_of

USUAL = PersonsDay(calendar=Calendar())
OWN = PersonsDay(calendar=Calendar(), quiet=Quiet(begins=time(20), ends=time(7)))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """November 2026, UTC; Warsaw is an hour ahead."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("whose", "now", "until"),
    [
        (USUAL, at(23, 8), None),  # Monday, 9:00
        (USUAL, at(23, 16, 59), None),  # 17:59: the evening begins at 18:00
        (USUAL, at(23, 17), at(24, 8)),
        (USUAL, at(23, 7, 59), at(23, 8)),
        (USUAL, at(27, 17), at(30, 8)),  # Friday evening to Monday
        (USUAL, at(28, 11), at(30, 8)),  # Saturday noon
        (USUAL, at(10, 23), at(12, 8)),  # Independence Day of Poland, the 11th
        (OWN, at(23, 18, 59), None),
        (OWN, at(23, 19), at(24, 6)),
        (OWN, at(28, 11), at(30, 6)),
        (replace(USUAL, always=True), at(28, 23), None),
    ],
)
def test_when_somebody_may_be_disturbed(whose: PersonsDay, now: datetime, until: datetime | None) -> None:
    assert whose.quiet_until(now) == until


@pytest.mark.parametrize(
    ("whose", "now", "begins"),
    [
        (USUAL, at(23, 7), at(23, 8)),
        (USUAL, at(23, 8), at(24, 8)),
        (USUAL, at(27, 8), at(30, 8)),
        (OWN, at(23, 8), at(24, 8)),  # not before opening
        (replace(OWN, quiet=Quiet(begins=time(22), ends=time(11))), at(23, 11), at(24, 10)),  # nor in quiet hours
    ],
)
def test_when_a_working_day_begins(whose: PersonsDay, now: datetime, begins: datetime) -> None:
    assert whose.morning_after(now) == begins


def test_who_works_late_is_disturbed_late() -> None:
    late = PersonsDay(calendar=Calendar(week=((Hours(opens=time(12), closes=time(0)),),) * 5 + ((), ())))

    assert late.quiet_until(at(23, 22)) is None
    assert late.quiet_until(at(23, 23)) == at(24, 11)


def test_a_night_on_which_the_clocks_change_is_over_when_the_wall_says_so() -> None:
    assert USUAL.quiet_until(datetime(2026, 3, 27, 20, tzinfo=UTC)) == datetime(2026, 3, 30, 7, tzinfo=UTC)


def test_the_last_day_s_closing_is_since_when_something_is_new() -> None:
    assert USUAL.closing_after(at(27, 8)) == at(27, 16)
    assert USUAL.closing_after(at(28, 8)) == at(28, 8)


@pytest.mark.parametrize(("begins", "ends"), [(9, 17), (12, 12), (20, 3), (20, 13), (11, 8), (13, 11)])
def test_quiet_hours_hold_midnight_and_leave_a_day(begins: int, ends: int) -> None:
    with pytest.raises(ValueError, match="quiet hours"):
        Quiet(begins=time(begins), ends=time(ends))


def test_a_calendar_that_never_opens_is_a_fault_and_not_a_loop() -> None:
    never = PersonsDay(calendar=Calendar(week=((),) * 7))

    with pytest.raises(ValueError, match="never opens"):
        never.quiet_until(at(23, 8))


TO_GROUPS = {"tell.cases_free", "tell.cases_inherited"}
TOLD = re.compile(r'^msgid "((?:tell|nudge|watch)\.[^"]+|microsoft\.silent[^"]*|escalation\.(?:told|acknowledged)[^"]*)"', re.MULTILINE)


def test_everything_that_a_person_is_told_is_of_a_kind_so_that_nothing_comes_at_night_by_being_forgotten() -> None:
    said = {key for path in (HERE / "en").glob("*.po") for key in TOLD.findall(path.read_text(encoding="utf-8"))}

    assert len(said) > 50
    assert {key for key in said if kind_of(key) is None} == TO_GROUPS


def test_every_kind_has_its_rule_and_the_first_row_that_fits_says_what_a_message_is_about() -> None:
    assert set(CHOSEN) | set(FIXED) == set(Reminder)
    assert kind_of("nudge.waiting_too_long") is Reminder.WAITING
    assert kind_of("nudge.first_response_missed") is Reminder.LATE
    assert kind_of("tell.suspension_unknown") is Reminder.SERVICE
    assert kind_of("tell.suspension_expired") is Reminder.OUTCOMES
    assert kind_of("reminders.digest") is None
