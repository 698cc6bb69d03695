"""Verbs made for tests of the faces themselves: a form, one whose fields depend on answers, a dangerous button, an offer of both."""

import pytest

from core.cases.commands import OpenCase
from core.chat import words as catalogue
from core.chat.actions import Action, ActionTable, Argument, ArgumentKind, Given
from core.chat.asking import Asked
from core.chat.forms import When
from core.chat.requests import Done, Private, Reply
from core.chat.table import TABLE
from core.chat.views import Button, Confirm, NoteView
from core.people.model import Right
from tests.harness.world import World

SAID = {
    "form.complain.title": "Complain", "form.complain.submit": "Send", "field.about": "About", "field.text": "Text", "field.sure": "Sure",
    "choice.about.price": "The price", "choice.about.service": "The service",
    "form.appeal.title": "Appeal", "form.appeal.submit": "Send", "field.way": "How", "choice.way.phone": "By phone",
    "choice.way.mail": "By mail", "field.phone": "Number", "field.address": "Address", "field.remark": "Remark", "field.because": "Because",
    "field.discount": "Discount",
}  # fmt: skip


def complain(asked: Asked, given: Given) -> Reply:
    asked.do(OpenCase(title=f"{given['about']}/{given['text']}/{given.get('sure', False)}"))
    return Done()


def appeal(asked: Asked, given: Given) -> Reply:
    said = (f"{name}={given[name]}" for name in ("phone", "address", "remark", "because", "discount") if name in given)
    asked.do(OpenCase(title=f"{given['way']} {' '.join(said)}"))
    return Done()


def offer(asked: Asked, given: Given) -> Reply:
    sure = Confirm(title="Sure?", text="It is gone then.", yes="Yes, do it", no="No")
    press = Button(label="Drop", action="drop", subject=7, facts=3, confirm=sure)
    form = Button(label="Complain", action="complain", subject=0, form=True, rare=True)
    return Private(NoteView(title="What now?", buttons=(press, form)))


def drop(asked: Asked, given: Given) -> Reply:
    outcome = asked.do(OpenCase(title=f"dropped {given.get('case')} at {asked.request.facts}"))
    return Private(NoteView(title=f"Dropped as {outcome.ids['case_id']}."))


def count(asked: Asked, given: Given) -> Reply:
    asked.do(OpenCase(title="counted"))
    return Private(NoteView(title="Counted."))


ARGUMENTS = (
    Argument(name="about", kind=ArgumentKind.WORD, choices=("price", "service")),
    Argument(name="text", kind=ArgumentKind.LONG_TEXT, max_length=20),
    Argument(name="sure", kind=ArgumentKind.TICK, required=False),
)
MAIL = When(field="way", among=("mail",))
CONDITIONAL = (
    Argument(name="way", kind=ArgumentKind.WORD, choices=("phone", "mail")),
    Argument(name="phone", kind=ArgumentKind.TEXT, when=When(field="way", among=("phone",))),
    Argument(name="address", kind=ArgumentKind.NAME, when=MAIL),
    Argument(name="remark", kind=ArgumentKind.TEXT, required=False, when=MAIL),
    Argument(name="sure", kind=ArgumentKind.TICK, required=False),
    Argument(name="because", kind=ArgumentKind.LONG_TEXT, when=When(field="sure", among=("yes",))),
    Argument(name="customer", kind=ArgumentKind.CUSTOMER, required=False),
    Argument(name="discount", kind=ArgumentKind.TEXT, when=When(field="customer"), required_when=MAIL),
)
NUMBER = (Argument(name="case", kind=ArgumentKind.HIDDEN),)
ACTIONS = (
    Action(name="complain", right=Right.WORK, answer=complain, arguments=ARGUMENTS, form=True),
    Action(name="appeal", right=Right.WORK, answer=appeal, arguments=CONDITIONAL, form=True),
    Action(name="count", right=Right.WORK, answer=count),
    Action(name="offer", right=Right.READ, answer=offer),
    Action(name="drop", right=Right.WORK, answer=drop, arguments=NUMBER, typed=False),
)


def practise(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the world's desk these verbs and their words."""
    say = catalogue.Words.say
    monkeypatch.setattr(catalogue.Words, "say", lambda self, key, /, **params: SAID.get(key) or say(self, key, **params))
    world.house.chat.table = ActionTable(TABLE.all, ACTIONS)


def titles(world: World) -> list[str]:
    """Of every case, the oldest first: what the verbs did."""
    from sqlalchemy import select

    from core.engine.db.tables.cases import cases

    with world.house.desk.reading() as connection:
        return list(connection.scalars(select(cases.c.title).order_by(cases.c.id)))
