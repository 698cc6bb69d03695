"""A member's two chats are linked by a one-time code: from the chat that is linked, or from an admin; by nobody else."""

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from core.engine import journal
from core.engine.db.tables.people import identities, link_codes
from core.people.commands import AddStaff
from core.people.model import Role
from core.people.queries import by_handle, identities_of
from tests.harness.faces import FACES, Face, TeamsFace
from tests.harness.world import ADA, ANA, DORA, TEAM, TENANT, VIC, Persona, World

CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}\b")
EVE = Persona("eve", "Eve Else", ())


def hired_here(world: World, face: Face, who: Persona = ANA) -> None:
    """On the staff, and known in this chat alone."""
    known = ("slack", TEAM, who.slack) if face.name == "slack" else ("teams", TENANT, who.teams)
    world.do(AddStaff(handle=who.handle, name=who.name, roles=who.roles, identities=(known,)))


def other(world: World, face: Face) -> Face:
    return FACES["teams" if face.name == "slack" else "slack"](world)


def code_in(seen: object) -> str:
    found = CODE.search(str(seen))
    assert found, str(seen)
    return found[0]


def linked(world: World, who: Persona) -> list[str]:
    with world.house.desk.reading() as connection:
        return sorted(row.face for row in identities_of(connection, by_handle(connection, who.handle).id))


def journaled(world: World, who: Persona) -> list[str]:
    with world.house.desk.reading() as connection:
        subject = f"staff:{by_handle(connection, who.handle).id}"
        assert journal.broken_links(connection, subject) == []
        rows = journal.journal.c
        return list(connection.scalars(sa.select(rows.event).where(rows.subject == subject).order_by(rows.seq)))


def test_who_is_not_known_yet_is_answered_in_the_language_their_chat_says(
    world: World, face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "I do not know you" in face.type("kolejka", by=DORA)

    world.local_slack.methods.profiles = {EVE.slack: {"locale": "pl-PL"}, VIC.slack: {"locale": "de-DE"}}
    if isinstance(face, TeamsFace):
        english, said = face._envelope, {EVE: "pl-PL", VIC: "de-DE"}
        monkeypatch.setattr(face, "_envelope", lambda by, there: {**english(by, there), "locale": said[by]})
    assert "Jeszcze Cię nie znam" in face.type("kolejka", by=EVE)
    assert "Niczego nie połączono" in face.type("połącz 2222-2222-2222", by=EVE)
    assert "I do not know you" in face.type("kolejka", by=VIC)


def test_a_slack_that_does_not_say_who_somebody_is_has_them_answered_in_english(world: World) -> None:
    world.local_slack.methods.strangers = {EVE.slack}

    assert "I do not know you" in FACES["slack"](world).type("kolejka", by=EVE)


def test_a_code_from_the_linked_chat_links_the_other_and_both_are_told(world: World, face: Face) -> None:
    hired_here(world, face)
    there = other(world, face)
    assert "do not know you" in there.type("case 101", by=ANA)

    code = code_in(face.type("link", by=ANA))
    assert "You are Ana Agent" in there.type(f"link {code.lower().replace('-', ' ')}", by=ANA)
    world.settle()

    assert linked(world, ANA) == ["slack", "teams"]
    assert f"linked to you: {there.name.capitalize()}" in face.told(ANA)
    assert f"linked to you: {there.name.capitalize()}" in there.told(ANA)
    assert "Billing Desk" in there.type("help", by=ANA)
    assert journaled(world, ANA) == ["staff_added", "link_code_made", "identity_linked"]


def test_an_admin_hands_a_code_over_and_whom_it_is_for_is_told(world: World, face: Face) -> None:
    hired_here(world, face)
    world.hire(ADA)
    there = other(world, face)
    face.type("help", by=ANA)

    shown = face.type("link code for ana", by=ADA)
    world.settle()

    assert "A one-time code for Ana Agent" in shown
    assert "Ada Admin made a one-time code" in face.told(ANA)
    assert "You are Ana Agent" in there.type(f"link {code_in(shown)}", by=ANA)


def test_somebody_added_without_any_chat_begins_with_an_admin_s_code(world: World, face: Face) -> None:
    world.hire(ADA)
    world.do(AddStaff(handle="ana", name=ANA.name, roles=(Role.AGENT,)))

    code = code_in(face.type("kod połączenia dla Ana Agent", by=ADA))

    assert "You are Ana Agent" in face.type(f"połącz {code}", by=ANA)
    assert linked(world, ANA) == [face.name]


def test_only_an_admin_makes_a_code_for_somebody_else(world: World, face: Face) -> None:
    hired_here(world, face)
    world.hire(VIC)

    assert "administering the desk needs a role you do not hold" in face.type("link code for ana", by=VIC)
    with world.house.desk.reading() as connection:
        assert connection.scalars(sa.select(link_codes.c.id)).all() == []


def test_a_code_is_good_once(world: World, face: Face) -> None:
    hired_here(world, face)
    there = other(world, face)
    code = code_in(face.type("link", by=ANA))
    there.type(f"link {code}", by=ANA)

    assert "Nothing was linked: that code is mistyped, used" in there.type(f"link {code}", by=EVE)
    assert linked(world, ANA) == ["slack", "teams"]


def test_a_newer_code_ends_the_earlier_one_and_ten_minutes_end_both(world: World, face: Face) -> None:
    hired_here(world, face)
    there = other(world, face)
    first, second = code_in(face.type("link", by=ANA)), code_in(face.type("link", by=ANA))

    assert "Nothing was linked" in there.type(f"link {first}", by=ANA)
    with world.house.store.writing() as connection:
        connection.execute(sa.update(link_codes).values(expires_at=datetime(2026, 1, 1, tzinfo=UTC)))
    assert "Nothing was linked" in there.type(f"link {second}", by=ANA)
    assert linked(world, ANA) == [face.name]


def test_a_code_dies_of_wrong_tries_and_its_owner_hears_of_it(world: World, face: Face) -> None:
    hired_here(world, face)
    there = other(world, face)
    code = code_in(face.type("link", by=ANA))

    for _ in range(5):
        assert "Nothing was linked" in there.type(f"link {code[:5]}2222-2222", by=EVE)
    world.settle()

    assert "Nothing was linked" in there.type(f"link {code}", by=ANA)
    assert "mistyped five times" in face.told(ANA)
    assert journaled(world, ANA).count("link_code_mistyped") == 5


def test_who_is_linked_already_is_not_linked_anew(world: World, face: Face) -> None:
    hired_here(world, face)
    hired_here(world, face, VIC)
    code = code_in(face.type("link", by=ANA))

    assert "you are linked here already, as Vic Viewer" in face.type(f"link {code}", by=VIC)
    assert "has an account in this chat already" in face.type(f"link {code}", by=EVE)
    assert linked(world, ANA) == linked(world, VIC) == [face.name]


@pytest.mark.parametrize("typed", ["link", "link ", "link code for ana", "połącz x", "case 101", "staff"])
def test_a_stranger_may_only_redeem(world: World, face: Face, typed: str) -> None:
    hired_here(world, face)

    seen = face.type(typed, by=EVE)

    assert "do not know you" in seen or "Nothing was linked" in seen
    with world.house.desk.reading() as connection:
        assert connection.scalars(sa.select(link_codes.c.id)).all() == []
        assert connection.scalar(sa.select(sa.func.count()).select_from(identities)) == 1


def test_the_database_keeps_no_code(world: World, face: Face) -> None:
    hired_here(world, face)
    code = code_in(face.type("link", by=ANA)).replace("-", "")

    with world.house.desk.reading() as connection:
        row = connection.execute(sa.select(link_codes)).one()
        written = str(connection.execute(sa.select(journal.journal)).all())
    assert row.selector == code[:4]
    assert code[4:] not in str(row) + written
    assert len(row.digest) == 64
