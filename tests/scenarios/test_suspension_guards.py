"""Each guard of a suspension by its negative: who may not, when it may not, what a late or double click gets."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from core.cases.commands import OpenCase
from core.customers.commands import SwitchMode
from core.customers.model import Mode
from core.engine.db.tables.engine import outbox
from core.engine.errors import DeskError
from core.engine.transaction import Actor
from core.people.commands import RemoveStaff
from core.people.queries import by_handle, member
from core.people.telling import TELL
from core.receivables.model import NoticeKind
from core.suspensions.commands import ApproveSuspension
from core.suspensions.model import State
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import FACES, Face, Seen
from tests.harness.receivables import feed, invoice
from tests.harness.suspensions import CLEO, OTTO, Story, ripe
from tests.harness.world import ADA, ANA, BEN, FAY, VIC, Persona, World


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """Ripe and live."""
    return ripe(world, local)


def force(story: Story, face: Face, who: Persona, facts: int | None = None) -> None:
    """Approve past the card, as a forged click would."""
    with story.world.house.desk.reading() as connection:
        actor = Actor(f"staff:{by_handle(connection, who.handle).id}", face.name)
    newest = story.newest()
    story.world.do(ApproveSuspension(suspension_id=newest.id, facts=newest.facts if facts is None else facts), actor)


def told(story: Story, say: str) -> set[str]:
    """Who was to be told this privately."""
    with story.world.house.desk.reading() as connection:
        rows = connection.scalars(sa.select(outbox.c.ids).where(outbox.c.kind == TELL)).all()
        found = [member(connection, row["staff_id"]) for row in rows if row["say"] == say]
    return {who.handle for who in found if who is not None}


def card_of(story: Story, face: Face) -> Seen:
    """The billing channel's newest card."""
    story.world.settle()
    return face.channel()


def test_the_proposer_cannot_approve_it_in_either_chat(story: Story, face: Face) -> None:
    story.propose(face, by=OTTO)

    assert "you proposed S-1" in face.click(card_of(story, face), "Approve", by=OTTO)
    with pytest.raises(DeskError, match="own_proposal"):
        force(story, face, OTTO)
    assert story.newest().state is State.PROPOSED


def test_an_agent_a_viewer_and_finance_cannot_approve(story: Story, face: Face) -> None:
    story.propose(face)
    card = card_of(story, face)

    for who in (ANA, VIC, FAY):
        assert "needs a role you do not hold" in face.click(card, "Approve", by=who)
        with pytest.raises(DeskError, match="not_allowed"):
            force(story, face, who)
    assert story.newest().state is State.PROPOSED


def test_a_viewer_can_neither_propose_nor_stop_nor_restore(story: Story, face: Face) -> None:
    story.approved(face)

    for typed in (f"suspend {story.case_id}", "stop S-1", f"restore {story.case_id} now please", "halt"):
        assert "needs a role you do not hold" in face.type(typed, by=VIC), typed
    assert story.newest().state is State.COOLING


def test_without_a_notice_there_is_no_approve_button_and_a_forced_click_is_refused(
    world: World, local: LocalPartnerCenter, face: Face
) -> None:
    story = ripe(world, local, notices=False)
    story.propose(face)
    card = card_of(story, face)

    assert "Cannot be approved: no proven notice" in card
    assert "Approve" not in card.buttons
    with pytest.raises(DeskError, match="approve_no_notice"):
        force(story, face, BEN)

    story.notice()
    assert "Approve" in card_of(story, face).buttons


def test_a_reminder_a_stranger_or_a_fresh_final_notice_is_not_enough(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local, notices=False)
    story.notice(to="somebody@else.example")
    story.propose(face)
    assert "no proven notice" in card_of(story, face)

    story.notice(kind=NoticeKind.REMINDER)
    assert "no proven final notice" in card_of(story, face)

    story.notice(sent_on=world.now.date() - timedelta(days=2))
    card = card_of(story, face)
    assert "the final notice is too young" in card
    assert "Approve" not in card.buttons


def test_a_fact_that_changed_before_the_decision_is_shown_and_the_old_button_is_refused(story: Story, face: Face) -> None:
    story.propose(face)
    old = card_of(story, face)

    story.hear(open=11_000)

    assert "the facts changed since this card was shown" in face.click(old, "Approve", by=BEN)
    assert story.newest().state is State.PROPOSED
    fresh = card_of(story, face)
    assert "Overdue" in fresh
    face.click(fresh, "Approve", by=BEN)
    assert story.newest().state is State.COOLING


def test_a_fact_that_changed_after_the_approval_voids_it_says_which_and_is_asked_again_in_one_click(
    world: World, local: LocalPartnerCenter, face: Face
) -> None:
    story = ripe(world, local)
    story.approved(face)

    local.customers[story.tenant].subscriptions[story.subscription].resource["quantity"] = 20
    world.now += timedelta(minutes=1)
    story.sync()
    card = card_of(story, face)

    assert "Voided: the facts changed" in card
    assert "seats: 15 → 20" in card
    again = face.click(card, "Ask again", by=ANA)
    assert "S-2" in again
    assert story.newest().state is State.PROPOSED


def test_a_due_date_that_passed_unnoticed_binds_the_request_anew_instead_of_approving(story: Story, face: Face) -> None:
    feed(story.world, invoice(), invoice("F/2", due_on=story.world.now.date()), as_of=story.world.now)
    story.world.now = story.world.now.replace(hour=22)
    story.propose(face)
    old = card_of(story, face)
    story.world.now += timedelta(hours=1, minutes=30)

    assert "the facts changed since this card was shown" in face.click(old, "Approve", by=BEN)
    assert (story.newest().state, story.newest().facts) == (State.PROPOSED, 2)


def test_switching_the_customer_live_voids_an_approval_given_to_a_dry_run(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local, live=False)
    story.approved(face)

    world.do(SwitchMode(customer_id=story.customer_id, mode=Mode.LIVE))

    assert story.newest().state is State.VOIDED
    story.cool_off()
    assert local.ledger.writes() == []


def test_nobody_deciding_it_expires_the_approvers_are_warned_and_a_late_click_is_refused(story: Story, face: Face) -> None:
    story.propose(face)
    card = card_of(story, face)

    story.world.move(hours=3, minutes=1)
    assert story.newest().state is State.PROPOSED
    assert told(story, "tell.suspension_expiring") == {"ben", "cleo", "otto"}
    story.world.move(hours=1)

    assert story.newest().state is State.EXPIRED
    assert told(story, "tell.suspension_expired") == {"ana"}
    assert "nobody decided in time" in face.channel()
    assert "already decided" in face.click(card, "Approve", by=BEN)


def test_an_approver_who_left_before_the_last_look_voids_it(story: Story, face: Face) -> None:
    story.approved(face)
    story.world.do(RemoveStaff(handle="ben"))

    story.cool_off()

    assert story.newest().state is State.VOIDED
    assert "may no longer do so" in face.channel()
    assert story.local.ledger.writes() == []


def test_the_kill_switch_stops_at_the_last_look_and_lets_nobody_approve(story: Story, face: Face) -> None:
    story.world.hire(ADA)
    story.approved(face)

    assert "Suspensions are halted" in face.type("halt", by=FAY)
    story.cool_off()
    assert story.newest().state is State.STOPPED
    assert story.local.ledger.writes() == []

    assert "suspensions are halted" in face.type(f"suspend {story.case_id}", by=ANA)
    assert "needs a role you do not hold" in face.type("allow", by=BEN)
    assert "may leave the desk again" in face.type("allow", by=ADA)
    story.propose(face)
    assert story.newest().state is State.PROPOSED


def test_one_person_in_two_chats_counts_once_and_the_second_click_is_answered_politely(story: Story, face: Face) -> None:
    story.propose(face)
    card, elsewhere = card_of(story, face), FACES["teams" if face.name == "slack" else "slack"](story.world)
    there = elsewhere.channel()

    face.click(card, "Approve", by=BEN)
    assert "already decided" in elsewhere.click(there, "Approve", by=BEN)
    assert "already decided" in elsewhere.click(there, "Approve", by=CLEO)

    assert story.newest().state is State.COOLING


def test_the_same_click_delivered_again_has_one_effect(story: Story, face: Face) -> None:
    story.propose(face)
    face.click(card_of(story, face), "Approve", by=BEN)
    until = story.newest().cooling_until

    story.world.now += timedelta(minutes=1)
    assert face.again() == 200

    assert story.newest().cooling_until == until


def test_stopping_what_partner_center_has_already_is_refused_and_points_to_restore(story: Story, face: Face) -> None:
    story.carried_out(face)

    assert "has ended already" in face.type("stop S-1", by=ANA)
    assert story.status() == "suspended"


def test_a_second_request_waits_for_the_first(story: Story, face: Face) -> None:
    story.propose(face)

    assert "S-1 is still open" in face.type(f"suspend {story.case_id}", by=ANA)


def test_what_cannot_be_suspended_says_why(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local, kind="trial")
    assert "is a trial" in face.type(f"suspend {story.case_id}", by=ANA)

    question = world.do(OpenCase(title="Why?")).ids["case_id"]
    assert "is no collection case" in face.type(f"suspend {question}", by=ANA)


def test_software_and_whatever_microsoft_adds_next_is_not_suspended_by_the_desk(
    world: World, local: LocalPartnerCenter, face: Face
) -> None:
    story = ripe(world, local, productType={"id": "Software", "displayName": "Software"})

    assert "neither a licence nor an add-on" in face.type(f"suspend {story.case_id}", by=ANA)
    assert story.local.ledger.writes() == []


def test_an_azure_plan_is_refused_with_what_to_do_by_hand(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local, kind="azure_plan")

    assert "By hand: in Partner Center" in face.type(f"suspend {story.case_id}", by=ANA)


def test_what_is_left_to_people_is_explained_above_the_form(story: Story, face: Face) -> None:
    for kind in ("trial", "azure_plan"):
        story.local.add_subscription(story.tenant, kind)
    story.sync()

    form = face.type(f"suspend {story.case_id}", by=ANA)

    assert "Microsoft allows no change to the 25 seats of a trial" in form
    assert "an Azure plan stops when each of its Azure subscriptions is cancelled" in form
    assert "reservations and savings plans go on being billed (Microsoft, as of 1 Oct 2023)" in form


def test_a_paid_case_cannot_be_proposed(story: Story, face: Face) -> None:
    story.world.now += timedelta(minutes=1)
    story.hear(open=0)

    assert "is closed" in face.type(f"suspend {story.case_id}", by=ANA)


def test_less_than_the_policys_threshold_is_refused_with_the_sums_and_voids_what_was_asked_for(story: Story, face: Face) -> None:
    story.propose(face)
    story.world.now += timedelta(minutes=1)
    story.hear(open=9_999)
    story.world.settle()

    assert story.newest().state is State.VOIDED
    form = face.type(f"suspend {story.case_id}", by=ANA)
    refused = str(face.fill(form, by=ANA, reason="Silent"))
    assert "99.99" in refused
    assert "suspends for" in refused
    assert "100.00" in refused
    assert story.newest().number == "S-1"


def test_the_last_look_voids_what_is_below_the_threshold_however_it_was_asked_for(
    story: Story, face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.suspensions.propose.is_too_little", lambda *_: False)
    story.world.now += timedelta(minutes=1)
    story.hear(open=9_999)
    story.approved(face)
    story.world.now += timedelta(minutes=29)
    story.hear(open=9_999)
    story.world.move(minutes=2)

    assert story.newest().state is State.VOIDED
    assert "less is overdue than the policy suspends for" in face.channel()
    assert story.local.ledger.writes() == []


def test_the_time_to_decide_counts_staffed_hours_and_stands_still_over_the_weekend(story: Story, face: Face) -> None:
    friday = datetime(2026, 11, 27, 13, 0, tzinfo=UTC)  # 14:00 in Warsaw
    story.world.now = friday
    story.propose(face)
    assert story.newest().expires_at == datetime(2026, 11, 30, 9, 0, tzinfo=UTC), "three hours on Friday, one on Monday"

    story.world.now = friday + timedelta(hours=3, minutes=1)
    story.world.settle()
    assert told(story, "tell.suspension_expiring") == {"ben", "cleo", "otto"}, "three quarters have passed when the desk closes"
    why = face.type(f"why {story.case_id}", by=ANA)
    assert "Fri 27 Nov: 3 h" in why
    assert "Mon 30 Nov: 1 h" in why

    story.world.move(days=2)
    assert story.newest().state is State.PROPOSED
    story.world.now = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    story.world.settle()
    assert story.newest().state is State.EXPIRED
