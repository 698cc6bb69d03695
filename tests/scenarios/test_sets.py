"""A set of subscriptions: add-ons off before their parents, each by itself, and the rest taken up again after a partial failure."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.collections.shipped import SHIPPED
from core.engine.db.tables.engine import outbox
from core.suspensions.model import ItemState, State
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ANA, BEN, World


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """Ripe and live, with an add-on to its subscription."""
    made = ripe(world, local)
    local.add_subscription(made.tenant, "addon", parentSubscriptionId=made.subscription, quantity=3, friendlyName="Copilot")
    world.now += timedelta(minutes=1)
    made.sync()
    return made


def written(story: Story) -> list[str]:
    return [call.path.rpartition("/")[2] for call in story.local.ledger.writes()]


def addon(story: Story) -> str:
    return next(each for each in story.local.customers[story.tenant].subscriptions if each != story.subscription)


def refuse(story: Story, external: str, *, code: int = 900311, status: int = 400) -> None:
    story.local.stage(path=external, status=status, body={"code": code, "description": "As Microsoft puts it"})


def half_done(story: Story, face: Face) -> None:
    """The add-on is off, its parent was refused."""
    refuse(story, story.subscription)
    story.approved(face)
    story.cool_off()
    story.settle_for(5)
    assert [one.state for one in story.newest().items] == [ItemState.FAILED, ItemState.SUSPENDED]


def test_an_addon_goes_off_before_its_parent_and_each_is_read_back(story: Story, face: Face) -> None:
    story.local.stage(path=addon(story), accept=(2, 0))
    story.approved(face)
    story.cool_off()
    assert written(story) == [addon(story)], "its parent waits until it is read back as off"

    story.settle_for(6)

    assert written(story) == [addon(story), story.subscription]
    assert story.newest().state is State.SUSPENDED


def test_a_half_done_set_says_so_and_goes_on_with_the_rest(story: Story, face: Face) -> None:
    half_done(story, face)
    card = face.channel()
    assert "900311 As Microsoft puts it" in card
    assert "changed too often lately" in card

    face.click(card, "Go on with the rest", by=ANA)
    story.settle_for(5)

    assert written(story) == [addon(story), story.subscription, story.subscription]
    assert len({call.request_id for call in story.local.ledger.writes()}) == 3, "a new id after any answer"
    assert story.newest().state is State.SUSPENDED
    assert story.status() == "suspended"


def test_the_rest_needs_a_new_approval_when_something_changed(story: Story, face: Face) -> None:
    half_done(story, face)
    story.hear(open=11_000)
    story.world.settle()

    assert "Ask again on its card" in face.click(face.channel(), "Go on with the rest", by=ANA)
    assert len(written(story)) == 2

    face.click(face.channel(), "Ask again", by=ANA)
    story.world.settle()
    again = story.newest()
    assert (again.state, len(again.items)) == (State.PROPOSED, 1), "what is off already is not asked for again"


def test_the_rest_needs_a_new_approval_when_the_old_one_ran_out(story: Story, face: Face) -> None:
    half_done(story, face)
    story.world.move(days=2)
    story.hear()

    assert "has run out" in face.type(f"carry_on {story.newest().number}", by=ANA)
    assert len(written(story)) == 2
    assert "needs a role you do not hold" in face.type(f"carry_on {story.newest().number}", by=BEN)


def test_nothing_is_left_to_go_on_with(story: Story, face: Face) -> None:
    story.approved(face)
    assert "still under way" in face.type(f"carry_on {story.newest().number}", by=ANA)
    story.cool_off()
    story.settle_for(5)

    assert "nothing was refused" in face.type(f"carry_on {story.newest().number}", by=ANA)


def test_what_nobody_heard_of_is_read_before_it_is_called_unknown_no_more(story: Story, face: Face) -> None:
    for _ in range(SHIPPED.calls.give_up_after):
        story.local.stage(path=addon(story), drop="before")
    story.approved(face)
    story.cool_off()
    for _ in range(SHIPPED.calls.give_up_after):
        let_the_outbox_wait_no_longer(story)
    unknown = next(one for one in story.newest().items if one.state is ItemState.UNKNOWN)
    story.settle_for(5)
    assert story.newest().state is State.UNKNOWN

    face.type(f"carry_on {story.newest().number}", by=ANA)
    story.settle_for(5)

    assert story.newest().state is State.SUSPENDED
    sent = [call.request_id for call in story.local.ledger.writes() if addon(story) in call.path]
    assert set(sent) == {unknown.request_id}, "the same id after no answer"
    assert len(story.local.ledger.effects) == 2


def let_the_outbox_wait_no_longer(story: Story) -> None:
    """The pause before the next try has passed."""
    with story.world.house.store.writing() as connection:
        values = {"next_at": story.world.house.store.real_now(connection) - timedelta(seconds=1), "lease_until": None}
        connection.execute(sa.update(outbox).where(outbox.c.kind.like("partner_center.%")).values(**values))
    story.world.settle()
