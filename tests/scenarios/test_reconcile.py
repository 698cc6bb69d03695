"""Once a day each tenant is read: what was done in Partner Center's portal is noticed, told, and true on the cards; nothing is written."""

from typing import Any

import pytest
import sqlalchemy as sa

from core.engine.db.tables.customers import links
from core.engine.db.tables.engine import outbox
from core.suspensions.model import RestoreState, State
from core.suspensions.queries import restores_of
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ANA, World
from tests.scenarios.test_suspension_execution import let_the_outbox_wait_no_longer, own


@pytest.fixture
def story(world: World, local: LocalPartnerCenter, face: Face) -> Story:
    """Ripe and live; its collection is told of in the channel."""
    made = ripe(world, local)
    world.route(face.name, "approval", "collection")
    return made


def in_the_portal(story: Story, **fields: Any) -> None:
    """Somebody changes the subscription in Partner Center's own pages."""
    story.local.customers[story.tenant].subscriptions[story.subscription].resource.update(fields)


def next_day(story: Story) -> None:
    """A day and a night: every tenant's own minute of the day has passed."""
    story.world.move(days=2)


def readings(story: Story) -> int:
    return sum(call.method == "GET" and call.path.endswith("/subscriptions") for call in story.local.ledger.calls)


def test_a_tenant_is_read_every_day_and_nothing_is_written(story: Story) -> None:
    before = readings(story)
    next_day(story)
    story.world.move(days=1)

    assert readings(story) - before == 2
    assert story.local.ledger.writes() == []
    with story.world.house.desk.reading() as connection:
        assert connection.scalar(sa.select(links.c.read_at).where(links.c.external == story.tenant)) == story.world.now
    assert told_of(story) == 0


def test_a_suspension_in_the_portal_is_told_and_voids_what_was_asked_for(story: Story, face: Face) -> None:
    story.propose(face)
    in_the_portal(story, status="suspended")
    next_day(story)

    assert "Microsoft 365 Business Basic was suspended outside the desk" in face.channel()
    assert story.newest().state in (State.VOIDED, State.EXPIRED)
    story.world.move(days=1)
    assert told_of(story) == 1, "once, not every day"


def test_seats_changed_in_the_portal_are_told_to_the_owner(story: Story, face: Face) -> None:
    face.type("home", by=ANA)
    own(story, "ana")
    in_the_portal(story, quantity=99)
    next_day(story)

    assert "changed outside the desk from 15 to 99" in face.told(ANA)


def test_what_was_switched_on_again_in_the_portal_is_restored_here_too(story: Story, face: Face) -> None:
    story.carried_out(face)
    next_day(story)
    assert told_of(story) == 0, "the desk did that itself"

    in_the_portal(story, status="active")
    next_day(story)

    assert told_of(story) == 1
    card = face.type(f"suspension {story.newest().number}", by=ANA)
    assert "Switched on again outside the desk" in card
    with story.world.house.desk.reading() as connection:
        (way,) = restores_of(connection, story.newest().items[0])
    assert way.state is RestoreState.RESTORED
    assert len(story.local.ledger.writes()) == 1


def test_a_reading_that_fails_waits_as_asked_and_does_not_pile_up(story: Story) -> None:
    for _ in range(3):
        story.local.stage(method="GET", path="/subscriptions", status=429, body={"statusCode": 429}, headers={"Retry-After": "57"})
    before = readings(story)
    next_day(story)
    story.world.move(days=1)
    story.world.move(days=1)

    assert readings(story) - before == 1
    with story.world.house.desk.reading() as connection:
        mine = (outbox.c.kind == "partner_center.reconcile") & outbox.c.state.in_(("waiting", "sending"))
        assert connection.scalar(sa.select(sa.func.count()).where(mine)) == 1

    for _ in range(3):
        let_the_outbox_wait_no_longer(story)
    assert readings(story) - before == 4
    with story.world.house.desk.reading() as connection:
        assert connection.scalar(sa.select(links.c.read_at).where(links.c.external == story.tenant)) == story.world.now


def test_what_partner_center_names_no_more_is_said_once(story: Story, face: Face) -> None:
    del story.local.customers[story.tenant].subscriptions[story.subscription]
    next_day(story)
    story.world.move(days=1)

    assert told_of(story) == 1
    assert "names Microsoft 365 Business Basic no more" in face.channel()


def told_of(story: Story) -> int:
    """How often somebody was told of something done outside."""
    with story.world.house.desk.reading() as connection:
        said = list(connection.scalars(sa.select(outbox.c.ids).where(outbox.c.kind.in_(("chat.tell", "chat.say")))))
    return sum(ids["say"].startswith("tell.outside") for ids in said)
