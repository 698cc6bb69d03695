"""Microsoft's own worked examples, and until when something can still be cancelled."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.charges.cycles import first_cycle
from core.charges.proration import Cycle, monthly_cycle, prorate
from core.charges.windows import Act, Refund, windows
from core.customers.resources import facts
from playground.partner_center.fixtures import subscription

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CENT = Decimal("0.01")
# https://learn.microsoft.com/partner-center/billing/common-billing-scenarios-onetime-recurring
JUNE = Cycle(first=date(2021, 6, 18), last=date(2021, 7, 17))
MARCH = Cycle(first=date(2021, 3, 5), last=date(2021, 4, 4))


def test_two_seats_more_are_given_back_and_charged_anew() -> None:
    back, new = (prorate(unit_price=Decimal("10.08"), cycle=JUNE, on=date(2021, 6, 20), quantity=seats) for seats in (-10, 12))

    assert (JUNE.days, back.billed_days) == (30, 28)
    assert back.effective_unit_price == Decimal("9.408")
    assert back.total == Decimal("-94.08")
    assert new.total == Decimal("112.896")  # the page prints 112.89
    assert abs(new.total - Decimal("112.89")) <= CENT


def test_a_cycle_of_31_days() -> None:
    part = prorate(unit_price=Decimal("12.00"), cycle=MARCH, on=date(2021, 3, 7), quantity=1)

    assert (part.cycle_days, part.billed_days) == (31, 29)
    assert part.effective_unit_price.quantize(Decimal("0.0001")) == Decimal("11.2258")
    assert abs(part.total - Decimal("11.23")) <= CENT


def test_cancelling_on_the_third_day() -> None:
    cycle = monthly_cycle(date(2021, 5, 1))
    part = prorate(unit_price=Decimal("10.08"), cycle=cycle, on=date(2021, 5, 3), quantity=-10)

    assert (part.cycle_days, part.billed_days) == (31, 29)
    assert abs(part.total + Decimal("94.2")) <= Decimal("0.1")  # the page prints 94.2; its own formula gives 94.297


def test_a_cycle_has_the_days_of_the_month_it_starts_in() -> None:
    assert monthly_cycle(date(2021, 2, 21)) == Cycle(first=date(2021, 2, 21), last=date(2021, 3, 20))
    assert monthly_cycle(date(2021, 2, 21)).days == 28
    assert monthly_cycle(date(2024, 2, 21)).days == 29


@given(st.dates(date(2020, 1, 1), date(2099, 1, 1)), st.integers(0, 27), st.integers(1, 5000), st.decimals("0.01", "9999", places=2))
def test_what_is_charged_and_given_back_is_the_whole_cycle(first: date, after: int, seats: int, price: Decimal) -> None:
    cycle = monthly_cycle(first)
    on = first + timedelta(days=after)
    used = price / cycle.days * after * seats

    assert abs(used + prorate(unit_price=price, cycle=cycle, on=on, quantity=seats).total - price * seats) < Decimal("1e-9")


def test_no_day_outside_its_cycle() -> None:
    for day in (JUNE.first - timedelta(days=1), JUNE.last + timedelta(days=1)):
        with pytest.raises(ValueError, match="outside"):
            prorate(unit_price=Decimal(1), cycle=JUNE, on=day, quantity=1)
    with pytest.raises(ValueError, match="cannot end"):
        Cycle(first=JUNE.last, last=JUNE.first)


def bought(hours: float, kind: str = "new_commerce", **fields: object) -> dict[str, object]:
    """A subscription bought so long ago."""
    at = NOW - timedelta(hours=hours)
    said = {
        "effectiveStartDate": at.isoformat(), "cancellationAllowedUntilDate": "0001-01-01T00:00:00", "refundOptions": [],
    } | fields  # fmt: skip
    return subscription(kind, now=NOW, customer="c", **said)


def test_a_licence_can_be_cancelled_fully_for_a_day_and_in_part_for_a_week() -> None:
    young, older, old = (windows(bought(hours), NOW) for hours in (1, 25, 169))

    assert [(w.act, w.refund, w.until) for w in young] == [
        (Act.CANCEL, Refund.FULL, NOW + timedelta(hours=23)), (Act.CANCEL, Refund.PRORATED, NOW + timedelta(hours=167)),
    ]  # fmt: skip
    assert [w.refund for w in older] == [Refund.PRORATED]
    assert old == []
    assert all(not w.stated for w in young)


def test_what_the_subscription_says_itself_comes_before_the_rule() -> None:
    options = [{"type": "Full", "expiresAt": "2026-11-23T10:00:00Z"}]
    said = bought(25, cancellationAllowedUntilDate="2026-11-24T20:39:17.182697Z", refundOptions=options)
    full, part = windows(said, NOW)

    assert (full.refund, full.until, full.stated) == (Refund.FULL, datetime(2026, 11, 23, 10, tzinfo=UTC), True)
    assert (part.refund, part.until.day, part.stated) == (Refund.PRORATED, 24, True)


def test_every_increase_of_seats_has_its_own_window() -> None:
    moments = ((3, "2026-11-25T10:00:00Z"), ("2", "2026-11-24T10:00:00"), (9, "2026-11-01T10:00:00Z"), (1, "0001-01-01T00:00:00"))
    details = [*({"quantity": seats, "allowedUntilDateTime": until} for seats, until in moments), "?"]
    found = windows(bought(500, refundableQuantity={"totalQuantity": 5, "details": details}), NOW)

    assert [(w.act, w.quantity, w.until.day) for w in found] == [(Act.REDUCE, 2, 24), (Act.REDUCE, 3, 25)]


def test_nothing_is_promised_for_what_cannot_be_told() -> None:
    assert windows(bought(1, "trial"), NOW) == []
    assert windows(bought(1, "azure_plan"), NOW) == []
    assert windows(bought(1, productType={"id": "Software"}), NOW) == []
    assert [w.rule for w in windows(bought(1, "legacy"), NOW)] == ["legacy_full"]


def test_every_window_closes_at_its_last_moment_and_not_a_day_early() -> None:
    for kind, hours, what in (("new_commerce", 24, Refund.FULL), ("new_commerce", 168, Refund.PRORATED), ("legacy", 720, Refund.FULL)):
        before, after = (windows(bought(hours + shift, kind), NOW) for shift in (-0.001, 0))
        assert what in {w.refund for w in before}, (kind, hours)
        assert what not in {w.refund for w in after}, (kind, hours)


# https://learn.microsoft.com/partner-center/developer/subscription-resources: the sample's own values, shortened
SAMPLE = {
    "id": "a4c1340d-6911-4758-bba3-0c4c6007d161", "productType": {"id": "OnlineServicesNCE"}, "quantity": 15, "status": "active",
    "effectiveStartDate": "2021-01-14T16:57:14.498252Z", "commitmentEndDate": "2022-01-13T00:00:00Z",
    "commitmentEndDateTime": "2022-01-13T23:59:59Z", "autoRenewEnabled": True, "isTrial": False, "billingCycle": "monthly",
    "termDuration": "P1Y", "refundOptions": [{"type": "Full", "expiresAt": "2021-01-15T00:00:00Z"}],
    "refundableQuantity": {"totalQuantity": 10, "details": [{"quantity": 10, "allowedUntilDateTime": "2021-01-24T20:39:17.182697Z"}]},
}  # fmt: skip


def test_microsofts_own_sample_has_its_windows_its_first_cycle_and_its_inclusive_end() -> None:
    bought_at = datetime(2021, 1, 14, 16, 57, 14, 498252, tzinfo=UTC)

    assert [(w.act, w.refund, w.quantity, w.until, w.stated) for w in windows(SAMPLE, bought_at + timedelta(minutes=3))] == [
        (Act.CANCEL, Refund.FULL, 0, datetime(2021, 1, 15, tzinfo=UTC), True),
        (Act.CANCEL, Refund.PRORATED, 0, bought_at + timedelta(hours=168), False),
        (Act.REDUCE, Refund.PRORATED, 10, datetime(2021, 1, 24, 20, 39, 17, 182697, tzinfo=UTC), True),
    ]
    assert facts(SAMPLE).term_end_at == datetime(2022, 1, 13, 23, 59, 59, tzinfo=UTC)  # inclusive: it renews on the 14th
    assert first_cycle(SAMPLE) == Cycle(first=date(2021, 1, 14), last=date(2021, 2, 13))  # 31 days, as January has
