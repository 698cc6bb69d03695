"""An indirect reseller's customer: everything runs as for others, but a person asks the provider, and records it with proof."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import imports
from app.customers import customers
from app.evidence.laying import lay_out
from core.chat.words import Words
from core.customers.commands import SwitchMode
from core.customers.model import Mode
from core.customers.queries import subscriptions_of
from core.suspensions.evidence import evidence
from core.suspensions.model import ItemState, RestoreState, State
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ANA, BEN, FAY, VIC, World
from tests.scenarios.test_reconcile import in_the_portal


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """Ripe, of an indirect reseller's customer."""
    made = ripe(world, local, live=False)
    world.do(SwitchMode(customer_id=made.customer_id, mode=Mode.BY_HAND, provider="ALSO"))
    world.settle()
    return made


def handed(story: Story, face: Face) -> Story:
    """Approved, cooled off, looked at: a person's turn."""
    story.approved(face)
    story.cool_off()
    assert story.newest().items[0].state is ItemState.BY_HAND
    return story


def card(story: Story, face: Face) -> str:
    return str(face.type(f"suspension {story.newest().number}", by=ANA))


def test_a_person_asks_the_provider_and_records_it_both_ways(story: Story, face: Face) -> None:
    handed(story, face)
    assert "yours to carry out by hand: ask ALSO" in face.told(ANA)
    shown = face.type(f"suspension {story.newest().number}", by=ANA)
    assert f"subscription {story.subscription}" in shown
    assert "Ask ALSO to suspend" in shown
    assert "what was done by hand" in face.type(f"carried {story.case_id} PR-1", by=FAY)
    assert "a role you do not hold" in face.type(f"carried {story.case_id} PR-1", by=VIC)

    ahead = face.fill(face.click(shown, "Done by hand…", by=ANA), by=ANA, reference="PR-1", who="Jan", done_at="tomorrow 9")
    assert ahead.errors
    assert story.newest().items[0].state is ItemState.BY_HAND, "a moment to come was not taken"
    assert not face.fill(face.click(shown, "Done by hand…", by=ANA), by=ANA, reference="PR-5512", who="Jan").errors
    story.world.settle()
    assert story.newest().state is State.SUSPENDED
    assert "Ana Agent recorded: done at" in card(story, face)
    assert "by Jan; reference of ALSO: PR-5512" in card(story, face)
    assert "Not read back" in card(story, face)
    assert "is not recorded as on again" in face.type(f"suspend {story.case_id}", by=ANA), "off, although it reads active"

    story.hear(open=0)
    story.world.settle()
    assert story.restores()[-1].state is RestoreState.PROPOSED
    face.click(face.type(f"suspension {story.newest().number}", by=BEN), "Restore now", by=BEN)
    story.world.settle()
    assert story.restores()[-1].state is RestoreState.BY_HAND
    assert "switched on again by hand, at once: ask ALSO" in face.told(ANA)
    story.world.move(minutes=31)
    assert "is still off. Ask the provider" in face.told(BEN)

    face.type(f"załatwione {story.case_id} PR-5513 Jan z ALSO", by=BEN)
    story.world.settle()
    assert "Restored by hand, not read back" in card(story, face)
    assert story.restores() == [], "nothing is off any more"
    assert "reference of ALSO: PR-5513" in card(story, face)
    assert "waits to be done by hand" in face.type(f"carried {story.case_id} PR-1", by=ANA)
    with story.world.house.desk.reading() as connection:
        found = evidence(connection, story.case_id, story.world.now)
    printed = str(lay_out(found, Words("en")))
    assert "recorded by Ana Agent" in printed
    assert "reference PR-5512" in printed
    assert "reference PR-5513" in printed
    assert "Suspended, read back" not in printed
    assert story.local.ledger.writes() == [], "nothing was ever written to Partner Center"


def test_a_payment_calls_it_off_at_once_and_what_was_done_meanwhile_can_be_said_and_undone(story: Story, face: Face) -> None:
    handed(story, face)

    story.hear(open=0)
    story.world.settle()
    assert story.newest().state is State.VOIDED
    assert "do NOT ask ALSO to suspend it any more" in face.told(ANA)

    face.type(f"carried {story.case_id} PR-5512 Jan", by=ANA)
    story.world.settle()
    assert story.newest().state is State.SUSPENDED
    assert story.restores()[-1].state is RestoreState.PROPOSED, "off although it was paid: the way back is proposed at once"
    assert story.local.ledger.writes() == []


@pytest.mark.parametrize("line", ["stop S-1", "halt"])
def test_a_stop_and_the_kill_switch_call_it_off(line: str, story: Story, face: Face) -> None:
    handed(story, face)

    seen = face.type(line, by=BEN)
    if seen.is_form:
        face.fill(seen, by=BEN, reason="They called")
    story.world.settle()

    assert story.newest().state is State.STOPPED
    assert "do NOT ask ALSO" in face.told(ANA)


def test_it_is_chased_in_opening_hours_and_runs_out_with_its_approval(story: Story, face: Face) -> None:
    handed(story, face)
    expires_at = story.newest().expires_at
    assert expires_at is not None

    story.world.move(hours=2, minutes=1)
    assert "still waits to be carried out by hand at ALSO" in face.told(ANA)
    story.world.now = expires_at - timedelta(minutes=1)
    story.world.move(minutes=2)

    assert story.newest().state is State.EXPIRED
    assert "do NOT ask ALSO" in face.told(ANA)
    assert "anybody recorded that it was carried out by hand" in card(story, face)


def test_what_the_provider_did_is_no_changed_fact_and_is_read_back_where_it_can_be(story: Story, face: Face) -> None:
    handed(story, face)
    in_the_portal(story, status="suspended")
    story.sync()
    story.world.settle()
    assert story.newest().items[0].state is ItemState.BY_HAND

    face.type(f"carried {story.case_id} PR-5512 Jan", by=ANA)
    story.world.move(minutes=1)

    assert "Read back as suspended" in card(story, face)
    assert story.local.ledger.writes() == []


HEADING = "tenant;subscription;product;kind;status;seats;term_end;auto_renew\n"


def test_subscriptions_come_from_a_file_where_no_partner_center_can_be_read(story: Story, tmp_path: Path) -> None:
    def imported(line: str, heading: str = HEADING) -> Result:
        path = tmp_path / "subscriptions.csv"
        path.write_text(heading + line, "utf-8")
        return CliRunner().invoke(imports, ["subscriptions", str(path)], obj=lambda: story.world.house)

    story.world.now += timedelta(minutes=1)
    good = f"{story.tenant};{story.subscription};Business Basic;new_commerce;active;9;2027-03-31;yes\n"
    assert imported(good).exit_code == 0
    with story.world.house.desk.reading() as connection:
        (kept,) = subscriptions_of(connection, story.customer_id)
    assert (kept.name, kept.quantity, kept.kind, kept.auto_renew) == ("Business Basic", 9, "new_commerce", True)
    assert kept.term_end_at == datetime(2027, 3, 31, 23, 59, 59, tzinfo=UTC)

    assert "Nothing was imported: line 2: status is" in imported(good.replace("active", "on")).output
    assert "term_end is written like" in imported(good.replace("2027-03-31", "31.03.2027")).output
    assert "the file has no column seats" in imported("", HEADING.replace("seats;", "")).output
    assert "nobody confirmed whose tenant" in imported(good.replace(story.tenant, "another")).output
    story.world.do(SwitchMode(customer_id=story.customer_id, mode=Mode.LIVE))
    assert "is not by-hand" in imported(good).output


def test_the_command_line_switches_to_by_hand_with_a_provider_only(story: Story) -> None:
    def switched(*words: str) -> Result:
        return CliRunner().invoke(customers, ["mode", "Nowak", *words], obj=lambda: story.world.house)

    assert "takes --provider" in switched("by-hand").output
    assert "takes --provider" in switched("live", "--provider", "ALSO").output
    assert "was by-hand before" in switched("by-hand", "--provider", "ALSO").output
    assert "is by-hand now" in switched("by-hand", "--provider", "TD SYNNEX").output


def test_switching_it_is_an_admins_act_and_names_the_provider(story: Story, face: Face) -> None:
    assert "By hand: the provider is asked by a person" in face.type("customer Nowak", by=ANA)
    story.approved(face)
    story.world.do(SwitchMode(customer_id=story.customer_id, mode=Mode.LIVE))
    story.world.settle()
    assert story.newest().state is State.VOIDED, "an approval to do it by hand is none to call Partner Center"
