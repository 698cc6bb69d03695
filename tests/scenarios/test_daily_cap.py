"""At most so many suspending calls in a day, of all customers together."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from core.collections.commands import ApplyPolicy
from core.collections.shipped import SHIPPED
from core.suspensions.model import State
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.suspensions import NOON, Story, ripe
from tests.harness.world import ANA, World


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """Two subscriptions, and one call a day."""
    one = replace(SHIPPED, version="one", since=date(2026, 1, 2), decision=replace(SHIPPED.decision, most_a_day=1))
    world.do(ApplyPolicy(policy=one, text=""))
    made = ripe(world, local, decided=False)
    local.add_subscription(made.tenant, friendlyName="Visio", offerName="Visio")
    world.now += timedelta(minutes=1)
    made.sync()
    made.decide()
    world.settle()
    return made


def approved_at(story: Story, face: Face, moment: datetime) -> None:
    story.world.now = moment
    story.carried_out(face)


def calls(story: Story) -> int:
    return len({call.path for call in story.local.ledger.writes()})


def test_the_next_waits_for_tomorrow_and_its_card_says_so(story: Story, face: Face) -> None:
    approved_at(story, face, NOON + timedelta(days=1, hours=2))
    assert calls(story) == 1
    card = face.channel()
    assert "the most suspensions of one day are used up" in card
    assert "I look again on Wed 25 Nov 2026 09:00" in card

    story.world.now = NOON + timedelta(days=1, hours=11)
    story.world.settle()
    assert calls(story) == 1
    story.world.now = NOON + timedelta(days=1, hours=21)
    story.hear()
    story.settle_for()
    assert calls(story) == 2
    assert story.newest().state is State.SUSPENDED


def test_or_it_runs_out_before_tomorrow_as_its_card_says(story: Story, face: Face) -> None:
    approved_at(story, face, NOON)
    card = face.channel()
    assert "I look again on Tue 24 Nov 2026 09:00" in card
    assert "The approval runs out before that, on Mon 23 Nov 2026 16:00" in card

    story.world.move(hours=4)
    assert calls(story) == 1
    assert story.newest().state is State.SUSPENDED, "the one that was carried out is what a person must look at first"


def test_what_could_only_be_carried_out_tomorrow_is_not_asked_for_today(story: Story, face: Face) -> None:
    approved_at(story, face, NOON)
    face.type("stop S-1", by=ANA)

    refused = face.type(f"suspend {story.case_id}", by=ANA)
    assert "Nothing was proposed: the most suspensions of one day are used up" in refused
    assert "Tue 24 Nov 2026 09:00" in refused
