"""The demo's control page: what comes next in words, the step to it, and the six lines with the numbers that the cases really got."""

from datetime import date, timedelta

from app.demo.coming import UNSEEN, WORDS, coming
from app.demo.control import Stage, build_control
from app.demo.letters import texts
from app.demo.script import plain, script
from app.notices.reading import read_texts
from core.cases.targets import CLOCK_OF
from core.engine import timers
from core.people.connections import POLLS
from core.reactions import TIMERS
from tests.harness.questions import ask
from tests.harness.world import World


def test_words_are_for_timers_that_there_are_and_every_deadline_of_a_case_has_them() -> None:
    """A kind that is new is shown by its own name until it has words."""
    assert {*WORDS, *UNSEEN} <= {*TIMERS, *CLOCK_OF}
    assert set(CLOCK_OF) <= set(WORDS)


def test_housekeeping_is_no_moment_to_go_to(world: World) -> None:
    ask(world)
    with world.house.store.writing() as connection:
        about = {"kind": POLLS, "subject": "connection:1", "rule": "poll.every", "data": {}}
        connection.execute(timers.timers.insert().values(**about, due_at=world.now + timedelta(minutes=1), started_at=world.now))

    with world.house.store.reading() as connection:
        found = coming(connection, world.now)

    assert found[0].words == "A first answer will soon be late: C-101"
    assert [each.at for each in found] == sorted(each.at for each in found)


def test_the_page_names_what_comes_and_moves_there(world: World) -> None:
    ask(world)
    moved: list[timedelta] = []
    world.house.clock.move = moved.append  # type: ignore[method-assign]  # the tests' clock stands still
    page = build_control(Stage(world.house, (), ())).test_client()

    assert "A first answer is late: C-101" in page.get("/").text
    page.post("/move", data={"by": "timer"})
    said = page.get("/").text

    with world.house.store.reading() as connection:
        assert moved == [coming(connection, world.now)[0].at - world.now + timedelta(seconds=1)]
    assert "Moved on by" in said
    assert "A first answer will soon be late: C-101." in said


def test_the_lines_name_the_cases_or_say_that_there_is_none(world: World) -> None:
    with world.house.store.reading() as connection:
        assert "suspend …" in plain(script(connection)[2])
    ask(world, customer="Nowak i Wspólnicy sp. z o.o.")

    with world.house.store.reading() as connection:
        lines = [plain(line) for line in script(connection)]

    assert "then /billing case 101, press Take" in lines[0]
    assert len(lines) == 6
    assert "<" not in "".join(lines)


def test_the_demos_partner_has_said_what_every_notice_needs() -> None:
    found = read_texts(texts(date(2026, 11, 28)))
    assert (found.version, found.since) == ("demo", date(2026, 11, 27))
