"""A case is handed over with a note, or given to whoever is next in turn: by hand, or by itself where a group wants that."""

import pytest
import sqlalchemy as sa

from core.cases.model import State
from core.cases.queries import case
from core.engine import journal
from core.people.commands import SetGroup
from core.people.model import ROUND_ROBIN, Role
from core.people.queries import display_name
from tests.harness.faces import Face
from tests.harness.questions import ask
from tests.harness.world import ANA, BEN, VIC, Persona, World

EVA = Persona("eva", "Eva Agent", (Role.AGENT,))
IDA = Persona("ida", "Ida Agent", (Role.AGENT,))


def owner(world: World, case_id: int) -> str:
    with world.house.desk.reading() as connection:
        assignee = case(connection, case_id).assignee_id
        return "" if assignee is None else display_name(connection, f"staff:{assignee}").partition(" ")[0]


def events(world: World, case_id: int) -> list[str]:
    with world.house.desk.reading() as connection:
        assert journal.broken_links(connection, f"case:{case_id}") == []
        rows = journal.journal.c
        return list(connection.scalars(sa.select(rows.event).where(rows.subject == f"case:{case_id}").order_by(rows.seq)))


@pytest.fixture
def line(world: World) -> World:
    """Three agents in one group's line, and somebody in it who may not work on cases."""
    world.hire(ANA, EVA, IDA, VIC)
    world.do(SetGroup(name="desk", routes=("question",), members=("ana", "eva", "ida", "vic")))
    return world


def opened(world: World, number: int) -> int:
    return ask(world, customer=f"Customer {number}", ticket=str(number))


def test_a_case_is_handed_over_with_a_note_that_is_kept_and_told(world: World, face: Face) -> None:
    case_id = ask(world)
    world.hire(EVA)
    face.type("help", by=EVA)

    assert f"C-{case_id} is now with Eva Agent" in face.type(f"handover {case_id} eva They call <b>back</b> on Monday", by=ANA)
    world.settle()

    assert owner(world, case_id) == "Eva"
    told = face.told(EVA)
    assert f"Ana Agent handed C-{case_id} over to you" in told
    assert "back" in str(told)
    assert "on Monday" in told
    assert "on Monday" in face.type(f"case {case_id}", by=EVA)
    assert [event for event in events(world, case_id) if event in ("note_added", "case_assigned")] == ["note_added", "case_assigned"]


def test_a_refused_handover_keeps_no_note(world: World, face: Face) -> None:
    case_id = ask(world)
    before = events(world, case_id)

    assert "Vic Viewer may not work on cases" in face.type(f"handover {case_id} vic Please", by=ANA)
    assert "needs a role you do not hold" in face.type(f"handover {case_id} ana Please", by=BEN)
    assert face.type(f"handover {case_id} ana", by=ANA).is_form

    assert events(world, case_id) == before


def test_assigning_to_somebody_who_is_away_says_so(world: World, face: Face) -> None:
    case_id = ask(world)
    world.hire(EVA)
    face.type("away until 27.11.2026", by=EVA)

    assert "Eva Agent is away until" in face.type(f"assign {case_id} eva", by=ANA)
    assert owner(world, case_id) == "Eva"


def test_next_goes_round_past_who_is_away_and_who_may_not_work(line: World, face: Face) -> None:
    numbers = [opened(line, number) for number in range(5)]
    face.type("away until 27.11.2026", by=IDA)

    for number in numbers:
        face.type(f"assign {number} next", by=ANA)

    assert [owner(line, number) for number in numbers] == ["Ana", "Eva", "Ana", "Eva", "Ana"]
    face.type("back", by=IDA)
    assert "is now with Ida Agent" in face.type(f"przydziel {numbers[0]} następny", by=ANA)


def test_next_says_when_nobody_is_left(world: World, face: Face) -> None:
    case_id = ask(world)

    assert f"nobody who gets such cases in turn is there and has room for C-{case_id}" in face.type(f"assign {case_id} next", by=ANA)
    assert owner(world, case_id) == ""


def test_a_group_gives_its_new_cases_out_by_itself_up_to_a_load(line: World, face: Face) -> None:
    line.do(SetGroup(name="desk", assign=ROUND_ROBIN, most_cases=1))
    face.type("help", by=ANA)

    numbers = [opened(line, number) for number in range(4)]
    line.settle()

    assert [owner(line, number) for number in numbers] == ["Ana", "Eva", "Ida", ""]
    assert f"C-{numbers[0]} is yours: it was your turn." in face.told(ANA)
    assert "nobody_in_turn" in events(line, numbers[3])
    with line.house.desk.reading() as connection:
        assert case(connection, numbers[0]).state is State.OPEN
    line.do(SetGroup(name="desk", assign="", most_cases=0))
    assert owner(line, opened(line, 9)) == ""
