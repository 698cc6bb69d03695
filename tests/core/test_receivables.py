"""What is owed: older feeds never overwrite newer ones, unknown is not paid, and collection cases follow the money."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.cases.commands import OpenCase
from core.cases.model import Case, Kind, State
from core.cases.queries import case, collection_case
from core.engine import journal
from core.engine.errors import Conflict, DeskError, InvalidInput, NotAllowed
from core.engine.transaction import Actor
from core.receivables.commands import RecordNotice
from core.receivables.model import InvoiceFacts, NoticeKind, NoticeMethod, Position
from core.receivables.queries import notices_of, payer_known_as, position, unlinked_payers
from tests.harness.receivables import AS_OF, TODAY, customer_with_payer, feed, invoice
from tests.harness.world import ANA, VIC, World


def owed(world: World, currency: str = "PLN", external: str = "K-1", today: date = TODAY) -> Position:
    with world.house.desk.reading() as connection:
        payer = payer_known_as(connection, "books", external)
        assert payer is not None
        return position(connection, payer.id, currency, today)


def collection(world: World, currency: str = "PLN") -> Case | None:
    with world.house.desk.reading() as connection:
        payer = payer_known_as(connection, "books", "K-1")
        found = None if payer is None else collection_case(connection, payer.id, currency)
        return None if found is None else case(connection, found)


def opened(world: World, *invoices: InvoiceFacts) -> int:
    customer_with_payer(world)
    feed(world, *(invoices or (invoice(),)))
    found = collection(world)
    assert found is not None
    return found.id


def test_overdue_is_computed_from_due_dates_and_open_amounts(world: World) -> None:
    customer_with_payer(world)
    feed(world, invoice("late", open=100), invoice("today", due_on=TODAY, open=20), invoice("later", due_on=date(2026, 12, 1), open=3))

    found = owed(world)

    assert (found.open, found.overdue, found.earliest_due_on) == (123, 100, date(2026, 10, 15))
    assert owed(world, today=date(2026, 11, 24)).overdue == 120


def test_a_credit_note_lowers_what_is_overdue_and_never_below_nothing(world: World) -> None:
    customer_with_payer(world)
    feed(world, invoice("F/1", open=100), invoice("K/1", total=-300, open=-300))

    assert (owed(world).open, owed(world).overdue) == (-200, 0)
    assert collection(world) is None


def test_an_older_feed_changes_nothing(world: World) -> None:
    customer_with_payer(world)
    feed(world, invoice(open=0))

    outcome = feed(world, invoice(open=12300), as_of=AS_OF - timedelta(seconds=1))

    assert outcome.kind == "unchanged"
    assert (owed(world).open, owed(world).as_of) == (0, AS_OF)


def test_the_same_feed_again_changes_nothing_and_a_newer_one_makes_the_facts_fresher(world: World) -> None:
    customer_with_payer(world)
    feed(world, invoice())

    assert feed(world, invoice()).kind == "unchanged"
    assert feed(world, invoice(), as_of=AS_OF + timedelta(hours=1)).kind == "receivables_recorded"
    assert owed(world).as_of == AS_OF + timedelta(hours=1)


def test_an_invoice_missing_from_open_items_is_unknown_and_from_a_complete_feed_paid(world: World) -> None:
    customer_with_payer(world)
    feed(world, invoice("F/1"), invoice("F/2"))

    feed(world, invoice("F/1"), as_of=AS_OF + timedelta(minutes=1))
    assert (owed(world).unknown, owed(world).overdue) == (("F/2",), 12300)

    feed(world, invoice("F/1"), as_of=AS_OF + timedelta(minutes=2), complete=True)
    assert (owed(world).unknown, owed(world).overdue) == ((), 12300)


def test_a_paid_invoice_stays_paid_when_open_items_no_longer_name_it(world: World) -> None:
    customer_with_payer(world)
    feed(world, invoice("F/1", open=0), invoice("F/2"))

    feed(world, invoice("F/2"), as_of=AS_OF + timedelta(minutes=1))

    assert owed(world).unknown == ()


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ([invoice(open=12301)], "invoice_open_above_total"),
        ([invoice(open=-1)], "invoice_open_above_total"),
        ([invoice(), invoice()], "invoice_twice"),
        ([invoice(currency="zł")], "invoice_currency"),
        ([invoice(" ")], "invoice_without_number"),
    ],
)
def test_facts_that_contradict_themselves_are_refused_whole(world: World, wrong: Iterable[InvoiceFacts], kind: str) -> None:
    with pytest.raises(InvalidInput, match=kind):
        feed(world, invoice("good"), *wrong)

    with world.house.desk.reading() as connection:
        assert payer_known_as(connection, "books", "K-1") is None


def test_facts_from_the_future_are_refused_because_they_would_block_all_true_ones(world: World) -> None:
    with pytest.raises(InvalidInput, match="as_of_in_future"):
        feed(world, invoice(), as_of=world.now + timedelta(minutes=6))


def test_only_a_feed_may_report_and_only_for_itself(world: World) -> None:
    world.hire(ANA)

    with pytest.raises(NotAllowed):
        feed(world, invoice(), by=Actor("staff:1", "slack"))
    with pytest.raises(NotAllowed):
        feed(world, invoice(), by=Actor("connection:helpdesk", "webhook"))
    assert feed(world, invoice(), by=Actor("connection:books", "webhook")).kind == "receivables_recorded"


def test_an_unlinked_payer_opens_no_case_until_a_person_links_it(world: World) -> None:
    feed(world, invoice())
    with world.house.desk.reading() as connection:
        assert [payer.external for payer in unlinked_payers(connection)] == ["K-1"]
    assert collection(world) is None

    customer_id = customer_with_payer(world, external="k-1")

    found = collection(world)
    assert found is not None
    assert (found.kind, found.customer_id) == (Kind.COLLECTION, customer_id)
    with world.house.desk.reading() as connection:
        assert unlinked_payers(connection) == []


def test_one_collection_case_opens_per_currency_and_only_for_what_is_overdue(world: World) -> None:
    customer_with_payer(world)

    feed(world, invoice("F/1"), invoice("F/2"), invoice("F/3", currency="EUR"), invoice("F/4", currency="USD", due_on=date(2026, 12, 1)))
    feed(world, invoice("F/1"), invoice("F/2"), invoice("F/3", currency="EUR"), as_of=AS_OF + timedelta(hours=1))

    found = [collection(world, currency) for currency in ("PLN", "EUR", "USD")]
    assert found[0] is not None
    assert found[1] is not None
    assert found[2] is None
    assert {f.id for f in found if f} == {found[0].id, found[1].id}


def test_a_case_opens_when_the_due_date_passes_at_the_customers_and_no_feed_comes(world: World) -> None:
    customer_with_payer(world)
    feed(world, invoice(due_on=TODAY))
    assert collection(world) is None

    world.now = datetime(2026, 11, 23, 22, 59, tzinfo=UTC)
    world.settle()
    assert collection(world) is None
    world.move(minutes=1)  # midnight in Warsaw

    assert collection(world) is not None


def test_payment_resolves_the_case_and_a_new_debt_opens_another(world: World) -> None:
    first = opened(world)

    feed(world, invoice(open=0), as_of=AS_OF + timedelta(hours=1))

    with world.house.desk.reading() as connection:
        assert case(connection, first).state is State.RESOLVED
        assert journal.broken_links(connection, f"case:{first}") == []
    feed(world, invoice(open=0), invoice("F/2"), as_of=AS_OF + timedelta(hours=2))
    second = collection(world)
    assert second is not None
    assert second.id != first


def test_unknown_is_not_paid_so_the_case_stays_open(world: World) -> None:
    first = opened(world, invoice("F/1"), invoice("F/2"))

    feed(world, invoice("F/2", open=0), as_of=AS_OF + timedelta(hours=1))

    with world.house.desk.reading() as connection:
        assert case(connection, first).state is State.NEW


def notice(case_id: int, **given: Any) -> RecordNotice:
    facts: dict[str, Any] = {
        "kind": NoticeKind.FINAL, "sent_on": date(2026, 11, 10), "recipient": "ALA@nowak.example", "method": NoticeMethod.EMAIL,
        "proof": "250 2.0.0 accepted, id 7f3a",
    }  # fmt: skip
    return RecordNotice(case_id=case_id, **(facts | given))


def test_a_notice_is_kept_with_its_proof(world: World) -> None:
    case_id = opened(world)
    world.hire(ANA)

    world.do(notice(case_id), Actor("staff:1", "slack"))

    with world.house.desk.reading() as connection:
        [kept] = notices_of(connection, case_id)
    assert (kept.kind, kept.proof, kept.recorded_by, kept.to_contact) == (NoticeKind.FINAL, "250 2.0.0 accepted, id 7f3a", "staff:1", True)


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"sent_on": date(2026, 11, 24)}, "notice_in_future"),
        ({"recipient": "Ala"}, "notice_address"),
        ({"recipient": " ", "method": NoticeMethod.LETTER}, "field_missing"),
        ({"proof": "  "}, "field_missing"),
    ],
)
def test_a_notice_without_its_facts_is_refused(world: World, wrong: dict[str, Any], kind: str) -> None:
    case_id = opened(world)

    with pytest.raises(InvalidInput, match=kind):
        world.do(notice(case_id, **wrong))


def test_a_notice_belongs_to_an_open_collection_case(world: World) -> None:
    question = world.do(OpenCase(title="Why?")).ids["case_id"]
    with pytest.raises(Conflict, match="notice_needs_collection"):
        world.do(notice(question))

    case_id = opened(world)
    feed(world, invoice(open=0), as_of=AS_OF + timedelta(hours=1))
    with pytest.raises(Conflict, match="notice_case_closed"):
        world.do(notice(case_id))


def test_a_viewer_may_not_record_a_notice(world: World) -> None:
    case_id = opened(world)
    world.hire(VIC)

    with pytest.raises(DeskError, match="not_allowed"):
        world.do(notice(case_id), Actor("staff:1", "teams"))
