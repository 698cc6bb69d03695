"""Forms before and after they open: what a search field holds."""

from typing import Any

from core.chat.actions import Action, ActionTable, Argument, ArgumentKind, Given
from core.chat.asking import Asked
from core.chat.handle import Chat
from core.chat.requests import ChatRequest, Done, Gesture, Open, Reply
from core.customers.commands import AddCustomer
from core.people.model import Right
from tests.harness.world import ANA, TEAM, Persona, World

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

    opened = chat.handle(asking(ANA, Gesture.TYPED, text="notice nowak")).reply
    assert isinstance(opened, Open)
    field = opened.form.fields[0]
    assert (field.value, field.value_label) == (f"id:{customer_id}", "Nowak")

    chat.handle(asking(ANA, Gesture.SUBMIT, action="notice", values={"customer": field.value, "proof": "seen"}))
    assert answered == [customer_id]
