"""`case C-104` answered in both chats, through signed raw payloads."""

from core.cases.commands import OpenCase
from core.chat.showing.cases import case_view
from core.chat.words import Words
from core.customers.commands import AddCustomer, ConfirmLink
from core.customers.model import LinkKind
from core.people.commands import RemoveStaff
from tests.harness.faces import Face
from tests.harness.questions import ask
from tests.harness.world import ANA, DORA, World


def open_case(world: World) -> str:
    world.hire(ANA)
    customer_id = world.do(AddCustomer(name="Nowak & Syn")).ids["customer_id"]
    case_id = world.do(OpenCase(title="Why is <@U1> *my* invoice higher?", customer_id=customer_id)).ids["case_id"]
    return f"C-{case_id}"


def test_an_agent_sees_the_case(world: World, face: Face) -> None:
    number = open_case(world)

    seen = face.type(f"case {number}", by=ANA)

    assert number in seen
    assert "New: nobody works on it yet" in seen
    assert "Nowak" in seen


def test_the_number_may_be_typed_in_several_ways(world: World, face: Face) -> None:
    number = open_case(world)

    for typed in (f"case {number.lower()}", f"SPRAWA {number[2:]}", f"  pokaż   {number} "):
        assert number in face.type(typed, by=ANA), typed


def test_an_unknown_number_is_answered_with_a_sentence(world: World, face: Face) -> None:
    open_case(world)

    assert "There is no case C-999." in face.type("case 999", by=ANA)
    assert "is no case’s number" in face.type("case abc", by=ANA)
    assert "case is missing" in face.type("case", by=ANA)


def test_a_misspelt_verb_is_answered_with_the_nearest(world: World, face: Face) -> None:
    open_case(world)

    assert "Did you mean “case”?" in face.type("caes 101", by=ANA)


def test_somebody_the_desk_does_not_know_learns_how_to_be_linked_and_nothing_else(world: World, face: Face) -> None:
    number = open_case(world)

    seen = face.type(f"case {number}", by=DORA)

    assert "I do not know you yet" in seen
    assert "Nowak" not in seen


def test_a_leaver_sees_nothing_from_the_next_gesture_on(world: World, face: Face) -> None:
    number = open_case(world)
    world.do(RemoveStaff(handle="ana"))

    assert "Nowak" not in face.type(f"case {number}", by=ANA)


def test_a_customers_text_is_never_markup_or_a_mention(world: World, face: Face) -> None:
    number = open_case(world)

    seen = face.type(f"case {number}", by=ANA)

    assert "U1" in seen
    assert not any("<@U1>" in text or "<at>" in text for text in seen.markup)


def test_no_button_of_the_fullest_card_is_lost(world: World, face: Face) -> None:
    """More rare ones than a Slack menu takes."""
    world.route(face.name, "question")
    case_id = ask(world)
    world.do(ConfirmLink(customer_id=1, kind=LinkKind.TENANT, connection="partner_center", external="11111111-aaaa"))
    face.type(f"escalate {case_id} Nobody can explain it", by=ANA)
    world.settle()

    with world.house.desk.reading() as connection:
        offered = case_view(connection, Words("en"), case_id, world.now).buttons

    assert len([button for button in offered if button.rare]) > 5
    assert set(face.channel().buttons) == {button.label for button in offered}
    assert len({button.label for button in offered}) == len(offered)
