"""A search field looks things up in the desk's own database while somebody types, for members only."""

from core.cases.commands import OpenCase
from core.customers.commands import AddCustomer
from tests.harness.faces import Face
from tests.harness.world import ANA, DORA, World


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
