"""Arguments as people write them, in both chats: understood and read back, asked with a button per reading, or refused unchanged."""

from datetime import UTC, datetime

from core.cases.commands import OpenCase
from core.cases.queries import case
from core.customers.commands import AddCustomer
from core.people.commands import AddConnection
from core.people.model import Role
from tests.harness.faces import Face, Seen
from tests.harness.receivables import customer_with_payer, feed, invoice
from tests.harness.world import ANA, VIC, Persona, World

EWA = Persona("ewa", "Ewa Kos", (Role.AGENT,))
EWELINA = Persona("ewelina", "Ewelina Żak", (Role.AGENT,))


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

    assert "September 2026 and October 2026" in str(face.type("compare Nowak Dach wrzesień 2026 październik 2026", by=ANA))
    asked = face.type("compare Nowak wrzesień 10/2026", by=ANA)
    assert "2025-09" in asked.buttons
    assert "September 2025 and October 2026" in str(face.click(asked, "2025-09", by=ANA))


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


def test_an_invoice_number_stands_for_its_case_and_its_customer(world: World, face: Face) -> None:
    customer_with_payer(world)
    feed(world, invoice("FV/10/2026/0123"))  # overdue: its collection case opens
    world.hire(ANA)
    world.do(AddCustomer(name="Okna Nowe", tax_id="PL5270103391"))
    case_id = 101

    assert f"C-{case_id}" in str(face.type("case FV/10/2026/0123", by=ANA))
    assert f"C-{case_id}" in str(face.type("sprawa fv/10/2026/0123", by=ANA))
    assert "Nowak" in str(face.type("owed FV/10/2026/0123", by=ANA))
    for typed in ("527-010-33-91", "PL 527 010 33 91", "5270103391"):
        assert "Okna Nowe" in str(face.type(f"customer {typed}", by=ANA)), typed
    assert "no case’s number, and no invoice or ticket that I know" in face.type("case FV/10/2026/9999", by=ANA)


def test_a_pasted_ticket_link_stands_for_its_case(world: World, face: Face) -> None:
    world.hire(ANA)
    world.do(AddConnection(name="helpdesk", kind="tickets-rt", settings={"url": "https://rt.partner.example", "user": "desk"}, secrets=()))
    case_id = world.do(OpenCase(title="Two seats", ticket_connection="helpdesk", ticket="77")).ids["case_id"]

    link = "https://rt.partner.example/Ticket/Display.html?id=77"
    assert f"C-{case_id}" in str(face.type(f"case {link}", by=ANA))
    if face.name == "slack":
        assert f"C-{case_id}" in str(face.mention(f"case <{link}>", by=ANA))
    assert "no case of the ticket" in face.type("case https://rt.partner.example/Ticket/Display.html?id=78", by=ANA)
    assert "no case of the ticket" in face.type("case https://evil.example/Ticket/Display.html?id=77", by=ANA)


def test_a_colleague_is_named_or_mentioned(world: World, face: Face) -> None:
    case_id = open_case(world)
    world.hire(EWA, EWELINA)

    for named in ("ewelina żak", "zak", f"@{EWELINA.slack if face.name == 'slack' else EWELINA.teams}", "@ewelina"):
        other = world.do(OpenCase(title="x")).ids["case_id"]
        assert "Ewelina Żak" in str(face.type(f"assign {other} {named}", by=ANA)), named
    asked = face.type(f"assign {case_id} ew", by=ANA)
    assert set(asked.buttons) == {"Ewa Kos", "Ewelina Żak"}
    assert "Nobody on the staff" in face.type(f"assign {case_id} nobody", by=ANA)


def test_choices_are_typed_in_polish_and_what_is_misspelt_is_asked_back(world: World, face: Face) -> None:
    case_id = open_case(world)
    face.type("język polski", by=ANA)

    assert "licencje" in face.type("pomoc rodzaj", by=ANA)
    assert "Czy chodzi o „podatek”?" in face.type(f"rodzaj {case_id} podatk", by=ANA)
    face.type(f"rodzaj {case_id} podatek", by=ANA)
    assert "Podatek lub VAT" in face.type(f"sprawa {case_id}", by=ANA)
    face.type(f"rozwiąż {case_id} zbedne", by=ANA)

    with world.house.desk.reading() as connection:
        assert case(connection, case_id).told_customer == "not_needed"
