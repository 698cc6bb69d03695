"""Somebody is away: their reminders go to whoever stands in, and what cannot be approved meanwhile is said at once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.cases.commands import AssignCase
from core.engine import journal
from core.engine.db.tables.engine import outbox
from core.people.absence import away, present
from core.people.commands import RemoveStaff
from core.people.model import Role
from core.people.queries import by_handle, everyone
from core.suspensions.model import State
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from tests.harness.faces import Face
from tests.harness.questions import ask
from tests.harness.suspensions import CLEO, OTTO, Story, ripe
from tests.harness.world import ADA, ANA, BEN, VIC, Persona, World

EVA = Persona("eva", "Eva Agent", (Role.AGENT,))


@pytest.fixture
def story(world: World) -> Iterator[Story]:
    """A request to suspend may be made; Ben is the only approver who is neither proposer nor owner."""
    local = LocalPartnerCenter()
    local.start()
    made = ripe(world, local)
    world.hire(ADA)
    for someone in (CLEO, OTTO):
        world.do(RemoveStaff(handle=someone.handle))
    yield made
    local.stop()


def is_away(world: World, who: Persona) -> bool:
    with world.house.desk.reading() as connection:
        staff_id = by_handle(connection, who.handle).id
        found = away(connection, staff_id, world.now)
        assert (staff_id in present(connection, [staff_id], world.now)) is (found is None)
        return found is not None


def told(world: World, say: str) -> list[str]:
    """Who was told it, in order."""
    with world.house.desk.reading() as connection:
        lanes = {f"staff:{found.id}": found.handle for found in everyone(connection)}
        rows = connection.execute(sa.select(outbox.c.lane, outbox.c.ids).order_by(outbox.c.id))
        return [lanes.get(row.lane, row.lane.partition(":")[0]) for row in rows if row.ids.get("say") == say]


def test_who_goes_away_is_read_the_moment_back_and_comes_back_by_themselves(world: World, face: Face) -> None:
    world.hire(ANA)
    face.type("help", by=ANA)

    seen = face.type("away until 27.11.2026", by=ANA)

    assert "You are away until" in seen
    assert "Nobody stands in" in seen
    assert is_away(world, ANA)
    world.move(days=3, hours=22)
    assert is_away(world, ANA)
    world.move(hours=2)
    assert not is_away(world, ANA)
    assert "Your absence is over" in face.told(ANA)
    with world.house.desk.reading() as connection:
        subject = f"staff:{by_handle(connection, 'ana').id}"
        assert journal.broken_links(connection, subject) == []
        rows = journal.journal.c
        assert list(connection.scalars(sa.select(rows.event).where(rows.subject == subject).order_by(rows.seq)))[1:] == [
            "went_away",
            "came_back",
            "morning_came",
        ]


def test_back_ends_it_early_and_the_stand_in_hears_of_both(world: World, face: Face) -> None:
    world.hire(ANA, EVA)
    face.type("help", by=EVA)

    assert "Eva Agent stands in" in face.type("nieobecność do 27.11.2026 delegate eva", by=ANA)
    world.settle()
    assert "Ana Agent is away until" in face.told(EVA)
    assert "You are back" in face.type("wracam", by=ANA)
    world.settle()

    assert "You no longer stand in for Ana Agent" in face.told(EVA)
    assert not is_away(world, ANA)
    assert "Ana Agent is not away" in face.type("back", by=ANA)


def test_a_second_absence_moves_the_first_and_keeps_who_stands_in(world: World, face: Face) -> None:
    world.hire(ANA, EVA)
    face.type("away until 25.11.2026 delegate eva", by=ANA)

    assert "Eva Agent stands in" in face.type("away until 27.11.2026", by=ANA)

    world.move(days=3)
    assert is_away(world, ANA)


def test_an_admin_sets_it_for_others_and_nobody_else_does(world: World, face: Face) -> None:
    world.hire(ADA, ANA, EVA, VIC)
    face.type("help", by=ANA)

    for who in (EVA, VIC):
        assert "said by themselves, or by an admin" in face.type("away ana until 27.11.2026", by=who)
        assert "said by themselves, or by an admin" in face.type("back ana", by=who)
    assert "Ana Agent is away until" in face.type("away Ana Agent until 27.11.2026", by=ADA)
    world.settle()
    assert "Ada Admin set you away until" in face.told(ANA)
    assert "Ana Agent is back." in face.type("back ana", by=ADA)


def test_what_cannot_be_is_refused_with_the_nearest_way(world: World, face: Face) -> None:
    world.hire(ANA, EVA, VIC, BEN)
    face.type("away until 27.11.2026", by=EVA)

    for line, says in {
        "away until 22.11.2026": "22 Nov 2026",
        "away until 27.11.2027": "more than 90 days",
        "away until 27.11.2026 delegate ana": "cannot stand in for themselves",
        "away until 27.11.2026 delegate eva": "Eva Agent is away until",
        "away until 27.11.2026 delegate vic": "Vic Viewer may not work on cases",
        "away until 27.11.2026 delegate nobody": "Nobody on the staff is called “nobody”",
        "away until whenever": "whenever",
    }.items():
        assert says in face.type(line, by=ANA), line
    assert not is_away(world, ANA)
    assert "may not decide suspensions" in face.type("away until 27.11.2026 delegate ana", by=BEN)


@pytest.mark.parametrize(("line", "days"), [("do piątku 12:00", 4), ("do jutra", 1), ("until friday 9:00", 4), ("za 2 dni", 2)])
def test_until_when_is_said_as_people_say_it(world: World, face: Face, line: str, days: int) -> None:
    world.hire(ANA)

    assert "You are away until" in face.type(f"nieobecność {line}", by=ANA)

    world.now += timedelta(days=days - 1, hours=10)
    assert is_away(world, ANA)
    world.now += timedelta(days=1)
    assert not is_away(world, ANA)


def test_a_form_asks_until_when(world: World, face: Face) -> None:
    world.hire(ANA, EVA)

    form = face.type("away", by=ANA)
    face.fill(form, by=ANA, until="27.11.2026 9:00", delegate="eva")

    assert is_away(world, ANA)


def test_reminders_go_to_the_stand_in_else_to_the_group(world: World, face: Face) -> None:
    world.route(face.name, "question")
    first, second = ask(world), ask(world, customer="Wilk", ticket="78")
    world.hire(EVA)
    face.type("help", by=EVA)
    with world.house.desk.reading() as connection:
        ana = by_handle(connection, "ana").id
    world.do(AssignCase(case_id=first, staff_id=ana))
    world.do(AssignCase(case_id=second, staff_id=ana))
    face.type("away until 27.11.2026 delegate eva", by=ANA)

    world.move(hours=3)
    assert told(world, "nudge.first_response_soon") == ["eva", "eva"]
    face.type("away until 27.11.2026", by=EVA)
    world.move(hours=1)

    assert told(world, "nudge.first_response_missed") == ["conversation", "conversation"]


def test_a_stand_in_who_leaves_stands_in_no_longer(world: World, face: Face) -> None:
    world.hire(ADA, ANA, EVA)
    face.type("away until 27.11.2026 delegate eva", by=ANA)

    face.type("staff remove eva", by=ADA)

    with world.house.desk.reading() as connection:
        absence = away(connection, by_handle(connection, "ana").id, world.now)
    assert absence is not None
    assert absence.delegate_id is None


def test_asking_says_at_once_when_nobody_present_can_approve(story: Story, face: Face) -> None:
    face.type("away until 27.11.2026", by=BEN)

    story.propose(face)

    assert "Those who are present cannot approve it" in face.channel()
    face.type("back", by=BEN)
    story.world.settle()
    assert "Those who are present cannot" not in face.channel()


def test_going_away_says_at_once_what_nobody_can_approve_then(story: Story, face: Face) -> None:
    face.type("help", by=ANA)
    story.propose(face)
    assert "Those who are present cannot" not in face.channel()

    seen = face.type("away until 27.11.2026", by=BEN)
    story.world.settle()

    assert "S-1 cannot be approved by those who are present" in seen
    assert "Those who are present cannot approve it" in face.channel()
    assert "S-1 lacks an approval that nobody present can give. First to be back: Ben Approver" in face.told(ANA)
    assert story.newest().state is State.PROPOSED


def test_the_stand_in_of_an_approver_is_asked_and_decides_in_their_own_name(story: Story, face: Face) -> None:
    story.world.hire(CLEO)
    face.type("help", by=CLEO)
    face.type("away until 27.11.2026 delegate cleo", by=BEN)

    story.propose(face)

    assert "Ben Approver is away and you stand in" in face.told(CLEO)
    face.click(face.channel(), "Approve", by=CLEO)
    story.world.settle()
    assert story.newest().state is State.COOLING
    assert "Cleo Approver" in face.channel()
