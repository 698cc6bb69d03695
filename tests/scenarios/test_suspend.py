"""A suspension from the request to the read-back, in both chats and on both stores."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.engine.db.tables.engine import outbox
from core.suspensions.model import ItemState, State
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import FACES, Face
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ANA, BEN, World


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """Ripe and live."""
    return ripe(world, local)


def asked_to_bring_facts(story: Story) -> int:
    """How often whoever proposed it was told that the last look misses something."""
    with story.world.house.desk.reading() as connection:
        return sum(ids["say"] == "tell.look_missing" for ids in connection.scalars(sa.select(outbox.c.ids)) if "say" in ids)


def other(face: Face) -> Face:
    """The other chat."""
    return FACES["teams" if face.name == "slack" else "slack"](face.world)


def test_from_the_request_in_one_chat_over_the_approval_in_the_other_to_the_read_back(story: Story, face: Face) -> None:
    story.propose(face)
    card = other(face).channel()
    assert "Waiting for another person’s decision" in card
    assert "30 minutes after the approval" in card

    other(face).click(card, "Approve", by=BEN)
    story.world.settle()
    assert "It can still be stopped" in face.channel()
    assert story.status() == "active"

    story.cool_off()
    story.settle_for()

    assert story.status() == "suspended"
    assert story.newest().state is State.SUSPENDED
    for chat in (face, other(face)):
        assert "Suspended, read back from Partner Center" in chat.channel()
    assert len(story.local.ledger.effects) == 1


def test_why_explains_the_clocks_of_a_request_by_the_hours_of_who_decides(story: Story, face: Face) -> None:
    story.propose(face)
    asked = face.type(f"why {story.case_id}", by=ANA)
    assert "To be decided, in staffed hours: asked Mon 23 Nov 2026 12:00" in asked
    assert "+ 4 h = Mon 23 Nov 2026 16:00" in asked
    assert "Open: Mon–Fri 09:00–17:00" in asked

    story.world.now += timedelta(minutes=20)
    face.click(face.channel(), "Approve", by=BEN)

    cooling = face.type(f"why {story.case_id}", by=ANA)
    assert "Cooling-off, in plain time: approved Mon 23 Nov 2026 12:20" in cooling
    assert "+ 30 min = Mon 23 Nov 2026 12:50" in cooling
    assert "To be decided" not in cooling


def test_the_card_of_an_ended_request_follows_what_is_read_and_not_what_was_proposed(story: Story, face: Face) -> None:
    story.approved(face)
    assert "active" in str(face.channel()).splitlines()

    story.cool_off()
    story.settle_for()
    for chat in (face, other(face)):
        shown = str(chat.channel()).splitlines()
        assert "suspended" in shown
        assert "active" not in shown

    story.local.customers[story.tenant].subscriptions[story.subscription].resource["status"] = "active"
    story.world.move(days=1)
    story.sync()
    story.world.settle()
    for chat in (face, other(face)):
        shown = str(chat.channel()).splitlines()
        assert "active" in shown
        assert "suspended" not in shown


def test_the_impact_card_says_what_stops_what_goes_on_and_what_is_lost(story: Story, face: Face) -> None:
    story.propose(face)
    card = face.channel()

    lines = str(card).splitlines()
    assert "15 users lose access at once; admins still reach the data (Microsoft, as of 1 Oct 2023)" in str(card)
    assert sum("Microsoft 365 Business Basic" in line for line in lines) == 1
    assert re.search(r"Microsoft goes on billing you until \w{3} \d+ \w{3} \d{4} \d\d:\d\d CES?T", str(card))
    assert not re.search(r"[+-]\d{4}", str(card))
    assert "Microsoft goes on billing you until" in card
    assert "Auto-renew is on" in card
    assert "F/1" in card
    assert "123" in card
    assert "Silent for six weeks" in card


def test_a_customer_in_dry_run_ends_as_would_have_been(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local, live=False)
    story.approved(face)

    story.cool_off()

    assert story.newest().state is State.DRY_RUN
    assert "Would have been suspended (dry-run)" in face.channel()
    assert story.local.ledger.writes() == []


def test_an_old_word_of_the_accounting_keeps_it_looking_until_a_newer_one_comes(story: Story, face: Face) -> None:
    story.approved(face)

    story.cool_off(heard=False)
    assert story.newest().state is State.LOOKING
    assert "The accounting last spoke" in face.channel()
    assert story.local.ledger.writes() == []

    story.hear()
    story.settle_for()
    assert story.newest().state is State.SUSPENDED
    assert asked_to_bring_facts(story) == 0, "the answer came in time: nobody is bothered"


def test_without_a_newer_word_the_approval_expires_and_nothing_is_sent(story: Story, face: Face) -> None:
    story.approved(face)
    story.cool_off(heard=False)
    assert asked_to_bring_facts(story) == 0

    story.world.move(minutes=2)
    assert "the last look asks the accounting for newer facts" in face.told(ANA)
    story.world.move(minutes=30)
    assert asked_to_bring_facts(story) == 1, "told once"
    story.world.move(hours=4)

    assert story.newest().state is State.EXPIRED
    assert "the approval ran out before the last look knew everything" in face.channel()
    assert story.local.ledger.writes() == []


def test_a_payment_before_the_call_voids_it_and_says_so(story: Story, face: Face) -> None:
    story.approved(face)

    story.world.move(minutes=10)
    story.hear(open=0)
    story.world.settle()

    assert story.newest().state is State.VOIDED
    assert "a payment came, nothing was suspended" in face.channel()
    story.cool_off(heard=False)
    assert story.local.ledger.writes() == []


def test_a_payment_after_the_call_proposes_the_restore_and_one_click_does_it(story: Story, face: Face) -> None:
    story.carried_out(face)

    story.hear(open=0)
    story.world.settle()
    card = face.channel()
    assert "A payment came: restore proposed" in card
    assert "nobody works on it" not in face.type(f"case {story.case_id}", by=ANA), "people decided about it"

    face.click(card, "Restore now", by=BEN)
    story.settle_for()

    assert story.status() == "active"
    assert "Restored: active again, read back" in face.channel()
    for chat in (face, other(face)):
        assert "Restored: everything is active again, read back from Partner Center" in chat.channel()
        assert "Suspended, read back from Partner Center" not in chat.channel()
    assert "S-1: restored" in face.type("case 101", by=ANA)
    assert "turn auto-renew on again" in face.channel()


def test_what_is_suspended_was_read_in_full_and_keeps_everything_else(story: Story, face: Face) -> None:
    story.carried_out(face)

    (item,) = story.newest().items
    assert item.state is ItemState.SUSPENDED
    assert item.snapshot["autoRenewEnabled"] is True
    assert story.local.truth(story.tenant, story.subscription)["friendlyName"] == "Microsoft 365 Business Basic"


def test_refusing_asks_for_a_reason_and_shows_it(story: Story, face: Face) -> None:
    story.propose(face)

    form = face.click(face.channel(), "Refuse…", by=BEN)
    assert form.is_form
    face.fill(form, by=BEN, reason="They pay on Friday")
    story.world.settle()

    assert story.newest().state is State.REFUSED
    assert "They pay on Friday" in face.channel()


def test_stopping_takes_effect_at_once_and_asks_why_afterwards(story: Story, face: Face) -> None:
    story.approved(face)

    form = face.click(face.channel(), "Stop", by=ANA)
    assert form.is_form
    assert story.newest().state is State.STOPPED

    face.fill(form, by=ANA, reason="They called")
    story.world.settle()
    assert "They called" in face.channel()
    story.cool_off()
    assert story.local.ledger.writes() == []
