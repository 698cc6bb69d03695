"""What Teams may do to the desk's own calls: every card ends up true, once, or is given up for a reason that is kept."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.copies import sweep_cards
from core.cases.commands import OpenCase
from core.engine.db.tables.engine import cards
from tests.harness.world import CHANNELS, World


def routed(world: World) -> None:
    world.route("teams", "question")


def open_case(world: World) -> int:
    return int(world.do(OpenCase(title="Two seats too many")).ids["case_id"])


def row(world: World) -> Any:
    with world.house.desk.reading() as connection:
        return connection.execute(sa.select(cards)).one()


def held(world: World) -> list[dict[str, Any]]:
    return list(world.local_teams.ledger.conversations.get(CHANNELS["teams"], {}).values())


def pause_over(world: World) -> None:
    """As if the real pause were over: nothing but the time is changed."""
    with world.house.store.writing() as connection:
        connection.execute(sa.update(cards).values(next_at=None))


def wanted_again(world: World) -> None:
    with world.house.store.writing() as connection:
        connection.execute(sa.update(cards).values(wanted=cards.c.wanted + 1))


@pytest.mark.parametrize("fault", ["limited", "limited_silently", "unavailable", "login_refused"])
def test_a_passing_fault_only_delays_the_card(world: World, fault: str) -> None:
    routed(world)
    world.local_teams.switches.set(fault, 1)
    open_case(world)

    world.settle()
    assert held(world) == []
    assert row(world).state == "live"
    assert row(world).next_at is not None

    pause_over(world)
    if fault == "login_refused":
        world.house.teams.connector._token._next_try = 0.0  # type: ignore[union-attr]  # this world has Teams
    world.settle()
    assert len(held(world)) == 1


def test_the_pause_is_the_one_teams_asked_for(world: World) -> None:
    routed(world)
    world.local_teams.switches.set("limited", 1)
    open_case(world)

    with world.house.desk.reading() as connection:
        before = world.house.store.real_now(connection)
    sweep_cards(world.house)

    wait = row(world).next_at - before
    assert timedelta(seconds=2) <= wait < timedelta(seconds=10)


def test_a_refused_token_is_asked_for_anew(world: World) -> None:
    routed(world)
    open_case(world)
    world.settle()
    first = world.local_teams.ledger.calls[-1][2]
    world.local_teams.login.issued.clear()
    wanted_again(world)

    world.settle()
    world.house.teams.connector._token._next_try = 0.0  # type: ignore[union-attr]  # this world has Teams
    pause_over(world)
    world.settle()

    assert row(world).shown == row(world).wanted
    assert world.local_teams.ledger.calls[-1][2] != first


@pytest.mark.parametrize("fault", ["bot_left", "writes_blocked"])
def test_what_will_not_pass_is_given_up_with_its_reason(world: World, fault: str) -> None:
    routed(world)
    world.local_teams.switches.set(fault, 1)
    open_case(world)

    world.settle()

    assert held(world) == []
    assert row(world).state == "gone"
    assert row(world).error.startswith("40")


def test_a_card_that_was_deleted_in_teams_is_posted_anew(world: World) -> None:
    routed(world)
    open_case(world)
    world.settle()
    assert world.local_teams.ledger.remove(CHANNELS["teams"], row(world).ref)
    wanted_again(world)

    world.settle()

    assert len(held(world)) == 1
    assert row(world).shown == row(world).wanted


def test_a_lost_answer_repeats_the_post_and_never_an_update(world: World) -> None:
    routed(world)
    world.local_teams.switches.set("answer_lost", 1)
    open_case(world)
    world.settle()
    pause_over(world)
    world.settle()
    assert len(held(world)) == 2  # no platform lets a post be made idempotent: at least once

    world.local_teams.switches.set("answer_lost", 1)
    wanted_again(world)
    world.settle()
    pause_over(world)
    world.settle()
    assert len(held(world)) == 2
    assert row(world).shown == row(world).wanted
