"""What each way leaves on the partner's books, reckoned by hand beside it; and the files that the price comes from."""

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.charges.books import left_by
from core.charges.levers import Way, levers
from core.charges.prices import Price
from core.charges.proration import Cycle
from core.customers.resources import facts
from playground.partner_center.fixtures import subscription
from webhooks.partner_center.reconciliation import Unreadable, read

BOUGHT = datetime(2026, 11, 21, 9, tzinfo=UTC)
NOW = BOUGHT + timedelta(days=2)  # 23 Nov: two days of the first cycle are used
NOVEMBER = Cycle(first=date(2026, 11, 21), last=date(2026, 12, 20))  # 30 days


def price(unit: str = "10.08", cycle: Cycle = NOVEMBER, currency: str = "PLN") -> Price:
    return Price(unit=Decimal(unit), currency=currency, cycle=cycle, quantity=15, invoice="G000773581", as_of=NOW)


def bought(at: datetime = BOUGHT, *, ends: str = "2027-11-20", kind: str = "new_commerce", **fields: Any) -> dict[str, Any]:
    """Bought then, for a term that ends on that day."""
    term = {"effectiveStartDate": at.isoformat(), "commitmentEndDate": f"{ends}T00:00:00Z", "commitmentEndDateTime": f"{ends}T23:59:59Z"}
    until = {"cancellationAllowedUntilDate": (at + timedelta(days=7)).isoformat()}
    return subscription(kind, now=NOW, customer="c", **{"refundOptions": [], **term, **until, **fields})


def lefts(resource: dict[str, Any], cost: Price, now: datetime = NOW) -> dict[str, int | None]:
    """Minor units by way."""
    said = facts(resource)
    return {
        each.way.value: left.minor if (left := left_by(each, cost, said, resource, now)) else None for each in levers(resource, said, now)
    }


def test_in_the_first_week_of_a_year_every_way_has_its_amount() -> None:
    resource = bought(
        refundOptions=[{"type": "Full", "expiresAt": (NOW + timedelta(hours=1)).isoformat()}],
        refundableQuantity={"totalQuantity": 5, "details": [{"quantity": 5, "allowedUntilDateTime": "2026-11-28T09:00:00Z"}]},
    )

    assert lefts(resource, price()) == {
        "cancel_full": 0,
        "cancel_prorated": 1008 * 15 - 940 * 15,  # 28 of 30 days come back: 10.08 / 30 × 28 = 9.408, down to 9.40
        "reduce": 1008 * 15 - 940 * 5 + 1008 * 10 * 11,
        "term_end": 1008 * 15 * 12,
        "suspend_saves_nothing": 1008 * 15 * 12,
    }


def test_half_a_year_later_what_is_left_is_counted_from_the_cycle_that_runs() -> None:
    later = datetime(2027, 5, 20, 12, tzinfo=UTC)  # the last day of the cycle that began on 21 April: 7 cycles are left

    assert lefts(bought(), price(), later) == {"term_end": 1008 * 15 * 7, "suspend_saves_nothing": 1008 * 15 * 7}


def test_a_term_cut_short_ends_with_a_part_of_a_cycle() -> None:
    resource = bought(ends="2027-02-28")  # made to end with something else: 21 Nov, 21 Dec, 21 Jan whole, 21 to 28 Feb 8 of 28 days

    assert lefts(resource, price())["term_end"] == 1008 * 15 * 3 + 288 * 15  # 10.08 / 28 × 8 = 2.88


def test_a_year_paid_at_once_and_a_month_at_a_time() -> None:
    year = Cycle(first=date(2026, 11, 21), last=date(2027, 11, 20))
    assert lefts(bought(billingCycle="annual"), price("120", year)) == {
        "cancel_prorated": 12000 * 15 - 11934 * 15,  # 363 of 365 days: 119.342…
        "term_end": 12000 * 15, "suspend_saves_nothing": 12000 * 15,
    }  # fmt: skip
    month = bought(ends="2026-12-20", termDuration="P1M")
    assert lefts(month, price())["term_end"] == 1008 * 15


def test_legacy_stops_being_billed() -> None:
    resource = bought(kind="legacy", commitmentEndDateTime="2027-11-20T23:59:59Z")

    assert lefts(resource, price())["suspend_saves"] == (1008 - 940) * 15


@pytest.mark.parametrize(
    ("resource", "cost"),
    [
        (
            bought(),
            price(cycle=Cycle(first=date(2025, 11, 1), last=date(2025, 11, 30))),
        ),  # of the term before: it may cost something else now
        (bought(termDuration=""), price()),
        (bought(), price(cycle=Cycle(first=date(2026, 12, 21), last=date(2027, 1, 20)))),  # of a cycle to come
        (bought(commitmentEndDate="", commitmentEndDateTime=""), price()),
    ],
)
def test_what_cannot_be_told_is_not_guessed(resource: dict[str, Any], cost: Price) -> None:
    assert {amount for way, amount in lefts(resource, cost).items() if way != Way.CANCEL_FULL} == {None}


def test_currencies_without_cents() -> None:
    assert lefts(bought(), price("1008.9", currency="JPY"))["term_end"] == 1008 * 15 * 12


LINE = {
    "CustomerId": "T-1", "SubscriptionId": "S-1", "ChargeType": "cycleCharge", "EffectiveUnitPrice": "10.08", "Currency": "PLN",
    "ChargeStartDate": "11/21/2026", "ChargeEndDate": "12/20/2026", "BillableQuantity": "15", "InvoiceNumber": "G1",
}  # fmt: skip


def sheet(*lines: dict[str, str]) -> bytes:
    """As Partner Center writes it."""
    return "\ufeff".encode() + "\r\n".join([",".join(lines[0]), *(",".join(line.values()) for line in lines)]).encode()


def test_only_whole_cycles_of_a_purchase_a_renewal_or_a_cycle_name_a_price() -> None:
    others = ({"ChargeType": "removeQuantity"}, {"ChargeEndDate": "12/10/2026"}, {"BillableQuantity": "-15"}, {"EffectiveUnitPrice": "0"})
    found = read(sheet(LINE, *(LINE | other for other in others), LINE | {"ChargeStartDate": "yesterday"}))

    assert [(each.unit, each.first, each.last, each.quantity, each.invoice) for each in found.charged] == [
        (Decimal("10.08"), date(2026, 11, 21), date(2026, 12, 20), 15, "G1")
    ]
    assert (found.others, found.wrong) == (4, (7,))


def test_an_export_of_json_lines_is_read_too_and_another_currency_is_turned_into_the_bills() -> None:
    line = {name[0].lower() + name[1:]: value for name, value in LINE.items()} | {
        "effectiveUnitPrice": 2.5, "pctoBCExchangeRate": 4.0321, "billableQuantity": 3, "chargeType": "new",
        "chargeStartDate": "2026-11-21T00:00:00Z", "chargeEndDate": "2026-12-20T00:00:00Z", "invoiceNumber": None,
    }  # fmt: skip
    (each,) = read(gzip.compress(json.dumps(line).encode() + b"\n")).charged

    assert (each.unit, each.quantity, each.invoice) == (Decimal("10.08025"), 3, "")


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\x1f\x8bnothing", b"Invoice;Amount\r\n1;2\r\n", b'{"a": \n', b'{"CustomerId": "T"}'])
def test_what_is_no_reconciliation_is_refused_whole(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data)
