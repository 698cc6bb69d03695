"""The curfew: what may not be asked for, not be approved and not be sent at this moment, and how it is set aside."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from core.engine.db.tables.engine import journal
from core.people.commands import CloseDay, SetCalendar
from core.people.model import Role
from core.suspensions.model import State
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.suspensions import NOON, Story, ripe
from tests.harness.world import ANA, BEN, FAY, Persona, World

LEA = Persona("lea", "Lea Lead", (Role.AGENT, Role.FINANCE))


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """Ripe and live, on Monday 23 November 2026 at noon."""
    return ripe(world, local)


def at(text: str) -> datetime:
    """`2026-11-27 14:30` in Warsaw, where the customer and the desk are."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Warsaw")).astimezone(UTC)


def move_to(story: Story, text: str) -> None:
    story.world.now = at(text)
    story.world.settle()


def hear_and_look(story: Story, text: str) -> None:
    """The accounting speaks, and the desk goes on."""
    story.world.now = at(text)
    story.hear()
    story.settle_for()


def test_what_could_not_be_carried_out_in_time_is_not_asked_for_and_it_is_said_from_when_on_it_could_be(story: Story, face: Face) -> None:
    story.world.do(SetCalendar(name="default"))
    story.world.do(CloseDay(name="default", day=date(2026, 11, 25), because="Inventory"))
    for moment, why, earliest, ask in (
        ("2026-11-28 10:00", "it is the customer’s weekend", None, None),  # good over the weekend: Monday 9:00 + 4 h
        ("2026-11-27 14:40", "it is too late in the day", "Mon 30 Nov 2026 12:00", "Mon 30 Nov 2026 09:00"),
        ("2026-12-23 10:00", "a public holiday follows", "Mon 28 Dec 2026 12:00", "Mon 28 Dec 2026 09:00"),
        ("2026-11-25 10:00", "not staffed", None, None),
    ):  # fmt: skip
        move_to(story, moment)
        seen = face.type(f"suspend {story.case_id}", by=ANA)
        if earliest is None:
            assert seen.is_form, moment
            continue
        assert f"{why}" in seen, moment
        assert earliest in seen
        assert f"Ask from {ask}" in seen
        assert f"lift C-{story.case_id}" in seen
    assert story.local.ledger.writes() == []


def test_the_card_says_when_it_can_be_carried_out_at_the_earliest_and_why_not_before(story: Story, face: Face) -> None:
    move_to(story, "2026-11-27 13:00")
    story.propose(face)
    assert "30 minutes after the approval" in face.channel()

    move_to(story, "2026-11-27 14:40")
    shown = face.type("suspension S-1", by=BEN)
    assert "Mon 30 Nov 2026 12:00" in shown or "2026-11-30" in str(shown.raw) or "1796036400" in str(shown.raw)
    assert "it is too late in the day at the customer’s" in shown
    refused = face.click(face.channel(), "Approve", by=BEN)
    assert "Nothing was approved: it is too late in the day" in refused
    assert story.newest().state is State.PROPOSED


def test_too_late_in_the_day_it_waits_for_the_next_morning_and_is_carried_out_then(story: Story, face: Face) -> None:
    move_to(story, "2026-11-24 14:20")
    story.approved(face)
    move_to(story, "2026-11-24 14:51")
    assert "The accounting last spoke" in face.channel()

    hear_and_look(story, "2026-11-24 15:01")
    assert story.newest().state is State.LOOKING
    card = face.channel()
    assert "Not sent yet: it is too late in the day at the customer’s" in card
    assert "I look again on Wed 25 Nov 2026 09:00" in card
    assert story.local.ledger.writes() == []
    assert "waits: I look again on" in str(face.told(ANA))

    hear_and_look(story, "2026-11-25 08:50")
    assert story.local.ledger.writes() == []
    hear_and_look(story, "2026-11-25 09:00")
    assert story.newest().state is State.SUSPENDED


def test_held_back_until_it_runs_out_it_expires_and_says_that_the_clock_was_it(story: Story, face: Face) -> None:
    move_to(story, "2026-11-27 13:50")
    story.approved(face)
    hear_and_look(story, "2026-11-27 15:00")
    card = face.channel()
    assert "I look again on Mon 30 Nov 2026 12:00" in card
    assert "The approval runs out before that, on Mon 30 Nov 2026 09:50" in card

    hear_and_look(story, "2026-11-30 09:50")
    assert story.newest().state is State.EXPIRED
    assert "the approval ran out while the clock held it back" in face.channel()
    assert story.local.ledger.writes() == []


def test_a_term_that_ends_soon_is_left_alone_until_the_renewal_is_read_back(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local)
    renews(story, NOON + timedelta(hours=48))
    assert "nothing is suspended until the renewal was read back" in face.type(f"suspend {story.case_id}", by=ANA)

    renews(story, NOON + timedelta(hours=49))
    story.approved(face)
    world.now = NOON + timedelta(hours=1, minutes=2)
    story.hear()
    story.settle_for()
    assert story.newest().state is State.LOOKING
    assert "the term ends too soon, and no renewal was read back yet" in face.channel()

    renews(story, NOON + timedelta(days=365))
    assert story.newest().state is State.VOIDED, "the end of the term is one of the facts approved"
    assert local.ledger.writes() == []


def renews(story: Story, ends: datetime) -> None:
    """The subscription's term ends then, as Partner Center says and the desk reads."""
    resource = story.local.customers[story.tenant].subscriptions[story.subscription].resource
    resource["commitmentEndDate"] = resource["commitmentEndDateTime"] = ends.isoformat()
    story.world.now += timedelta(minutes=1)
    story.sync()
    story.world.settle()


def test_a_finance_lead_sets_it_aside_with_a_reason_that_stands_on_the_card_and_in_the_journal(story: Story, face: Face) -> None:
    move_to(story, "2026-12-23 10:00")
    assert "a public holiday follows" in face.type(f"suspend {story.case_id}", by=ANA)
    assert "needs a role you do not hold" in face.type(f"lift {story.case_id} in a hurry", by=ANA)
    assert "The curfew is set aside for C-101" in face.type(f"lift {story.case_id} fraud reported to the police", by=FAY)

    story.approved(face)
    card = face.channel()
    assert "Curfew set aside" in card
    assert "fraud reported to the police" in card
    story.cool_off()
    story.settle_for()
    assert story.newest().state is State.SUSPENDED
    with story.world.house.desk.reading() as connection:
        kept = connection.execute(sa.select(journal.c.actor, journal.c.subject).where(journal.c.event == "curfew_lifted")).all()
    assert len(kept) == 1
    assert kept[0].subject == f"case:{story.case_id}"


def test_what_waits_goes_on_when_it_is_set_aside_but_not_by_who_proposed_it(story: Story, face: Face) -> None:
    story.world.hire(LEA)
    move_to(story, "2026-11-24 14:20")
    story.propose(face, by=LEA)
    face.click(face.channel(), "Approve", by=BEN)
    hear_and_look(story, "2026-11-24 15:00")
    assert "you proposed S-1" in face.type(f"lift {story.case_id} please", by=LEA)
    assert story.newest().state is State.LOOKING

    form = face.click(face.channel(), "Set the curfew aside…", by=FAY)
    assert form.is_form
    face.fill(form, by=FAY, reason="they are emptying the mailboxes")
    story.settle_for()
    assert story.newest().state is State.SUSPENDED


def test_set_aside_by_who_then_proposes_it_counts_for_nothing_and_ends_after_a_day(story: Story, face: Face) -> None:
    story.world.hire(LEA)
    move_to(story, "2026-12-22 13:00")
    face.type(f"lift {story.case_id} fraud", by=FAY)
    move_to(story, "2026-12-22 14:00")
    assert "set aside for C-101" in face.type(f"lift {story.case_id} mine", by=LEA)

    move_to(story, "2026-12-23 10:00")
    assert face.type(f"suspend {story.case_id}", by=LEA).is_form
    move_to(story, "2026-12-23 13:00")
    assert "a public holiday follows" in face.type(f"suspend {story.case_id}", by=LEA)
    assert face.type(f"suspend {story.case_id}", by=ANA).is_form
    move_to(story, "2026-12-23 14:00")
    assert "a public holiday follows" in face.type(f"suspend {story.case_id}", by=ANA)


def test_a_restore_is_never_held_back_by_the_clock(story: Story, face: Face) -> None:
    story.carried_out(face)
    assert story.status() == "suspended"

    move_to(story, "2026-12-25 03:00")
    face.type(f"restore {story.case_id} now paid in cash", by=BEN)
    story.settle_for()
    assert story.status() == "active"
