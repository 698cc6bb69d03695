"""The policy itself asks: where the ladder's step says so, held to what a person is, and what takes a person's answer stays open."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from app.evidence.laying import lay_out
from core.cases.commands import AssignCase, OpenCase, TakeCase
from core.chat.words import Words
from core.collections.commands import ApplyPolicy
from core.collections.policy import Asks, Quorum
from core.collections.shipped import DATED, OURS, SHIPPED
from core.engine.db.tables.engine import journal
from core.people.commands import RemoveStaff
from core.people.queries import by_handle
from core.suspensions.commands import HaltSuspensions
from core.suspensions.evidence import evidence
from core.suspensions.model import State
from core.suspensions.queries import suspensions_of_case
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import FACES, Face
from tests.harness.questions import acting
from tests.harness.suspensions import CLEO, OTTO, Story, ripe
from tests.harness.world import ANA, BEN, FAY, World
from tests.scenarios.test_suspension_guards import told

TUESDAY = datetime(2026, 11, 24, 11, tzinfo=UTC)
TWO = Quorum(approvals=2, source=OURS, dated=DATED)


def climbed(story: Story, face: Face, *, by: Asks = Asks.POLICY, heard: bool = True, before: Callable[[], object] = lambda: None) -> None:
    """Their ladder, begun by hand with the final notice, comes to the step at which an approver is asked."""
    world = story.world
    steps = tuple(replace(e, enabled=e.name in ("final", "ask"), by=by if e.name == "ask" else e.by) for e in SHIPPED.steps)
    rules = replace(SHIPPED, version="asks", since=date(2026, 11, 1), steps=steps, quorums=(TWO,))
    world.do(ApplyPolicy(policy=rules, text="asks"))
    world.do(TakeCase(case_id=story.case_id), acting(world, OTTO))
    face.type(f"replan {story.case_id}", by=FAY)
    face.type(f"start {story.case_id}", by=ANA)
    world.move(days=1)
    story.notice(sent_on=world.now.date())
    for _ in range(6):
        world.move(days=1)
    world.move(hours=20)  # Wednesday, eight in the morning: the step comes at nine
    if heard:
        story.hear()
    before()
    world.move(hours=3)
    world.settle()


def asked(story: Story) -> list[int]:
    with story.world.house.desk.reading() as connection:
        return suspensions_of_case(connection, story.case_id)


def test_the_policy_asks_and_two_others_approve_once_a_person_said_what_becomes_of_the_term(
    world: World, local: LocalPartnerCenter, face: Face
) -> None:
    story = ripe(world, local, decided=False, notices=False, at=TUESDAY)
    local.add_subscription(story.tenant, "trial")
    story.sync()
    shown: list[str] = []
    climbed(story, face, before=lambda: shown.append(str(face.type(f"policy {story.case_id}", by=ANA))))

    assert "the policy asks an approver" in shown[0]
    card = face.channel()
    assert "the policy asks" in str(card)
    assert "Policy asks, step" in str(card)
    assert "nobody said what becomes of it at the end of the term" in str(card)
    assert "is a trial" in str(card)
    assert "Approve" not in card.buttons
    assert len(story.newest().items) == 1
    assert told(story, "tell.ladder_asked_open") == {"otto"}
    assert told(story, "tell.ladder_ask") == set()
    assert "Cannot be approved" in str(face.type("approve S-1", by=BEN))

    story.decide(by=OTTO)
    world.settle()
    assert "you work on the case" in face.click(face.channel(), "Approve", by=OTTO)
    for who in (BEN, CLEO):
        assert story.newest().state is State.PROPOSED
        face.click(face.channel(), "Approve", by=who)
        world.settle()
    assert story.newest().state is State.COOLING
    assert told(story, "tell.suspension_approved") == {"otto"}, "who stands for the policy"
    with world.house.desk.reading() as connection:
        told_of = evidence(connection, story.case_id, world.now)["requests"][0]
        by = connection.scalar(sa.select(journal.c.actor).where(journal.c.event == "suspension_proposed"))
    assert (told_of["asked_by"], told_of["reason"], by) == ("policy:asks", "policy asks, step ask (+21)", "system")


def test_changes_asked_of_the_policy_wait_for_whoever_takes_the_case(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local, notices=False, at=TUESDAY)
    climbed(story, face)
    world.do(RemoveStaff(handle=OTTO.handle))
    world.settle()
    old = face.channel()
    face.fill(face.click(face.channel(), "Ask for changes…", by=BEN), by=BEN, reason="Only the one")
    world.settle()

    assert "waiting for whoever takes the case" in str(face.channel())
    assert "nobody has taken the case" in face.click(old, "Approve", by=CLEO)


def test_a_question_nobody_read_blocks_until_the_owner_answers_who_then_never_decides(
    world: World, local: LocalPartnerCenter, face: Face
) -> None:
    story = ripe(world, local, notices=False, at=TUESDAY)
    question = world.do(OpenCase(title="Why is f/1 so high?", customer_id=story.customer_id)).ids["case_id"]
    climbed(story, face)

    card = face.channel()
    assert "nobody read the customer’s open questions" in str(card)
    assert "Approve" not in card.buttons
    assert "who alone answers for it" in face.type("revise S-1 for Ana", by=ANA)
    home = face.type("home", by=OTTO)
    assert "Yours to answer before anybody can approve (1)" in home
    assert "To approve or refuse" not in home, "it is his case"
    form = face.click(card, "Answer…", by=OTTO)
    assert f"C-{question}" in face.fill(form, by=OTTO, reason="We talked").errors["questions"]
    face.fill(form, by=OTTO, reason="We talked", questions=str(question))
    world.settle()
    assert "We talked" in str(face.channel())
    with world.house.desk.reading() as connection:
        whole = evidence(connection, story.case_id, world.now)
    laid = json.dumps(lay_out(whole, Words("en")), ensure_ascii=False)
    assert "the policy asks, " in laid, "who asked, on the printed page"
    assert '["Who answered for the policy", "Otto Both"]' in laid
    assert "Approve" in face.channel().buttons

    with world.house.desk.reading() as connection:
        ana = by_handle(connection, ANA.handle).id
    world.do(AssignCase(case_id=story.case_id, staff_id=ana), acting(world, ANA))
    assert "you proposed S-1" in face.click(face.channel(), "Approve", by=OTTO)
    assert story.newest().askers == {"policy:asks", acting(world, OTTO).id}


def test_as_shipped_a_person_is_told_that_they_may_ask(world: World, local: LocalPartnerCenter) -> None:
    story = ripe(world, local, notices=False, at=TUESDAY)
    climbed(story, FACES["slack"](world), by=Asks.PERSON)

    assert asked(story) == []
    assert told(story, "tell.ladder_ask") == {"otto"}


@pytest.mark.parametrize("why", ["halted", "notice", "protected", "nothing"])
def test_what_it_may_not_ask_for_it_says_and_a_person_may(why: str, world: World, local: LocalPartnerCenter, face: Face) -> None:
    fields = {"protected": {"segment": "health"}, "nothing": {"kind": "trial"}, "notice": {"live": False}}.get(why, {})
    story = ripe(world, local, notices=False, at=TUESDAY, **fields)
    if why == "notice":
        story.notice = lambda **_: None  # type: ignore[method-assign]  # rehearsed, and nobody recorded one
    climbed(story, face, before=lambda: world.do(HaltSuspensions()) if why == "halted" else None)

    assert asked(story) == []
    assert told(story, "tell.ladder_not_asked") == {"otto"}
    with world.house.desk.reading() as connection:
        said = connection.scalar(sa.select(journal.c.data).where(journal.c.event == "not_asked_by_policy"))
    assert said is not None
    assert said["why"] == why


def test_beside_an_open_request_it_asks_for_nothing(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local, notices=False, at=TUESDAY)
    climbed(story, face, before=lambda: story.propose(face))

    assert asked(story) == [1]
    assert story.newest().proposed_by.startswith("staff:")
    assert told(story, "tell.ladder_not_asked") == set()


def test_on_old_books_it_waits_for_newer_ones(world: World, local: LocalPartnerCenter) -> None:
    story = ripe(world, local, notices=False, at=TUESDAY)
    climbed(story, FACES["slack"](world), heard=False)
    assert asked(story) == []

    world.move(hours=18)
    story.hear()
    world.move(hours=4)  # the next morning at nine
    assert asked(story) == [1]
