"""The ladder: one step at a time, never skipped, never repeated, counted from the earliest unpaid due date, and nothing at night."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from core.cases.commands import TakeCase
from core.collections import rows
from core.collections.commands import ApplyPolicy, ClimbLadder, PlaceHold, RecordPromise, ReportPayment
from core.collections.ladder import Ladder, Outcome, Waits
from core.collections.model import HoldKind
from core.collections.queries import policy_called
from core.collections.shipped import SHIPPED
from core.customers.commands import SwitchMode
from core.customers.model import Mode
from core.engine.handling import Command
from core.receivables.commands import RecordNotice
from core.receivables.model import InvoiceFacts, NoticeKind, NoticeMethod
from tests.harness.faces import Face
from tests.harness.questions import acting
from tests.harness.receivables import collection_of, customer_with_payer, feed, invoice
from tests.harness.world import ANA, FAY, VIC, World

DUE = date(2026, 11, 25)  # a Wednesday


def owing(world: World, *, live: bool = True, **given: object) -> int:
    """A customer with an invoice that falls due on Wednesday; nobody works on it yet. Returns the customer."""
    world.hire(ANA, FAY, VIC)
    world.route("slack", "collection")
    customer_id = customer_with_payer(world)
    if live:
        world.do(SwitchMode(customer_id=customer_id, mode=Mode.LIVE))
    feed(world, soon(**given), as_of=world.now)
    return customer_id


def soon(number: str = "F/1", **given: object) -> InvoiceFacts:
    return invoice(number, **({"issued_on": date(2026, 11, 11), "due_on": DUE} | given))


def ladder(world: World) -> Ladder | None:
    with world.house.desk.reading() as connection:
        return rows.ladder_of(connection, 1, "PLN")


def running(world: World) -> Ladder:
    found = ladder(world)
    assert found is not None
    return found


def climbed(world: World) -> list[tuple[str, str]]:
    """Every step so far with its outcome."""
    with world.house.desk.reading() as connection:
        return [(row.name, row.outcome) for row in rows.steps_of(connection, 1)]


def until(world: World, day: date, hour: int = 12) -> None:
    """Let the days pass one by one, with what falls due in each."""
    goal = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    while world.now < goal:
        world.move(hours=min(6.0, (goal - world.now) / timedelta(hours=1)))


def sent_by_hand(
    world: World, kind: NoticeKind = NoticeKind.REMINDER, *, to: str = "ala@nowak.example", proof: str = "Message-ID <1>"
) -> None:
    world.do(
        RecordNotice(
            case_id=collection_of(world), kind=kind, sent_on=world.now.date(), recipient=to, method=NoticeMethod.EMAIL, proof=proof
        )
    )  # fmt: skip


def test_in_dry_run_every_step_is_rehearsed_on_its_day_and_nothing_asks_anybody(world: World) -> None:
    owing(world, live=False)
    until(world, date(2027, 1, 29))

    assert climbed(world) == [
        ("due", "dry_run"), ("friendly", "dry_run"), ("firm", "dry_run"), ("final", "dry_run"), ("ask", "done"), ("review", "done"),
        ("finance", "done"), ("write_off", "done"),
    ]  # fmt: skip
    with world.house.desk.reading() as connection:
        steps = {row.name: row for row in rows.steps_of(connection, 1)}
    assert steps["due"].begun_at.date() == DUE
    assert steps["friendly"].begun_at.date() == date(2026, 11, 30)  # Saturday's step waits for Monday
    assert steps["final"].planned_on == date(2026, 12, 9)
    assert all(8 <= row.begun_at.hour < 12 for row in steps.values())  # from nine o'clock in Warsaw on


def test_a_step_waits_for_the_proof_and_the_next_counts_from_it(world: World) -> None:
    owing(world)
    until(world, date(2026, 12, 4))
    assert climbed(world) == [("due", "sending")]
    assert running(world).waits is Waits.HAND

    until(world, date(2026, 12, 7))
    sent_by_hand(world)
    assert climbed(world) == [("due", "proven")]
    until(world, date(2026, 12, 9))
    assert climbed(world) == [("due", "proven")]  # three days after the proof, not after the plan
    until(world, date(2026, 12, 10))
    assert [name for name, _ in climbed(world)] == ["due", "friendly"]


def test_nothing_but_a_fitting_proven_notice_counts(world: World) -> None:
    owing(world)
    until(world, date(2026, 11, 27))
    sent_by_hand(world, NoticeKind.FINAL)
    sent_by_hand(world, to="stranger@elsewhere.example")

    assert climbed(world) == [("due", "sending")]


def test_no_step_is_skipped_or_repeated_however_long_the_desk_was_down(world: World) -> None:
    owing(world, live=False)
    world.now = datetime(2027, 2, 1, 12, tzinfo=UTC)
    world.settle()
    for _ in range(60):
        world.move(days=1)

    assert [name for name, _ in climbed(world)] == ["due", "friendly", "firm", "final", "ask", "review", "finance", "write_off"]
    with world.house.desk.reading() as connection:
        begun = [row.begun_at for row in rows.steps_of(connection, 1)]
    assert all(later - earlier >= timedelta(days=2) for earlier, later in pairwise(begun))


def test_the_earliest_invoice_is_paid_and_the_plan_counts_from_the_next(world: World) -> None:
    owing(world, live=False)
    feed(world, soon(), soon("F/2", due_on=date(2026, 12, 15)), as_of=world.now)
    until(world, date(2026, 12, 5))
    assert [name for name, _ in climbed(world)] == ["due", "friendly", "firm"]

    feed(world, soon(open=0), soon("F/2", due_on=date(2026, 12, 15)), as_of=world.now)
    assert running(world).anchor == date(2026, 12, 15)
    until(world, date(2026, 12, 28))
    assert [name for name, _ in climbed(world)] == ["due", "friendly", "firm"]
    until(world, date(2026, 12, 29))
    assert [name for name, _ in climbed(world)] == ["due", "friendly", "firm", "final"]


def test_it_ends_when_everything_is_paid_and_the_next_debt_begins_anew(world: World) -> None:
    owing(world, live=False)
    until(world, date(2026, 12, 3))
    feed(world, soon(open=0), as_of=world.now)
    assert ladder(world) is None

    feed(world, soon(open=0), soon("F/2", due_on=date(2026, 12, 20)), as_of=world.now + timedelta(minutes=1))
    begun = running(world)
    assert (begun.id, begun.climbed, begun.anchor) == (2, 0, date(2026, 12, 20))


def test_what_no_feed_vouches_for_ends_no_ladder(world: World) -> None:
    owing(world, live=False)
    feed(world, as_of=world.now + timedelta(minutes=1))

    assert ladder(world) is not None


def test_more_debt_than_the_final_notice_named_wants_a_new_one_and_nothing_else_again(world: World) -> None:
    owing(world, live=False)
    until(world, date(2026, 12, 12))
    assert [name for name, _ in climbed(world)] == ["due", "friendly", "firm", "final"]
    feed(world, soon(), soon("F/2", due_on=date(2026, 12, 12), total=50000, open=50000), as_of=world.now)
    until(world, date(2026, 12, 18))
    assert [name for name, _ in climbed(world)] == ["due", "friendly", "firm", "final", "final"]
    until(world, date(2026, 12, 24))
    assert [name for name, _ in climbed(world)].count("ask") == 0
    until(world, date(2026, 12, 29))

    assert [name for name, _ in climbed(world)] == ["due", "friendly", "firm", "final", "final", "ask"]


def held_until(day: date, *, since: date = date(2026, 12, 1)) -> PlaceHold:
    return PlaceHold(customer_id=1, payer_id=None, kind=HoldKind.LEGAL, since=since, until=day, reason="their lawyer wrote")


@pytest.mark.parametrize("why", ["promise", "payment", "hold"])
def test_what_was_promised_reported_or_held_is_not_asked_for(why: str, world: World) -> None:
    owing(world, live=False)
    until(world, date(2026, 12, 1))
    about = {"payer_id": 1, "amount": 12300, "currency": "PLN"}
    said: dict[str, Command] = {
        "promise": RecordPromise(**about, promised_on=date(2026, 12, 10), how="transfer"),  # type: ignore[arg-type]  # values of several types
        "payment": ReportPayment(**about, paid_on=date(2026, 12, 1), proof="they sent a slip"),  # type: ignore[arg-type]  # values of several types
        "hold": held_until(date(2026, 12, 10)),
    }
    world.do(said[why])
    until(world, date(2026, 12, 7))

    assert [name for name, _ in climbed(world)] == ["due", "friendly"]
    assert (running(world).paused_for, running(world).paused_at is not None) == (why, True)


def test_a_hold_ends_and_the_ladder_goes_on_at_the_step_it_stood_at(world: World) -> None:
    owing(world, live=False)
    until(world, date(2026, 12, 1))
    world.do(held_until(date(2026, 12, 10)))
    until(world, date(2026, 12, 16))

    assert [name for name, _ in climbed(world)] == ["due", "friendly", "firm"]
    assert running(world).paused_for == ""


def test_a_ladder_that_stood_still_for_too_long_sends_the_final_notice_anew(world: World) -> None:
    owing(world, live=False)
    until(world, date(2026, 12, 12))
    assert [name for name, _ in climbed(world)][-1] == "final"
    world.do(held_until(date(2027, 1, 10), since=date(2026, 12, 12)))
    until(world, date(2027, 1, 14))

    assert [name for name, _ in climbed(world)] == ["due", "friendly", "firm", "final", "final"]


def test_a_small_sum_is_left_alone(world: World) -> None:
    owing(world, live=False, total=9999, open=9999)
    until(world, date(2026, 12, 20))

    assert climbed(world) == []


def test_going_live_sends_for_real_what_was_only_rehearsed(world: World) -> None:
    customer_id = owing(world, live=False)
    until(world, date(2026, 12, 3))
    world.do(SwitchMode(customer_id=customer_id, mode=Mode.LIVE))
    world.move(days=1)

    assert climbed(world) == [("friendly", "sending")]  # the reminder of a due date to come does not apply any more


def test_old_debts_wait_until_somebody_has_looked(face: Face, world: World) -> None:
    owing(world, due_on=date(2026, 10, 15))
    until(world, date(2026, 12, 5))
    assert climbed(world) == []

    assert "Not started" in str(face.type(f"case {collection_of(world)}", by=ANA))
    refused = face.type(f"start {collection_of(world)}", by=VIC)
    assert "Not started" in str(face.type(f"policy {collection_of(world)}", by=ANA)), refused
    assert "have started" in str(face.type(f"start {collection_of(world)}", by=ANA))
    assert "already" in str(face.type(f"start {collection_of(world)}", by=ANA))
    until(world, date(2026, 12, 8))
    assert climbed(world) == [("friendly", "sending")]


def test_the_owner_is_told_what_to_send_and_the_card_says_why_then(face: Face, world: World) -> None:
    owing(world)
    until(world, date(2026, 11, 27))
    world.do(TakeCase(case_id=collection_of(world)), acting(world, ANA))
    face.type("prefs morning off", by=ANA)  # it would be the newest of what Ana is told
    sent_by_hand(world)
    shown = str(face.type(f"policy {collection_of(world)}", by=ANA))
    assert "3 days after “Due today”" in shown
    assert "Polic" in shown

    until(world, date(2026, 12, 1))
    assert "Friendly reminder" in str(face.told(ANA))
    assert "Friendly reminder: to be sent by a person" in str(face.type(f"case {collection_of(world)}", by=ANA))


def test_a_ladder_keeps_its_version_until_finance_plans_it_anew(face: Face, world: World) -> None:
    owing(world, live=False)
    until(world, date(2026, 12, 5))
    slower = tuple(replace(step, day=step.day + 10) if step.day > 7 else step for step in SHIPPED.steps)
    world.do(ApplyPolicy(policy=replace(SHIPPED, version="slower", since=date(2026, 12, 1), steps=slower), text=""))
    assert running(world).policy == SHIPPED.version

    assert "Follow" not in str(face.type(f"policy {collection_of(world)}", by=ANA))
    face.type(f"replan {collection_of(world)}", by=ANA)
    assert running(world).policy == SHIPPED.version
    face.type(f"replan {collection_of(world)}", by=FAY)
    assert (running(world).policy, running(world).climbed) == ("slower", 3)
    until(world, date(2026, 12, 18))
    assert [name for name, _ in climbed(world)] == ["due", "friendly", "firm"]


def test_a_version_with_an_earlier_final_notice_passes_it_over_for_nobody(face: Face, world: World) -> None:
    owing(world, live=False)
    until(world, date(2026, 12, 5))
    assert [name for name, _ in climbed(world)] == ["due", "friendly", "firm"]
    early = tuple(replace(step, day=5) if step.name == "final" else step for step in SHIPPED.steps)
    ordered = tuple(sorted(early, key=lambda step: step.day))  # the final notice before the firm reminder of the seventh day
    world.do(ApplyPolicy(policy=replace(SHIPPED, version="early", since=date(2026, 12, 1), steps=ordered), text=""))
    face.type(f"replan {collection_of(world)}", by=FAY)
    until(world, date(2026, 12, 8))

    assert climbed(world)[-1][0] == "final"


def test_nothing_happens_before_its_day_whoever_asks(world: World) -> None:
    owing(world, live=False)
    world.do(ClimbLadder(ladder_id=1))

    assert climbed(world) == []
    with world.house.desk.reading() as connection:
        assert policy_called(connection, running(world).policy) == SHIPPED


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_its_words(outcome: Outcome) -> None:
    from core.chat.words import Words

    for language in ("en", "pl"):
        assert Words(language).has(f"ladder.outcome.{outcome}")


def test_an_approver_is_not_asked_on_a_day_on_which_an_approval_would_run_out_unused(face: Face, world: World) -> None:
    world.now = datetime(2026, 12, 14, 9, tzinfo=UTC)
    owing(world, live=False, due_on=date(2026, 12, 15))
    until(world, date(2027, 1, 4))
    shown = str(face.type(f"policy {collection_of(world)}", by=ANA))
    assert "Thursday, 7 January 2027" in shown, "Tuesday is the eve of Epiphany"
    assert "would run out unused" in shown

    until(world, date(2027, 1, 7), hour=7)
    assert ("ask", "done") not in climbed(world)
    until(world, date(2027, 1, 7), hour=9)
    assert ("ask", "done") in climbed(world)
