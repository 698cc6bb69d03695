"""Each rule of the curfew by itself, in the customer's time; and the next moment at which it lets a suspension through."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from app.demo.start import start
from core.collections.curfew import Hours, Why, allowed, chance, covered_from, is_eve, near_term_end, next_allowed, worth_asking_from
from core.collections.shipped import SHIPPED
from core.engine.calendars import Calendar
from core.engine.calendars import Hours as Open

WARSAW = Calendar()
HOURS = Hours(rules=SHIPPED.curfew, theirs=WARSAW, ours=WARSAW)
AROUND = Calendar(week=((Open(opens=time(0), closes=time(0)),),) * 7, country="")  # a desk that never closes


def at(text: str, calendar: Calendar = WARSAW) -> datetime:
    """`2027-04-29 14:30` on the wall clock there."""
    there = datetime.fromisoformat(text)
    return calendar.moment(there.date(), there.time())


@pytest.mark.parametrize(
    ("moment", "why", "then"),
    [
        ("2026-11-24 10:00", None, "2026-11-24 10:00"),  # a Tuesday
        ("2026-11-28 10:00", Why.WEEKEND, "2026-11-30 12:00"),  # Saturday → Monday noon
        ("2026-11-11 10:00", Why.HOLIDAY, "2026-11-12 12:00"),  # Independence Day, a Wednesday
        ("2026-11-10 10:00", Why.EVE, "2026-11-12 12:00"),  # the Tuesday before it
        ("2027-04-30 09:30", Why.EVE, "2027-05-04 12:00"),  # the Friday before Labour Day's Saturday and the 3 May
        ("2026-11-24 14:59", None, "2026-11-24 14:59"),
        ("2026-11-24 15:00", Why.LATE, "2026-11-25 09:00"),  # the next staffed moment
        ("2026-11-27 15:00", Why.LATE, "2026-11-30 12:00"),  # a plain Friday: over the weekend
        ("2026-11-27 14:59", None, "2026-11-27 14:59"),  # before a plain weekend there is no eve
        ("2026-11-30 11:59", Why.EARLY, "2026-11-30 12:00"),  # Monday morning
        ("2026-11-30 12:00", None, "2026-11-30 12:00"),
        ("2026-11-24 08:59", Why.UNSTAFFED, "2026-11-24 09:00"),
    ],
)  # fmt: skip
def test_the_customers_days_and_hours(moment: str, why: Why | None, then: str) -> None:
    assert allowed(HOURS, at(moment)) is why
    assert next_allowed(HOURS, at(moment)) == at(then)


def test_two_more_staffed_hours_at_our_own_desk() -> None:
    early = replace(HOURS, ours=replace(WARSAW, week=((Open(opens=time(8), closes=time(14)),),) * 5 + ((), ())))
    assert allowed(early, at("2026-11-24 12:00")) is None
    assert allowed(early, at("2026-11-24 12:01")) is Why.UNSTAFFED
    assert next_allowed(early, at("2026-11-24 12:01")) == at("2026-11-25 08:00")

    day_off = replace(HOURS, ours=replace(WARSAW, closed={date(2026, 11, 25): "Inventory"}))
    assert allowed(day_off, at("2026-11-25 10:00")) is Why.UNSTAFFED
    assert next_allowed(day_off, at("2026-11-25 10:00")) == at("2026-11-26 09:00")

    two_shifts = replace(
        HOURS, ours=replace(WARSAW, week=((Open(opens=time(9), closes=time(12)), Open(opens=time(13), closes=time(15))),) * 7)
    )
    assert allowed(two_shifts, at("2026-11-24 11:30")) is None, "half an hour, a break, and two hours more"
    assert allowed(two_shifts, at("2026-11-24 12:30")) is Why.UNSTAFFED, "nobody is there just then"
    assert next_allowed(two_shifts, at("2026-11-24 12:30")) == at("2026-11-24 13:00")


def test_a_desk_that_never_closes_and_a_customer_on_the_other_side_of_the_earth_go_by_the_customers_clock() -> None:
    auckland = Calendar(zone="Pacific/Auckland", country="NZ")
    far = Hours(rules=SHIPPED.curfew, theirs=auckland, ours=AROUND)
    assert allowed(far, at("2026-11-24 09:00", auckland)) is None
    assert allowed(far, at("2026-11-24 15:00", auckland)) is Why.LATE
    assert allowed(far, at("2026-11-29 23:00")) is Why.EARLY, "their Monday morning is still our Sunday"
    short = replace(far, ours=replace(WARSAW, week=((Open(opens=time(9), closes=time(10, 30)),),) * 7))
    assert next_allowed(short, at("2026-11-24 09:00")) is None, "nobody is ever there for two hours more"


def test_what_the_accounting_must_cover_is_the_last_closed_day() -> None:
    assert covered_from(WARSAW, at("2027-05-04 12:00")) == at("2027-05-04 00:00")
    assert covered_from(WARSAW, at("2027-05-06 12:00")) == at("2027-05-04 00:00"), "on the days after it, too"
    assert covered_from(AROUND, at("2027-05-04 12:00")) is None


def test_the_eve_is_the_last_open_day_before_closed_ones_with_a_holiday() -> None:
    eves = [date(2027, 3, 24) + timedelta(days=n) for n in range(45) if is_eve(WARSAW, date(2027, 3, 24) + timedelta(days=n))]
    working = [day for day in eves if WARSAW.is_working_day(day)]
    assert working == [date(2027, 3, 26), date(2027, 4, 30)], "before Easter and before 3 May"


def test_near_the_end_of_the_term_until_the_renewal_is_read_back() -> None:
    ends = at("2026-11-26 23:59")
    assert not near_term_end(SHIPPED.curfew, ends, ends - timedelta(hours=48, minutes=1))
    assert near_term_end(SHIPPED.curfew, ends, ends - timedelta(hours=48))
    assert near_term_end(SHIPPED.curfew, ends, ends + timedelta(days=3)), "it ended, and no renewal was read"
    assert not near_term_end(SHIPPED.curfew, ends + timedelta(days=365), ends + timedelta(days=3))
    assert not near_term_end(SHIPPED.curfew, None, ends)


def test_set_aside_everything_is_allowed() -> None:
    assert allowed(replace(HOURS, lifted=True), at("2026-12-25 23:00")) is None


def test_what_an_approval_would_come_to_and_from_when_it_is_worth_asking() -> None:
    tuesday = chance(HOURS, SHIPPED.decision, at("2026-11-24 10:00"))
    assert (tuesday.earliest, tuesday.expires, tuesday.why) == (at("2026-11-24 10:30"), at("2026-11-24 14:00"), None)

    friday = chance(HOURS, SHIPPED.decision, at("2026-11-27 14:40"))
    assert (friday.earliest, friday.expires, friday.why) == (at("2026-11-30 12:00"), at("2026-11-30 10:40"), Why.LATE)
    assert friday.is_vain
    assert worth_asking_from(HOURS, SHIPPED.decision, at("2026-11-27 14:40")) == at("2026-11-30 09:00")

    used_up = chance(HOURS, SHIPPED.decision, at("2026-11-24 10:00"), not_before=at("2026-11-25 00:00"))
    assert (used_up.earliest, used_up.why, used_up.is_vain) == (at("2026-11-25 09:00"), Why.CAP, True)
    assert worth_asking_from(HOURS, SHIPPED.decision, at("2026-11-24 14:59")) == at("2026-11-24 14:59"), "good until Wednesday 12:59"


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        ("2026-11-24 10:20", "2026-11-24 10:20"),  # there is time to try everything
        ("2026-11-24 14:00", "2026-11-25 10:00"),
        ("2026-11-28 10:00", "2026-12-01 10:00"),  # a Saturday: Monday is too short before noon, so Tuesday
        ("2026-12-23 10:00", "2026-12-29 10:00"),
    ],
)
def test_the_demo_begins_when_something_may_be_suspended(now: str, begins: str) -> None:
    assert start(at(now)) == at(begins)
