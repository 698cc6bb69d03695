"""The harness itself: forms, confirmations and mentions work the same in both chats, shown with three verbs made for this."""

from collections.abc import Iterator

import pytest

from core.cases.commands import OpenCase
from core.chat import words as catalogue
from core.chat.actions import Action, ActionTable, Argument, ArgumentKind, Given
from core.chat.asking import Asked
from core.chat.requests import Done, Private, Reply
from core.chat.table import TABLE
from core.chat.views import Button, Confirm, NoteView
from core.people.model import Right
from tests.harness.faces import Face
from tests.harness.world import ANA, DORA, World

SAID = {
    "form.complain.title": "Complain", "form.complain.submit": "Send", "field.about": "About", "field.text": "Text", "field.sure": "Sure",
    "choice.about.price": "The price", "choice.about.service": "The service",
}  # fmt: skip


def complain(asked: Asked, given: Given) -> Reply:
    asked.do(OpenCase(title=f"{given['about']}/{given['text']}/{given.get('sure', False)}"))
    return Done()


def offer(asked: Asked, given: Given) -> Reply:
    sure = Confirm(title="Sure?", text="It is gone then.", yes="Yes, do it", no="No")
    press = Button(label="Drop", action="drop", subject=7, facts=3, confirm=sure)
    form = Button(label="Complain", action="complain", subject=0, form=True, rare=True)
    return Private(NoteView(title="What now?", buttons=(press, form)))


def drop(asked: Asked, given: Given) -> Reply:
    outcome = asked.do(OpenCase(title=f"dropped {given.get('case')} at {asked.request.facts}"))
    return Private(NoteView(title=f"Dropped as {outcome.ids['case_id']}."))


ARGUMENTS = (
    Argument(name="about", kind=ArgumentKind.WORD, choices=("price", "service")),
    Argument(name="text", kind=ArgumentKind.LONG_TEXT, max_length=20),
    Argument(name="sure", kind=ArgumentKind.TICK, required=False),
)
NUMBER = (Argument(name="case", kind=ArgumentKind.HIDDEN),)
ACTIONS = (
    Action(name="complain", right=Right.WORK, answer=complain, arguments=ARGUMENTS, form=True),
    Action(name="offer", right=Right.READ, answer=offer),
    Action(name="drop", right=Right.WORK, answer=drop, arguments=NUMBER, typed=False),
)


@pytest.fixture
def desk(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The world with three more verbs and their words."""
    say = catalogue.Words.say
    monkeypatch.setattr(catalogue.Words, "say", lambda self, key, /, **params: SAID.get(key) or say(self, key, **params))
    world.house.chat.table = ActionTable(TABLE.all, ACTIONS)
    world.hire(ANA)
    return world


def titles(world: World) -> list[str]:
    from sqlalchemy import select

    from core.engine.db.tables.cases import cases

    with world.house.desk.reading() as connection:
        return list(connection.scalars(select(cases.c.title).order_by(cases.c.id)))


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
