"""One digest a working day, when it begins where the person is: never doubled, never lost, not when there is nothing to say."""

from datetime import UTC, datetime

import sqlalchemy as sa

from app.staff import OPERATOR
from app.sweeps import sweep_timers
from core.cases.commands import OpenCase
from core.engine.db.tables.engine import timers
from core.people.commands import AddStaff, CloseDay, RemoveStaff, SetCalendar, SetGroup
from tests.harness.faces import Face
from tests.harness.questions import ask
from tests.harness.world import ANA, World
from tests.scenarios.test_preferences import EVA, given, told, waiting

FRIDAY = datetime(2026, 11, 27, 9, tzinfo=UTC)


def digests(world: World, handle: str = "ana") -> int:
    return told(world).count(f"{handle} reminders.digest")


def opened(world: World, number: int) -> None:
    for _ in range(number):
        world.do(OpenCase(title="Why?", customer_id=1))


def test_on_monday_it_tells_what_came_since_friday_with_counts_and_the_way_to_them(world: World, face: Face) -> None:
    case_id = ask(world)
    face.type(f"take {case_id}", by=ANA)
    world.now = FRIDAY
    world.settle()
    world.now = FRIDAY.replace(hour=22)
    opened(world, 3)
    before = digests(world)

    world.now = datetime(2026, 11, 30, 7, 59, tzinfo=UTC)
    world.settle()
    assert digests(world) == before
    world.move(minutes=1)

    assert digests(world) == before + 1
    morning = face.told(ANA)
    assert "Since Fri 27 Nov 2026 17:00" in morning
    assert "3 new" in morning
    assert "1 late" in morning
    assert f"C-{case_id}" in face.click(morning, "What waits for me", by=ANA)
    assert f"C-{case_id}" in face.click(morning, "Whole queue", by=ANA) or "queue" in str(face.told(ANA)).lower()


def test_in_polish_with_its_own_plurals(world: World, face: Face) -> None:
    ask(world)
    face.type("help", by=ANA)
    world.do(AddStaff(handle="ana", locale="pl"))
    world.move(hours=10)
    opened(world, 4)

    world.move(hours=13)

    assert "4 nowe, 1 spóźniona" in face.told(ANA)
    assert "Od pon. 23 lis 2026" in face.told(ANA)


def test_an_empty_morning_says_nothing_and_one_comes_after_however_long_the_desk_was_down(world: World, face: Face) -> None:
    world.hire(ANA)
    face.type("help", by=ANA)

    world.move(days=1)
    assert told(world) == []
    ask(world)
    world.now = datetime(2026, 12, 3, 11, tzinfo=UTC)  # a week without a sweep
    world.settle()

    assert digests(world) == 1
    world.move(hours=1)
    assert digests(world) == 1
    world.move(hours=21)
    assert digests(world) == 2


def test_two_sweeps_at_once_tell_it_once(world: World) -> None:
    from concurrent.futures import ThreadPoolExecutor

    ask(world)
    world.now = datetime(2026, 11, 24, 8, tzinfo=UTC)

    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda _: sweep_timers(world.house), range(2)))
    world.settle()

    assert digests(world) == 1


def test_it_begins_with_their_own_day_and_keeps_the_group_s_holidays(world: World, face: Face) -> None:
    ask(world)
    face.type("help", by=ANA)
    world.do(SetCalendar(name="early", zone="Europe/Warsaw"))
    world.do(CloseDay(name="early", day=datetime(2026, 11, 24).date(), because="Moving house"))  # noqa: DTZ001 (a date)
    world.do(SetGroup(name="early", routes=("question",), members=("ana",), calendar="early"))
    world.do(AddStaff(handle="ana", zone="Asia/Tokyo"))

    world.now = datetime(2026, 11, 24, 8, tzinfo=UTC)  # Tuesday, closed there; an old moment of Warsaw's
    world.settle()
    assert digests(world) == 0
    world.now = datetime(2026, 11, 25, 0, tzinfo=UTC)  # Wednesday, 9:00 in Tokyo
    world.settle()

    assert digests(world) == 1
    assert "JST" in face.told(ANA) or "Tokyo" in face.told(ANA) or "Japan" in face.told(ANA)


def test_who_is_away_gets_none_and_what_waited_goes_to_whoever_stands_in_or_waits_for_them(world: World, face: Face) -> None:
    ask(world)
    world.hire(EVA)
    for who in (ANA, EVA):
        face.type("help", by=who)
    world.now = datetime(2026, 11, 23, 22, tzinfo=UTC)
    case_id = given(world)
    face.type("away until 26.11.2026 12:00 delegate eva", by=ANA)

    world.now = datetime(2026, 11, 24, 8, tzinfo=UTC)
    world.settle()
    assert digests(world) == 0
    assert f"gave you C-{case_id}" in str(face.told(EVA)) or "eva tell.assigned" in told(world)

    face.type("away until 26.11.2026 12:00", by=ANA)
    face.type("back", by=ANA)
    face.type("away until 26.11.2026 12:00", by=EVA)
    world.now = datetime(2026, 11, 24, 22, tzinfo=UTC)
    given(world, to=EVA)
    before = digests(world, "eva")
    world.now = datetime(2026, 11, 26, 10, tzinfo=UTC)
    world.settle()
    assert digests(world, "eva") == before
    assert waiting(world) == 1
    world.now = datetime(2026, 11, 26, 11, 1, tzinfo=UTC)
    world.settle()

    assert waiting(world) == 0


def test_a_leaver_hears_nothing_more(world: World, face: Face) -> None:
    ask(world)
    face.type("prefs quiet none late off", by=ANA)
    face.type("prefs quiet usual", by=ANA)
    world.now = datetime(2026, 11, 23, 22, tzinfo=UTC)
    given(world)
    world.do(RemoveStaff(handle="ana"), OPERATOR)

    world.move(days=2)

    assert digests(world) == 0
    assert waiting(world) == 0
    with world.house.desk.reading() as connection:
        left = sa.select(timers.c.kind).where(timers.c.state == "waiting", timers.c.subject == "staff:1")
        assert connection.scalars(left).all() == []


def test_what_was_settled_at_night_is_not_brought_up_in_the_morning(world: World, face: Face) -> None:
    """A day that ends late: the deadline falls into the evening, the answer comes in the night."""
    case_id = ask(world, ticket="")
    face.type(f"take {case_id}", by=ANA)
    face.type("prefs waiting digest", by=ANA)
    face.type(f"wait {case_id} 24.11.2026 10:00", by=ANA)
    world.now = datetime(2026, 11, 24, 10, tzinfo=UTC)
    world.settle()
    assert waiting(world) == 1
    face.type(f"resolve {case_id} yes", by=ANA)

    world.now = datetime(2026, 11, 25, 8, tzinfo=UTC)
    world.settle()

    assert waiting(world) == 0
    assert told(world) == []
