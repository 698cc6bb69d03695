"""Customers and segments whom the policy leaves alone until a day: somebody answers for it, and it ends by itself."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from core.collections.commands import ApplyPolicy
from core.collections.exempting import exemption_of
from core.collections.policy import Exemption
from core.collections.shipped import DATED, SHIPPED
from core.customers.commands import AddCustomer
from core.engine import journal
from core.engine.db.tables.engine import outbox
from core.engine.errors import Conflict
from core.people.commands import RemoveStaff
from core.suspensions.model import State
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ADA, ANA, BEN, FAY, World
from tests.scenarios.test_ladder import climbed, owing, running, until

CONTRACT = Exemption(customer="Nowak", until=date(2026, 12, 4), owner="fay", source="contract 7/2026", dated=DATED)


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """Ripe and live."""
    return ripe(world, local)


def exempt(world: World, *rules: Exemption, version: str = "exempting") -> None:
    world.do(ApplyPolicy(policy=replace(SHIPPED, version=version, exemptions=rules), text=version))
    world.settle()


def test_a_request_for_who_is_exempt_is_refused_with_owner_end_and_source_until_it_ends_by_itself(story: Story, face: Face) -> None:
    exempt(story.world, CONTRACT)

    refused = str(face.type(f"suspend {story.case_id}", by=ANA))
    for said in ("exempts Nowak until Friday, 4 December 2026", "Fay Finance answers for it", "contract 7/2026"):
        assert said in refused, refused
    shown = str(face.type(f"policy {story.case_id}", by=ANA))
    assert "Exempt until Friday, 4 December 2026, that day included: neither reminded nor suspended. Fay Finance answers for it" in shown
    assert "Exempt until" in face.type(f"case {story.case_id}", by=ANA)

    story.world.now += timedelta(days=12)
    story.hear()
    assert "Exempt until" not in str(face.type(f"policy {story.case_id}", by=ANA))
    story.propose(face)
    assert story.newest().state is State.PROPOSED


def test_an_exemption_voids_what_was_approved_and_lets_nobody_approve_what_waits(story: Story, face: Face) -> None:
    story.approved(face)
    exempt(story.world, CONTRACT)
    assert story.newest().state is State.VOIDED
    assert "exemption by the policy" in face.channel()
    assert "exempts Nowak" in face.click(face.channel(), "Ask again", by=ANA)

    exempt(story.world, version="without")
    story.propose(face)
    exempt(story.world, CONTRACT, version="again")
    card = face.channel()
    assert "Cannot be approved: the policy exempts the customer until Friday, 4 December 2026; Fay Finance answers for it" in str(card)
    assert "Approve" not in card.buttons
    assert "the policy exempts the customer" in face.type("suspension S-2", by=BEN)


def test_the_ladder_pauses_and_goes_on_at_its_step_when_the_exemption_is_over(world: World) -> None:
    owing(world, live=False)
    exempt(world, CONTRACT)

    until(world, date(2026, 12, 4), hour=20)
    assert climbed(world) == []
    assert running(world).paused_for == "exemption"
    until(world, date(2026, 12, 8))

    assert [name for name, _ in climbed(world)] == ["due"]


def test_where_reminders_go_on_neither_the_final_notice_nor_asking_does(world: World) -> None:
    owing(world, live=False)
    exempt(world, replace(CONTRACT, until=date(2027, 3, 31), remind=True))

    until(world, date(2026, 12, 20))

    assert [name for name, _ in climbed(world)] == ["due", "friendly", "firm"]
    assert running(world).paused_for == "exemption"


def test_a_segment_is_exempt_and_of_several_the_one_that_leaves_alone_the_most_counts(world: World) -> None:
    world.hire(FAY)
    school = world.do(AddCustomer(name="School 5", segment="school")).ids["customer_id"]
    other = world.do(AddCustomer(name="Other")).ids["customer_id"]
    segment = replace(CONTRACT, customer="", segment="school", until=date(2027, 8, 31), remind=True)
    exempt(world, segment, replace(CONTRACT, customer="School 5"))

    with world.house.desk.reading() as connection:
        found = [exemption_of(connection, school, day) for day in (date(2026, 12, 4), date(2026, 12, 5), date(2027, 9, 1))]
        assert exemption_of(connection, other, date(2026, 12, 4)) is None
    assert [each and (each.segment, each.remind) for each in found] == [("", False), ("school", True), None]


def test_a_customer_renamed_later_stays_exempt_and_unknown_ones_are_refused(world: World) -> None:
    world.hire(FAY)
    nowak = world.do(AddCustomer(name="Nowak")).ids["customer_id"]
    exempt(world, CONTRACT)
    world.do(AddCustomer(name="Nowak i Syn"))

    with world.house.desk.reading() as connection:
        assert exemption_of(connection, nowak, date(2026, 12, 1)) is not None
    for wrong, kind in ((replace(CONTRACT, customer="Kowalski"), "customer"), (replace(CONTRACT, owner="nobody"), "owner")):
        with pytest.raises(Conflict, match=f"policy_exemption_{kind}"):
            exempt(world, wrong, version="wrong")


def test_its_owner_is_told_a_week_before_on_the_last_day_and_when_it_is_over_each_once(story: Story, face: Face) -> None:
    world = story.world
    face.type("help", by=FAY)
    exempt(world, CONTRACT)
    assert said(world) == []

    told = []
    for _ in range(14):
        world.move(days=1)
        told.append(said(world))
        if len(told[-1]) == 2:
            exempt(world, CONTRACT, version=f"again-{len(told)}")  # the same rule in another version is no news
    assert [len(each) for each in told] == [0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 3, 3, 3]
    assert told[-1] == ["tell.exemption_soon", "tell.exemption_last", "tell.exemption_over"]
    assert "The exemption of Nowak ended with Friday, 4 December 2026" in face.told(FAY)
    with world.house.desk.reading() as connection:
        assert journal.broken_links(connection, "policy:all") == []


def test_when_it_is_over_what_was_asked_for_stands_on_the_facts_of_now(story: Story, face: Face) -> None:
    story.world.move(hours=3)  # late enough in the day to be decided on the next
    story.propose(face)
    exempt(story.world, replace(CONTRACT, until=date(2026, 11, 23)))
    assert story.newest().listed["exemption"] is not None
    assert said(story.world) == ["tell.exemption_last"]

    story.world.move(hours=18, minutes=30)  # to half past nine in the next morning

    assert said(story.world) == ["tell.exemption_last", "tell.exemption_over"]
    assert story.newest().listed["exemption"] is None
    assert story.newest().state is State.PROPOSED


def test_whose_owner_left_is_told_to_the_finance_leads(world: World, face: Face) -> None:
    world.hire(ANA, FAY, ADA)
    for who in (ANA, FAY):
        face.type("help", by=who)
    world.do(AddCustomer(name="Wilk", zone="America/New_York"))
    exempt(world, replace(CONTRACT, customer="Wilk", owner="ana"))
    world.do(RemoveStaff(handle="ana"))

    world.move(days=5)

    assert "The exemption of Wilk ends with" in face.told(FAY)


def said(world: World) -> list[str]:
    """What was told of the ends of exemptions, in its order."""
    with world.house.desk.reading() as connection:
        rows = connection.execute(sa.select(outbox.c.ids).order_by(outbox.c.id)).scalars()
        return [row["say"] for row in rows if str(row.get("say")).startswith("tell.exemption_")]
