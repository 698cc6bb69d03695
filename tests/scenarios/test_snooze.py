"""Not now: reminders of a case pause for the one who gets them, for a while and with a reason; and repeats of what was missed back off."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from core.cases.commands import RecordNoteSent
from core.cases.snoozes import SnoozeCase, snooze_of
from core.engine import journal
from core.engine.db.tables.engine import outbox
from core.engine.errors import Conflict, NotAllowed
from core.people.commands import RemoveStaff
from tests.harness.faces import Face
from tests.harness.questions import acting, ask
from tests.harness.world import ADA, ANA, BEN, VIC, World
from tests.scenarios.test_deadlines import customer_writes
from tests.scenarios.test_preferences import EVA
from tests.scenarios.test_reminders import nudged, reminders


def taken(world: World, face: Face) -> int:
    """A case of Ana's, whose group has a channel; its first answer is due at 14:00 in Warsaw, the warning comes at 13:00."""
    world.route(face.name, "question")
    case_id = ask(world)
    world.hire(ADA, EVA)
    face.type(f"take {case_id}", by=ANA)
    return case_id


def is_snoozed(world: World, case_id: int) -> bool:
    with world.house.desk.reading() as connection:
        return snooze_of(connection, case_id) is not None


def test_reminders_pause_until_the_moment_and_the_card_and_why_say_so(world: World, face: Face) -> None:
    case_id = taken(world, face)

    seen = face.type(f"snooze {case_id} 2h waiting for the invoice", by=ANA)

    assert f"You are not reminded of C-{case_id} until" in seen
    assert "The group still hears of what is missed" in seen
    world.settle()
    assert "waiting for the invoice" in face.channel()
    for line in (f"case {case_id}", f"why {case_id}"):
        shown = face.type(line, by=VIC)
        assert "by Ana Agent: waiting for the invoice" in shown, line
    assert "time 1 of 2 in a row" in face.type(f"why {case_id}", by=VIC)
    assert "C-101: why" in face.type(f"why {case_id}", by=VIC)
    world.move(hours=2, minutes=1)  # the moment comes before the warning
    assert "You wanted to be reminded" in face.told(ANA)
    assert "waiting for the invoice" not in face.type(f"case {case_id}", by=VIC)
    world.move(hours=1)
    assert reminders(world) == ["staff nudge.first_response_soon"]
    with world.house.desk.reading() as connection:
        assert journal.broken_links(connection, f"case:{case_id}") == []


def test_a_warning_is_kept_from_who_snoozed_and_what_is_missed_is_said_to_the_group(world: World, face: Face) -> None:
    case_id = taken(world, face)
    face.type(f"odłóż {case_id} jutro 12:00 czekam na fakturę", by=ANA)

    world.move(hours=3, minutes=1)
    assert reminders(world) == []
    world.move(hours=1)

    assert reminders(world) == ["conversation nudge.first_response_missed"]
    assert "has had no answer" in face.channel()
    assert nudged(world, case_id) == 2


def test_the_button_of_a_reminder_opens_a_form_and_wrong_things_stay_beside_their_fields(world: World, face: Face) -> None:
    case_id = taken(world, face)
    world.move(hours=3)

    form = face.click(face.told(ANA), "Snooze…", by=ANA)
    late = face.fill(form, by=ANA, until="18.12.2026", reason="they call back")
    assert "3 working days" in str(late.errors)
    done = face.fill(late if late.is_form else form, by=ANA, until="in 2 hours", reason="they call back")

    assert not done.errors
    assert is_snoozed(world, case_id)
    assert "Remind me again" in face.type(f"case {case_id}", by=ANA).buttons or face.type(f"wake {case_id}", by=ANA)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("snooze {case} 27.11.2026 soon", "3 working days"),
        ("snooze {case} yesterday soon", "yesterday"),
        ("snooze {case} whenever soon", "whenever"),
        ("snooze 9999 2h soon", "9999"),
        ("snooze <@U1> 2h soon", "is no case’s number"),
        ("wake {case}", "is not snoozed"),
        ("snooze {case} 2h " + "x" * 301, "300"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_changed(world: World, face: Face, line: str, says: str) -> None:
    case_id = taken(world, face)

    assert says in face.type(line.format(case=case_id), by=ANA)

    assert not is_snoozed(world, case_id)


def test_only_whoever_is_reminded_may_snooze(world: World, face: Face) -> None:
    case_id = taken(world, face)
    free = ask(world, customer="Wilk", ticket="78")

    assert "it is Ana Agent who is reminded" in face.type(f"snooze {case_id} 2h not mine", by=EVA)
    assert "Take it first" in face.type(f"snooze {free} 2h nobody's", by=EVA)
    for who in (BEN, VIC):
        with pytest.raises(NotAllowed):
            world.do(SnoozeCase(case_id=case_id, until=world.now.replace(hour=12), reason="x"), acting(world, who))
    face.type(f"snooze {case_id} 2h mine", by=ANA)
    assert "it is Ana Agent who is reminded" in face.type(f"wake {case_id}", by=EVA)
    face.type("away until 26.11.2026 delegate eva", by=ANA)
    assert "You are not reminded" in face.type(f"snooze {case_id} 3h I stand in", by=EVA)


def test_a_third_time_running_is_refused_until_something_came_of_the_case(world: World, face: Face) -> None:
    case_id = taken(world, face)
    for _ in range(2):
        assert "You are not reminded" in face.type(f"snooze {case_id} in 1 hour not yet", by=ANA)
        world.move(hours=1, minutes=1)

    assert "snoozed 2 times running" in face.type(f"snooze {case_id} in 1 hour not yet", by=ANA)
    with pytest.raises(Conflict):
        world.do(SnoozeCase(case_id=case_id, until=world.now.replace(hour=14), reason="x"), acting(world, ANA))
    face.type(f"assign {case_id} eva", by=ANA)
    assert "You are not reminded" in face.type(f"snooze {case_id} in 1 hour just got it", by=EVA)


def test_the_customers_word_ends_it_and_so_do_an_answer_other_hands_and_the_end(world: World, face: Face) -> None:
    case_id = taken(world, face)
    face.type(f"snooze {case_id} tomorrow 9 waiting", by=ANA)
    customer_writes(world, "Any news?")
    world.settle()
    assert not is_snoozed(world, case_id)
    assert "The customer wrote in" in face.told(ANA)

    face.type(f"snooze {case_id} tomorrow 9 waiting", by=ANA)
    face.click(face.type(f"reply {case_id} Hello", by=ANA), "Send to the customer", by=ANA)
    with world.house.desk.reading() as connection:
        note_id = connection.execute(sa.select(outbox.c.ids).where(outbox.c.kind == "ticket.reply")).scalar_one()["note_id"]
    world.do(RecordNoteSent(note_id=note_id, external="1"))
    assert not is_snoozed(world, case_id)

    face.type(f"snooze {case_id} tomorrow 9 waiting", by=ANA)
    face.type(f"resolve {case_id} yes", by=ANA)
    assert not is_snoozed(world, case_id)

    face.type(f"reopen {case_id}", by=ANA)
    face.type(f"snooze {case_id} tomorrow 9 waiting", by=ANA)
    world.do(RemoveStaff(handle="ana"))
    world.settle()
    assert not is_snoozed(world, case_id)


def test_what_was_missed_is_said_again_after_growing_pauses_and_then_to_the_group(world: World, face: Face) -> None:
    """Monday 14:00, then 2, 4 and 8 hours of open time on: 16:00, Tuesday 12:00, Wednesday 12:00; never at night."""
    case_id = taken(world, face)
    face.type("prefs morning off", by=ANA)
    moments = [(23, 13), (23, 15), (24, 11), (25, 11)]

    seen: list[list[str]] = []
    for day, hour in moments:
        world.now = datetime(2026, 11, day, hour - 1, 59, tzinfo=UTC)
        world.settle()
        before = len(reminders(world))
        world.now = datetime(2026, 11, day, hour, 0, tzinfo=UTC)
        world.settle()
        seen.append(reminders(world)[before:])

    missed = "staff nudge.first_response_missed"
    assert seen == [[missed], [missed], [missed], [missed, "conversation nudge.unheard"]]
    assert "after 4 reminders" in face.channel()
    assert "the first one was due Mon 23 Nov 2026 14:00" in face.told(ANA)  # not when it is said again
    world.move(days=7)
    assert len([one for one in reminders(world) if "first_response" in one or "unheard" in one]) == 1 + 5  # the warning before it
    assert nudged(world, case_id) == 1 + 4 + 1  # and one for the end of the case, which is missed by now


def test_an_answer_ends_the_repeats(world: World, face: Face) -> None:
    case_id = taken(world, face)
    world.move(hours=4)
    assert reminders(world)[-1] == "staff nudge.first_response_missed"
    face.type(f"resolve {case_id} yes", by=ANA)

    world.move(days=3)

    assert [one for one in reminders(world) if "missed" in one] == ["staff nudge.first_response_missed"]


def test_who_switched_it_off_is_not_reminded_but_the_group_hears_in_the_end(world: World, face: Face) -> None:
    taken(world, face)
    face.type("prefs late off morning off", by=ANA)

    for _ in range(40):
        world.move(hours=2)

    assert reminders(world) == ["conversation nudge.unheard"]
