"""What Partner Center may answer, or not answer: each effect once, nothing on stale facts, and the card tells the truth."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.partner import SENDERS
from app.sweeps import sweep_outbox, sweep_timers
from core.cases.queries import case
from core.engine.db.tables.cases import cases
from core.engine.db.tables.engine import outbox
from core.people.queries import by_handle
from core.suspensions.model import ItemState, RestoreState, State
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ANA, BEN, World


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """Ripe and live."""
    return ripe(world, local)


def let_the_outbox_wait_no_longer(story: Story) -> None:
    """The pause before the next try, and a dead sender's lease, have passed."""
    with story.world.house.store.writing() as connection:
        real = story.world.house.store.real_now(connection)
        values = {"next_at": real - timedelta(seconds=1), "lease_until": None}
        connection.execute(sa.update(outbox).where(outbox.c.kind.like("partner_center.%")).values(**values))
    story.world.settle()


def request_ids(story: Story) -> list[str]:
    return [call.request_id for call in story.local.ledger.writes()]


def test_accepted_is_read_back_until_it_is_so(story: Story, face: Face) -> None:
    story.local.stage(accept=(2, 0))
    story.approved(face)
    story.cool_off()
    (item,) = story.newest().items
    assert item.state in (ItemState.ACCEPTED, ItemState.VERIFYING)
    assert story.newest().state is State.EXECUTING

    story.settle_for(5)

    assert story.newest().state is State.SUSPENDED
    assert len(story.local.ledger.effects) == 1


def test_no_answer_is_tried_again_with_the_same_request_id_and_takes_effect_once(story: Story, face: Face) -> None:
    story.local.stage(drop="before")
    story.approved(face)
    story.cool_off()
    assert story.status() == "active"

    let_the_outbox_wait_no_longer(story)
    story.settle_for()

    assert story.newest().state is State.SUSPENDED
    assert len(set(request_ids(story))) == 1
    assert len(story.local.ledger.effects) == 1


def test_an_answer_that_got_lost_after_the_effect_is_found_by_reading(story: Story, face: Face) -> None:
    story.local.stage(drop="after")
    story.approved(face)
    story.cool_off()
    assert story.status() == "suspended"

    let_the_outbox_wait_no_longer(story)
    story.settle_for()

    assert story.newest().state is State.SUSPENDED
    assert len(story.local.ledger.effects) == 1


def test_a_payment_after_a_lost_answer_writes_no_more_and_proposes_the_restore(story: Story, face: Face) -> None:
    story.local.stage(drop="after")
    story.approved(face)
    story.cool_off()

    story.hear(open=0)
    let_the_outbox_wait_no_longer(story)
    story.settle_for()

    assert len(request_ids(story)) == 1
    assert story.newest().state is State.SUSPENDED
    assert [r.state for r in story.restores()] == [RestoreState.PROPOSED]


def test_a_payment_after_a_call_that_never_arrived_ends_active(story: Story, face: Face) -> None:
    story.local.stage(drop="before")
    story.approved(face)
    story.cool_off()

    story.hear(open=0)
    let_the_outbox_wait_no_longer(story)
    story.settle_for()
    story.world.move(minutes=31)
    story.settle_for()

    assert story.status() == "active"
    assert story.newest().state is State.VOIDED
    assert "Partner Center never answered and it is still active" in face.channel()


def test_a_stale_etag_is_read_again_looked_at_again_and_tried_once_more(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local)
    local.stage(status=400, body={"code": 2055, "description": "etag"})
    story.carried_out(face)

    assert story.newest().state is State.SUSPENDED
    assert len(set(request_ids(story))) == 2


def test_a_second_stale_etag_needs_a_person(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local)
    for _ in range(2):
        local.stage(status=400, body={"code": 2055, "description": "etag"})
    story.carried_out(face)

    assert story.newest().state is State.FAILED
    assert "2055" in face.channel()
    assert len(request_ids(story)) == 2


def test_later_is_honoured_and_the_facts_are_looked_at_again(story: Story, face: Face) -> None:
    story.local.stage(status=409, body={"code": 800082, "description": "not ready"})
    story.approved(face)
    story.cool_off()
    assert "Partner Center asked to come back" in face.channel()
    assert story.newest().state is State.LOOKING

    story.hear()  # a newer word of the accounting does not hurry Partner Center
    story.world.settle()
    assert len(request_ids(story)) == 1

    story.world.move(hours=1)
    story.hear()
    story.settle_for()
    assert story.newest().state is State.SUSPENDED
    assert len(set(request_ids(story))) == 2


def test_it_can_be_stopped_again_while_partner_center_asks_to_wait(story: Story, face: Face) -> None:
    story.local.stage(status=409, body={"code": 800082, "description": "not ready"})
    story.approved(face)
    story.cool_off()

    face.click(face.channel(), "Stop", by=ANA)
    story.world.move(hours=1)

    assert story.newest().state is State.STOPPED
    assert story.status() == "active"


def test_a_refusal_ends_failed_with_microsofts_own_words(story: Story, face: Face) -> None:
    story.local.stage(status=400, body={"code": 800096, "description": "The status cannot be updated"})
    story.approved(face)
    story.cool_off()

    assert story.newest().state is State.FAILED
    card = face.channel()
    assert "800096" in card
    assert "Partner Center refused: a person must look" in card


def test_seats_changed_behind_the_desks_back_are_seen_in_the_resource_just_before_the_call(story: Story, face: Face) -> None:
    story.approved(face)
    story.local.customers[story.tenant].subscriptions[story.subscription].resource["quantity"] = 99

    story.cool_off()

    assert story.newest().state is State.VOIDED
    assert "seats: 15 → 99" in face.channel()
    assert request_ids(story) == []


def test_a_crash_after_the_intent_reads_and_looks_before_it_goes_on(story: Story, face: Face) -> None:
    story.approved(face)
    story.world.now += timedelta(minutes=29)
    story.hear()
    story.world.now += timedelta(minutes=2)
    senders = dict.fromkeys(SENDERS, die)
    sweep_timers(story.world.house)
    sweep_outbox(story.world.house, senders)
    story.hear(open=0)

    let_the_outbox_wait_no_longer(story)

    assert story.newest().state is State.VOIDED
    assert request_ids(story) == []


def test_an_approval_that_runs_out_while_partner_center_cannot_be_read_expires(story: Story, face: Face) -> None:
    story.local.stage(method="GET", status=503, body={})
    story.approved(face)
    story.cool_off()
    (item,) = story.newest().items
    assert item.state is ItemState.SENDING

    story.world.move(hours=5)
    let_the_outbox_wait_no_longer(story)

    assert story.newest().state is State.EXPIRED
    assert "the approval ran out" in face.channel()
    assert request_ids(story) == []


def die(*_: object) -> None:
    """A process that ends without a word."""
    raise SystemError("killed")


def test_a_restore_by_the_cases_owner_undoes_a_mistake_under_the_kill_switch(story: Story, face: Face) -> None:
    story.carried_out(face)
    assert "this takes an approver, or the owner" in face.type(f"restore {story.case_id} now a mistake", by=ANA)

    face.type("halt", by=ANA)
    own(story, "ana")
    face.type(f"restore {story.case_id} now a mistake", by=ANA)
    story.settle_for()

    assert story.status() == "active"
    assert "Why: a mistake" in face.channel()


def test_a_restore_stops_what_still_cools_off(story: Story, face: Face) -> None:
    story.approved(face)

    face.type(f"restore {story.case_id} now wrong customer", by=BEN)

    assert story.newest().state is State.STOPPED
    story.cool_off()
    assert story.status() == "active"


def test_a_restore_that_partner_center_puts_off_is_pursued(story: Story, face: Face) -> None:
    story.carried_out(face)
    story.local.stage(status=409, body={"code": 900278, "description": "pending"})

    face.type(f"restore {story.case_id} now paid in cash", by=BEN)
    story.world.settle()
    assert story.status() == "suspended"
    story.world.move(hours=25)
    story.settle_for()

    assert story.status() == "active"


def test_there_is_nothing_to_restore_where_nothing_was_switched_off(story: Story, face: Face) -> None:
    assert "was switched off by the desk" in face.type(f"restore {story.case_id} now please", by=BEN)


def test_parents_are_restored_before_their_addons(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local)
    addon = local.add_subscription(story.tenant, "addon", parentSubscriptionId=story.subscription, quantity=3)
    world.now += timedelta(minutes=1)
    story.sync()
    story.carried_out(face)
    assert story.newest().state is State.SUSPENDED

    local.ledger.calls.clear()
    face.type(f"restore {story.case_id} now paid", by=BEN)
    story.settle_for()

    order = [call.path.rpartition("/")[2] for call in local.ledger.writes()]
    assert order == [story.subscription, addon]
    assert {local.truth(story.tenant, s)["status"] for s in (story.subscription, addon)} == {"active"}
    assert "Microsoft 365 Copilot is restored" in str(face.told(BEN)), "each product is told of by its name"


def own(story: Story, handle: str) -> None:
    """The member works on the case."""
    with story.world.house.store.writing() as connection:
        staff_id = by_handle(connection, handle).id
        connection.execute(sa.update(cases).where(cases.c.id == story.case_id).values(assignee_id=staff_id))
        assert case(connection, story.case_id).assignee_id == staff_id


def test_the_owner_of_the_case_cannot_approve(story: Story, face: Face) -> None:
    story.propose(face)
    own(story, "ben")

    assert "you work on the case" in face.click(face.channel(), "Approve", by=BEN)
    assert story.newest().state is State.PROPOSED


@pytest.mark.parametrize("stage", ["held", "later", "intent"])
def test_the_kill_switch_stops_it_at_every_stage_before_the_call(stage: str, story: Story, face: Face) -> None:
    if stage == "held":
        story.world.now += timedelta(hours=2, minutes=40)  # it waits for tomorrow: after 15:00 at the customer's
    if stage == "later":
        story.local.stage(status=409, body={"code": 800082, "description": "not ready"})
    story.approved(face)
    if stage == "intent":
        story.world.now += timedelta(minutes=29)
        story.hear()
        story.world.now += timedelta(minutes=2)
        sweep_timers(story.world.house)
        sweep_outbox(story.world.house, dict.fromkeys(SENDERS, die))  # the intent is written down, and the process dies
        assert story.newest().items[0].state is ItemState.SENDING
    else:
        story.cool_off()
    before = len(request_ids(story))

    face.type("stop-all", by=ANA)
    let_the_outbox_wait_no_longer(story)
    story.world.now += timedelta(hours=18) if stage == "held" else timedelta(hours=1)  # until 9:00 tomorrow
    story.hear()
    story.settle_for()

    assert story.newest().state is State.STOPPED
    assert len(request_ids(story)) == before
    assert story.status() == "active"
