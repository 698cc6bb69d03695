"""A payment came for what is off: the policy lets it restore by itself or asks for one click, chased at any hour until it is done."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.collections.commands import ApplyPolicy
from core.collections.policy import OnPayment
from core.collections.shipped import SHIPPED
from core.engine.db.tables.engine import outbox
from core.people.queries import by_handle
from core.people.telling import TELL
from core.suspensions.model import RestoreState
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ANA, BEN, VIC, World


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """Ripe and live."""
    return ripe(world, local)


def off(story: Story, face: Face) -> None:
    """Suspended and read back."""
    face.type("home", by=BEN)
    story.carried_out(face)
    assert story.status() == "suspended"


def automatic(world: World) -> None:
    """A policy by which the payment itself restores."""
    rules = replace(SHIPPED.restoring, on_payment=OnPayment.AUTOMATIC)
    world.do(ApplyPolicy(policy=replace(SHIPPED, version="automatic", restoring=rules), text=""))


def states(story: Story) -> list[RestoreState]:
    return [way.state for way in story.restores()]


def test_by_the_policy_the_payment_itself_restores_also_under_the_kill_switch(world: World, local: LocalPartnerCenter, face: Face) -> None:
    automatic(world)
    story = ripe(world, local)
    off(story, face)
    face.type("halt", by=ANA)

    story.hear(open=11_000)
    world.settle()
    assert states(story) == [RestoreState.PROPOSED], "a part of it is a person's to weigh"
    story.hear(open=0)
    story.settle_for()

    assert story.status() == "active"
    assert "The payment did it, by the policy." in face.channel()


def test_a_proposal_nobody_clicks_is_chased_through_the_night_and_the_weekend(story: Story, face: Face) -> None:
    off(story, face)
    face.type("prefs quiet 18:00-08:00", by=BEN)
    story.world.now += timedelta(days=4, hours=14)  # Friday 27 November 2026, late in the evening
    story.hear(open=0)
    story.world.settle()

    story.world.move(minutes=29)
    assert "is still off" not in str(face.told(BEN))
    story.world.move(minutes=2)
    assert "a payment came, and Microsoft 365 Business Basic is still off" in face.told(BEN)

    heard = messages(story)
    for _ in range(48):
        story.world.move(hours=1)
    assert messages(story) - heard == 8, "after 1, 2, 4, 8, 8 … hours: Saturday and Sunday too"

    face.click(face.type(f"suspension {story.newest().number}", by=BEN), "Restore now", by=BEN)
    story.settle_for()
    assert story.status() == "active"
    heard = messages(story)
    story.world.move(hours=20)
    assert messages(story) == heard


def messages(story: Story) -> int:
    """How often Ben was reminded."""
    with story.world.house.desk.reading() as connection:
        said = list(connection.scalars(sa.select(outbox.c.ids).where(outbox.c.kind == TELL)))
        ben = by_handle(connection, "ben").id
    return sum(ids["staff_id"] == ben and ids["say"].startswith("tell.restore_chased") for ids in said)


def test_somebody_may_say_why_it_stays_off_and_nobody_is_reminded(story: Story, face: Face) -> None:
    off(story, face)
    story.hear(open=6_000)
    story.world.settle()
    assert "Stays off" not in face.channel()
    assert "approver, or the owner" in face.type(f"leave off {story.case_id} they asked us to", by=ANA)
    assert "a role you do not hold" in face.type(f"leave off {story.case_id} they asked us to", by=VIC)

    face.fill(face.click(face.channel(), "Leave it off", by=BEN), by=BEN, reason="They paid a third only")
    story.world.settle()

    assert states(story) == [RestoreState.DECLINED]
    assert "They paid a third only" in face.channel()
    story.world.move(hours=3)
    assert messages(story) == 0
    assert "no restore waits" in face.type(f"leave off {story.case_id} again", by=BEN)

    story.hear(open=5_000)
    story.world.settle()
    assert states(story) == [RestoreState.DECLINED, RestoreState.PROPOSED], "more came since"


def test_a_payment_only_reported_is_for_a_person_and_falls_when_it_never_came(world: World, local: LocalPartnerCenter, face: Face) -> None:
    automatic(world)
    story = ripe(world, local)
    off(story, face)

    face.type(f"payment {story.case_id} 123 PLN today their bank's confirmation", by=ANA)
    story.settle_for()
    assert story.status() == "suspended", "not confirmed: never by itself"
    assert "A payment was reported, the books do not show it yet" in face.channel()

    world.move(days=9)
    story.hear()
    world.settle()
    assert states(story) == [RestoreState.DECLINED]
    assert "never came" in face.channel()


def test_a_reported_payment_is_enough_for_the_one_click(story: Story, face: Face) -> None:
    off(story, face)
    face.type(f"payment {story.case_id} 123 PLN today their bank's confirmation", by=ANA)
    story.world.settle()

    face.click(face.channel(), "Restore now", by=BEN)
    story.settle_for()

    assert story.status() == "active"


def test_a_restore_that_partner_center_refused_is_chased_until_it_is_tried_again(story: Story, face: Face) -> None:
    off(story, face)
    story.local.stage(status=400, body={"code": 900311, "description": "too many"})
    face.type(f"restore {story.case_id} now paid in cash", by=BEN)
    story.world.settle()

    story.world.move(minutes=31)
    assert "should be on, and Partner Center refused" in face.told(BEN)

    face.type(f"restore {story.case_id} now paid in cash", by=BEN)
    story.settle_for()
    assert story.status() == "active"
