"""A payment that somebody reports: not paid by that, waited for in banking days, settled by the books alone, and never a suspension."""

from datetime import UTC, date, datetime

import pytest

from core.collections.commands import ReportPayment
from core.collections.model import PaymentState, ReportedPayment
from core.collections.standing import payment
from core.engine.errors import DeskError
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


def reported(story: Story, number: int = 1) -> ReportedPayment:
    with story.world.house.desk.reading() as connection:
        return payment(connection, number)


def test_a_reported_payment_is_read_back_with_its_day_and_until_when_it_is_waited_for(story: Story, face: Face) -> None:
    answer = face.type(f"payment {story.case_id} 123,00 zł today their bank's confirmation", by=ANA)

    assert "recorded as reported, not yet as paid" in answer
    assert "123.00" in answer
    assert "23 Nov 2026" in answer
    assert "26 Nov 2026" in answer
    assert reported(story).until == date(2026, 11, 26)
    case = face.type(f"case {story.case_id}", by=ANA)
    assert "What holds back collecting" in case
    assert "PAY-1" in case
    assert "Waited for until the end of 26 Nov 2026" in face.type(f"why {story.case_id}", by=ANA)


def test_it_is_said_in_polish_and_typed_in_polish(story: Story, face: Face) -> None:
    answer = face.type(f"wpłata {story.case_id} 4 210,00 zł dziś potwierdzenie", by=ANA)

    assert reported(story).amount == 421000
    assert "PAY-1" in answer


def test_it_voids_an_approval_that_cools_off_and_says_what_changed(story: Story, face: Face) -> None:
    story.approved(face)
    assert story.newest().state is State.COOLING

    face.type(f"payment {story.case_id} 123 PLN today confirmation", by=ANA)

    assert story.newest().state is State.VOIDED
    assert "Payments reported" in card_of(story, face)
    story.cool_off()
    story.settle_for()
    assert story.status() == "active"


def test_with_one_waited_for_nobody_can_approve(story: Story, face: Face) -> None:
    story.propose(face)
    face.type(f"payment {story.case_id} 123 PLN today confirmation", by=ANA)

    card = card_of(story, face)
    assert "a payment is reported" in card
    assert "Approve" not in card.buttons
    with pytest.raises(DeskError, match="approve_payment"):
        force(story, face, BEN)
    assert story.newest().state is State.PROPOSED


def test_a_feed_that_shows_it_confirms_it(story: Story, face: Face) -> None:
    face.type(f"payment {story.case_id} 100 PLN today confirmation", by=ANA)

    story.world.move(days=1)
    story.hear(open=2300)

    assert reported(story).state is PaymentState.CONFIRMED
    assert "PAY-1" not in face.type(f"case {story.case_id}", by=ANA)


def test_a_feed_within_the_days_that_does_not_show_it_ends_nothing(story: Story, face: Face) -> None:
    face.type(f"payment {story.case_id} 123 PLN today confirmation", by=ANA)

    for _ in range(3):
        story.world.move(days=1)
        story.hear()

    assert story.world.now.date() == date(2026, 11, 26)
    assert reported(story).state is PaymentState.OPEN


def test_a_feed_after_the_days_that_does_not_show_it_ends_the_block_and_tells_the_owner(story: Story, face: Face) -> None:
    face.type(f"take {story.case_id}", by=ANA)
    face.type(f"payment {story.case_id} 123 PLN today confirmation", by=ANA)

    story.world.move(days=4)
    assert reported(story).state is PaymentState.OPEN  # nobody has heard the books yet
    story.hear()

    assert reported(story).state is PaymentState.NOT_FOUND
    assert told(story, "tell.payment_not_found") == {"ana"}
    story.world.settle()
    assert "do not show the reported payment PAY-1" in face.told(ANA)


def test_the_day_counts_on_which_the_books_were_closed_not_the_one_on_which_they_came(story: Story, face: Face) -> None:
    face.type(f"payment {story.case_id} 123 PLN today confirmation", by=ANA)

    story.world.move(days=4)
    feed(story.world, invoice(), as_of=datetime(2026, 11, 26, 20, 0, tzinfo=UTC))

    assert reported(story).state is PaymentState.OPEN


def test_while_it_is_unknown_whether_it_is_open_nothing_is_found_missing(story: Story, face: Face) -> None:
    face.type(f"payment {story.case_id} 123 PLN today confirmation", by=ANA)

    story.world.move(days=4)
    feed(story.world, as_of=story.world.now)  # an open-items file that does not name the invoice

    assert reported(story).state is PaymentState.OPEN


def test_over_bank_holidays_it_is_waited_for_longer(story: Story, face: Face) -> None:
    """Asked Thursday 29 April 2027 14:00, paid Friday 30 April 9:00, 3 May a holiday, the books of Tuesday 4 May."""
    story.world.now = datetime(2027, 4, 29, 12, 0, tzinfo=UTC)
    story.hear()
    story.approved(face)

    story.world.now = datetime(2027, 4, 30, 7, 0, tzinfo=UTC)
    answer = face.type(f"payment {story.case_id} 123 PLN today confirmation", by=ANA)
    assert reported(story).until == date(2027, 5, 6)
    assert "Mon 3 May" in answer
    story.world.settle()
    story.world.now = datetime(2027, 5, 4, 6, 0, tzinfo=UTC)
    story.hear()
    story.world.settle()

    assert reported(story).state is PaymentState.OPEN
    assert story.newest().state is State.VOIDED
    assert story.status() == "active"


def test_a_credit_note_made_since_is_no_payment(story: Story, face: Face) -> None:
    face.type(f"payment {story.case_id} 50 PLN today confirmation", by=ANA)

    story.world.move(days=1)
    credit = invoice("K/1", issued_on=date(2026, 11, 24), due_on=date(2026, 11, 24), total=-5000, open=0)
    feed(story.world, invoice(open=7300), credit, as_of=story.world.now)

    assert reported(story).state is PaymentState.OPEN


def test_two_payments_are_not_confirmed_by_the_money_of_one(story: Story, face: Face) -> None:
    face.type(f"payment {story.case_id} 60 PLN today first", by=ANA)
    face.type(f"payment {story.case_id} 50 PLN today second", by=ANA)

    story.world.move(days=1)
    story.hear(open=6300)

    assert [reported(story, n).state for n in (1, 2)] == [PaymentState.CONFIRMED, PaymentState.OPEN]


def test_it_may_be_named_by_invoice_and_by_customer(story: Story, face: Face) -> None:
    assert "PAY-1" in face.type("payment F/1 10 PLN today one", by=ANA)
    assert "PAY-2" in face.type("payment Nowak 20 PLN today two", by=ANA)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("payment {case} 0 PLN today proof", "must be above zero"),
        ("payment {case} -5 PLN today proof", "not an amount"),
        ("payment {case} 123 EUR today proof", "This is about PLN"),
        ("payment Nowak 123 EUR today proof", "never billed in EUR"),
        ("payment {case} 123 PLN tomorrow proof", "has not"),
        ("payment F/999 123 PLN today proof", "F/999"),
        ("payment 999 123 PLN today proof", "C-999"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_kept(line: str, says: str, story: Story, face: Face) -> None:
    answer = face.type(line.format(case=story.case_id), by=ANA)

    assert says in answer, str(answer)
    with pytest.raises(DeskError):
        reported(story)


def test_the_form_says_beside_the_field_what_is_wrong_and_keeps_the_rest(story: Story, face: Face) -> None:
    form = face.type(f"payment {story.case_id}", by=ANA)

    again = face.fill(form, by=ANA, amount="12", day="2026-11-23", evidence="confirmation")
    assert "currency" in again.errors["amount"].lower()
    done = face.fill(form, by=ANA, amount="12 PLN", day="2026-11-23", evidence="confirmation")
    assert not done.errors
    assert reported(story).amount == 1200


def test_a_viewer_an_approver_and_finance_cannot_report_one(story: Story, face: Face) -> None:
    for who in (VIC, BEN, FAY):
        assert "needs a role you do not hold" in face.type(f"payment {story.case_id} 1 PLN today proof", by=who)


def test_the_same_payment_is_not_recorded_twice_and_one_can_be_withdrawn(story: Story, face: Face) -> None:
    face.type(f"payment {story.case_id} 123 PLN today proof", by=ANA)
    assert "the same payment" in face.type(f"payment {story.case_id} 123 PLN today again", by=ANA)

    assert "withdrawn" in face.type("withdraw payment PAY-1 it was another customer's", by=ANA)
    assert "settled already" in face.type("withdraw payment 1 once more", by=ANA)
    story.propose(face)
    assert "Approve" in card_of(story, face).buttons


def test_for_money_nobody_owes_there_is_nothing_to_wait_for(story: Story) -> None:
    story.hear(open=0)
    with story.world.house.desk.reading() as connection:
        payer_id = connection.exec_driver_sql("select id from payers").scalar_one()
    report = ReportPayment(payer_id=payer_id, amount=100, currency="PLN", paid_on=date(2026, 11, 23), proof="p")

    with pytest.raises(DeskError, match="nothing_open"):
        story.world.do(report)
