"""What resuming does not bring back is set by a person, read back by the desk, and asked for until it is so."""

import pytest

from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ANA, BEN, VIC, World
from tests.scenarios.test_reconcile import in_the_portal, told_of


@pytest.fixture
def story(world: World, local: LocalPartnerCenter, face: Face) -> Story:
    """Suspended and restored: auto-renew went off on the way."""
    made = ripe(world, local)
    made.carried_out(face)
    face.type(f"restore {made.case_id} now paid in cash", by=BEN)
    made.settle_for()
    assert made.status() == "active"
    return made


def card(story: Story, face: Face) -> str:
    return str(face.type(f"suspension {story.newest().number}", by=ANA))


def test_what_is_left_is_asked_for_until_it_is_read_back(story: Story, face: Face) -> None:
    assert "turn auto-renew on again" in card(story, face)

    story.world.move(days=1, minutes=1)
    assert "not all of it is as it was" in face.told(ANA)
    assert "a role you do not hold" in face.type(f"checked {story.case_id}", by=VIC)

    face.click(face.type(f"suspension {story.newest().number}", by=ANA), "Set by hand: read it back", by=ANA)
    story.world.settle()
    assert "turn auto-renew on again" in card(story, face), "a word alone is not believed"

    in_the_portal(story, autoRenewEnabled=True)
    face.type(f"checked {story.case_id}", by=ANA)
    story.world.settle()
    assert "Auto-renew is on again, read back" in card(story, face)
    assert "nothing of" in face.type(f"checked {story.case_id}", by=ANA)
    assert told_of(story) == 0, "what was asked for is no surprise"


def test_the_daily_reading_notices_it_without_a_word(story: Story, face: Face) -> None:
    in_the_portal(story, autoRenewEnabled=True)
    story.world.move(days=2)

    assert "Auto-renew is on again, read back" in card(story, face)
    assert told_of(story) == 0
