"""The harness itself: forms, confirmations and mentions work the same in both chats, shown with three verbs made for this."""

import pytest

from tests.harness.faces import Face
from tests.harness.practice import practise, titles
from tests.harness.world import ANA, DORA, World


@pytest.fixture
def desk(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world with three more verbs."""
    practise(world, monkeypatch)
    world.hire(ANA)
    return world


def test_a_form_is_filled_and_its_errors_stand_beside_the_fields(desk: World, face: Face) -> None:
    form = face.type("complain", by=ANA)
    assert form.is_form
    assert "Complain" in form

    wrong = face.fill(form, by=ANA, about="The price", text="far too long a text for this")
    assert set(wrong.errors) == {"text"}
    assert wrong.fields["about"] == "price"

    closed = face.fill(wrong, by=ANA, text="short", sure="yes")
    assert not closed.is_form
    assert titles(desk) == ["price/short/True"]


def test_a_form_submitted_twice_has_one_effect(desk: World, face: Face) -> None:
    form = face.type("complain", by=ANA)
    face.fill(form, by=ANA, about="service", text="once")
    face.fill(form, by=ANA, about="service", text="once")
    assert face.again() == 200

    assert titles(desk) == ["service/once/False"]


def test_a_dangerous_button_is_confirmed_and_answers_privately(desk: World, face: Face) -> None:
    offered = face.type("offer", by=ANA)

    assert "Dropped as" in face.click(offered, "Drop", by=ANA)
    assert face.again() == 200
    assert titles(desk) == ["dropped 7 at 3"]


def test_a_button_opens_a_form(desk: World, face: Face) -> None:
    offered = face.type("offer", by=ANA)

    assert face.click(offered, "Complain", by=ANA).is_form


def test_a_mention_in_a_thread_is_answered_privately(desk: World, face: Face) -> None:
    assert "What now?" in face.mention("offer", by=ANA, thread="1.000001")
    assert "do not know you" in face.mention("offer", by=DORA)
