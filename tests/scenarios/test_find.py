"""`find` over cases, customers, invoices and what was written: in both chats, page by page, kept true by every change."""

import pytest

from core.cases.commands import AddNote, OpenCase
from core.cases.tickets import RecordTicket
from core.customers.commands import AddCustomer
from core.engine.transaction import Actor
from tests.harness.faces import Face, Seen
from tests.harness.questions import REQUESTOR, acting, ask
from tests.harness.receivables import feed
from tests.harness.world import ANA, DORA, VIC, World
from tests.scenarios.test_compare import OCTOBER, SEPTEMBER


def opened(world: World, title: str, customer_id: int | None = None) -> int:
    return world.do(OpenCase(title=title, customer_id=customer_id)).ids["case_id"]


def opened_by(face: Face, seen: Seen, label: str) -> Seen:
    """What a button of a private list shows: in Slack in answer to the click, in Teams as a message of its own below the list."""
    answer = face.click(seen, label, by=ANA)
    return answer if face.name == "slack" else face.told(ANA)


def test_cases_customers_invoices_and_notes_are_found_by_what_is_written_in_them(world: World, face: Face) -> None:
    case_id = ask(world, title="Dlaczego faktura jest wyższa?")
    feed(world, SEPTEMBER, OCTOBER)
    world.do(AddNote(case_id=case_id, text="Zadzwonić do księgowej z Łodzi"), acting(world, ANA))

    by_customer = face.type("find nowak", by=VIC)
    assert "Cases" in by_customer
    assert "Customers" in by_customer
    assert f"C-{case_id}" in str(by_customer)
    assert "Nowak i Syn" in str(by_customer)
    assert "księgowej z Łodzi" in str(face.type("znajdz lodzi KSIĘGOWEJ", by=VIC))
    assert "Dlaczego faktura" in str(face.type("szukaj wyzsza", by=VIC))
    by_number = face.type(f"find {SEPTEMBER.number}", by=VIC)
    assert "Invoices" in by_number
    assert "As of" in by_number


def test_what_is_found_opens_by_its_button(world: World, face: Face) -> None:
    case_id = ask(world)

    assert "Nobody yet" in opened_by(face, face.type("find nowak", by=ANA), f"C-{case_id}")
    assert f"C-{case_id}" in str(opened_by(face, face.type("find nowak", by=ANA), "Nowak i Syn"))


def test_a_long_list_is_turned_page_by_page_and_back(world: World, face: Face) -> None:
    world.hire(ANA)
    numbers = [opened(world, f"Licence question {n}") for n in range(1, 24)]

    overview = face.type("find licence", by=ANA)
    assert f"C-{numbers[-1]}" in str(overview)
    assert f"C-{numbers[0]} " not in str(overview)
    first = face.click(overview, "All cases", by=ANA)
    second = face.click(first, "Next", by=ANA)
    third = face.click(second, "Next", by=ANA)

    pages = [[n for n in numbers if f"C-{n}" in str(page)] for page in (first, second, third)]
    assert [len(page) for page in pages] == [10, 10, 3]
    assert sorted(n for page in pages for n in page) == numbers
    assert "Next" not in third.buttons
    again = face.click(third, "From the start", by=ANA)
    assert all(f"C-{n}" in str(again) for n in pages[0])


def test_a_new_title_and_a_new_customer_count_at_once(world: World, face: Face) -> None:
    case_id = ask(world, customer="", title="Old words")
    world.do(AddCustomer(name="Żółw & Syn"))
    assert "Nothing was found" not in face.type("find old", by=ANA)

    face.type(f"match {case_id} zolw", by=ANA)
    assert f"C-{case_id}" in str(face.type("find zolw old", by=ANA))
    said = RecordTicket(connection="helpdesk", ticket="77", seen=2, title="New name", requestor=REQUESTOR, status="open", is_closed=False)
    world.do(said, Actor("connection:helpdesk", "webhook"))

    assert f"C-{case_id}" in str(face.type("find zolw name", by=ANA))
    assert "Nothing was found" in face.type("find zolw old", by=ANA)


def test_a_draft_is_found_by_nobody_and_an_answer_until_it_is_taken_back(world: World, face: Face) -> None:
    case_id = ask(world)

    face.type(f"reply {case_id} Zebra price", by=ANA)
    assert "Nothing was found" in face.type("find zebra", by=ANA)
    face.type(f"send {case_id}", by=ANA)
    assert "Zebra price" in str(face.type("find zebra", by=VIC))
    face.type(f"withdraw {case_id}", by=ANA)

    assert "Nothing was found" in face.type("find zebra", by=ANA)


def test_strangers_and_guests_find_nothing(world: World, face: Face) -> None:
    ask(world)

    assert "Nowak" not in str(face.type("find nowak", by=DORA))


@pytest.mark.parametrize("typed", ["a", "%", "!", "- -"])
def test_too_little_is_said_so_and_nothing_is_looked_for(world: World, face: Face, typed: str) -> None:
    ask(world)

    assert "is too short. Write at least two letters" in face.type(f"find {typed}", by=ANA)


def test_find_alone_says_how_it_is_typed(world: World, face: Face) -> None:
    ask(world)

    assert "words is missing" in face.type("find", by=ANA)


@pytest.mark.parametrize("typed", ['nowak" OR "x', "nowak' | 'x", "x'); DROP TABLE cases; --", "nowak AND (", "nowak*) NEAR"])
def test_operators_are_only_words(world: World, face: Face, typed: str) -> None:
    ask(world)

    assert "Nothing was found" in face.type(f"find {typed}", by=ANA)


def test_markup_and_mentions_that_are_found_stay_text(world: World, face: Face) -> None:
    world.hire(ANA)
    opened(world, "Licence <!channel> *x* <at>Ana</at>")

    seen = face.type("find licence", by=ANA)

    assert not any("<!channel>" in text or "<at>Ana</at>" in text for text in seen.markup)
