"""How long a final notice counts: no longer than it names what is owed, and than collecting goes on after it."""

from datetime import date, timedelta

import pytest

from core.collections.commands import PlaceHold, RecordPromise, WithdrawPromise
from core.collections.model import HoldKind
from core.collections.stillness import Span, longest
from core.suspensions.model import State
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.receivables import feed, invoice
from tests.harness.suspensions import ripe
from tests.harness.world import BEN, World
from tests.scenarios.test_ladder import climbed, owing, until

NOV = [date(2026, 11, day) for day in range(1, 31)]


def test_more_is_owed_than_it_named_and_a_new_one_is_needed(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local)
    later = invoice("F/2", total=50000, open=50000, due_on=date(2026, 11, 15))  # after the final notice of 10 November
    feed(world, invoice(), later, as_of=world.now)
    story.propose(face)
    card = face.channel()
    assert "Cannot be approved: more is owed now than the final notice named" in card
    assert f"notice C-{story.case_id} final" in card
    assert "Approve" not in card.buttons

    story.notice(sent_on=date(2026, 11, 16))
    world.settle()
    face.click(face.channel(), "Approve", by=BEN)
    assert story.newest().state is State.COOLING
    assert story.local.ledger.writes() == []


def test_a_pause_that_was_too_long_since_it_needs_a_new_one(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local)
    promise = RecordPromise(
        payer_id=1, amount=12300, currency="PLN", promised_on=world.now.date() + timedelta(days=20), how="by transfer"
    )  # fmt: skip
    promise_id = world.do(promise).ids["promise_id"]
    world.now += timedelta(days=15)  # a Tuesday
    world.do(WithdrawPromise(promise_id=promise_id, reason="they say they cannot"))
    story.hear()
    story.sync()
    story.propose(face)
    assert "Cannot be approved: collecting stood still for too long since the final notice" in face.channel()
    assert "Approve" not in face.channel().buttons


def test_the_ladder_counts_a_pause_from_its_first_day_not_from_the_step_it_met(world: World) -> None:
    owing(world, live=False)
    until(world, date(2026, 12, 12))
    assert [name for name, _ in climbed(world)][-1] == "final"
    hold = {"customer_id": 1, "payer_id": None, "kind": HoldKind.LEGAL, "reason": "their lawyer wrote"}
    world.do(PlaceHold(since=date(2026, 12, 12), until=date(2026, 12, 27), **hold))  # type: ignore[arg-type]  # a mixed dict
    until(world, date(2026, 12, 31))  # asking was due nine days before its end

    assert [name for name, _ in climbed(world)][-2:] == ["final", "final"]


@pytest.mark.parametrize(
    ("spans", "days"),
    [
        ([], 0),
        ([(NOV[0], NOV[9])], 9),
        ([(NOV[0], NOV[9]), (NOV[10], NOV[19])], 19),  # from one day to the next nobody was asked either
        ([(NOV[0], NOV[9]), (NOV[11], NOV[19])], 9),
        ([(NOV[0], NOV[20]), (NOV[3], NOV[5])], 20),
        ([(NOV[3], NOV[5]), (NOV[0], NOV[20]), (NOV[18], NOV[29])], 29),
    ],
)
def test_pauses_that_touch_are_one(spans: list[Span], days: int) -> None:
    assert longest(spans) == timedelta(days=days)
