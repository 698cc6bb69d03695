"""A colleague answers in the ticketing system itself: the customer has an answer, so nothing here says that one is due."""

from datetime import timedelta

import pytest

from core.cases.commands import ResolveCase
from core.cases.model import Told
from core.cases.queries import case
from core.cases.tickets import Comment, RecordTicket
from core.engine.handling import Outcome
from tests.harness.faces import Face
from tests.harness.questions import REQUESTOR, acting
from tests.harness.world import ANA, World
from tests.scenarios.test_reminders import reminders


@pytest.fixture
def case_id(world: World) -> int:
    """A customer's ticket, half an hour old."""
    world.hire(ANA)
    found = hear(world, wrote(world, 1, "We were billed twice.", public=True, by_customer=True)).ids["case_id"]
    world.move(minutes=30)
    return found


def wrote(world: World, number: int, text: str, *, public: bool, by_customer: bool) -> Comment:
    """Something new in the ticket."""
    author = REQUESTOR if by_customer else "helga"
    return Comment(external=str(number), author=author, public=public, by_customer=by_customer, text=text, at=world.now)


def hear(world: World, *comments: Comment) -> Outcome:
    """The ticket as it is read now."""
    seen = max(int(comment.external) for comment in comments)
    about = {"connection": "helpdesk", "ticket": "77", "title": "Why is it higher?", "requestor": REQUESTOR, "status": "open"}
    return world.do(RecordTicket(**about, is_closed=False, seen=seen, comments=comments))


def test_the_answer_counts_on_the_card_in_the_queue_and_for_the_clocks(world: World, face: Face, case_id: int) -> None:
    world.route(face.name, "question")
    assert "First answer due" in face.type(f"case {case_id}", by=ANA)

    hear(world, wrote(world, 2, "You added three seats.", public=True, by_customer=False))
    answered_at = world.now
    world.move(hours=5)

    card = face.type(f"case {case_id}", by=ANA)
    assert "You added three seats." in card
    assert "First answer" not in card
    assert "Answers overdue" not in face.type("queue", by=ANA)
    assert reminders(world) == []
    with world.house.desk.reading() as connection:
        assert case(connection, case_id).responded_at == answered_at


def test_the_first_answer_stays_the_first(world: World, face: Face, case_id: int) -> None:
    first = wrote(world, 2, "We are looking.", public=True, by_customer=False)
    hear(world, first)
    world.move(hours=1)
    hear(world, first, wrote(world, 3, "It was three seats.", public=True, by_customer=False))

    with world.house.desk.reading() as connection:
        assert case(connection, case_id).responded_at == world.now - timedelta(hours=1)
    assert "It was three seats." in face.type(f"case {case_id}", by=ANA)


def test_neither_a_remark_nor_the_customers_own_word_is_an_answer(world: World, face: Face, case_id: int) -> None:
    remark = wrote(world, 2, "Looks like seats.", public=False, by_customer=False)
    hear(world, remark, wrote(world, 3, "Hello? Anybody?", public=True, by_customer=True))
    assert "First answer due" in face.type(f"case {case_id}", by=ANA)

    world.move(hours=5)

    assert "First answer MISSED" in face.type(f"case {case_id}", by=ANA)
    assert "Late: 1" in face.type("queue", by=ANA)


def test_a_resolution_the_customer_did_not_know_of_is_told_by_the_answer(world: World, face: Face, case_id: int) -> None:
    world.do(ResolveCase(case_id=case_id, told=Told.NO), acting(world, ANA))
    assert "not told" in face.type(f"case {case_id}", by=ANA)

    hear(world, wrote(world, 2, "It was three seats; corrected.", public=True, by_customer=False))

    assert "not told" not in face.type(f"case {case_id}", by=ANA)
