"""Between yes and no: an approver wants something first, the proposer answers, a new round begins. And no verdict about several at once."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.chat.numbering import numbered
from core.chat.verbs.suspensions import SUSPENSION
from core.customers.commands import SwitchMode
from core.customers.model import Mode
from core.engine.db.tables.suspensions import votes
from core.engine.errors import Conflict, DeskError, InvalidInput
from core.suspensions.commands import ReviseSuspension
from core.suspensions.model import State
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import FACES, Face, Seen
from tests.harness.questions import acting
from tests.harness.suspensions import CLEO, OTTO, Story, ripe
from tests.harness.world import ANA, BEN, FAY, Persona, World
from tests.scenarios.test_quorum import of, policy
from tests.scenarios.test_reconcile import in_the_portal
from tests.scenarios.test_suspension_guards import force, told


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """Ripe and live."""
    return ripe(world, local)


def other(face: Face) -> Face:
    return FACES["teams" if face.name == "slack" else "slack"](face.world)


def wanted(story: Story, face: Face, by: Persona = BEN, what: str = "Call them first") -> None:
    """Changes are asked for on the card in the billing channel."""
    face.fill(face.click(face.channel(), "Ask for changes…", by=by), by=by, reason=what)
    story.world.settle()


def test_changes_go_back_to_the_proposer_and_the_answer_begins_a_new_round_in_both_chats(story: Story, face: Face) -> None:
    policy(story, of("role approver"))
    face.type("help", by=ANA)
    story.propose(face)
    face.click(face.channel(), "Approve", by=CLEO)
    story.world.settle()
    old = face.channel()
    wanted(story, other(face))

    for chat in (face, other(face)):
        card = chat.channel()
        assert "Changes were asked for: waiting for Ana Agent" in str(card)
        assert "Call them first" in str(card)
        assert "Approve" not in card.buttons
    assert "Ben Approver asks for changes to S-1" in face.told(ANA)
    assert "Ana Agent has not answered yet" in face.click(old, "Approve", by=OTTO)

    form = face.click(face.channel(), "Answer…", by=ANA)
    assert form.fields["reason"] == "Silent for six weeks"
    face.fill(form, by=ANA, reason="Called twice, nobody answers")
    story.world.settle()

    for chat in (face, other(face)):
        card = chat.channel()
        assert "Waiting for another person’s decision" in str(card)
        assert "Called twice, nobody answers" in str(card)
        assert "A new round began then: no earlier vote counts" in str(card)
        assert "given" not in str(card)  # Cleo's approval fell
    assert "the facts changed since this card was shown" in face.click(old, "Approve", by=OTTO)
    for who in (BEN, CLEO):
        face.click(face.channel(), "Approve", by=who)
        story.world.settle()
    assert story.newest().state is State.COOLING
    with story.world.house.desk.reading() as connection:
        cast = [(row.round, row.verdict) for row in connection.execute(sa.select(votes).order_by(votes.c.id))]
    assert cast == [(1, "approve"), (1, "changes"), (2, "approve"), (2, "approve")]


def test_only_the_proposer_answers_only_when_asked_and_with_something_new(story: Story, face: Face) -> None:
    story.propose(face)
    assert "nobody asked for changes to S-1" in face.type("revise S-1", by=ANA)
    wanted(story, face)

    assert "was proposed by Ana Agent, who alone answers" in face.type("revise S-1", by=OTTO)
    with pytest.raises(DeskError, match="revise_not_yours"):
        story.world.do(ReviseSuspension(suspension_id=1, reason="x", subscription_ids=(1,)), acting(story.world, OTTO))
    refused = face.fill(face.type("revise S-1", by=ANA), by=ANA)
    assert "the reason and the subscriptions are the same" in str(refused.errors)
    with pytest.raises(InvalidInput, match="field_missing"):
        story.world.do(ReviseSuspension(suspension_id=1, reason="x", subscription_ids=()), acting(story.world, ANA))
    assert "asked for changes to S-1 already" in str(face.fill(face.type("changes S-1", by=CLEO), by=CLEO, reason="And this"))
    assert story.newest().wanted == "Call them first"


def test_who_may_not_decide_may_not_ask_for_changes_and_a_reason_is_needed(story: Story, face: Face) -> None:
    story.propose(face, by=OTTO)

    for who in (ANA, FAY):
        assert "needs a role you do not hold" in face.click(face.channel(), "Ask for changes…", by=who)
    form = face.click(face.channel(), "Ask for changes…", by=OTTO)
    assert "you proposed S-1" in str(face.fill(form, by=OTTO, reason="Mine"))
    assert face.fill(face.click(face.channel(), "Ask for changes…", by=BEN), by=BEN, reason=" ").errors
    assert story.newest().wanted == ""


def test_while_changes_are_wanted_no_forced_click_approves_and_anybody_who_may_still_refuses_or_stops(story: Story, face: Face) -> None:
    story.propose(face)
    wanted(story, face)

    with pytest.raises(Conflict, match="approve_to_revise"):
        force(story, face, CLEO)
    face.fill(face.click(face.channel(), "Refuse…", by=CLEO), by=CLEO, reason="They paid in cash")
    assert story.newest().state is State.REFUSED


def test_who_approved_too_quickly_may_still_say_no_in_the_same_round(story: Story, face: Face) -> None:
    policy(story, of("role approver"))
    story.propose(face)
    face.click(face.channel(), "Approve", by=BEN)
    wanted(story, other(face))
    face.fill(face.type("refuse S-1", by=BEN), by=BEN, reason="They paid in cash")

    assert story.newest().state is State.REFUSED
    with story.world.house.desk.reading() as connection:
        assert [(row.verdict, row.reason) for row in connection.execute(sa.select(votes))] == [("refuse", "They paid in cash")]


def test_the_clock_runs_on_warns_the_proposer_and_begins_anew_with_the_answer(story: Story, face: Face) -> None:
    story.propose(face)
    wanted(story, face)
    first = story.newest().expires_at
    story.world.move(hours=3, minutes=1)
    assert (told(story, "tell.suspension_changes_expiring"), told(story, "tell.suspension_expiring")) == ({"ana"}, set())

    face.fill(face.type("revise S-1", by=ANA), by=ANA, reason="Called twice")
    story.world.settle()
    assert first is not None
    assert (story.newest().expires_at or first) > first
    assert told(story, "tell.asked_to_decide_anew") == {"ben", "cleo", "otto"}
    assert "Yours to answer" not in face.type("home", by=ANA)


def test_home_says_what_waits_for_the_proposers_answer(story: Story, face: Face) -> None:
    story.propose(face)
    wanted(story, face)

    assert "Yours to answer before anybody can approve (1)" in face.type("home", by=ANA)
    assert "To approve or refuse" not in face.type("home", by=CLEO)


def test_the_answer_may_be_about_fewer_subscriptions(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local)
    local.add_subscription(story.tenant, "new_commerce", offerName="Visio")
    story.sync()
    story.propose(face)
    assert len(story.newest().items) == 2
    wanted(story, face, what="Leave Visio alone")

    form = face.click(face.channel(), "Answer…", by=ANA)
    face.fill(form, by=ANA, reason="Silent for six weeks", subscriptions=str(story.newest().items[0].subscription_id))
    world.settle()

    assert [one.subscription_id for one in story.newest().items] == [1]
    assert "Visio" not in str(face.channel()).replace("Leave Visio alone", "")
    face.click(face.channel(), "Approve", by=BEN)
    assert story.newest().state is State.COOLING


def test_what_was_decided_about_the_ends_of_terms_is_carried_and_asked_anew_where_the_seats_are_others(
    world: World, local: LocalPartnerCenter, face: Face
) -> None:
    story = ripe(world, local, decided=False)
    local.add_subscription(story.tenant, friendlyName="Visio", offerName="Visio")
    world.now += timedelta(minutes=1)
    story.sync()
    story.propose(face)
    wanted(story, face)
    in_the_portal(story, quantity=99)
    world.now += timedelta(minutes=1)
    story.sync()
    world.settle()

    form = face.click(face.channel(), "Answer…", by=ANA)
    assert form.fields["at_term_end"] == ""
    face.fill(form, by=ANA, reason="Called twice, nobody answers")
    world.settle()

    card = face.channel()
    assert "Visio: what was decided about the end of its term stands: cancel" in card
    assert "Microsoft 365 Business Basic: the end of its term has to be decided anew, as its seats are others now" in card
    assert "Approve" not in card.buttons
    decided = face.click(card, "End of term…", by=ANA)
    face.fill(decided, by=ANA, at_term_end="cancel")
    world.settle()
    face.click(face.channel(), "Approve", by=BEN)
    assert story.newest().state is State.COOLING


@pytest.mark.parametrize(
    "typed", ["S-1 S-2", "S-1, S-2", "1,2", "1 and 2", "1 i 2", "S-1;S-2", "S-1–S-3", "1-3", "all", "wszystkie", "all of them"]
)
def test_several_or_all_requests_are_never_decided_at_once(typed: str) -> None:
    with pytest.raises(InvalidInput, match="one_at_a_time"):
        numbered(typed, SUSPENSION)


def test_a_typed_list_decides_nothing_and_says_why(story: Story, face: Face) -> None:
    story.propose(face)

    lines = ("approve S-1 S-2", "approve all", "zatwierdź wszystkie", "refuse S-1 S-2 late", "refuse S-1,S-2 no", "changes S-1 s-2 why")
    for line in lines:
        assert "decided one at a time" in face.type(line, by=BEN), line
    assert story.newest().state is State.PROPOSED


def test_asking_again_is_one_click_at_every_end_on_facts_read_anew(story: Story, face: Face) -> None:
    story.propose(face)
    face.fill(face.click(face.channel(), "Refuse…", by=BEN), by=BEN, reason="Not yet")
    story.world.now += timedelta(minutes=1)
    story.hear(open=11000)

    again(story, face, "S-2")
    assert "Changed since S-1" in face.channel()
    assert "110.00" in str(face.channel())

    face.fill(face.click(face.channel(), "Withdraw", by=ANA), by=ANA, reason="Wrong")
    again(story, other(face), "S-3")
    assert "Nothing: the same facts as then" in face.channel()

    story.world.move(hours=5)
    assert story.newest().state is State.EXPIRED
    again(story, face, "S-4")
    story.world.do(SwitchMode(customer_id=story.customer_id, mode=Mode.DRY_RUN))
    face.click(card(story, face), "Approve", by=BEN)
    story.cool_off()  # more is overdue again
    assert story.newest().state is State.VOIDED
    again(story, other(face), "S-5")


def again(story: Story, face: Face, number: str) -> None:
    """Ask again on the card in the chat; the new request is the newest card there."""
    assert number in face.click(card(story, face), "Ask again", by=ANA)
    assert number in str(card(story, face))
    assert story.newest().state is State.PROPOSED


def card(story: Story, face: Face) -> Seen:
    story.world.settle()
    return face.channel()


def test_after_a_part_was_suspended_the_rest_is_asked_for_again(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local)
    local.add_subscription(story.tenant, "new_commerce", offerName="Visio")
    story.sync()
    story.propose(face)
    face.fill(face.click(face.channel(), "Refuse…", by=BEN), by=BEN, reason="Not yet")
    local.customers[story.tenant].subscriptions[story.subscription].resource["status"] = "suspended"
    world.now += timedelta(minutes=1)
    story.sync()
    world.settle()

    again(story, face, "S-2")

    assert "Not asked for again, as it cannot be suspended now" in str(face.channel())
    assert len(story.newest().items) == 1
