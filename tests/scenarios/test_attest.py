"""A finance lead's word that the bank was checked: what it is good for, what not, and who may give it."""

import json
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.evidence.files import pdf
from app.evidence.laying import lay_out
from core.chat.words import Words
from core.engine.db.tables.engine import journal
from core.people.model import Role
from core.suspensions.evidence import evidence
from core.suspensions.model import State
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.receivables import feed, invoice
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ANA, BEN, FAY, Persona, World
from tests.scenarios.test_long_weekend import at, be_patient, go_on, on_thursday

WARSAW = ZoneInfo("Europe/Warsaw")
LEA = Persona("lea", "Lea Lead", (Role.AGENT, Role.FINANCE))


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """Ripe and live, on Monday 23 November 2026 at noon in Warsaw."""
    return ripe(world, local)


def waiting(story: Story, face: Face) -> None:
    """Approved at noon; at 12:31 the last look misses a newer word of the accounting."""
    story.approved(face)
    story.cool_off(heard=False)
    assert story.newest().state is State.LOOKING


def test_what_waits_for_the_accounting_goes_on_at_once_and_card_why_and_evidence_say_whose_word_it_is(story: Story, face: Face) -> None:
    waiting(story, face)
    form = face.click(face.channel(), "Bank checked until…", by=FAY)
    assert set(form.inputs) == {"checked_until", "checked"}
    seen = face.fill(form, by=FAY, checked_until="today 12:25", checked="mBank PLN, account page")
    answer = str(seen) or str(face.told(FAY))
    assert "The bank was checked for S-1" in answer
    assert "the amounts stay those of" in answer
    shown = face.type(f"why {story.case_id}", by=BEN)
    assert "Fay Finance said on Mon 23 Nov 2026 12:31 CET: bank checked until Mon 23 Nov 2026 12:25 CET" in shown

    story.settle_for()
    found = story.newest()
    assert found.state is State.SUSPENDED
    assert found.listed["overdue"] == 12300
    card = face.channel()
    assert "Bank checked until" in card
    assert "mBank PLN, account page" in card
    with story.world.house.desk.reading() as connection:
        kept = connection.execute(sa.select(journal.c.subject, journal.c.data).where(journal.c.event == "bank_attested")).one()
        known = evidence(connection, story.case_id, story.world.now)
    assert kept.subject == f"case:{story.case_id}"
    assert "mBank" not in json.dumps(kept.data), "what was checked is a private text"
    (said,) = known["bank_checked"]
    assert (said["by"], said["until"], said["checked"]) == ("Fay Finance", "2026-11-23T11:25:00+00:00", "mBank PLN, account page")
    assert said == known["requests"][0]["bank_checked"]
    laid = lay_out(known, Words("pl", "Europe/Warsaw"))
    (bank,) = (part for part in laid["parts"] if part["title"] == "Sprawdzenie banku")
    assert bank["tables"][0]["rows"][0][0] == "Fay Finance"
    assert pdf(known, Words("pl", "Europe/Warsaw")).startswith(b"%PDF-")


def test_neither_an_agent_nor_an_approver_nor_who_proposed_it_may(story: Story, face: Face) -> None:
    story.world.hire(LEA)
    story.propose(face, by=LEA)
    face.click(face.channel(), "Approve", by=BEN)
    story.cool_off(heard=False)
    for somebody in (ANA, BEN):
        assert "needs a role you do not hold" in face.type(f"attest {story.case_id} 12:31 account page", by=somebody)
        assert "Bank checked until…" not in face.type("suspension S-1", by=somebody).buttons
    assert "you proposed S-1" in face.type(f"attest {story.case_id} 12:31 account page", by=LEA)
    assert "Bank checked until…" not in face.type("suspension S-1", by=LEA).buttons
    story.settle_for()
    assert story.newest().state is State.LOOKING
    assert story.local.ledger.writes() == []


def test_what_cannot_be_or_would_not_count_is_refused_with_a_sentence(story: Story, face: Face) -> None:
    line = f"attest {story.case_id}"
    assert "no approved suspension of C-101 waits" in face.type(f"{line} 11:59 account page", by=FAY)
    waiting(story, face)
    for moment, expected in (
        ("today 12:40", "has not come yet"),
        ("yesterday 9:00", "the accounting itself last spoke"),
        ("11:59", "something is needed from"),
    ):
        refused = face.type(f"{line} {moment} account page", by=FAY)
        assert expected in refused, moment
    assert face.type(f"{line} 12:31", by=FAY).is_form, "what was checked is asked for"
    assert "S-1" in face.type(f"poświadcz {story.case_id} do 12:31 strona rachunku", by=FAY)
    story.settle_for()
    assert story.newest().state is State.SUSPENDED


def test_the_accounting_s_later_word_counts_alone_and_amounts_are_never_a_person_s(story: Story, face: Face) -> None:
    story.approved(face)
    story.world.now += timedelta(minutes=10)
    assert "The bank was checked" in face.type(f"attest {story.case_id} 12:10 account page", by=FAY)
    story.world.now += timedelta(minutes=10)
    story.hear(open=0)
    story.settle_for()
    assert story.newest().state is State.VOIDED
    assert "a payment came, nothing was suspended" in face.channel()
    assert story.local.ledger.writes() == []


def test_an_amount_that_the_accounting_does_not_say_stays_unknown_whoever_checked_the_bank(story: Story, face: Face) -> None:
    story.approved(face)
    story.world.now += timedelta(minutes=10)
    feed(story.world, invoice("F/9", due_on=date(2026, 12, 15)), as_of=story.world.now)  # and not a word of F/1
    story.cool_off(heard=False)
    answer = face.type(f"attest {story.case_id} today {story.world.now.astimezone(WARSAW):%H:%M} account page", by=FAY)
    assert "The bank was checked" in answer
    story.settle_for()
    assert story.newest().state is State.LOOKING
    assert "F/1" in str(face.channel())
    assert story.local.ledger.writes() == []


def test_one_from_before_the_closed_days_does_not_cover_them_and_one_from_after_does(
    world: World, local: LocalPartnerCenter, face: Face
) -> None:
    be_patient(world)
    story = on_thursday(world, local, face)
    go_on(story, at(30, 9))
    assert "The bank was checked" in face.type(f"attest {story.case_id} 8:59 account page", by=FAY)

    go_on(story, at(4, 12, 30, month=5))
    assert "that does not cover the customer’s closed days" in face.channel()
    assert "more than a day ago" in face.type(f"attest {story.case_id} 2027-05-03 9:00 account page", by=FAY)
    assert "something is needed from" in face.type(f"attest {story.case_id} 2027-05-03 23:00 account page", by=FAY)
    assert local.ledger.writes() == []
    assert "The bank was checked" in face.type(f"attest {story.case_id} 12:29 account page", by=FAY)
    story.settle_for()
    assert story.newest().state is State.SUSPENDED
