"""Copies of cards: claimed once, one per conversation at a time, and a limit holds back the whole conversation."""

from datetime import timedelta

from core.cases.commands import OpenCase
from core.engine import cards
from tests.harness.world import World


def two_cases_in_two_chats(world: World) -> None:
    world.route("slack", "question")
    world.route("teams", "question")
    for title in ("first", "second"):
        world.do(OpenCase(title=title))


def test_a_claim_takes_the_oldest_copy_of_each_conversation_and_nobody_takes_it_again(world: World) -> None:
    two_cases_in_two_chats(world)

    claimed = cards.claim_stale(world.house.store)

    assert sorted((c.face, c.subject) for c in claimed) == [("slack", "case:101"), ("teams", "case:101")]
    assert cards.claim_stale(world.house.store) == []


def test_a_change_while_a_copy_is_drawn_leaves_it_stale(world: World) -> None:
    two_cases_in_two_chats(world)
    claimed = cards.claim_stale(world.house.store)
    with world.house.store.writing() as connection:
        connection.execute(cards.cards.update().values(wanted=cards.cards.c.wanted + 1))
        for card in claimed:
            cards.shown(connection, card, "ref-1")

    again = cards.claim_stale(world.house.store)

    assert {(c.subject, c.ref, c.wanted) for c in again} == {("case:101", "ref-1", 2)}


def test_a_limit_holds_back_the_whole_conversation_and_no_other(world: World) -> None:
    two_cases_in_two_chats(world)
    slack, teams = sorted(cards.claim_stale(world.house.store), key=lambda c: c.face)
    with world.house.store.writing() as connection:
        later = world.house.store.real_now(connection) + timedelta(minutes=5)
        cards.delayed(connection, slack, at=later, error="ratelimited")
        cards.shown(connection, teams, "ref-1")

    claimed = cards.claim_stale(world.house.store)

    assert [(c.face, c.subject) for c in claimed] == [("teams", "case:102")]
