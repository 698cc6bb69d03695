"""Everybody chooses what they are told and when: at once, in the morning, or not at all; nothing wakes anybody who need not be woken."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from core.cases.commands import AssignCase, OpenCase
from core.engine import journal
from core.engine.db.tables.engine import outbox
from core.engine.db.tables.people import held_messages
from core.engine.errors import NotAllowed
from core.people.model import Role
from core.people.preferences import SetPreferences
from core.people.queries import by_handle, everyone
from tests.harness.faces import Face
from tests.harness.questions import acting, ask
from tests.harness.world import ANA, BEN, VIC, Persona, World

EVA = Persona("eva", "Eva Agent", (Role.AGENT,))
MONDAY_NIGHT = datetime(2026, 11, 23, 22, tzinfo=UTC)  # 23:00 in Warsaw
NOTHING = "nothing to say"


def told(world: World) -> list[str]:
    """What was put out for people, in order: to whom, and what; an empty morning says nothing."""
    said = (outbox.c.kind == "chat.tell") & (outbox.c.ref != NOTHING)
    with world.house.desk.reading() as connection:
        names = {found.id: found.handle for found in everyone(connection)}
        rows = connection.execute(sa.select(outbox.c.ids).where(said).order_by(outbox.c.id)).scalars()
        return [f"{names.get(ids['staff_id'], 'a leaver')} {ids['say']}" for ids in rows]


def waiting(world: World) -> int:
    with world.house.desk.reading() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).where(held_messages.c.told_at.is_(None))) or 0)


def given(world: World, *, by: Persona = BEN, to: Persona = ANA) -> int:
    """A case that somebody else gave to Ana."""
    case_id = world.do(OpenCase(title="Why?", customer_id=1)).ids["case_id"]
    with world.house.desk.reading() as connection:
        receiver = by_handle(connection, to.handle).id
    world.do(AssignCase(case_id=case_id, staff_id=receiver))
    return case_id


def test_preferences_are_shown_changed_by_a_line_and_by_a_form_and_journaled(world: World, face: Face) -> None:
    world.hire(ANA)

    shown = face.type("prefs", by=ANA)
    assert "What you are told, and when" in shown
    assert "at once" in shown
    assert "a cooling-off ends at night too" in shown
    assert "in the morning" in face.type("prefs late digest waiting off quiet 20-7", by=ANA)
    assert "20:00-07:00" in face.type("preferencje", by=ANA)
    form = face.click(face.type("settings", by=ANA), "Change…", by=ANA)
    assert form.fields["late"] == "digest"
    assert form.fields["quiet"] == "20:00-07:00"
    face.fill(form, by=ANA, assigned="off", quiet="usual")

    shown = face.type("ustawienia", by=ANA)
    assert "From 18:00" in shown
    assert "not at all" in shown
    with world.house.desk.reading() as connection:
        subject = f"staff:{by_handle(connection, 'ana').id}"
        rows = journal.journal.c
        match = (rows.subject == subject) & (rows.event == "preferences_set")
        kept = list(connection.scalars(sa.select(rows.data).where(match).order_by(rows.seq)))
        assert journal.broken_links(connection, subject) == []
    assert [one["chosen"] for one in kept][1] == {"assigned": "off", "quiet": "usual"}
    assert kept[1]["before"] == {"assigned": "now", "quiet": "20:00-07:00"}


def test_what_may_not_be_put_off_says_why_and_nothing_is_changed(world: World, face: Face) -> None:
    world.hire(ANA)

    for line, says in {
        "prefs decisions off": "a cooling-off ends at night too",
        "prefs escalations digest": "somebody waits for your help",
        "prefs service off": "service is off and should not be",
        "preferencje konto off": "always comes at once",
        "prefs outcomes off": "now, digest",
        "prefs late sometimes": "now, digest, off",
        "prefs quiet 9-17": "are no quiet hours",
        "prefs quiet 12-12": "are no quiet hours",
        "prefs quiet 20:00": "are no quiet hours",
        "prefs quiet 25:00-7:00": "are no quiet hours",
        "prefs quiet <@U1>": "are no quiet hours",
        "prefs late digest morning off": "a digest that does not come",
        "prefs whatever": "whatever",
    }.items():
        assert says in face.type(line, by=ANA), line

    with world.house.desk.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).where(journal.journal.c.event == "preferences_set")) == 0


def test_a_form_keeps_what_was_typed_beside_what_is_wrong(world: World, face: Face) -> None:
    world.hire(ANA)
    form = face.click(face.type("prefs", by=ANA), "Change…", by=ANA)

    answer = face.fill(form, by=ANA, quiet="9-17", late="digest")

    assert "quiet hours" in str(answer.errors)
    assert "at once" in face.type("prefs", by=ANA)


def test_nobody_chooses_for_anybody_else(world: World) -> None:
    world.hire(ANA, VIC)
    with world.house.desk.reading() as connection:
        ana = by_handle(connection, "ana").id

    with pytest.raises(NotAllowed):
        world.do(SetPreferences(staff_id=ana, chosen={"late": "off"}), acting(world, VIC))


def test_what_is_switched_off_is_not_said_and_what_waits_for_the_morning_comes_then_as_one(world: World, face: Face) -> None:
    ask(world)
    face.type("prefs assigned digest", by=ANA)

    first, second = given(world), given(world)
    world.settle()
    assert told(world) == []
    world.move(hours=23)  # Tuesday, 9:00 in Warsaw

    assert told(world) == ["ana reminders.digest"]
    morning = face.told(ANA)
    assert "Since Mon 23 Nov 2026 17:00" in morning
    assert f"gave you C-{first}" in morning
    assert f"gave you C-{second}" in morning
    assert f"C-{second}" in face.click(morning, f"Show C-{second}", by=ANA)
    face.type("prefs assigned off", by=ANA)
    given(world)
    world.settle()
    assert told(world) == ["ana reminders.digest"]
    assert waiting(world) == 0


def test_nothing_is_said_at_night_but_what_cannot_wait(world: World, face: Face) -> None:
    ask(world)
    world.hire(EVA)
    face.type("help", by=ANA)
    world.now = MONDAY_NIGHT
    case_id = given(world)
    world.settle()

    assert "ana tell.assigned" not in told(world)
    face.type(f"escalate {case_id} Nobody here can explain it.", by=EVA)
    world.settle()
    assert "ana escalation.told" in told(world)
    world.move(hours=10, minutes=1)

    assert [one for one in told(world) if one.startswith("ana") and "escalation" not in one] == ["ana reminders.digest"]
    assert f"gave you C-{case_id}" in face.told(ANA)


def test_who_wants_no_digest_hears_at_the_end_of_quiet_hours_one_message_as_it_is_and_several_as_one(world: World, face: Face) -> None:
    ask(world)
    face.type("prefs morning off quiet 20:00-7:00", by=ANA)
    world.now = MONDAY_NIGHT
    case_id = given(world)
    world.move(hours=7, minutes=59)
    assert told(world) == []
    world.move(minutes=1)  # 7:00 in Warsaw

    assert told(world) == ["ana tell.assigned"]
    assert f"gave you C-{case_id}" in face.told(ANA)
    assert f"C-{case_id}" in face.click(face.told(ANA), "Show the case", by=ANA)
    world.now = datetime(2026, 11, 24, 21, tzinfo=UTC)
    given(world), given(world)
    world.move(hours=9)

    assert told(world)[1:] == ["ana reminders.held"]
    assert "While it was quiet" in face.told(ANA)
