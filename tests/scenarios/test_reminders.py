"""Reminders fire by themselves: first answer due and missed, waiting too long; to the owner, else to the group; once."""

import sqlalchemy as sa

from core.cases.commands import RecordNoteSent
from core.engine import journal
from core.engine.db.tables.engine import outbox
from core.people.commands import RemoveStaff
from tests.harness.faces import Face
from tests.harness.questions import ask
from tests.harness.world import ANA, World


def reminders(world: World) -> list[str]:
    """What was said, to whom, in order."""
    with world.house.desk.reading() as connection:
        rows = connection.execute(sa.select(outbox).where(outbox.c.kind.in_(("chat.tell", "chat.say"))).order_by(outbox.c.id)).all()
        return [f"{row.lane.partition(':')[0]} {row.ids['say']}" for row in rows if row.ids["say"].startswith("nudge.")]


def nudged(world: World, case_id: int) -> int:
    with world.house.desk.reading() as connection:
        assert journal.broken_links(connection, f"case:{case_id}") == []
        rows = journal.journal.c
        match = (rows.subject == f"case:{case_id}") & (rows.event == "case_nudged")
        return int(connection.scalar(sa.select(sa.func.count()).where(match)) or 0)


def test_a_question_nobody_took_is_said_to_the_group_and_then_missed(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world)

    world.move(hours=2, minutes=59)
    assert reminders(world) == []
    world.move(minutes=2)
    assert reminders(world) == ["conversation nudge.first_response_soon"]
    assert "has no answer yet" in face.channel()
    world.move(hours=1)

    assert reminders(world)[1:] == ["conversation nudge.first_response_missed"]
    assert "has had no answer" in face.channel()
    assert nudged(world, case_id) == 2
    world.move(days=2)
    assert len(reminders(world)) == 2


def test_the_owner_is_told_privately_and_can_open_the_case_from_there(world: World, face: Face) -> None:
    case_id = ask(world)
    face.type(f"take {case_id}", by=ANA)

    world.move(hours=3)

    assert reminders(world) == ["staff nudge.first_response_soon"]
    told = face.told(ANA)
    assert "C-101 has no answer yet" in told
    assert f"C-{case_id}" in face.click(told, "Show the case", by=ANA)


def test_an_owner_who_left_is_not_told_but_the_group_is(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world)
    face.type(f"take {case_id}", by=ANA)
    world.do(RemoveStaff(handle="ana"))

    world.move(hours=3)

    assert reminders(world) == ["conversation nudge.first_response_soon"]


def test_an_answered_or_closed_question_reminds_nobody(world: World, face: Face) -> None:
    answered, closed = ask(world), ask(world, customer="Wilk", ticket="78")
    face.click(face.type(f"reply {answered} Hello", by=ANA), "Send to the customer", by=ANA)
    with world.house.desk.reading() as connection:
        note_id = connection.execute(sa.select(outbox.c.ids).where(outbox.c.kind == "ticket.reply")).scalar_one()["note_id"]
    world.do(RecordNoteSent(note_id=note_id, external="1"))
    face.type(f"resolve {closed} yes", by=ANA)

    world.move(hours=9)

    assert reminders(world) == []
    assert nudged(world, answered) == nudged(world, closed) == 0


def test_clocks_that_rang_while_the_desk_was_down_become_one_reminder(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world)

    world.move(hours=12)

    assert reminders(world) == ["conversation nudge.first_response_missed"]
    assert nudged(world, case_id) == 1


def test_a_case_that_waits_too_long_is_brought_up_and_one_reopened_in_time_is_not(world: World, face: Face) -> None:
    case_id = ask(world, ticket="")
    face.type(f"take {case_id}", by=ANA)
    face.type(f"wait {case_id}", by=ANA)

    world.move(days=2)
    assert reminders(world) == []
    world.move(days=1)

    assert reminders(world) == ["staff nudge.waiting_too_long"]
    assert "has waited for the customer since" in face.told(ANA)


def test_whoever_is_given_a_case_by_somebody_else_is_told(world: World, face: Face) -> None:
    from tests.scenarios.test_work_on_a_case import EVA

    case_id = ask(world)
    world.hire(EVA)
    face.type("queue", by=EVA)

    face.type(f"assign {case_id} eva", by=ANA)
    world.settle()

    assert f"Ana Agent gave you C-{case_id}" in face.told(EVA)


def test_a_batch_is_one_transaction_and_two_sweeps_at_once_remind_once(world: World) -> None:
    from concurrent.futures import ThreadPoolExecutor

    cases = [ask(world)] + [ask(world, customer=f"Customer {n}", ticket=str(n)) for n in range(20)]
    world.route("slack", "question")
    world.now = world.now.replace(hour=23)

    with ThreadPoolExecutor(2) as both:
        done = list(both.map(lambda _: world.house.desk.nudge(world.now), range(2)))
    while more := world.house.desk.nudge(world.now):
        done.append(more)

    assert sum(done) == 2 * len(cases)
    assert len(reminders(world)) == len(cases)
    assert all(nudged(world, case_id) == 1 for case_id in cases)
