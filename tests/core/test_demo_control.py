"""The demo's control page: what comes next in words, the step to it, and the six lines with the numbers that the cases really got."""

from datetime import date, timedelta
from io import StringIO

from rich.console import Console

from app.demo.coming import UNSEEN, WORDS, coming
from app.demo.control import Door, Stage, build_control
from app.demo.letters import texts
from app.demo.opening import say_opening
from app.demo.script import plain, script
from app.notices.reading import read_texts
from core.cases.targets import CLOCK_OF
from core.engine import timers
from core.people.connections import POLLS
from core.reactions import TIMERS
from tests.harness.questions import ask
from tests.harness.world import World


def test_every_timer_has_words_or_is_housekeeping() -> None:
    assert {*WORDS} | {*UNSEEN} == {*TIMERS, *CLOCK_OF}
    assert not {*WORDS} & {*UNSEEN}


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


def test_what_does_not_fit_the_terminal_goes_on_under_its_own_beginning() -> None:
    told = StringIO()
    doors = [Door("Slack", "http://127.0.0.1:8091", "choose whom you act as, top right: Owen and Ben read English")]

    say_opening(
        Console(file=told, width=60), control="http://127.0.0.1:8090", doors=doors, lines=["Try <b>this</b>"], missing=(), notices=()
    )

    lines = told.getvalue().splitlines()
    assert lines[1].startswith("  Open http://127.0.0.1:8090  the control page")
    slack = next(number for number, line in enumerate(lines) if "Slack: choose" in line)
    assert lines[slack + 1].startswith(" " * lines[slack].index("Slack"))
    assert "1.  Try this" in told.getvalue()
