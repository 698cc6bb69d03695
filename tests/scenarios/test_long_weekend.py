"""Asked on Thursday 29 April 2027 at 14:00, paid on Friday at 9:00, Monday a holiday, the file on Tuesday 4 May: never called."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.collections.commands import ApplyPolicy
from core.collections.shipped import SHIPPED
from core.suspensions.model import State
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ANA, BEN, World


def at(day: int, hour: int, minute: int = 0, *, month: int = 4) -> datetime:
    """On the clock in Warsaw."""
    return datetime(2027, month, day, hour, minute, tzinfo=ZoneInfo("Europe/Warsaw")).astimezone(UTC)


def be_patient(world: World) -> None:
    """An approval lasts over the days off, and the accounting's word may be a week old."""
    patient = replace(SHIPPED.decision, approval_valid=timedelta(hours=40), look_age=timedelta(days=7))
    world.do(ApplyPolicy(policy=replace(SHIPPED, version="patient", since=date(2026, 1, 2), decision=patient), text=""))


def on_thursday(world: World, local: LocalPartnerCenter, face: Face) -> Story:
    """Asked at two, approved at ten past; the accounting says nothing more that day."""
    story = ripe(world, local, at=at(29, 14))
    story.propose(face)
    world.now = at(29, 14, 10)
    face.click(face.channel(), "Approve", by=BEN)
    assert story.newest().state is State.COOLING
    go_on(story, at(29, 14, 45))
    assert story.newest().state is State.LOOKING
    return story


def go_on(story: Story, goal: datetime) -> None:
    """Time passes, and what falls due in it happens."""
    while story.world.now < goal:
        story.world.now = min(goal, story.world.now + timedelta(hours=1))
        story.world.settle()


def test_as_shipped_the_approval_runs_out_on_friday_and_nothing_is_called(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = on_thursday(world, local, face)

    go_on(story, at(30, 9))  # the customer pays; nobody at the desk can know
    go_on(story, at(30, 12))
    assert story.newest().state is State.EXPIRED, "two hours and fifty minutes on Thursday, the rest on Friday morning"
    assert "Nothing was proposed: a public holiday follows at the customer’s" in face.type(f"suspend {story.case_id}", by=ANA)
    assert "Tue 4 May 2027 12:00" in face.type(f"suspend {story.case_id}", by=ANA)

    go_on(story, at(4, 8, month=5))
    story.hear(open=0)
    go_on(story, at(5, 16, month=5))
    assert "is closed" in face.type(f"suspend {story.case_id}", by=ANA)
    assert local.ledger.writes() == []
    assert story.status() == "active"


def test_with_a_patient_policy_the_curfew_and_the_books_that_do_not_cover_the_holiday_hold_it_back_until_the_file_comes(
    world: World, local: LocalPartnerCenter, face: Face
) -> None:
    be_patient(world)
    story = on_thursday(world, local, face)

    go_on(story, at(30, 8, 30))
    story.hear()  # before the payment: still open
    go_on(story, at(30, 9))
    assert "a public holiday follows at the customer’s" in face.channel()
    assert "I look again on Tue 4 May 2027 12:00" in face.channel()
    go_on(story, at(4, 11, 59, month=5))
    assert story.newest().state is State.LOOKING

    go_on(story, at(4, 12, 30, month=5))
    assert "that does not cover the customer’s closed days" in face.channel()
    assert local.ledger.writes() == []

    go_on(story, at(4, 13, month=5))
    story.hear(open=0)
    story.settle_for()
    assert story.newest().state is State.VOIDED
    assert "a payment came, nothing was suspended" in face.channel()
    go_on(story, at(5, 16, month=5))
    assert local.ledger.writes() == []
    assert story.status() == "active"
