"""A customer's statement and the ages of what is open: every sum adds up, currencies apart, privately, for those who may see it."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from core.customers.commands import AddCustomer, ConfirmLink
from core.customers.model import LinkKind
from core.receivables.aging import Aged, aging, bucket, together
from core.receivables.queries import payers_of, position
from core.receivables.statement import Entered, Statement, statement
from tests.harness.faces import Face
from tests.harness.receivables import customer_with_payer, feed, invoice
from tests.harness.world import ADA, ANA, BEN, FAY, VIC, World

FIRST = date(2026, 9, 1)


@pytest.fixture
def books(world: World) -> int:
    """Two invoices, a part paid, a credit note, and euros beside them."""
    world.hire(ADA, ANA, BEN, FAY, VIC)
    customer_id = customer_with_payer(world)
    september = {"issued_on": date(2026, 9, 1), "due_on": date(2026, 9, 15)}
    feed(
        world, invoice("F/9", total=50000, open=40000, document="https://books.example/F-9.pdf", **september),
        invoice("F/10", total=30000, open=30000), invoice("E/1", currency="EUR", total=9900, open=9900, due_on=date(2026, 12, 31)),
    )  # fmt: skip
    world.now += timedelta(days=1)
    credit = invoice("K/1", issued_on=date(2026, 11, 24), due_on=date(2026, 11, 24), total=-5000, open=-5000)
    feed(
        world, invoice("F/9", total=50000, open=0, **september), invoice("F/10", total=30000, open=30000), credit,
        invoice("E/1", currency="EUR", total=9900, open=9900, due_on=date(2026, 12, 31)), as_of=world.now,
    )  # fmt: skip
    return customer_id


def made(world: World, customer_id: int, currency: str = "PLN", since: date = FIRST) -> Statement:
    with world.house.desk.reading() as connection:
        return statement(connection, payers_of(connection, customer_id)[0], currency, since, "Europe/Warsaw")


def test_every_line_leads_to_the_balance_that_is_open(world: World, books: int) -> None:
    found = made(world, books)

    assert [(e.what, e.number, e.amount) for e in found.entries] == [
        (Entered.INVOICE, "F/9", 50000),
        (Entered.EARLIER, "F/9", -10000),
        (Entered.INVOICE, "F/10", 30000),
        (Entered.CREDIT, "K/1", -5000),
        (Entered.PAID, "F/9", -40000),
    ]
    assert [e.balance for e in found.entries] == [50000, 40000, 70000, 65000, 25000]
    with world.house.desk.reading() as connection:
        assert found.closing == position(connection, payers_of(connection, books)[0].id, "PLN", date(2026, 11, 24)).open


def test_what_was_before_is_in_the_opening_balance(world: World, books: int) -> None:
    found = made(world, books, since=date(2026, 10, 1))

    assert (found.opening, found.closing) == (40000, 25000)
    assert [e.number for e in found.entries] == ["F/10", "K/1", "F/9"]


def test_a_credit_note_that_is_used_up_changes_no_balance(world: World, books: int) -> None:
    before = made(world, books).closing
    world.now += timedelta(days=1)
    used = invoice("K/1", issued_on=date(2026, 11, 24), due_on=date(2026, 11, 24), total=-5000, open=0)

    feed(world, invoice("F/10", total=30000, open=25000), used, as_of=world.now, complete=True)

    found = made(world, books)
    assert found.closing == before == 25000
    assert {(e.what, e.amount) for e in found.entries[-2:]} == {(Entered.SET_OFF, 5000), (Entered.PAID, -5000)}


def test_a_feed_that_takes_a_payment_back_raises_the_balance_again_and_an_older_one_does_nothing(world: World, books: int) -> None:
    world.now += timedelta(days=1)
    feed(world, invoice("F/9", total=50000, open=50000, issued_on=FIRST, due_on=date(2026, 9, 15)), as_of=world.now)
    feed(world, invoice("F/9", total=50000, open=0, issued_on=FIRST, due_on=date(2026, 9, 15)), as_of=world.now - timedelta(hours=1))

    assert sum(e.amount for e in made(world, books).entries if e.number == "F/9") == 50000


def test_what_no_feed_names_is_said_to_be_unknown_and_stays_as_it_was_last_heard(world: World, books: int) -> None:
    world.now += timedelta(days=1)
    feed(world, as_of=world.now)

    found = made(world, books)
    assert found.unknown == ("F/10", "K/1")
    assert found.closing == 25000


def test_it_is_shown_in_both_chats_with_its_as_of_and_links(world: World, books: int, face: Face) -> None:
    face.type("promise Nowak 100 PLN tomorrow by bank", by=ANA)

    seen = face.type("statement Nowak 2026-09", by=VIC)

    for part in ("Statement: Nowak", "700.00", "250.00", "Paid before", "Credit note", "P-1", "99.00"):
        assert part in seen, part
    assert "https://books.example/F-9.pdf" in str(seen.raw)
    assert "Zestawienie" in face.type("zestawienie Nowak", by=VIC) or "Statement" in face.type("zestawienie Nowak", by=VIC)


@pytest.mark.parametrize(
    ("late", "name"),
    [(-1, "not_due"), (0, "not_due"), (1, "1_30"), (30, "1_30"), (31, "31_60"), (60, "31_60"), (61, "61_90"), (90, "61_90"), (91, "90_up")],
)
def test_the_edges_of_the_buckets(late: int, name: str) -> None:
    assert bucket(date(2026, 11, 23) - timedelta(days=late), date(2026, 11, 23)) == name


def test_currencies_are_never_added_up_and_customers_are(world: World, books: int) -> None:
    other = world.do(AddCustomer(name="Other")).ids["customer_id"]
    world.do(ConfirmLink(customer_id=other, kind=LinkKind.PAYER, connection="books", external="K-9"))
    feed(world, invoice("X/1", total=1000, open=1000, due_on=date(2026, 11, 1)), external="K-9", as_of=world.now - timedelta(hours=3))

    with world.house.desk.reading() as connection:
        lines = aging(connection, world.now)

    by = {(line.name, line.currency): line for line in lines}
    assert by["Nowak", "PLN"].buckets == {"not_due": 0, "1_30": 0, "31_60": 30000, "61_90": 0, "90_up": 0}
    assert (by["Nowak", "PLN"].credit, by["Nowak", "EUR"].buckets["not_due"]) == (-5000, 9900)
    whole = {each.currency: each for each in together(lines)}
    assert (whole["PLN"].owed, whole["PLN"].overdue, whole["EUR"].overdue) == (31000, 31000, 0)
    assert whole["PLN"].as_of == world.now - timedelta(hours=3)


def test_the_day_at_the_customer_s_decides(world: World) -> None:
    world.hire(ANA)
    customer_with_payer(world)
    world.now = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # the 24th in Warsaw
    feed(world, invoice(due_on=date(2026, 11, 23)), as_of=world.now)

    with world.house.desk.reading() as connection:
        assert [line.buckets["1_30"] for line in aging(connection, world.now)] == [12300]


def test_everybody_s_together_is_for_those_who_collect_and_one_customer_s_for_whoever_may_read(
    world: World, books: int, face: Face
) -> None:
    for who in (ANA, FAY):
        seen = face.type("aging", by=who)
        assert "all customers" in seen
        assert "Nowak" in seen
    for who in (VIC, BEN, ADA):
        assert "Nothing was shown" in face.type("aging", by=who)
        assert "31–60" in face.type("aging Nowak", by=who)


def test_the_bars_have_their_figures_beside_them(world: World, books: int, face: Face) -> None:
    seen = str(face.type("aging Nowak", by=VIC))

    assert re.search(r"31–60\D+300\.00\D+100 %\s+.*█{16}", seen, re.DOTALL), seen
    assert "99.00" in seen


def test_nothing_known_is_said_plainly(world: World, face: Face) -> None:
    world.hire(ANA)
    world.do(AddCustomer(name="Empty"))

    assert "No payer is linked" in face.type("statement Empty", by=ANA)
    assert "Nothing is open" in face.type("aging Empty", by=ANA)
    assert "nobody" not in str(face.type("aging", by=ANA))
    assert Aged(currency="PLN", as_of=world.now).owed == 0
