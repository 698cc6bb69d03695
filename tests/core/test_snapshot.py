"""One reading per gesture: who asks and what they see are of the same moment, and what is read after a command is what came of it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from core.cases.commands import OpenCase
from core.chat.asking import Snapshot
from core.chat.requests import Answered, ChatRequest, Gesture, Private
from core.chat.values import Text
from core.customers.commands import AddCustomer
from tests.harness.world import ANA, TEAM, World


@pytest.fixture
def world(world: World) -> World:
    """With somebody to ask and a case to ask about."""
    world.hire(ANA)
    customer_id = world.do(AddCustomer(name="Nowak")).ids["customer_id"]
    world.do(OpenCase(title="Why?", customer_id=customer_id))
    typed(world, "help")  # first contact: what the chat says of her is kept
    return world


def typed(world: World, text: str) -> Answered:
    return world.house.chat.handle(
        ChatRequest(face="slack", workspace=TEAM, user=ANA.slack, key=f"test:{text}", gesture=Gesture.TYPED, text=text)
    )


@contextmanager
def transactions(world: World) -> Iterator[list[bool]]:
    """The transactions begun meanwhile: whether each may write."""
    begun: list[bool] = []

    def note(connection: object) -> None:
        begun.append(bool(connection.get_execution_options().get("desk_writes")))  # type: ignore[attr-defined]  # SQLAlchemy's connection

    event.listen(world.house.store.engine, "begin", note)
    yield begun
    event.remove(world.house.store.engine, "begin", note)


def test_showing_a_case_is_one_reading(world: World) -> None:
    with transactions(world) as begun:
        answered = typed(world, "case 101")

    assert isinstance(answered.reply, Private)
    assert answered.reply.view.title == "C-101: Why?"
    assert Text("Nowak", quoted=True) in [fact.value for fact in answered.reply.view.facts]
    assert begun == [False]


def test_a_reading_ends_before_the_command_and_a_new_one_shows_what_came_of_it(world: World) -> None:
    with transactions(world) as begun:
        answered = typed(world, "assign 101 me")

    assert isinstance(answered.reply, Private)
    assert ANA.name in answered.reply.view.title
    assert begun == [False, True, False]
    assert world.house.store.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # the pool that both stores have


def test_a_snapshot_ended_reads_anew(world: World) -> None:
    with Snapshot(world.house.desk) as snapshot:
        first = snapshot.connection()
        assert snapshot.connection() is first
        snapshot.end()
        assert first.closed
        assert snapshot.connection() is not first


def test_a_refusal_gives_its_reading_back(world: World) -> None:
    typed(world, "case 999")
    typed(world, "take 999")

    assert world.house.store.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # the pool that both stores have
