"""An admin says in chat who works here; who leaves leaves nothing behind that nobody looks after."""

import pytest
import sqlalchemy as sa

from core.cases.queries import case
from core.engine import journal
from core.engine.db.tables.engine import outbox
from core.engine.db.tables.people import grants, staff
from core.people.commands import AddStaff
from core.people.model import Role
from core.people.queries import by_handle
from core.suspensions.model import State
from core.suspensions.queries import votes_of
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.questions import ask
from tests.harness.suspensions import Story, ripe
from tests.harness.world import ADA, ANA, BEN, VIC, Persona, World

EVA = Persona("eva", "Eva Agent", (Role.AGENT,))


@pytest.fixture
def story(world: World, local: LocalPartnerCenter) -> Story:
    """A request to suspend may be made."""
    return ripe(world, local)


def roles(world: World, handle: str) -> list[str]:
    with world.house.desk.reading() as connection:
        held = sa.select(grants.c.role).join(staff, staff.c.id == grants.c.staff_id).where(staff.c.handle == handle)
        return sorted(connection.scalars(held))


def owner(world: World, case_id: int) -> int | None:
    with world.house.desk.reading() as connection:
        return case(connection, case_id).assignee_id


def id_of(world: World, who: Persona) -> int:
    with world.house.desk.reading() as connection:
        return by_handle(connection, who.handle).id


def told(world: World, say: str) -> list[str]:
    """The lanes in which it was said."""
    with world.house.desk.reading() as connection:
        rows = connection.execute(sa.select(outbox.c.lane, outbox.c.ids).order_by(outbox.c.id))
        return [row.lane for row in rows if row.ids.get("say") == say]


def test_an_admin_adds_somebody_and_hands_them_a_code(world: World, face: Face) -> None:
    world.hire(ADA)

    added = face.type("staff add eva agent, viewer called Eva Agent", by=ADA)

    assert "eva is on the staff: agent, viewer." in added
    assert "link code for eva" in added
    assert roles(world, "eva") == ["agent", "viewer"]
    code = str(face.type("link code for eva", by=ADA)).split("Eva Agent: ")[1][:14]
    assert "You are Eva Agent" in face.type(f"link {code}", by=EVA)


def test_a_form_asks_for_what_is_missing(world: World, face: Face) -> None:
    world.hire(ADA)

    form = face.type("zespół dodaj", by=ADA)
    again = face.fill(form, by=ADA, handle="Ewa Nowak!", roles="agent")
    assert "is no short name" in again
    face.fill(again, by=ADA, handle="ewa", roles="agent,approver", full_name="Ewa Nowak")

    assert roles(world, "ewa") == ["agent", "approver"]


def test_roles_are_set_exactly_and_whoever_holds_them_is_told(world: World, face: Face) -> None:
    world.hire(ADA, ANA)
    face.type("help", by=ANA)

    assert "Ana Agent holds now: approver, viewer." in face.type("staff role ana approver viewer", by=ADA)
    world.settle()

    assert roles(world, "ana") == ["approver", "viewer"]
    assert "Ada Admin changed your roles" in face.told(ANA)
    assert "holds these roles already" in face.type("staff role ana viewer approver", by=ADA)
    assert "“king” is not one of: viewer, agent" in face.type("staff role ana king", by=ADA)
    assert "Nobody on the staff is called “zed”" in face.type("staff role zed agent", by=ADA)
    assert "eva is on the staff already" in _twice(face)


def _twice(face: Face) -> str:
    face.type("staff add eva agent", by=ADA)
    return str(face.type("staff add eva agent", by=ADA))


def test_an_admin_sees_who_works_here_page_by_page(world: World, face: Face) -> None:
    first = ask(world)
    world.hire(ADA, ANA)
    world.do(AddStaff(handle="zoe"))
    for number in range(9):
        world.do(AddStaff(handle=f"m{number}", name=f"Member {number}", roles=(Role.VIEWER,)))
    face.type(f"take {first}", by=ANA)
    face.type("away tomorrow 9", by=ANA)

    seen = face.type("staff", by=ADA)

    assert "people work here." in seen
    assert "Ana Agent (away until" in seen
    for told in ("Ada Admin", "ada", "admin", "Slack, Teams", "in no chat", "link code for"):
        assert told in seen
    assert "zoe" not in seen
    last = face.click(seen, "Next", by=ADA)
    last = last if last.buttons else face.told(ADA)
    assert "zoe" in last
    assert "no role" in last
    assert "Ada Admin" not in last
    assert "Ada Admin" in face.type("zespół lista", by=ADA)
    assert "Ada Admin" in face.type("staff list", by=ADA)


def test_nobody_but_an_admin_changes_the_staff(world: World, face: Face) -> None:
    world.hire(ADA, ANA, BEN, VIC)

    for line in ("staff", "staff add eva agent", "staff role ana admin", "staff remove ada"):
        for who in (ANA, BEN, VIC):
            assert "administering the desk needs a role you do not hold" in face.type(line, by=who), line
    assert roles(world, "ana") == ["agent"]
    assert roles(world, "ada") == ["admin"]


def test_the_last_admin_stays(world: World, face: Face) -> None:
    world.hire(ADA, ANA)

    assert "Ada Admin is the only admin of the desk" in face.type("staff remove me", by=ADA)
    assert "Ada Admin is the only admin of the desk" in face.type("staff role ada agent", by=ADA)
    face.type("staff role ana admin agent", by=ADA)
    assert "Ada Admin is off the staff" in face.type("staff remove me", by=ADA)
    assert "do not know you" in face.type("staff role ana agent", by=ADA)


def test_a_leaver_s_cases_are_nobody_s_and_the_group_hears_of_it_once(world: World, face: Face) -> None:
    world.route(face.name, "question")
    first, second = ask(world), ask(world, customer="Wilk", ticket="78")
    world.hire(ADA)
    for number in (first, second):
        face.type(f"take {number}", by=ANA)
    world.settle()
    assert "Ana Agent" in face.channel()

    assert "Ana Agent is off the staff. 2 cases are nobody's now." in face.type("staff remove ana", by=ADA)
    world.settle()

    assert [owner(world, number) for number in (first, second)] == [None, None]
    assert len(told(world, "tell.cases_free")) == 1
    assert "Cases without an owner now: 2" in face.channel()
    with world.house.desk.reading() as connection:
        assert journal.broken_links(connection, f"case:{first}") == []
    assert "do not know you" in face.type("queue", by=ANA)


def test_a_successor_gets_the_cases_and_is_told(world: World, face: Face) -> None:
    case_id = ask(world)
    world.hire(ADA, EVA)
    face.type("help", by=EVA)
    face.type(f"take {case_id}", by=ANA)

    assert "Vic Viewer may not work on cases" in face.type("staff remove ana to vic", by=ADA)
    assert owner(world, case_id) == id_of(world, ANA)
    assert "1 case is Eva Agent’s now" in face.type("staff remove ana to eva", by=ADA)
    world.settle()

    assert owner(world, case_id) == id_of(world, EVA)
    assert "Their cases are yours now: 1" in face.told(EVA)


def test_very_many_cases_are_given_on_in_batches_and_counted_together(world: World, face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.cases.leaving.BATCH", 2)
    world.route(face.name, "question")
    numbers = [ask(world, customer=f"Customer {n}", ticket=str(n)) for n in range(5)]
    world.hire(ADA)
    for number in numbers:
        face.type(f"take {number}", by=ANA)
    world.settle()

    face.type("staff remove ana", by=ADA)
    world.settle()

    assert {owner(world, number) for number in numbers} == {None}
    assert len(told(world, "tell.cases_free")) == 1
    assert "Cases without an owner now: 5" in face.channel()


def test_a_leaver_s_open_request_is_voided_and_the_card_says_why(story: Story, face: Face) -> None:
    story.world.hire(ADA)
    story.propose(face)

    face.type("staff remove ana", by=ADA)
    story.world.settle()

    assert story.newest().state is State.VOIDED
    assert "who asked for it left the staff" in face.type("suspension S-1", by=BEN)
    assert story.local.ledger.writes() == []


def test_what_a_leaver_approved_falls_at_once(story: Story, face: Face) -> None:
    story.world.hire(ADA)
    story.approved(face)
    assert story.newest().state is State.COOLING

    face.type("staff remove ben", by=ADA)

    assert story.newest().state is State.VOIDED
    with story.world.house.desk.reading() as connection:
        assert votes_of(connection, story.newest()) == []
        rows = journal.journal.c
        kept = connection.scalars(sa.select(rows.event).where(rows.subject == "suspension:1")).all()
    assert "suspension_approved" in kept
    assert "votes_withdrawn" in kept


def test_a_person_who_comes_back_begins_without_rights_and_chats(world: World, face: Face) -> None:
    world.hire(ADA, ANA)
    face.type("staff remove ana", by=ADA)

    world.do(AddStaff(handle="ana", name="Ana Agent", roles=(Role.VIEWER,)))

    assert roles(world, "ana") == ["viewer"]
    assert "do not know you" in face.type("queue", by=ANA)
