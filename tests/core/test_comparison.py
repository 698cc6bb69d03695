"""Two months side by side: whatever the invoices, the differences add up to the cent."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.receivables.comparison import compare, match
from core.receivables.model import Invoice, Line

AMOUNTS = st.integers(-10_000_000, 10_000_000)
TEXTS = st.sampled_from(["", "Microsoft 365 E3", "microsoft 365  e3", "Azure 09/2026", "Azure 10/2026", "Support"])
LINES = st.builds(
    Line, text=TEXTS, product=st.sampled_from(["", "P1", "P2"]), subscription=st.sampled_from(["", "S1", "S2"]),
    quantity=st.decimals(-1000, 1000, places=3), net=AMOUNTS, vat=AMOUNTS,
)  # fmt: skip


def invoice(*lines: Line, total: int | None = None, currency: str = "PLN", number: str = "F/1") -> Invoice:
    summed = sum(line.net + line.vat for line in lines)
    day = date(2026, 9, 30)
    return Invoice(
        id=1, number=number, currency=currency, issued_on=day, due_on=day, month="2026-09", total=summed if total is None else total,
        open=0, lines=lines,
    )  # fmt: skip


INVOICES = st.builds(
    lambda lines, total, currency: invoice(*lines, total=total, currency=currency),
    st.lists(LINES, max_size=6), AMOUNTS, st.sampled_from(["PLN", "EUR"]),
)  # fmt: skip


def line(text: str = "Microsoft 365 E3", quantity: str = "10", net: int = 72000, **given: str) -> Line:
    facts = {"product": "", "subscription": ""} | given
    return Line(text=text, quantity=Decimal(quantity), net=net, vat=net * 23 // 100, **facts)


@given(st.lists(INVOICES, max_size=4), st.lists(INVOICES, max_size=4))
def test_the_differences_add_up_to_the_difference_of_the_totals(before: list[Invoice], after: list[Invoice]) -> None:
    for found in compare(before, after):
        assert sum(c.gross for c in found.changes) + found.unitemised == found.difference
        assert sum(c.net for c in found.changes) == found.after.net - found.before.net
        assert sum(c.vat for c in found.changes) == found.after.vat - found.before.vat


@given(st.lists(LINES, max_size=8), st.lists(LINES, max_size=8))
def test_every_line_appears_exactly_once(before: list[Line], after: list[Line]) -> None:
    found = match(before, after)

    assert sorted(id(c.before) for c in found if c.before) == sorted(id(x) for x in before)
    assert sorted(id(c.after) for c in found if c.after) == sorted(id(x) for x in after)


@given(st.lists(LINES, max_size=4), st.lists(LINES, max_size=4))
def test_the_effects_of_quantity_and_price_make_the_net_difference(before: list[Line], after: list[Line]) -> None:
    for change in match(before, after):
        if change.effects is not None:
            assert sum(change.effects) == change.net


def test_more_seats_at_a_higher_price_are_told_apart() -> None:
    [change] = match([line(quantity="10", net=72000)], [line(quantity="12", net=90000)])

    assert change.effects == (14400, 3600)  # two more seats at 72.00; 3.00 more for each of twelve


def test_a_subscription_is_the_surest_sign_and_a_text_that_only_names_another_month_the_last() -> None:
    before = [line("E3 September", subscription="S1"), line("E3", subscription="S2"), line("Hosting 09/2026", net=100)]
    after = [line("E3", subscription="S1"), line("Hosting 10/2026", net=150), line("E3 October", subscription="S2")]

    pairs = {(c.before.text, c.after.text) for c in match(before, after) if c.before and c.after}

    assert pairs == {("E3 September", "E3"), ("E3", "E3 October"), ("Hosting 09/2026", "Hosting 10/2026")}


def test_lines_of_other_subscriptions_are_never_taken_for_each_other() -> None:
    found = match([line(subscription="S1", product="P1")], [line(subscription="S2", product="P1")])

    assert [(c.before is None, c.after is None) for c in found] in ([(True, False), (False, True)], [(False, True), (True, False)])


def test_currencies_are_compared_apart() -> None:
    found = compare([invoice(line()), invoice(line(net=5), currency="EUR")], [invoice(line())])

    assert [(c.currency, c.difference) for c in found] == [("EUR", -6), ("PLN", 0)]
