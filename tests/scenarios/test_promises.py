"""Promises to pay: read back with their day of judgement, judged by no older books, kept, broken or in part, and never forgotten."""

from datetime import UTC, date, datetime

import pytest

from core.collections.model import Promise, PromiseState
from core.collections.pausing import pauses
from core.collections.standing import promise
from core.engine.errors import DeskError
from core.receivables.queries import payers_of
from core.suspensions.model import State
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.receivables import feed, invoice
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ANA, BEN, FAY, VIC, World
from tests.scenarios.test_suspension_guards import card_of, force, told


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """Ripe and live: 123.00 PLN overdue, Monday 23 November 2026."""
    return ripe(world, local)


def given(story: Story, number: int = 1) -> Promise:
    with story.world.house.desk.reading() as connection:
        return promise(connection, number)


def paused(story: Story) -> list[str]:
    """What pauses the ladder."""
    with story.world.house.desk.reading() as connection:
        whose = payers_of(connection, story.customer_id)[0]
        return [p.number for p in pauses(connection, whose, "PLN", story.world.now)]


def at(day: int, hour: int = 8, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, 0, tzinfo=UTC)


def test_a_promise_is_read_back_with_when_it_will_be_judged(story: Story, face: Face) -> None:
    answer = face.type(f"promise {story.case_id} 100,50 zł 27.11 przelew", by=ANA)

    assert "100.50" in answer
    assert "27 Nov 2026" in answer
    assert "30 Nov 2026" in answer  # the banking day after that Friday
    assert given(story).judge_from == date(2026, 11, 30)
    assert "P-1" in face.type(f"case {story.case_id}", by=ANA)
    assert "Judged by the first feed of 30 Nov 2026 or later" in face.type(f"why {story.case_id}", by=ANA)
    assert paused(story) == ["P-1"]


def test_it_blocks_an_approval_and_voids_one_that_cools_off(story: Story, face: Face) -> None:
    story.propose(face)
    face.type(f"promise {story.case_id} 100 PLN on friday by bank", by=ANA)
    assert "the customer promised to pay" in card_of(story, face)
    with pytest.raises(DeskError, match="approve_promise"):
        force(story, face, BEN)
    face.type("withdraw promise P-1 recorded by mistake", by=ANA)
    face.click(card_of(story, face), "Approve", by=BEN)
    assert story.newest().state is State.COOLING

    face.type(f"promise {story.case_id} 100 PLN on friday by bank", by=ANA)

    assert story.newest().state is State.VOIDED
    assert "Promises to pay" in card_of(story, face)


def test_the_books_of_a_day_before_never_judge_it_however_late_they_come(story: Story, face: Face) -> None:
    face.type(f"promise {story.case_id} 100 PLN 27.11 by bank", by=ANA)

    for as_of in (at(27, 20), at(29, 20)):
        story.world.now = at(1, 12, month=12)
        feed(story.world, invoice(), as_of=as_of)
        assert given(story).state is PromiseState.OPEN

    feed(story.world, invoice(), as_of=at(30))
    assert given(story).state is PromiseState.BROKEN


def test_an_older_feed_after_the_judging_one_changes_nothing(story: Story, face: Face) -> None:
    face.type(f"promise {story.case_id} 100 PLN 27.11 by bank", by=ANA)
    story.world.now = at(30, 12)
    feed(story.world, invoice(open=2300), as_of=at(30))
    assert given(story).state is PromiseState.KEPT

    feed(story.world, invoice(), as_of=at(28))

    assert given(story).state is PromiseState.KEPT


@pytest.mark.parametrize(
    ("left", "state", "came", "says"),
    [
        (2300, PromiseState.KEPT, 10000, ""),
        (0, PromiseState.KEPT, 10000, ""),
        (12299, PromiseState.PARTLY, 1, "tell.promise_partly"),
        (12300, PromiseState.BROKEN, 0, "tell.promise_broken"),
    ],
)
def test_it_is_kept_broken_or_in_part_and_the_owner_hears_of_what_did_not_come(
    left: int, state: PromiseState, came: int, says: str, story: Story, face: Face
) -> None:
    face.type(f"take {story.case_id}", by=ANA)
    face.type(f"promise {story.case_id} 100 PLN 27.11 by bank", by=ANA)

    story.world.now = at(30, 12)
    story.hear(open=left)

    assert (given(story).state, given(story).came) == (state, came)
    assert not says or told(story, says) == {"ana"}
    assert paused(story) == []


def test_the_record_stands_on_the_case_and_on_the_request(story: Story, face: Face) -> None:
    face.type(f"promise {story.case_id} 4 PLN 24.11 first", by=ANA)
    face.type(f"promise {story.case_id} 6 PLN 25.11 second", by=ANA)
    face.type(f"promise {story.case_id} 40 PLN 26.11 third", by=ANA)

    story.world.now = at(30, 12)
    story.hear(open=11_300)

    assert [given(story, n).state for n in (1, 2, 3)] == [PromiseState.KEPT, PromiseState.KEPT, PromiseState.BROKEN]
    assert "2 of 3 promises kept" in face.type(f"case {story.case_id}", by=ANA)
    story.propose(face)
    assert "2 of 3 promises kept" in card_of(story, face)


def test_while_it_is_unknown_what_is_open_it_is_neither_kept_nor_broken(story: Story, face: Face) -> None:
    face.type(f"promise {story.case_id} 100 PLN 27.11 by bank", by=ANA)

    story.world.now = at(30, 12)
    feed(story.world, as_of=at(30))

    assert given(story).state is PromiseState.OPEN


def test_it_may_be_replaced_or_withdrawn_before_its_day_and_not_after(story: Story, face: Face) -> None:
    face.type(f"promise {story.case_id} 100 PLN 27.11 by bank", by=ANA)
    assert "80.00" in face.type("replace promise P-1 80 PLN 30.11 they asked for more time", by=ANA)
    assert [given(story, n).state for n in (1, 2)] == [PromiseState.REPLACED, PromiseState.OPEN]

    story.world.now = at(30, 12)
    assert "the books judge it" in face.type("withdraw promise P-2 too late", by=ANA)
    assert "the books judge it" in face.type("replace promise P-2 1 PLN 7.12 too late", by=ANA)
    assert given(story, 2).state is PromiseState.OPEN


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("promise {case} 100 PLN yesterday by bank", "is over"),
        ("promise {case} 100 PLN 2026-12-24 by bank", "at most 30 days"),
        ("promise {case} 0 PLN tomorrow by bank", "above zero"),
        ("promise {case} 100 EUR tomorrow by bank", "This is about PLN"),
        ("promise {case} 100 PLN someday by bank", "not a date"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_kept(line: str, says: str, story: Story, face: Face) -> None:
    answer = face.type(line.format(case=story.case_id), by=ANA)

    assert says in answer, str(answer)
    with pytest.raises(DeskError):
        given(story)


def test_the_form_keeps_what_was_typed_and_says_beside_the_day_what_is_wrong(story: Story, face: Face) -> None:
    form = face.click(face.type(f"case {story.case_id}", by=ANA), "Promise to pay…", by=ANA)

    again = face.fill(form, by=ANA, amount="100 PLN", promised_on="2027-02-01", how="by bank")
    assert "at most 30 days" in again.errors["promised_on"]
    assert not face.fill(form, by=ANA, amount="100 PLN", promised_on="2026-11-27", how="by bank").errors
    assert given(story).amount == 10000


def test_only_those_who_work_on_cases_record_one(story: Story, face: Face) -> None:
    for who in (VIC, BEN, FAY):
        assert "needs a role you do not hold" in face.type(f"promise {story.case_id} 1 PLN tomorrow by bank", by=who)
