"""What becomes of a subscription when its term ends: asked before anybody can approve, bound, read back, chased."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from core.cases.commands import AssignCase
from core.engine.db.tables.engine import outbox
from core.engine.errors import DeskError
from core.people.queries import by_handle
from core.people.telling import SAY, TELL
from core.suspensions.model import ItemState, State
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ANA, BEN, VIC, World
from tests.scenarios.test_suspension_guards import card_of, force

CANCEL = {"scheduleType": "TermEnd", "actionType": "Cancel"}


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """Ripe and live, but for the answer."""
    return ripe(world, local, decided=False)


def set_by_hand(story: Story, **fields: object) -> None:
    """Somebody sets something in the portal, and the desk reads it."""
    story.local.customers[story.tenant].subscriptions[story.subscription].resource.update(fields)
    story.world.move(minutes=1)
    story.sync()
    story.world.settle()


def test_nobody_can_approve_before_somebody_says_what_becomes_of_it(story: Story, face: Face) -> None:
    story.propose(face, at_term_end="")
    card = card_of(story, face)

    assert "nobody said what becomes of it at the end of the term" in card
    assert "Approve" not in card.buttons
    with pytest.raises(DeskError, match="approve_term_end"):
        force(story, face, BEN)

    form = face.click(card, "End of term…", by=ANA)
    answer = face.fill(form, by=ANA, at_term_end="cancel")
    assert "Cancel it" in answer
    assert "schedule the cancellation" in answer
    card = card_of(story, face)
    assert "Cancel it" in card
    face.click(card, "Approve", by=BEN)
    assert story.newest().state is State.COOLING


def test_the_answer_is_asked_with_the_request_and_an_answer_that_changes_voids_the_approval(story: Story, face: Face) -> None:
    story.approved(face)
    assert story.newest().state is State.COOLING

    answer = face.fill(face.type(f"term {story.case_id} renew", by=ANA), by=ANA)
    assert "Renew it" in answer
    card = card_of(story, face)

    assert story.newest().state is State.VOIDED
    assert "decided for the end of the term: cancel → renew" in card
    face.click(card, "Ask again", by=ANA)
    again = card_of(story, face)
    assert "Renew it" in again
    assert "Approve" in again.buttons  # the answer stands: nobody is asked twice


def test_carrying_it_out_by_hand_changes_nothing_and_the_contrary_voids_it(story: Story, face: Face) -> None:
    story.approved(face)

    set_by_hand(story, scheduledActions=[CANCEL])
    assert story.newest().state is State.COOLING
    assert "schedule the cancellation" not in card_of(story, face)

    set_by_hand(story, scheduledActions=[], autoRenewEnabled=False)
    assert story.newest().state is State.VOIDED
    assert "what Partner Center would do at the end of the term: renew → run on at a surcharge" in card_of(story, face)


def test_what_was_switched_in_the_portal_just_before_the_call_voids_it_unread(story: Story, face: Face) -> None:
    story.approved(face)
    resource = story.local.customers[story.tenant].subscriptions[story.subscription].resource
    resource["autoRenewEnabled"] = False

    story.cool_off()

    assert story.newest().state is State.VOIDED
    assert story.status() == "active"
    assert story.local.ledger.writes() == []


def test_a_renewed_term_is_asked_about_anew(story: Story, face: Face) -> None:
    story.decide("renew")
    set_by_hand(story, commitmentEndDateTime="2028-12-01T23:59:59Z")

    story.propose(face, at_term_end="")

    assert "nobody said" in card_of(story, face)


def test_it_is_for_agents_for_collections_and_for_what_has_such_an_end(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local, kind="legacy")

    assert "needs a role you do not hold" in face.type(f"term {story.case_id} cancel", by=VIC)
    assert "only new commerce licences and add-ons" in face.type(f"term {story.case_id} cancel", by=ANA)
    assert "cancel, renew, extend" in face.type(f"term {story.case_id} unknown", by=ANA)
    story.propose(face)
    assert "Approve" in card_of(story, face).buttons  # and of a legacy licence nothing is asked


def warned(story: Story) -> list[str]:
    """What people and conversations were told about ends of terms, in order."""
    with story.world.house.desk.reading() as connection:
        rows = connection.scalars(sa.select(outbox.c.ids).where(outbox.c.kind.in_([TELL, SAY])).order_by(outbox.c.id)).all()
    return [row["say"] for row in rows if row["say"].startswith("tell.term_end_")]


def ending(world: World, local: LocalPartnerCenter, *, on: date, **fields: object) -> Story:
    """Somebody owes money, and what they have ends on that day; Ana works on it."""
    story = ripe(world, local, commitmentEndDateTime=f"{on}T23:59:59Z", decided=False, **fields)  # type: ignore[arg-type]  # values of several types
    with world.house.desk.reading() as connection:
        ana = by_handle(connection, "ana").id
    world.do(AssignCase(case_id=story.case_id, staff_id=ana))
    return story


def at(story: Story, moment: datetime) -> None:
    """That moment comes, and a quarter of an hour in which Partner Center may answer."""
    story.world.now = moment
    story.world.settle()
    story.world.move(minutes=15)


def test_the_owner_is_warned_on_the_policys_days_once_each_in_the_customers_mornings(
    world: World, local: LocalPartnerCenter, face: Face
) -> None:
    story = ending(world, local, on=date(2026, 12, 14))  # in Warsaw Tue 15 Dec 0:59: told on Tue 1 Dec, Tue 8 Dec, Sun 13 Dec
    face.write("queue", by=ANA)  # nobody is told in a chat they were never heard from in
    face.type("prefs morning off", by=ANA)  # her digest comes in the same minute

    at(story, datetime(2026, 12, 1, 7, 44, tzinfo=UTC))
    assert warned(story) == []
    at(story, datetime(2026, 12, 1, 8, tzinfo=UTC))
    assert warned(story) == ["tell.term_end_undecided"]
    said = face.told(ANA)
    assert "nobody said what becomes of it" in said
    assert "Partner Center would: renew" in said
    story.sync()
    answer = face.fill(face.click(said, "End of term…", by=ANA), by=ANA, at_term_end="cancel")
    assert "schedule the cancellation" in answer
    at(story, datetime(2026, 12, 8, 9, tzinfo=UTC))
    assert warned(story) == ["tell.term_end_undecided", "tell.term_end_unset"]
    at(story, datetime(2026, 12, 11, 9, tzinfo=UTC))  # Sunday is no working day: Friday
    assert warned(story)[2:] == ["tell.term_end_unset"]
    for day in (12, 13, 14, 15):
        at(story, datetime(2026, 12, day, 9, tzinfo=UTC))
    assert len(warned(story)) == 3


def test_a_decision_that_stands_in_the_portal_is_read_before_anybody_is_warned(world: World, local: LocalPartnerCenter) -> None:
    story = ending(world, local, on=date(2026, 12, 14))
    story.decide("cancel")
    local.customers[story.tenant].subscriptions[story.subscription].resource["scheduledActions"] = [CANCEL]  # and nobody synchronised

    for day in (1, 8, 11, 14):
        at(story, datetime(2026, 12, day, 9, tzinfo=UTC))

    assert warned(story) == []


def test_a_term_that_moves_is_planned_anew_and_late_warnings_become_one(world: World, local: LocalPartnerCenter) -> None:
    story = ending(world, local, on=date(2026, 12, 14))
    set_by_hand(story, commitmentEndDateTime="2026-11-28T23:59:59Z")  # five days are left: 14 and 7 have passed
    assert warned(story) == ["tell.term_end_undecided"]

    set_by_hand(story, commitmentEndDateTime="2026-12-28T23:59:59Z")  # it renewed by a month
    at(story, datetime(2026, 12, 15, 7, 44, tzinfo=UTC))
    assert len(warned(story)) == 1
    at(story, datetime(2026, 12, 15, 8, tzinfo=UTC))
    assert len(warned(story)) == 2
    for _ in range(3):
        set_by_hand(story)
    assert len(warned(story)) == 2


def test_who_owes_nothing_is_nobodys_concern(world: World, local: LocalPartnerCenter) -> None:
    story = ending(world, local, on=date(2026, 12, 14))
    story.hear(open=0)
    story.world.settle()

    at(story, datetime(2026, 12, 12, tzinfo=UTC))

    assert warned(story) == []


def test_after_the_suspension_the_decision_is_read_back_told_and_chased(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ending(world, local, on=date(2027, 6, 14))
    story.carried_out(face)
    assert story.newest().state is State.SUSPENDED

    # suspending took auto-renew and everything scheduled with it, but what was decided did not stand before: the card says it
    story.world.move(minutes=10)
    assert warned(story) == []
    card = card_of(story, face)
    assert "Not known: auto-renew is off and nothing is scheduled" in card
    assert "schedule the cancellation" in card
    at(story, datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert warned(story) == ["tell.term_end_unset_off"]
    at(story, datetime(2026, 12, 1, 9, tzinfo=UTC))
    assert len(warned(story)) == 2

    set_by_hand(story, scheduledActions=[CANCEL])
    card = card_of(story, face)
    assert "schedule the cancellation" not in card
    assert "End it" in card
    at(story, datetime(2026, 12, 20, tzinfo=UTC))
    assert len(warned(story)) == 2


def off_and_on_again(story: Story, face: Face, decided: str) -> None:
    """Two products are suspended by one request, an hour passes, and they are restored by one order."""
    story.local.add_subscription(story.tenant, friendlyName="Visio", offerName="Visio", commitmentEndDateTime="2027-06-14T23:59:59Z")
    story.world.move(minutes=1)
    story.sync()
    story.propose(face, at_term_end=decided)
    face.click(face.channel(), "Approve", by=BEN)
    story.cool_off()
    story.settle_for()
    assert [one.state for one in story.newest().items] == [ItemState.SUSPENDED] * 2
    story.world.move(hours=1)
    face.type(f"restore {story.case_id} now paid by phone", by=BEN)
    story.settle_for()
    story.world.move(minutes=30)
    assert {story.local.truth(story.tenant, each)["status"] for each in story.local.customers[story.tenant].subscriptions} == {"active"}


@pytest.mark.parametrize("decided", ["cancel", "renew"])
def test_a_set_that_goes_off_and_comes_back_is_told_of_once_and_only_if_what_was_decided_had_stood(
    world: World, local: LocalPartnerCenter, face: Face, decided: str
) -> None:
    story = ripe(world, local, decided=False, commitmentEndDateTime="2027-06-14T23:59:59Z")
    for each in ("slack", "teams"):
        world.route(each, "approval", "collection")

    off_and_on_again(story, face, decided)

    assert warned(story) == {"cancel": [], "renew": ["tell.term_end_changed_many"] * 2}[decided]  # a channel in each chat
    if decided == "renew":  # auto-renew stood, and the suspension took it
        said = face.channel()
        assert f"{story.number}: what was decided for the end of the term stands in Partner Center no more for 2 subscriptions" in said
        assert "Visio" in said
        assert "End of term…" in said.buttons
