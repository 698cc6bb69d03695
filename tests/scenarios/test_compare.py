"""`compare Nowak 2026-09 2026-10` in both chats: an agent explains a bill to the cent."""

from datetime import date
from decimal import Decimal

from core.customers.commands import AddCustomer
from core.receivables.model import InvoiceFacts, LineFacts
from tests.harness.faces import Face
from tests.harness.receivables import customer_with_payer, feed, invoice
from tests.harness.world import ANA, DORA, World


def line(text: str, quantity: str, net: int, **given: str) -> LineFacts:
    return LineFacts(text=text, quantity=Decimal(quantity), net=net, vat=net * 23 // 100, **given)


def bill(number: str, month: int, *lines: LineFacts, total: int | None = None) -> InvoiceFacts:
    summed = sum(part.net + part.vat for part in lines)
    issued = date(2026, month, 28)
    total = summed if total is None else total
    return invoice(number, issued_on=issued, due_on=date(2026, 12, 31), total=total, open=total, lines=lines)


SEPTEMBER = bill("F/9", 9, line("Microsoft 365 E3", "10", 72000, subscription="S1"), line("Visio", "1", 2000, subscription="S2"))
OCTOBER = bill("F/10", 10, line("Microsoft 365 E3", "12", 90000, subscription="S1"), line("Project", "1", 3000, subscription="S3"))


def test_two_months_are_explained_line_by_line(world: World, face: Face) -> None:
    world.hire(ANA)
    customer_with_payer(world)
    feed(world, SEPTEMBER, OCTOBER)

    seen = face.type("compare Nowak 2026-09 2026-10", by=ANA)

    assert "September 2026: F/9" in seen
    assert "233.70" in seen  # 1,143.90 - 910.20
    assert "As of Mon 23 Nov 2026 07:00 CET" in seen
    assert "quantity 10 → 12: PLN 144.00; unit price PLN 72.00 → PLN 75.00: PLN 36.00" in seen
    assert "Visio: no longer billed, -PLN 20.00" in seen
    assert "Project: new, PLN 30.00" in seen


def test_without_months_the_last_two_are_taken_and_the_order_typed_does_not_matter(world: World, face: Face) -> None:
    world.hire(ANA)
    customer_with_payer(world)
    feed(world, bill("F/8", 8, line("Old", "1", 100)), SEPTEMBER, OCTOBER)

    assert "Nowak: September 2026 and October 2026" in face.type("compare Nowak", by=ANA)
    assert "Nowak: September 2026 and October 2026" in face.type("porównaj nowak 2026-10 2026-09", by=ANA)


def test_several_invoices_of_a_month_are_taken_together_and_what_no_line_says_is_shown(world: World, face: Face) -> None:
    world.hire(ANA)
    customer_with_payer(world)
    feed(world, SEPTEMBER, OCTOBER, bill("F/11", 10, total=501))

    seen = face.type("compare Nowak 2026-09 2026-10", by=ANA)

    assert "October 2026: F/10, F/11" in seen
    assert "PLN 5.01 of the totals is in no line" in seen


def test_a_missing_month_is_said_and_never_taken_for_a_free_one(world: World, face: Face) -> None:
    world.hire(ANA)
    customer_with_payer(world)
    feed(world, SEPTEMBER)

    assert "There is no invoice for October 2026. Known months: September 2026." in face.type("compare Nowak 2026-09 2026-10", by=ANA)

    world.do(AddCustomer(name="Kowalski"))
    assert "No feed has ever named an invoice" in face.type("compare Kowalski", by=ANA)


def test_a_month_that_is_none_is_refused(world: World, face: Face) -> None:
    world.hire(ANA)
    customer_with_payer(world)

    assert "is not a month" in face.type("compare Nowak 13/2026 2026-10", by=ANA)
    assert "Name both months" in face.type("compare Nowak 2026-10", by=ANA)


def test_a_stranger_is_told_nothing_about_a_customers_invoices(world: World, face: Face) -> None:
    customer_with_payer(world)
    feed(world, SEPTEMBER)

    assert "F/9" not in face.type("compare Nowak", by=DORA)
