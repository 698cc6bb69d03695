"""Arguments as people write them, in both chats: understood and read back, asked with a button per reading, or refused unchanged."""

from datetime import UTC, datetime

from core.cases.commands import OpenCase
from core.cases.queries import case
from core.customers.commands import AddCustomer
from tests.harness.faces import Face, Seen
from tests.harness.world import ANA, VIC, World


def open_case(world: World) -> int:
    world.hire(ANA)
    return world.do(OpenCase(title="Two seats too many", customer_id=world.do(AddCustomer(name="Nowak Dach")).ids["customer_id"])).ids[
        "case_id"
    ]


def state_of(world: World, case_id: int) -> str:
    with world.house.desk.reading() as connection:
        return str(case(connection, case_id).state)


def labelled(seen: Seen, part: str) -> str:
    return next(label for label in seen.buttons if part in label)


def test_a_case_waits_until_the_moment_said_in_either_language_and_is_brought_up_then(world: World, face: Face) -> None:
    case_id = open_case(world)  # it is Monday, ten o'clock in Warsaw
    face.type(f"take {case_id}", by=ANA)

    said = face.type(f"wait {case_id} jutro 9", by=ANA)
    assert "Tue" in str(said)
    assert "24 Nov 2026" in str(said)
    assert "Waits until" in face.type(f"case {case_id}", by=ANA)

    moved = face.type(f"wait {case_id} on friday 14:30", by=ANA)  # said again, it waits until then instead
    assert "27 Nov 2026" in str(moved)
    world.move(days=4)
    assert "Waits until" in face.type(f"case {case_id}", by=ANA)
    world.move(hours=5)
    assert "has waited for the customer since" in face.told(ANA)


def test_what_may_be_two_moments_is_asked_and_the_button_does_it(world: World, face: Face) -> None:
    case_id = open_case(world)

    asked = face.type(f"wait {case_id} jutro 5", by=ANA)
    assert "has to be asked" in asked
    assert len(asked.buttons) == 2
    assert state_of(world, case_id) == "new"

    face.click(asked, labelled(asked, "17:00"), by=ANA)
    assert face.again() == 200  # the same click delivered twice
    with world.house.desk.reading() as connection:
        assert case(connection, case_id).waiting_until == datetime(2026, 11, 24, 16, tzinfo=UTC)


def test_what_is_over_or_no_moment_is_refused_and_nothing_changes(world: World, face: Face) -> None:
    case_id = open_case(world)

    assert "is over" in face.type(f"wait {case_id} wczoraj", by=ANA)
    assert "is over" in face.type(f"wait {case_id} today 8", by=ANA)
    assert "I can be sure of" in face.type(f"wait {case_id} next summer", by=ANA)
    assert state_of(world, case_id) == "new"


def test_a_name_that_two_customers_share_is_asked(world: World, face: Face) -> None:
    world.hire(ANA)
    world.do(AddCustomer(name="Nowak Dach"))
    world.do(AddCustomer(name="Nowak Okna"))

    asked = face.type("owed nowak", by=ANA)
    assert set(asked.buttons) == {"Nowak Dach", "Nowak Okna"}
    chosen = face.click(asked, "Nowak Okna", by=ANA)
    assert "Nowak Okna" in str(chosen)
    assert "Nowak Dach" not in str(chosen)


def test_months_have_names_and_one_without_its_year_is_asked(world: World, face: Face) -> None:
    open_case(world)

    assert "2026-09" in str(face.type("compare Nowak Dach wrzesień 2026 październik 2026", by=ANA))
    asked = face.type("compare Nowak wrzesień 10/2026", by=ANA)
    assert "2025-09" in asked.buttons
    assert "2025-09 and 2026-10" in str(face.click(asked, "2025-09", by=ANA))


def test_a_form_that_cannot_open_at_once_keeps_what_was_typed(world: World, face: Face) -> None:
    case_id = open_case(world)

    form = face.mention(f"notice {case_id} final wczoraj", by=ANA)
    if not form.is_form:
        form = face.click(form, "Open form", by=ANA)
    assert (form.fields["kind"], form.fields["day"]) == ("final", "2026-11-22")


def test_whoever_may_not_is_told_so_before_anything_is_looked_up(world: World, face: Face) -> None:
    case_id = open_case(world)
    world.hire(VIC)

    assert "needs a role you do not hold" in face.type(f"match {case_id} nobody at all", by=VIC)
