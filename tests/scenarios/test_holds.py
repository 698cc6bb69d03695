"""Holds: from a day until a day nothing is collected; who may place which; they begin and end by themselves."""

from datetime import UTC, datetime

import pytest

from core.collections.model import Hold, HoldState
from core.collections.standing import hold
from core.engine.errors import DeskError
from core.suspensions.model import State
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ADA, ANA, BEN, FAY, VIC, World
from tests.scenarios.test_promises import paused
from tests.scenarios.test_suspension_guards import card_of, force


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """Ripe and live: 123.00 PLN overdue, Monday 23 November 2026."""
    return ripe(world, local)


def placed(story: Story, number: int = 1) -> Hold:
    with story.world.house.desk.reading() as connection:
        return hold(connection, number)


def test_a_hold_is_read_back_blocks_an_approval_and_pauses_the_ladder(story: Story, face: Face) -> None:
    story.propose(face)
    answer = face.type(f"hold {story.case_id} insolvency until 2027-06-30 the court named an administrator", by=FAY)

    assert "30 Jun 2027" in answer
    assert "Insolvency" in answer
    assert paused(story) == ["H-1"]
    assert "a hold is in force" in card_of(story, face)
    with pytest.raises(DeskError, match="approve_hold"):
        force(story, face, BEN)


def test_one_placed_while_it_cools_off_voids_the_approval(story: Story, face: Face) -> None:
    story.approved(face)

    face.type(f"hold {story.case_id} legal until 2027-01-31 a lawyer wrote", by=FAY)

    assert story.newest().state is State.VOIDED


def test_it_ends_by_itself_after_its_last_day_in_the_customer_s_zone(story: Story, face: Face) -> None:
    face.type(f"hold {story.case_id} goodwill until 24.11 their bank moves", by=ANA)

    story.world.now = datetime(2026, 11, 24, 22, 59, tzinfo=UTC)  # 23:59 in Warsaw
    story.world.settle()
    assert placed(story).state is HoldState.OPEN
    story.world.move(minutes=2)

    assert placed(story).state is HoldState.OVER
    assert paused(story) == []


def test_one_to_come_begins_by_itself_and_is_compared_with_what_is_asked_for(story: Story, face: Face) -> None:
    form = face.type(f"hold {story.case_id}", by=FAY)
    given = {"hold_kind": "legal", "last_day": "2026-11-30", "reason": "a hearing", "first_day": "2026-11-24"}
    assert not face.fill(form, by=FAY, **given).errors
    assert paused(story) == []
    story.world.now = datetime(2026, 11, 23, 22, 40, tzinfo=UTC)
    story.hear()
    story.approved(face)

    story.world.move(minutes=21)  # 24 November in Warsaw

    assert paused(story) == ["H-1"]
    assert story.newest().state is State.VOIDED


def test_the_whole_customer_may_be_held_and_released_with_a_reason(story: Story, face: Face) -> None:
    face.type("hold Nowak goodwill until 27.11 a fire", by=ANA)
    assert placed(story).payer_id is None
    assert paused(story) == ["H-1"]

    assert "released" in face.type("release H-1 they are back", by=ANA)

    assert paused(story) == []
    assert "settled already" in face.type("release H-1 again", by=ANA)
    story.world.move(days=6)
    assert placed(story).state is HoldState.RELEASED


def test_legal_and_insolvency_take_a_finance_lead_goodwill_whoever_works_on_cases(story: Story, face: Face) -> None:
    for kind in ("legal", "insolvency"):
        assert "a finance lead" in face.type(f"hold {story.case_id} {kind} until 27.11 because", by=ANA)
    for who in (BEN, ADA):
        story.world.hire(ADA) if who is ADA else None
        assert "goodwill holds are" in face.type(f"hold {story.case_id} goodwill until 27.11 because", by=who)
    assert "needs a role you do not hold" in face.type(f"hold {story.case_id} goodwill until 27.11 because", by=VIC)
    with pytest.raises(DeskError):
        placed(story)

    face.type(f"hold {story.case_id} legal until 27.11 because", by=FAY)
    assert "a finance lead" in face.type("release H-1 because", by=ANA)
    assert placed(story).state is HoldState.OPEN


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("hold {case} goodwill until yesterday because", "is over"),
        ("hold {case} goodwill until 2026-12-08 because", "at most 14 days"),
        ("hold {case} forever until 27.11 because", "forever"),
        ("hold 999 goodwill until 27.11 because", "C-999"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_kept(line: str, says: str, story: Story, face: Face) -> None:
    answer = face.type(line.format(case=story.case_id), by=ANA)

    assert says in answer, str(answer)
    with pytest.raises(DeskError):
        placed(story)


def test_the_same_is_not_held_twice(story: Story, face: Face) -> None:
    face.type(f"hold {story.case_id} goodwill until 27.11 because", by=ANA)

    assert "holds the same" in face.type(f"hold {story.case_id} goodwill until 28.11 because", by=ANA)


def test_everything_that_holds_back_is_listed_with_a_button_to_end_it(story: Story, face: Face) -> None:
    face.type(f"hold {story.case_id} goodwill until 27.11 because", by=ANA)
    face.type(f"promise {story.case_id} 100 PLN 27.11 by bank", by=ANA)

    seen = face.click(face.type(f"case {story.case_id}", by=ANA), "What holds it back", by=ANA)

    assert {"Release H-1…", "Withdraw P-1…", "Replace P-1…"} <= set(seen.buttons)
    assert not face.fill(face.click(seen, "Release H-1…", by=ANA), by=ANA, reason="done").errors
    assert not face.fill(face.click(seen, "Replace P-1…", by=ANA), by=ANA, reason="more time", promised_on="2026-11-30").errors
    assert placed(story).state is HoldState.RELEASED


def test_the_kind_decides_whether_it_must_end(story: Story, face: Face) -> None:
    assert "until 31.13" not in face.type(f"hold {story.case_id} legal until 31.13 a lawyer wrote", by=FAY).texts
    assert "31.13" in face.type(f"hold {story.case_id} legal 31.13 a lawyer wrote", by=FAY)  # no day, and no word of the reason either
    form = face.type(f"hold {story.case_id}", by=FAY)

    refused = face.fill(form, by=FAY, hold_kind="goodwill", reason="a fire")
    assert "last_day" in refused.errors
    answer = face.fill(refused, by=FAY, hold_kind="legal", reason="a lawyer wrote")

    assert "it is released" in answer
    assert placed(story).until is None
    assert "H-1 holds the same until it is released" in face.type(f"hold {story.case_id} legal until 2027-01-31 again", by=FAY)
    story.world.move(days=400)
    assert placed(story).state is HoldState.OPEN
    assert paused(story) == ["H-1"]
    face.type("release H-1 settled", by=FAY)
    assert "it is released" in face.type(f"hold {story.case_id} insolvency the court named an administrator", by=FAY)
