"""A moment as its reader sees it: in their zone, the zone named, however often it was said before."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from core.chat.words import Words

WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.mark.parametrize(
    ("locale", "zone", "shown"),
    [
        ("en", "Europe/Warsaw", "Mon 23 Nov 2026 10:30 CET"),
        ("pl", "Europe/Warsaw", "pon. 23 lis 2026 10:30 CET"),
        ("en", "UTC", "Mon 23 Nov 2026 09:30 UTC"),
        ("en", "Moon/Base", "Mon 23 Nov 2026 09:30 UTC"),
    ],
)
def test_each_reader_sees_it_in_their_own_zone_and_language(locale: str, zone: str, shown: str) -> None:
    for second in (0, 59):
        assert Words(locale, zone).moment(datetime(2026, 11, 23, 9, 30, second, 7, tzinfo=UTC)) == shown


def test_the_same_moment_is_the_same_from_whatever_zone_it_is_given_in() -> None:
    at = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)

    given = (at, at.astimezone(WARSAW), at.astimezone(timezone(timedelta(hours=-5))))

    assert {Words().moment(each) for each in given} == {"Mon 23 Nov 2026 10:30 CET"}


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=WARSAW)

    assert Words().moment(first) == "Sun 25 Oct 2026 02:30 CEST"
    assert Words().moment(first.replace(fold=1)) == "Sun 25 Oct 2026 02:30 CET"
