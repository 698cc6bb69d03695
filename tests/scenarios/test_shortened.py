"""What is cut says so in the reader's words, and where the whole is."""

from bots.teams.cards import card
from core.cases.commands import OpenCase
from core.chat.values import Text
from core.chat.views import CaseView, Fact
from core.chat.words import Words
from tests.harness.faces import Face
from tests.harness.questions import ask
from tests.harness.world import ANA, World

NOTE = " ".join(f"sentence-{number}" for number in range(180))  # 2,000 characters and more


def test_a_long_note_is_cut_on_the_card_that_names_the_verb_and_shown_whole_to_whoever_types_it(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world)
    face.type(f"note {case_id} {NOTE}", by=ANA)
    world.settle()

    on_card = face.channel()
    assert f"… (shortened; “case {case_id}” shows more)" in on_card
    assert "sentence-179" not in on_card
    asked = face.type(f"case {case_id}", by=ANA)
    assert "sentence-179" in asked
    assert "shortened" not in str(asked)


def test_of_a_letter_that_no_message_holds_the_ticket_has_the_whole(world: World, face: Face) -> None:
    world.hire(ANA)
    letter = " ".join(f"sentence-{number}" for number in range(400))
    case_id = world.do(OpenCase(title="Why?", ticket_connection="helpdesk", ticket="77", text=letter)).ids["case_id"]
    face.type("language pl", by=ANA)

    asked = face.type(f"sprawa {case_id}", by=ANA)

    assert "… (skrócono; całość jest w helpdesk 77)" in asked
    assert "sentence-150" in asked


def test_of_a_list_that_teams_does_not_hold_the_rest_is_counted() -> None:
    facts = (Fact("Why", Text("owed " * 700)), *(Fact(f"Invoice {number}", Text("owed " * 40, quoted=True)) for number in range(199)))

    drawn = str(card(CaseView(title="Many", facts=facts), Words("en")))

    assert "and 100 more" in drawn
    assert "(shortened)" in drawn
