"""A search field looks things up in the desk's own database while somebody types, for members only."""

from core.cases.commands import OpenCase
from core.customers.commands import AddCustomer
from core.people.model import Role
from tests.harness.faces import Face
from tests.harness.questions import ask
from tests.harness.world import ANA, DORA, VIC, Persona, World


def stock(world: World) -> tuple[int, int]:
    world.hire(ANA)
    customer_id = world.do(AddCustomer(name="Żółw & Syn")).ids["customer_id"]
    world.do(AddCustomer(name="Nowak"))
    case_id = world.do(OpenCase(title="Two seats too many", customer_id=customer_id)).ids["case_id"]
    return customer_id, case_id


def test_a_customer_is_found_by_a_part_of_the_name_without_diacritics(world: World, face: Face) -> None:
    customer_id, _ = stock(world)

    assert face.suggest("owed", "customer", "zol", by=ANA) == {f"id:{customer_id}": "Żółw & Syn"}
    assert face.suggest("owed", "customer", "nobody", by=ANA) == {}


def test_a_case_is_found_by_number_title_or_customer(world: World, face: Face) -> None:
    _, case_id = stock(world)

    for typed in (f"C-{case_id}", str(case_id)[:2], "SEATS", "zolw"):
        assert face.suggest("notice", "case", typed, by=ANA) == {str(case_id): f"C-{case_id} Two seats too many"}, typed


def test_nothing_typed_and_wildcards_find_nothing(world: World, face: Face) -> None:
    stock(world)

    for typed in ("", " ", "%", "_", "%%"):
        assert face.suggest("notice", "case", typed, by=ANA) == {}, typed
        assert face.suggest("owed", "customer", typed, by=ANA) == {}, typed


def test_somebody_the_desk_does_not_know_is_offered_nothing(world: World, face: Face) -> None:
    stock(world)

    assert face.suggest("owed", "customer", "zol", by=DORA) == {}
    assert face.suggest("notice", "case", "seats", by=DORA) == {}


def test_an_unknown_source_offers_nothing(world: World, face: Face) -> None:
    stock(world)

    assert face.suggest("nothing", "secrets", "zol", by=ANA) == {}


def test_a_large_staff_is_searched_by_name_and_a_small_one_listed(world: World, face: Face) -> None:
    case_id = ask(world)
    assert "choices.data" not in str(face.type("assign", by=ANA).inputs["person"])
    world.hire(*(Persona(f"agent{n}", f"Łucja Agent {n}", (Role.AGENT,)) for n in range(26)))

    form = face.type(f"assign {case_id}", by=ANA)
    assert any(mark in str(form.inputs["person"]) for mark in ("external_select", "choices.data"))
    assert face.suggest("assign", "person", "next", by=ANA)["next"]
    assert "agent7" in face.suggest("handover", "person", "@agent7", by=ANA)
    assert "vic" not in face.suggest("handover", "person", "vic", by=ANA)
    assert face.suggest("away", "member", "viewer", by=ANA) == {"vic": "Vic Viewer"}
    assert len(face.suggest("handover", "person", "lucja", by=ANA)) == 15
    assert face.suggest("handover", "person", "lucja", by=DORA) == {}
    assert not face.fill(form, by=ANA, person="agent7").errors

    assert "Łucja Agent 7" in face.type(f"case {case_id}", by=VIC)
