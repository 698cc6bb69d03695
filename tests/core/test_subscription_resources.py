"""Reading what Partner Center writes: any fraction, any zone, no date, text for numbers, words nobody knows yet."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.customers.model import SubscriptionKind
from core.customers.resources import facts, kind, moment, number, tick
from playground.partner_center.fixtures import KINDS, subscription

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OFFSETS = st.integers(min_value=-14 * 60, max_value=14 * 60)
MOMENTS = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(9998, 12, 30))  # noqa: DTZ001 (hypothesis adds the zone itself)


def written(at: datetime, digits: int, zone: str) -> str:
    """As .NET writes a moment: `digits` fractional digits, 0 to 7, cut off and not rounded."""
    fraction = f".{at.microsecond:06d}0"[: digits + 1] if digits else ""
    return at.strftime("%Y-%m-%dT%H:%M:%S") + fraction + zone


@given(at=MOMENTS, digits=st.integers(min_value=0, max_value=7), zone=st.sampled_from(["Z", "", "+00:00", "z"]))
def test_a_moment_is_read_with_any_number_of_digits_and_without_a_zone_it_is_utc(at: datetime, digits: int, zone: str) -> None:
    kept = at.microsecond - at.microsecond % 10 ** max(0, 6 - digits)

    assert moment(written(at, digits, zone)) == at.replace(microsecond=kept, tzinfo=UTC)


@given(at=MOMENTS, minutes=OFFSETS)
def test_an_offset_is_taken_into_account(at: datetime, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    whole = at.replace(microsecond=0, tzinfo=zone)

    assert moment(whole.isoformat()) == whole


@given(st.text(max_size=40))
def test_nothing_that_is_written_there_can_stop_the_reading(text: str) -> None:
    found = moment(text)

    assert found is None or found.tzinfo is not None


@pytest.mark.parametrize(
    "empty", ["", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z", "0001-01-01", "2026-13-01", "2026-02-30T10:00:00Z", "soon"]
)
def test_an_empty_or_impossible_date_is_none(empty: str) -> None:
    assert moment(empty) is None


def test_numbers_come_as_text_too() -> None:
    assert [number(found) for found in (25, "25", "25.0", 25.0)] == [25] * 4
    assert [number(found) for found in ("", None, True, "many", "1e400", "1.0e400", float("nan"))] == [0] * 7


def test_ticks_come_as_text_too() -> None:
    assert [tick(x) for x in (True, "true", "False", None, "maybe")] == [True, True, False, None, None]


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_is_told_from_the_resource(name: str) -> None:
    more = {"parentSubscriptionId": "5c8b3a1e-0000-4000-8000-000000000001"} if name == "addon" else {}

    assert kind(subscription(name, now=NOW, customer="c", **more)) == SubscriptionKind(name)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"isTrial": "true"}, "trial"),
        ({"billingType": "usage"}, "azure_plan"),
        ({"productType": {"id": "Software"}}, "other"),
        ({"productType": {"id": "SomethingNew"}}, "other"),
        ({"productType": "OnlineServicesNCE"}, "new_commerce"),
        ({"productType": None}, "legacy"),
        ({"isTrial": True, "parentSubscriptionId": "x"}, "trial"),
    ],
)
def test_odd_resources_get_the_cautious_kind(more: dict[str, object], expected: str) -> None:
    assert kind(subscription("new_commerce", now=NOW, customer="c", **more)) == expected


def test_the_term_ends_with_its_last_day() -> None:
    timed = facts(subscription("new_commerce", now=NOW, customer="c", commitmentEndDateTime="2027-01-13T23:59:59Z"))
    dated = facts(subscription("legacy", now=NOW, customer="c", commitmentEndDate="2027-01-13T00:00:00"))
    endless = facts(subscription("azure_plan", now=NOW, customer="c"))

    assert timed.term_end_at == dated.term_end_at == datetime(2027, 1, 13, 23, 59, 59, tzinfo=UTC)
    assert dated.commitment_ends_on == date(2027, 1, 13)
    assert endless.term_end_at is None


def test_field_names_in_another_case_and_unknown_statuses_are_kept() -> None:
    said = facts({"Id": "ABC", "Status": "SomethingNew", "OfferName": "New thing", "Quantity": "3"})

    assert (said.external, said.status, said.name, said.quantity) == ("abc", "somethingnew", "New thing", 3)


@pytest.mark.parametrize("broken", [{}, {"id": "x"}, {"status": "active"}, {"id": None, "status": "active"}])
def test_what_has_no_id_or_status_is_no_subscription(broken: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="without id or status"):
        facts(broken)
