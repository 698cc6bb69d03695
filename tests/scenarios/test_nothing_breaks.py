"""Whatever is typed behind a verb, the answer is a sentence or a form for the person, never the desk's own fault, and nothing is lost."""

from core.chat.actions import Action, ArgumentKind
from core.chat.table import TABLE
from core.people.model import Role
from tests.harness.faces import Face
from tests.harness.questions import ask
from tests.harness.world import ANA, Persona, World

# Nothing at all, what is not there, what is too large for any column, and what only looks like a number or a moment.
TAILS = (
    "", "-1", "999999", "S-999999", "9" * 40, "1,200", "03/04", "²", "nobody", "\u202e", "x" * 3500, "101", "101 101", "S-101", "101 \x00",
)  # fmt: skip
RUBBISH = ("", "999999", "id:999999", "9" * 40, "2026-13-99", "1,200", "\u202e\x00", "\ud83d")
EVERYTHING = Persona("eve", "Eve Everything", tuple(Role))
FAULT = "went wrong on our side"
CHOSEN = {ArgumentKind.WORD, ArgumentKind.WORDS, ArgumentKind.STAFF, ArgumentKind.MEMBER, ArgumentKind.TICK, ArgumentKind.SUBSCRIPTIONS}
TYPED = [action for action in TABLE.all if action.typed]


def line(action: Action, tail: str = "") -> str:
    return f"{action.name.replace('_', ' ')} {tail}".strip()


def test_no_tail_of_a_verb_is_a_fault_of_ours(world: World, face: Face) -> None:
    world.hire(EVERYTHING)
    ask(world)

    answers = {line(a, tail): str(face.type(line(a, tail), by=EVERYTHING)) for a in TYPED for tail in TAILS}

    assert [typed for typed, answer in answers.items() if FAULT in answer or not answer.strip()] == []


def test_a_verb_typed_alone_asks_for_its_case(world: World, face: Face) -> None:
    case_id = ask(world)

    form = face.type("reply", by=ANA)
    form = face.click(form, "Open form", by=ANA) if "Open form" in form.buttons else form
    assert not face.fill(form, by=ANA, case=str(case_id), text="The price rose.").errors
    assert "Nothing was done: case is missing. The right form is: suspend" in face.type("suspend", by=ANA)


def test_a_form_filled_with_rubbish_names_its_fields(world: World, face: Face) -> None:
    world.hire(EVERYTHING)
    ask(world)

    broken = [(a.name, rubbish) for a in TYPED if a.form for rubbish in RUBBISH if FAULT in filled(face, a, rubbish)]

    assert broken == []


def filled(face: Face, action: Action, rubbish: str) -> str:
    """What the form says when every field that is not a choice holds that."""
    form = face.type(line(action), by=EVERYTHING)
    form = face.click(form, "Open form", by=EVERYTHING) if "Open form" in form.buttons else form
    free = [a.name for a in action.arguments if a.kind not in CHOSEN and a.name in form.fields]
    return str(face.fill(form, by=EVERYTHING, **dict.fromkeys(free, rubbish)) if form.is_form else form)


def test_a_form_that_opens_by_a_button_begins_empty(world: World, face: Face) -> None:
    ask(world)
    form = face.type("new", by=ANA)
    form = face.click(form, "Open form", by=ANA) if "Open form" in form.buttons else form

    assert {name: value for name, value in form.fields.items() if value} == {}
