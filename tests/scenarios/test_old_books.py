"""The accounting system falls silent: the desk reminds nobody on old books, says so, and goes on by itself by what newer ones say."""

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from core.collections.commands import ApplyPolicy
from core.collections.policy import Policy, Sender
from core.collections.shipped import SHIPPED
from core.customers.commands import ConfirmLink
from core.customers.model import LinkKind
from core.engine.db.tables.engine import outbox
from tests.harness.faces import Face
from tests.harness.notices import Post, post
from tests.harness.receivables import collection_of, feed
from tests.harness.world import ANA, FAY, World
from tests.scenarios.test_ladder import climbed, ladder, owing, running, soon, until

__all__ = ["post"]

SAID = "The books are of Mon 23 Nov 2026 10:00 CET; nothing is sent until newer ones come."


def asking(world: World, rules: Policy = SHIPPED) -> None:
    """A policy that asks how old the books are."""
    world.do(ApplyPolicy(policy=replace(rules, version="asks", since=date(2026, 11, 1)), text=""))


def silent(world: World, face: Face | None = None) -> None:
    """The due date's reminder left on Monday's books; the friendly one falls on the Monday after, and nothing was heard since."""
    asking(world)
    owing(world)
    if face is not None:
        face.type("prefs morning off", by=FAY)  # she works in this chat
    until(world, date(2026, 12, 2))


def finance_told(world: World) -> list[str]:
    with world.house.desk.reading() as connection:
        said = [row.ids for row in connection.execute(sa.select(outbox.c.ids))]
    return [each["params"]["payer"] for each in said if each.get("say") == "tell.ladder_books"]


def test_nothing_is_sent_on_old_books_and_every_card_says_so(world: World, face: Face, post: Post) -> None:
    silent(world, face)

    assert len(post.letters) == 1
    assert (climbed(world), running(world).paused_for) == ([("due", "proven")], "books")
    for line in ("policy", "why", "case", "preview"):
        assert SAID in str(face.type(f"{line} {collection_of(world)}", by=ANA)), line
    assert "leaves at the earliest" not in str(face.type(f"why {collection_of(world)}", by=ANA))
    assert "The accounting system “books” was last heard of Nowak sp. z o.o." in str(face.told(FAY))


def test_who_has_paid_is_not_reminded_when_newer_books_come(world: World, post: Post) -> None:
    silent(world)
    feed(world, soon(open=0), as_of=world.now)
    until(world, date(2026, 12, 12))

    assert len(post.letters) == 1
    assert ladder(world) is None
    assert finance_told(world) == ["Nowak sp. z o.o."], "once, however many mornings it waited"


def test_who_has_not_is_reminded_once_in_the_next_morning(world: World, face: Face, post: Post) -> None:
    silent(world)
    feed(world, soon(), as_of=world.now)
    assert "newer books came" in str(face.type(f"policy {collection_of(world)}", by=ANA))
    assert len(post.letters) == 1
    until(world, date(2026, 12, 3))
    assert len(post.letters) == 2

    until(world, date(2026, 12, 12))  # silent again: the firm reminder waits
    assert [name for name, _ in climbed(world)] == ["due", "friendly"]
    assert len(post.letters) == 2
    assert len(finance_told(world)) == 2, "each silence is told once"


def test_one_silence_of_many_customers_is_told_once(world: World, post: Post) -> None:
    asking(world)
    customer_id = owing(world)
    world.do(ConfirmLink(customer_id=customer_id, kind=LinkKind.PAYER, connection="books", external="K-2"))
    feed(world, soon("F/2"), as_of=world.now, external="K-2")
    until(world, date(2026, 12, 3))

    assert len(post.letters) == 2
    assert len(finance_told(world)) == 1


@pytest.mark.parametrize("sender", [Sender.ACCOUNTING, Sender.HAND])
def test_what_a_person_or_the_accounting_system_sends_does_not_wait(sender: Sender, world: World, face: Face, post: Post) -> None:
    friendly = next(step for step in SHIPPED.steps if step.name == "friendly")
    asking(world, replace(SHIPPED, steps=tuple(replace(each, sender=sender) if each == friendly else each for each in SHIPPED.steps)))
    owing(world)
    until(world, date(2026, 12, 2))

    assert climbed(world)[-1] == ("friendly", "sending")
    shown = str(face.type(f"preview {collection_of(world)}", by=ANA))
    warned = "The books are of Mon 23 Nov 2026 10:00 CET: look first whether the money came."
    assert (warned in shown) is (sender is Sender.HAND)
    if sender is Sender.HAND:  # a person may send it all the same
        face.type(f"deliver {collection_of(world)}", by=ANA)
        world.settle()
        assert len(post.letters) == 2
