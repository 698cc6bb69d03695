"""Forms before and after they open: what a search field holds, and effects that come before the form."""

from typing import Any

import pytest

from core.chat.actions import Action, ActionTable, Argument, ArgumentKind, Given
from core.chat.asking import Asked
from core.chat.handle import Chat
from core.chat.requests import ChatRequest, Done, Gesture, Open, Private, Refused, Reply
from core.chat.views import NoteView
from core.customers.commands import AddCustomer
from core.engine.errors import InvalidInput
from core.people.model import Right
from tests.harness.world import ANA, TEAM, VIC, Persona, World

CUSTOMER = Argument(name="customer", kind=ArgumentKind.CUSTOMER)
PROOF = Argument(name="proof", kind=ArgumentKind.LONG_TEXT)


def chat_with(world: World, action: Action) -> Chat:
    return Chat(world.house.desk, lambda: world.now, ActionTable((action,)))


def asking(by: Persona, gesture: Gesture, **more: Any) -> ChatRequest:
    return ChatRequest(face="slack", workspace=TEAM, user=by.slack, key=more.pop("key", "k1"), gesture=gesture, **more)


def test_a_customer_chosen_earlier_keeps_its_name_and_stands_for_the_same_row(world: World) -> None:
    world.hire(ANA)
    customer_id = world.do(AddCustomer(name="Nowak")).ids["customer_id"]
    answered: list[object] = []

    def answer(_asked: Asked, given: Given) -> Reply:
        answered.append(given["customer"])
        return Done()

    chat = chat_with(world, Action(name="notice", right=Right.READ, answer=answer, arguments=(CUSTOMER, PROOF), form=True))

    opened = chat.handle(asking(ANA, Gesture.TYPED, text="notice nowak"))
    assert isinstance(opened, Open)
    field = opened.form.fields[0]
    assert (field.value, field.value_label) == (f"id:{customer_id}", "Nowak")

    chat.handle(asking(ANA, Gesture.SUBMIT, action="notice", values={"customer": field.value, "proof": "seen"}))
    assert answered == [customer_id]


def stopping(world: World) -> tuple[Chat, list[tuple[str, str]]]:
    """An action that stops first and asks why afterwards."""
    happened: list[tuple[str, str]] = []

    def stop(asked: Asked, given: Given) -> None:
        if given["suspension"] == 9:
            raise InvalidInput("not_a_number", typed="9")
        happened.append(("stopped", asked.request.key))

    def explain(asked: Asked, given: Given) -> Reply:
        happened.append((f"because {given['proof']}", asked.request.key))
        return Private(NoteView(title="thanks"))

    subject = Argument(name="suspension", kind=ArgumentKind.SUSPENSION)
    action = Action(name="notice", right=Right.STOP, answer=explain, arguments=(subject, PROOF), form=True, acts_first=stop)
    return chat_with(world, action), happened


@pytest.mark.parametrize("gesture", [Gesture.CLICK, Gesture.OPEN_FORM])
def test_a_stop_takes_effect_before_its_form_opens(world: World, gesture: Gesture) -> None:
    world.hire(ANA)
    chat, happened = stopping(world)

    reply = chat.handle(asking(ANA, gesture, action="notice", subject=3))

    assert isinstance(reply, Open)
    assert happened == [("stopped", "k1:first")]
    chat.handle(asking(ANA, Gesture.SUBMIT, action="notice", subject=3, values={"proof": "wrong one"}, key="form:1"))
    assert happened[1:] == [("because wrong one", "form:1")]


def test_a_stop_typed_with_its_reason_needs_no_form(world: World) -> None:
    world.hire(ANA)
    chat, happened = stopping(world)

    assert isinstance(chat.handle(asking(ANA, Gesture.TYPED, text="notice S-3 wrong one")), Private)
    assert happened == [("stopped", "k1:first"), ("because wrong one", "k1")]


def test_a_stop_that_is_refused_opens_no_form(world: World) -> None:
    world.hire(ANA)
    chat, happened = stopping(world)

    assert isinstance(chat.handle(asking(ANA, Gesture.CLICK, action="notice", subject=9)), Refused)
    assert happened == []


def test_nothing_is_stopped_without_the_right(world: World) -> None:
    world.hire(VIC)
    chat, happened = stopping(world)

    assert isinstance(chat.handle(asking(VIC, Gesture.CLICK, action="notice", subject=3)), Refused)
    assert happened == []
