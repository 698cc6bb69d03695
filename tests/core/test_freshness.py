"""How old the books may be, in banking days of the customer's calendar."""

from datetime import datetime

import pytest

from core.collections.freshness import are_old
from core.engine.calendars import Calendar

WARSAW = Calendar()


@pytest.mark.parametrize(
    ("as_of", "within", "last", "first"),
    [
        ("2026-11-23 06:00", 3, "2026-11-26 23:59", "2026-11-27 00:00"),  # Monday's until Thursday
        ("2026-11-27 18:00", 1, "2026-11-30 23:59", "2026-12-01 00:00"),  # a weekend between
        ("2026-11-28 18:00", 1, "2026-11-30 23:59", "2026-12-01 00:00"),  # a Saturday's
        ("2026-12-23 06:00", 2, "2026-12-29 23:59", "2026-12-30 00:00"),  # Christmas is no banking day
    ],
)
def test_they_are_old_from_the_day_after_the_last_banking_day_that_the_policy_gives(as_of: str, within: int, last: str, first: str) -> None:
    heard, young, old = (_at(each) for each in (as_of, last, first))

    assert not are_old(WARSAW, heard, young, within)
    assert are_old(WARSAW, heard, old, within)
    assert not are_old(WARSAW, heard, old, 0), "a policy without the rule does not ask"


def _at(text: str) -> datetime:
    there = datetime.fromisoformat(text)
    return WARSAW.moment(there.date(), there.time())
