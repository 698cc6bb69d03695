"""A part of the queue: by a word in either language or by a customer, page by page, each open case once."""

from datetime import timedelta

import pytest

from core.cases.commands import AssignCase, OpenCase, ResolveCase
from core.cases.model import Told
from core.customers.commands import AddCustomer
from core.people.queries import by_handle
from tests.harness.faces import Face
from tests.harness.questions import ask
from tests.harness.world import ANA, DORA, VIC, World


def several(world: World, many: int, customer_id: int | None = None) -> list[int]:
    return [world.do(OpenCase(title=f"Question {n}", customer_id=customer_id)).ids["case_id"] for n in range(many)]


def give(world: World, *case_ids: int) -> None:
    with world.house.desk.reading() as connection:
        ana = by_handle(connection, "ana").id
    for case_id in case_ids:
        world.do(AssignCase(case_id=case_id, staff_id=ana))


def test_a_long_part_is_turned_page_by_page_and_no_closed_case_is_in_it(world: World, face: Face) -> None:
    world.hire(ANA)
    numbers = several(world, 24)
    world.do(ResolveCase(case_id=numbers[3], told=Told.NOT_NEEDED))

    first = face.type("queue unmatched", by=ANA)
    second = face.click(first, "Next", by=ANA)
    third = face.click(second, "Next", by=ANA)

    pages = [[n for n in numbers if f"C-{n}" in str(page)] for page in (first, second, third)]
    assert [n for page in pages for n in page] == [n for n in numbers if n != numbers[3]]
    assert [len(page) for page in pages] == [10, 10, 3]
    assert "Next" not in third.buttons
    assert f"C-{numbers[0]}" in str(face.click(third, "From the start", by=ANA))
    assert "No case in this part" not in face.click(third, "The whole queue", by=ANA)


@pytest.mark.parametrize(("typed", "wanted"), [
    ("mine", "m"), ("moje", "m"), ("UNASSIGNED", "qwu"), ("nieprzydzielone", "qwu"), ("waiting", "w"), ("czekające", "w"),
    ("unmatched", "u"), ("questions", "mqwu"), ("collections", ""), ("mazur", "m"), ("Nowak i Syn", "qw"),
])  # fmt: skip
def test_each_word_lists_its_own(world: World, face: Face, typed: str, wanted: str) -> None:
    question = ask(world)
    mazur = world.do(AddCustomer(name="Mazur")).ids["customer_id"]
    mine, waiting, unmatched = several(world, 1, mazur)[0], several(world, 1, 1)[0], several(world, 1)[0]
    give(world, mine)
    face.type(f"wait {waiting}", by=ANA)

    seen = str(face.type(f"queue {typed}", by=ANA))

    known = {"q": question, "m": mine, "w": waiting, "u": unmatched}
    assert {name for name, number in known.items() if f"C-{number}" in seen} == set(wanted)


def test_what_the_whole_queue_cuts_goes_on_in_a_list_of_its_own(world: World, face: Face) -> None:
    world.hire(ANA)
    numbers = several(world, 16)

    whole = face.type("queue", by=ANA)
    assert "1 more is not shown" in str(whole)
    first = face.click(whole, "All: unmatched", by=ANA)
    last = face.click(first if first.buttons else face.told(ANA), "Next", by=ANA)

    assert f"C-{numbers[-1]}" in str(last)


def test_a_part_nobody_knows_is_asked_about_and_lists_nothing(world: World, face: Face) -> None:
    ask(world)

    unknown = face.type("queue everything", by=VIC)
    assert "“everything” is neither a part of the queue nor a customer. Parts: late, mine, unassigned," in unknown
    assert "A customer is given by name" in unknown
    assert "Did you mean “unassigned”? Parts: late" in face.type("queue unasigned", by=VIC)
    assert "Did you mean “Nowak i Syn”?" in face.type("queue Nowka", by=VIC)
    assert "Did you mean “Nowak i Syn”?" in face.type("queue nowak i sym", by=VIC)
    face.type("language polski", by=VIC)
    assert "Czy chodziło o „spóźnione”? Części: spóźnione, moje" in face.type("kolejka spoznone", by=VIC)
    face.type("language English", by=VIC)
    assert "C-101" not in str(face.type("queue mine", by=VIC))


def test_a_stranger_lists_nothing(world: World, face: Face) -> None:
    ask(world)

    assert "C-101" not in str(face.type("queue questions", by=DORA))


def test_late_is_what_the_customer_waits_for_too_long(world: World, face: Face) -> None:
    late = ask(world)
    assert "No case in this part" in face.type("queue late", by=ANA)
    world.now += timedelta(days=1)
    fresh = world.do(OpenCase(title="Fresh", ticket_connection="helpdesk", ticket="78", requestor="x@nowak.example")).ids["case_id"]

    seen = str(face.type("queue spóźnione", by=ANA))

    assert f"C-{late}" in seen
    assert f"C-{fresh}" not in seen


def test_what_is_escalated_or_at_microsoft_is_listed_until_it_ends(world: World, face: Face) -> None:
    first, second = ask(world), ask(world, customer="Mazur", ticket="78")
    face.type(f"escalate {first} Nobody can explain it", by=ANA)
    face.type(f"microsoft {second} ticket 2411190040001234", by=ANA)

    for typed in ("escalated", "eskalowane"):
        seen = str(face.type(f"queue {typed}", by=ANA))
        assert (f"C-{first}" in seen, f"C-{second}" in seen) == (True, False)
    for typed in ("microsoft", "at Microsoft", "w Microsofcie"):
        seen = str(face.type(f"queue {typed}", by=VIC))
        assert (f"C-{first}" in seen, f"C-{second}" in seen) == (False, True)
    face.type(f"ack {first}", by=ANA)
    face.type(f"microsoft {second} solved Credited", by=ANA)

    assert "No case in this part" in face.type("queue escalated", by=ANA)
    assert "No case in this part" in face.type("queue microsoft", by=ANA)


def test_what_somebody_let_wait_for_microsoft_is_there_without_a_request_too(world: World, face: Face) -> None:
    case_id = ask(world)

    face.type(f"wait {case_id} microsoft", by=ANA)
    assert f"C-{case_id}" in str(face.type("queue microsoft", by=ANA))
    face.type(f"ours {case_id}", by=ANA)

    assert "No case in this part" in face.type("queue microsoft", by=ANA)
