"""What went wrong in other overdue engines, each told as a story of ours: steps jumped, payments raced, too much switched off.

The numbers are those of the issues in which Kill Bill's users told of them (https://github.com/killbill/killbill/issues).
"""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from core.cases.queries import case
from core.customers.queries import subscriptions_of
from core.engine.transaction import SYSTEM, Actor
from core.people.queries import by_handle
from core.suspensions.commands import ApproveSuspension, Look, ProposeSuspension
from core.suspensions.model import State
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.receivables import collection_of, feed, invoice
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ANA, BEN, World
from tests.scenarios.test_ladder import climbed, ladder, owing, running, soon, until

ROUNDS = 8


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """Ripe and live."""
    return ripe(world, local)


def test_2297_a_part_payment_after_a_long_silence_jumps_no_step(world: World) -> None:
    owing(world, live=False)
    until(world, date(2026, 11, 27))
    assert [name for name, _ in climbed(world)] == ["due"]

    world.now = datetime(2027, 1, 15, 12, tzinfo=UTC)  # by the calendar it is past every step
    feed(world, soon(open=11000), as_of=world.now)
    world.settle()
    assert [name for name, _ in climbed(world)] == ["due", "friendly"]

    until(world, date(2027, 1, 18))
    assert [name for name, _ in climbed(world)] == ["due", "friendly"]  # the policy's days lie between two steps, whenever they are


def test_535_what_runs_late_counts_its_days_from_the_due_date_and_its_facts_from_now(world: World) -> None:
    owing(world, live=False)
    world.now = datetime(2026, 12, 2, 12, tzinfo=UTC)  # the desk was down for a week
    feed(world, soon(open=0), soon("F/2", due_on=date(2026, 12, 8)), as_of=world.now)
    world.settle()

    assert climbed(world) == []  # what was due a week ago is paid now
    assert running(world).anchor == date(2026, 12, 8)


def test_687_a_payment_clears_everything_there_is_to_clear(story: Story, face: Face) -> None:
    story.approved(face)
    story.hear(open=0)
    story.world.settle()

    assert story.newest().state is State.VOIDED
    assert ladder(story.world) is None
    with story.world.house.desk.reading() as connection:
        assert case(connection, story.case_id).is_closed
    story.world.move(days=40)
    assert story.local.ledger.writes() == []


def test_472_a_payment_at_the_very_moment_of_the_look_ends_in_no_call_or_in_a_way_back(story: Story) -> None:
    world = story.world
    for number in range(ROUNDS):
        story.hear(open=12300)  # owed anew: a case of its own, with a notice of its own
        with world.house.desk.reading() as connection:
            theirs = tuple(each.id for each in subscriptions_of(connection, story.customer_id))
        story.case_id = collection_of(world)
        story.notice()
        story.decide()
        world.do(ProposeSuspension(case_id=story.case_id, reason="Silent", subscription_ids=theirs))
        approve(story)
        world.now += timedelta(minutes=31)
        feed(world, invoice(), as_of=world.now - timedelta(seconds=1))
        race(lambda: story.hear(open=0), lambda: world.do(Look(suspension_id=story.newest().id), SYSTEM))
        world.settle()
        story.settle_for(2)

        off = [effect for effect in story.local.ledger.effects if effect.after == "suspended"]
        assert story.newest().state in (State.VOIDED, State.SUSPENDED), number
        assert off == [] or story.restores(), f"round {number}: it is off, paid, and nobody proposes to switch it on"
        if off:
            break
        world.now += timedelta(minutes=1)


def test_698_ending_with_its_term_is_never_done_at_once(story: Story, face: Face) -> None:
    story.decide("cancel")
    story.propose(face)
    story.world.move(days=3)

    assert story.newest().state is State.EXPIRED
    assert story.local.ledger.writes() == []
    assert story.status() == "active"


def test_1997_only_what_was_asked_for_is_switched_off(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local)
    other = local.add_subscription(story.tenant, "new_commerce")
    story.sync()
    story.decide()
    with world.house.desk.reading() as connection:
        (asked,) = [each.id for each in subscriptions_of(connection, story.customer_id) if each.external == story.subscription]
    world.do(ProposeSuspension(case_id=story.case_id, reason="Silent", subscription_ids=(asked,)), agent(story))
    world.settle()
    face.click(face.channel(), "Approve", by=BEN)
    world.settle()
    story.cool_off()
    story.settle_for()

    assert story.status() == "suspended"
    assert local.truth(story.tenant, other)["status"] == "active"
    assert {call.path.rpartition("/")[2] for call in local.ledger.writes()} == {story.subscription}


def agent(story: Story) -> Actor:
    with story.world.house.desk.reading() as connection:
        return Actor(f"staff:{by_handle(connection, ANA.handle).id}", "slack")


def approve(story: Story) -> None:
    """By another person, past the card."""
    with story.world.house.desk.reading() as connection:
        actor = Actor(f"staff:{by_handle(connection, BEN.handle).id}", "teams")
    newest = story.newest()
    story.world.do(ApproveSuspension(suspension_id=newest.id, facts=newest.facts), actor)


def race(*works: Callable[[], object]) -> None:
    """All in the same instant."""
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        gate.wait()
        work()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
