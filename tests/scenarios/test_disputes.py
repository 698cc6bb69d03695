"""Disputes by amount and line: the rest may still be asked for, no suspension without a finance lead, closed with a reason."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.cases.commands import OpenCase, ResolveCase
from core.cases.model import Told
from core.collections.model import Dispute, DisputeState, Split
from core.collections.standing import dispute, split
from core.customers.commands import AddCustomer, ConfirmLink
from core.customers.model import LinkKind
from core.customers.queries import today_of
from core.engine.errors import DeskError
from core.receivables.model import LineFacts
from core.receivables.queries import position
from core.suspensions.model import State
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.receivables import feed, invoice
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ANA, BEN, DORA, FAY, VIC, World
from tests.scenarios.test_suspension_guards import card_of, force

LARGE = {"total": 50000, "open": 50000}


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """Ripe and live: 500.00 PLN overdue on F/1, which has two lines; the policy's threshold is 100.00 PLN."""
    made = ripe(world, local, notices=False)
    lines = (
        LineFacts(text="Seats", quantity=Decimal(10), net=30000, vat=6900),
        LineFacts(text="Backup", quantity=Decimal(1), net=10650, vat=2450),
    )
    world.now += timedelta(minutes=1)
    feed(world, invoice(**LARGE, lines=lines), as_of=world.now)
    made.notice()
    return made


def found(story: Story, number: int = 1) -> Dispute:
    with story.world.house.desk.reading() as connection:
        return dispute(connection, number)


def parts(story: Story) -> Split:
    with story.world.house.desk.reading() as connection:
        payer_id = connection.exec_driver_sql("select id from payers").scalar_one()
        return split(connection, position(connection, payer_id, "PLN", today_of(connection, story.customer_id, story.world.now)))


def test_a_dispute_names_its_line_and_the_rest_may_still_be_asked_for(story: Story, face: Face) -> None:
    answer = face.type(f"dispute {story.case_id} F/1 #2 131 PLN they never ordered backup", by=ANA)

    assert "D-1" in answer
    assert "F/1, line 2" in answer
    assert (found(story).line, found(story).amount) == (2, 13100)
    assert parts(story) == Split(overdue=50000, disputed=13100)
    assert "369.00" in face.type(f"case {story.case_id}", by=ANA)


def test_the_invoice_alone_names_the_case_and_no_line_is_the_whole_invoice(story: Story, face: Face) -> None:
    assert "As of" in face.type("dispute F/1", by=ANA)
    assert "D-1" in face.type("dispute F/1 200 PLN ten seats too many", by=ANA)

    assert found(story).line is None


def test_with_an_open_dispute_nobody_can_approve(story: Story, face: Face) -> None:
    story.propose(face)
    face.type(f"dispute {story.case_id} F/1 131 PLN not ordered", by=ANA)

    card = card_of(story, face)
    assert "a dispute is open" in card
    assert "Approve" not in card.buttons
    with pytest.raises(DeskError, match="approve_dispute"):
        force(story, face, BEN)


def test_a_dispute_recorded_while_it_cools_off_voids_the_approval(story: Story, face: Face) -> None:
    story.approved(face)

    face.type(f"dispute {story.case_id} F/1 131 PLN not ordered", by=ANA)

    assert story.newest().state is State.VOIDED
    story.cool_off(heard=False)
    assert story.status() == "active"


def test_a_finance_lead_overrides_it_when_the_rest_passes_the_threshold(story: Story, face: Face) -> None:
    face.type(f"dispute {story.case_id} F/1 131 PLN not ordered", by=ANA)
    assert "needs a role you do not hold" in face.type("override D-1 go on", by=ANA)
    assert "needs a role you do not hold" in face.type("override D-1 go on", by=BEN)

    assert "the rest is not in question" in face.type("override D-1 the rest is not in question", by=FAY)

    story.propose(face)
    face.click(card_of(story, face), "Approve", by=BEN)
    assert story.newest().state is State.COOLING


def test_overridden_or_not_too_small_a_rest_is_not_enough(story: Story, face: Face) -> None:
    face.type(f"dispute {story.case_id} F/1 401 PLN nearly everything", by=ANA)
    face.type("override D-1 the rest is not in question", by=FAY)

    story.propose(face)

    assert "less than the policy’s threshold" in card_of(story, face)
    with pytest.raises(DeskError, match="approve_undisputed"):
        force(story, face, BEN)


@pytest.mark.parametrize("outcome", ["rejected", "withdrawn"])
def test_a_closed_dispute_holds_back_nothing(outcome: str, story: Story, face: Face) -> None:
    face.type(f"dispute {story.case_id} F/1 131 PLN not ordered", by=ANA)

    face.type(f"settle D-1 {outcome} the order is in the file", by=ANA)

    assert found(story).state == outcome
    assert parts(story).disputed == 0
    story.propose(face)
    assert "Approve" in card_of(story, face).buttons


def test_an_accepted_one_waits_for_its_credit_note_and_its_amount_is_not_asked_for(story: Story, face: Face) -> None:
    face.type(f"dispute {story.case_id} F/1 131 PLN not ordered", by=ANA)
    face.type("settle D-1 accepted billed by mistake", by=ANA)
    assert "credit note expected" in face.type(f"case {story.case_id}", by=ANA)
    assert parts(story).disputed == 13100

    story.world.move(days=1)
    feed(story.world, invoice(total=50000, open=30000), as_of=story.world.now)  # they paid a part: that is no credit note
    assert found(story).state is DisputeState.ACCEPTED

    story.world.move(days=1)
    day = date(2026, 11, 25)
    credit = invoice("K/1", issued_on=day, due_on=day, total=-13100, open=-13100)
    feed(story.world, invoice(total=50000, open=30000), credit, as_of=story.world.now)
    assert found(story).state is DisputeState.CREDITED
    assert parts(story) == Split(overdue=16900, disputed=0)


def test_what_is_not_overdue_or_paid_lowers_no_overdue_amount(story: Story, face: Face) -> None:
    face.type(f"dispute {story.case_id} F/1 400 PLN nearly everything", by=ANA)
    story.world.move(days=1)

    story.hear(total=50000, open=10000)

    assert parts(story) == Split(overdue=10000, disputed=10000)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("dispute {case} F/1 500.01 PLN too much", "no more than it comes to"),
        ("dispute {case} F/1 #2 131.01 PLN too much", "no more than it comes to"),
        ("dispute {case} F/1 #3 10 PLN no such line", "no line 3"),
        ("dispute {case} F/1 10 EUR wrong currency", "F/1 is in PLN"),
        ("dispute {case} F/1 0 PLN nothing", "above zero"),
        ("dispute {case} X/9 10 PLN another customer's", "another customer"),
        ("dispute {case} 10 PLN no invoice named", ""),
    ],
)
def test_bad_input_is_refused_and_nothing_is_kept(line: str, says: str, story: Story, face: Face) -> None:
    other = story.world.do(AddCustomer(name="Other")).ids["customer_id"]
    story.world.do(ConfirmLink(customer_id=other, kind=LinkKind.PAYER, connection="books", external="K-9"))
    feed(story.world, invoice("X/9"), external="K-9", as_of=story.world.now)

    assert says in face.type(line.format(case=story.case_id), by=ANA)

    with pytest.raises(DeskError):
        found(story)


def test_a_viewer_and_an_approver_cannot_record_or_close_one(story: Story, face: Face) -> None:
    face.type(f"dispute {story.case_id} F/1 131 PLN not ordered", by=ANA)

    for who in (VIC, BEN):
        for line in (f"dispute {story.case_id} F/1 1 PLN more", "settle D-1 rejected no"):
            assert "needs a role you do not hold" in face.type(line, by=who)
    assert found(story).state is DisputeState.OPEN


def test_open_questions_about_the_invoices_must_be_acknowledged_before_it_is_asked_for(story: Story, face: Face) -> None:
    case_id = story.world.do(OpenCase(title="Why is f/1 so high?", customer_id=story.customer_id)).ids["case_id"]
    form = face.type(f"suspend {story.case_id}", by=ANA)
    assert "open questions about these invoices" in str(form).lower()

    refused = face.fill(form, by=ANA, reason="Silent for six weeks")
    assert f"C-{case_id}" in refused.errors["questions"]
    assert not face.fill(form, by=ANA, reason="Silent for six weeks", questions=str(case_id)).errors

    asked = card_of(story, face)
    assert "Why is f/1 so high?" in asked
    story.world.do(ResolveCase(case_id=case_id, told=Told.YES))
    assert story.newest().listed["questions"] == []
    assert "facts changed" in face.click(asked, "Approve", by=BEN)


def test_a_question_that_comes_while_it_cools_off_voids_the_approval(story: Story, face: Face) -> None:
    story.approved(face)
    story.world.do(OpenCase(title="When does my term end?", customer_id=story.customer_id))
    assert story.newest().state is State.COOLING

    story.world.do(OpenCase(title="Why is F/1 so high?", customer_id=story.customer_id))

    assert story.newest().state is State.VOIDED
    assert "Open questions about these invoices" in card_of(story, face)


def test_the_form_asks_for_the_line_or_the_amount_or_for_neither(story: Story, face: Face) -> None:
    form = face.type(f"dispute {story.case_id}", by=ANA)
    assert "amount" in form.inputs
    assert "line" not in form.inputs
    chosen = next(value for value, label in face.suggest("dispute", "invoice", "", by=ANA, form=form).items() if "F/1" in label)

    whole = face.answer(form, "scope", "whole", by=ANA, invoice=chosen)
    assert not {"line", "amount"} & whole.inputs.keys()
    line = face.answer(whole, "scope", "line", by=ANA)
    assert "2. Backup · PLN 131.00" in json.dumps(line.inputs["line"], ensure_ascii=False).replace("\u00a0", " ")
    answer = face.send(line, by=ANA, line="2", reason="They never ordered backup")

    assert "F/1, line 2" in answer
    assert (found(story).line, found(story).amount) == (2, 13100)
    assert "D-2" not in face.type(f"dispute {story.case_id} F/1 whole none of it was ordered", by=ANA)  # more than is left of it
    face.type("settle D-1 withdrawn they found the order", by=ANA)
    assert "D-2" in face.type(f"dispute {story.case_id} F/1 whole none of it was ordered", by=ANA)
    assert (found(story, 2).line, found(story, 2).amount) == (None, 50000)


def test_an_invoice_is_looked_for_among_those_of_whom_the_form_is_about(story: Story, face: Face) -> None:
    world = story.world
    other = world.do(AddCustomer(name="Adam Wilk")).ids["customer_id"]
    world.do(ConfirmLink(customer_id=other, kind=LinkKind.PAYER, connection="books", external="other"))
    feed(world, invoice("F/1X", **LARGE), external="other", as_of=world.now)
    form = face.type(f"dispute {story.case_id}", by=ANA)

    offered = face.suggest("dispute", "invoice", "f/1", by=ANA, form=form)
    assert [label.partition(" ")[0] for label in offered.values()] == ["F/1"]
    assert "F/1X" not in str(form.raw)
    assert face.suggest("dispute", "invoice", "nothing", by=ANA, form=form) == {}
    assert face.suggest("dispute", "invoice", "f/1", by=VIC, form=form) == {}
    assert face.suggest("dispute", "invoice", "f/1", by=DORA, form=form) == {}

    with world.house.desk.reading() as connection:
        theirs = connection.exec_driver_sql("select id from invoices where number = 'F/1X'").scalar_one()
    refused = face.fill(form, by=ANA, invoice=f"id:{theirs}", amount="1 PLN", reason="smuggled")
    assert "another customer" in str(refused)
    assert face.suggest("payment", "debtor", "F/1", by=VIC) == {}
    assert "F/1" in face.suggest("payment", "debtor", "F/1", by=ANA)
    assert "F/1X" in face.suggest("payment", "debtor", "F/1X", by=ANA)  # where nobody is named yet, everybody's


def test_who_is_meant_comes_first_and_their_invoices_with_them(story: Story, face: Face) -> None:
    form = face.type("dispute", by=ANA)
    assert "invoice" not in form.inputs

    about = face.answer(form, "debtor", f"id:{story.customer_id}", by=ANA)
    assert "F/1" in "".join(face.suggest("dispute", "invoice", "", by=ANA, form=about).values())
    again = face.answer(about, "debtor", "F/1", by=ANA)
    assert "F/1" in "".join(face.suggest("dispute", "invoice", "", by=ANA, form=again).values())
    assert "D-1" in face.fill(again, by=ANA, scope="amount", amount="20 PLN", reason="Too many seats")
