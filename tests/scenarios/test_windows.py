"""`windows Nowak` in both chats: until when it can be cancelled or reduced, what comes back, by which rule; also on the impact card."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.cases.commands import OpenCase
from core.chat.showing.windows import MOST
from core.customers.commands import AddCustomer, ConfirmLink, RecordSubscriptions
from core.customers.model import LinkKind
from core.engine.transaction import Actor
from playground.partner_center.fixtures import subscription
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.suspensions import NOON, ripe
from tests.harness.world import ANA, DORA, VIC, World

TENANT = "11111111-2222-4333-8444-555555555555"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
UNSAID: dict[str, Any] = {"cancellationAllowedUntilDate": "0001-01-01T00:00:00", "refundOptions": []}


def one(number: int, kind: str = "new_commerce", *, hours: float = 1, name: str = "", **fields: Any) -> dict[str, Any]:
    """A subscription bought so many hours ago, which says nothing of windows itself unless told."""
    said = {"effectiveStartDate": (NOW - timedelta(hours=hours)).isoformat(), "friendlyName": name or f"Product {number}"} | UNSAID | fields
    return subscription(kind, now=NOW, customer=TENANT, id=f"00000000-0000-4000-8000-0000000{number:05}", **said)


def has(world: World, *resources: dict[str, Any]) -> int:
    """A customer with these subscriptions, read now."""
    world.hire(ANA, VIC)
    made = world.do(AddCustomer(name="Nowak")).ids["customer_id"]
    world.do(ConfirmLink(customer_id=made, kind=LinkKind.TENANT, connection="partner_center", external=TENANT))
    command = RecordSubscriptions(customer_id=made, tenant=TENANT, as_of=NOW, resources=resources)
    world.do(command, Actor("connection:partner_center", "webhook"))
    return made


def test_an_hour_after_the_purchase_both_windows_are_open_with_their_end_what_is_left_and_the_rule(world: World, face: Face) -> None:
    has(world, one(1))

    seen = face.type("windows nowak", by=VIC)

    assert "The first window closes Tue 24 Nov 2026 09:00 CET" in seen
    assert "Cancel all 15 seats until Tue 24 Nov 2026 09:00 CET (23 h left): everything comes back" in seen
    assert "Cancel all 15 seats until Mon 30 Nov 2026 09:00 CET (6 days 23 h left): the days not used come back" in seen
    assert "Microsoft, as of 1 Oct 2023" in seen
    assert "stated by Partner Center" not in seen
    assert "learn.microsoft.com/partner-center/customers/new-commerce-cancellation-policy" in str(seen.raw)


@pytest.mark.parametrize(
    ("said", "back"),
    [
        (
            {},
            "; today that would be 28 of its charge cycle’s 30 days",
        ),  # from the 21st; today is counted
        ({"billingCycle": "annual"}, "; today that would be 363 of its charge cycle’s 365 days"),
        ({"commitmentEndDateTime": "2027-06-30T23:59:59Z"}, ""),  # made to end with something else
        ({"billingCycle": "none"}, ""),
    ],
)
def test_how_many_days_would_come_back_today_is_said_where_the_cycle_is_certain(
    said: dict[str, Any], back: str, world: World, face: Face
) -> None:
    has(world, one(1, hours=48, **{"commitmentEndDateTime": "2027-11-20T23:59:59Z"} | said))

    seen = face.type("windows Nowak", by=ANA)

    assert f"the days not used come back (Microsoft, as of 1 Oct 2023){back}" in seen
    assert back or "today that would be" not in seen


def test_what_the_subscription_states_itself_is_marked_and_each_increase_has_its_own_window(world: World, face: Face) -> None:
    details = [{"quantity": 3, "allowedUntilDateTime": "2026-11-25T08:30:00Z"}]
    has(world, one(1, hours=100, cancellationAllowedUntilDate="2026-11-26T05:00:00Z", refundableQuantity={"details": details}))

    seen = face.type("windows Nowak", by=ANA)

    assert "Remove up to 3 seats until Wed 25 Nov 2026 09:30 CET (47 h 30 min left): the days not used come back" in seen
    assert "Cancel all 15 seats until Thu 26 Nov 2026 06:00 CET (2 days 20 h left)" in seen
    assert "stated by Partner Center" in seen
    assert "everything comes back" not in seen


def test_the_customers_card_has_a_button_to_it_where_something_was_bought(world: World, face: Face) -> None:
    has(world, one(1))
    world.do(AddCustomer(name="Kowalski"))

    answered = face.click(face.write("customer Nowak", by=VIC), "What can be cancelled", by=VIC)

    assert "Cancel all 15 seats until" in (answered if "Cancel all" in answered else face.told(VIC))
    assert "What can be cancelled" not in face.type("customer Kowalski", by=VIC).buttons


def test_the_windows_are_told_in_the_readers_own_zone_and_language(world: World, face: Face) -> None:
    has(world, one(1))

    face.type("zone New York", by=ANA)
    assert "Cancel all 15 seats until Tue 24 Nov 2026 03:00 EST" in face.type("windows Nowak", by=ANA)

    face.type("language polski", by=ANA)
    seen = face.type("okna Nowak", by=ANA)
    assert "Anulować wszystkie 15 licencji do" in seen
    assert "wraca wszystko (Microsoft, stan na 1 paź 2023)" in seen


def test_what_cannot_be_cancelled_says_why(world: World, face: Face) -> None:
    kinds = (one(2, "trial"), one(3, "azure_plan"), one(4, productType={"id": "Software"}), one(5, status="suspended"))
    has(world, one(1, hours=169), *kinds)

    seen = face.type("windows Nowak", by=ANA)

    assert "No window is open" in seen
    for why in ("windows closed", "a trial, free of charge", "Azure plan: by usage", "no rule known", "status: suspended"):
        assert why in seen
    assert "seats until" not in seen


def test_a_window_closes_at_its_very_moment(world: World, face: Face) -> None:
    has(world, one(1, hours=168 - 1 / 60))
    assert "(1 min left)" in face.type("windows Nowak", by=ANA)

    world.move(minutes=1)

    assert "windows closed" in face.type("windows Nowak", by=ANA)


def test_of_many_the_first_to_close_are_shown_and_the_others_counted(world: World, face: Face) -> None:
    has(world, *(one(number, hours=24 + number) for number in range(1, MOST + 3)))

    seen = face.type("windows Nowak", by=ANA)

    assert f"Product {MOST + 2}" in seen
    assert "Product 3" in seen
    assert "Product 2\n" not in f"{seen}\n"
    assert "2 further subscriptions have an open window and are not shown." in seen


def test_a_case_s_number_stands_for_its_customer_and_a_case_without_one_says_so(world: World, face: Face) -> None:
    customer_id = has(world, one(1))
    about = {"ticket_connection": "helpdesk", "requestor": "jan@elsewhere.example"}
    matched = world.do(OpenCase(title="Can I cancel?", customer_id=customer_id, ticket="1", **about)).ids["case_id"]
    unmatched = world.do(OpenCase(title="Whose?", ticket="2", **about)).ids["case_id"]

    for typed in (f"{matched}", f"C-{matched}", f"#{matched}"):
        assert "Cancel all 15 seats" in face.type(f"windows {typed}", by=ANA)
    assert f"C-{unmatched} belongs to no customer yet" in face.type(f"windows C-{unmatched}", by=ANA)
    assert "There is no customer “C-99999”" in face.type("windows C-99999", by=ANA)
    assert "There is no customer “S-1”" in face.type("windows S-1", by=ANA)


@pytest.mark.parametrize("typed", ["windows", "windows Nobody Ltd", "windows 9999999999999999", "windows <!channel>"])
def test_bad_input_is_refused_in_a_sentence(typed: str, world: World, face: Face) -> None:
    has(world, one(1))

    seen = face.type(typed, by=ANA)

    assert str(seen)
    assert "seats until" not in seen


def test_a_customer_never_read_and_a_stranger(world: World, face: Face) -> None:
    has(world, one(1))
    world.do(AddCustomer(name="Kowalski"))

    assert "was ever read from Partner Center" in face.type("windows Kowalski", by=ANA)
    assert "seats" not in face.type("windows Nowak", by=DORA)


def test_the_impact_card_names_the_cheapest_way_first_each_with_its_rule(world: World, local: LocalPartnerCenter, face: Face) -> None:
    bought = world.now - timedelta(hours=1)
    story = ripe(world, local, effectiveStartDate=bought.isoformat(), **UNSAID)
    story.propose(face)

    shown = str(face.channel())

    ways = [
        "Cheaper: cancel until Tue 24 Nov 2026 09:00 CET, everything comes back (Microsoft, as of 1 Oct 2023)",
        "Cheaper: cancel until Mon 30 Nov 2026 09:00 CET, the days not used come back (Microsoft, as of 1 Oct 2023)",
        "Cheaper: set it to be cancelled at the end of the term; nothing is billed after that (Microsoft, as of 4 May 2026)",
        "Suspending saves nothing: Microsoft goes on billing you until",
    ]
    places = [shown.index(way) for way in ways]
    assert places == sorted(places)


def test_a_window_closed_before_the_request_is_not_offered_on_its_card(world: World, local: LocalPartnerCenter, face: Face) -> None:
    story = ripe(world, local, effectiveStartDate=(world.now - timedelta(hours=169)).isoformat(), **UNSAID)
    story.propose(face)

    shown = face.channel()

    assert "Cheaper: cancel until" not in shown
    assert "Cheaper: set it to be cancelled at the end of the term" in shown


def test_suspending_a_legacy_subscription_does_save(world: World, local: LocalPartnerCenter, face: Face) -> None:
    ripe(world, local, kind="legacy").propose(face)

    shown = face.channel()

    assert "Suspending saves: Microsoft stops billing it" in shown
    assert "Suspending saves nothing" not in shown


def test_the_point_of_no_return_is_told_in_the_customers_time_and_not_the_readers(
    world: World, local: LocalPartnerCenter, face: Face
) -> None:
    tuesday = NOON + timedelta(days=1)
    story = ripe(world, local, at=tuesday, zone="America/New_York", commitmentEndDateTime="2027-11-13T23:59:59Z")
    story.propose(face)

    assert "After Sat 13 Nov 2027 18:59 EST, the customer’s time, this cannot be undone" in face.channel()
    assert "goes on billing you until Sun 14 Nov 2027 00:59 CET" in face.channel()
