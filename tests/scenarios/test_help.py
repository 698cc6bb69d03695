"""Help says what this person may do, about their own cases and in their language; a misspelt verb gets the nearest one."""

import html
from dataclasses import replace

import pytest

from core.people.commands import AddStaff
from core.people.model import Role
from tests.harness.faces import Face
from tests.harness.questions import ask
from tests.harness.world import ADA, ANA, VIC, World

POLE = replace(ANA, handle="ola", name="Ola Polska")


def hire_ola(world: World) -> None:
    identities = (("slack", "T0001", POLE.slack), ("teams", "tenant-1", POLE.teams))
    world.do(AddStaff(handle="ola", name=POLE.name, roles=(Role.AGENT,), identities=identities, locale="pl-PL"))


def test_help_offers_what_the_role_allows_by_topic_with_an_own_case(world: World, face: Face) -> None:
    case_id = ask(world)

    agents = face.type("help", by=ANA)
    viewers = face.type("", by=VIC)

    assert f"take {case_id}" in agents
    assert "customer Nowak i Syn" in agents
    assert "Cases" in agents
    assert "Suspensions" in agents
    assert "approve" not in agents
    assert f"case {case_id}" in viewers
    assert "take" not in viewers


def test_help_is_read_in_polish(world: World, face: Face) -> None:
    case_id = ask(world)
    hire_ola(world)

    seen = face.type("pomoc", by=POLE)

    assert "Sprawy" in seen
    assert f"weź {case_id}" in seen
    assert "porównaj Nowak i Syn 2026-09 2026-10" in seen


def test_help_about_one_verb(world: World, face: Face) -> None:
    case_id = ask(world)

    seen = face.type("help ZWRÓĆ", by=ANA)

    assert "notbilling <case> <text>" in html.unescape(str(seen))
    assert f"notbilling {case_id} a password reset" in seen
    assert "zwróć" in seen
    assert "do not know" in face.type("help take", by=VIC)


@pytest.mark.parametrize(("verb", "form"), [
    ("staff add", "staff add <short name> <roles> [called <full name>]"),
    ("away", "away [person] <until when> [delegate <who stands in>]"),
])  # fmt: skip
def test_help_names_the_word_that_goes_before_what_may_be_left_out(verb: str, form: str, world: World, face: Face) -> None:
    world.hire(ADA)

    assert form in html.unescape(str(face.type(f"help {verb}", by=ADA)))


@pytest.mark.parametrize(("typed", "meant"), [
    ("kolejak", "kolejka"), ("WYSLIJJ 1", "wyślij"), ("asign 104 ana", "assign"), ("104", "case 104"), ("c-104", "case c-104"),
])  # fmt: skip
def test_a_misspelt_verb_gets_the_nearest_that_the_person_may_use(typed: str, meant: str, world: World, face: Face) -> None:
    ask(world)

    assert f"“{meant}”" in face.type(typed, by=ANA)
    assert f"“{meant}”" in face.mention(typed, by=ANA)
    assert ("assign" in face.type("asign 104 ana", by=VIC)) is False


@pytest.mark.parametrize("verb", ["kolejka", "KOLEJKA", "Queue"])
def test_a_verb_works_the_same_wherever_it_is_typed(verb: str, world: World, face: Face) -> None:
    case_id = ask(world)

    for seen in (face.type(verb, by=ANA), face.mention(verb, by=ANA), face.mention(f" {verb} ", by=ANA, thread="1.000001")):
        assert f"C-{case_id}" in seen


def test_a_draft_is_sent_by_typing_and_never_unseen(world: World, face: Face) -> None:
    case_id = ask(world)

    assert "no answer waiting" in face.type(f"send {case_id}", by=ANA)

    face.type(f"reply {case_id} The price rose in October.", by=ANA)
    assert "half a minute" in face.type(f"wyślij {case_id}", by=ANA)
    assert "no answer waiting" in face.type(f"send {case_id}", by=ANA)
