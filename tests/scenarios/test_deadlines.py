"""Deadlines count open time: office hours, holidays, pauses; `why` prints how, in the reader's language; a change of hours moves them."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from app.calendars import calendars, targets
from app.staff import groups
from core.cases.clocks import deadlines
from core.cases.commands import RecordNoteSent
from core.cases.targets import Clock
from core.cases.tickets import Comment, RecordTicket
from core.engine import journal
from core.engine.calendars import Hours
from core.engine.db.tables.engine import outbox
from core.engine.errors import DeskError, InvalidInput, NotAllowed, NotFound
from core.people.commands import AddStaff, CloseDay, OpenDay, SetCalendar, SetGroup
from tests.harness.faces import Face
from tests.harness.questions import REQUESTOR, acting, ask
from tests.harness.world import ANA, BEN, VIC, World

WARSAW = ZoneInfo("Europe/Warsaw")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW).astimezone(UTC)


def due(world: World, case_id: int, clock: Clock) -> datetime | None:
    """When the open clock is due; None while it stands still. Raises KeyError when there is none."""
    with world.house.desk.reading() as connection:
        return {one.clock: one.due_at for one in deadlines(connection, (case_id,)).get(case_id, [])}[clock]


def why(face: Face, case_id: int, *, verb: str = "why") -> str:
    """What Ana reads, the zones' names aside: they differ with the chat's locale."""
    return re.sub(r" (CES?T|\+0[12]00)\b", "", str(face.type(f"{verb} {case_id}", by=ANA)))


def events(world: World, subject: str) -> list[str]:
    with world.house.desk.reading() as connection:
        assert journal.broken_links(connection, subject) == []
        rows = journal.journal.c
        return list(connection.scalars(sa.select(rows.event).where(rows.subject == subject).order_by(rows.seq)))


def said_reminders(world: World) -> list[str]:
    with world.house.desk.reading() as connection:
        rows = connection.scalars(sa.select(outbox.c.ids).where(outbox.c.kind.in_(("chat.tell", "chat.say"))).order_by(outbox.c.id))
        return [ids["say"] for ids in rows if ids["say"].startswith("nudge.")]


def answer(world: World, face: Face, case_id: int) -> None:
    """Ana answers, and the ticket has it."""
    face.click(face.type(f"reply {case_id} Hello", by=ANA), "Send to the customer", by=ANA)
    with world.house.desk.reading() as connection:
        rows = connection.scalars(sa.select(outbox.c.ids).where(outbox.c.kind == "ticket.reply").order_by(outbox.c.id)).all()
    world.do(RecordNoteSent(note_id=rows[-1]["note_id"], external=str(len(rows))))


def customer_writes(world: World, text: str, seen: int = 1) -> None:
    said = Comment(external=f"c{seen}", author=REQUESTOR, public=True, by_customer=True, text=text, at=world.now)
    world.do(
        RecordTicket(
            connection="helpdesk", ticket="77", title="Why?", requestor=REQUESTOR, status="open", is_closed=False, seen=seen,
            comments=(said,),
        )
    )  # fmt: skip


def desk(world: World, group: object, *words: str) -> Result:
    return CliRunner().invoke(group, list(words), obj=lambda: world.house)  # type: ignore[arg-type]  # a click group


def test_a_question_of_friday_afternoon_before_a_holiday_is_due_on_tuesday_and_why_says_so(world: World, face: Face) -> None:
    """8 November 2030 is a Friday, Independence Day the Monday after it."""
    world.now = at("2030-11-08T16:30")
    case_id = ask(world)

    said = why(face, case_id)

    assert due(world, case_id, Clock.FIRST_RESPONSE) == at("2030-11-12T12:30")
    first = said[said.index("First answer: due Tue 12 Nov 2030 12:30") :]
    wanted = (
        "Starts Fri 8 Nov 2030 16:30: the case was opened",
        "Target: 4 h of open time (the desk’s own default, since ",
        "Open: Mon–Fri 09:00–17:00, Europe/Warsaw, without the public holidays of PL",
        "Fri 8 Nov: 30 min",
        "Sat 9 Nov: closed, outside the opening hours of the week",
        "Sun 10 Nov: closed, outside the opening hours of the week",
        "Mon 11 Nov: closed, National Independence Day",
        "Tue 12 Nov: 3 h 30 min",
        "Sum 4 h: due Tue 12 Nov 2030 12:30",
    )
    assert [line for line in wanted if line not in first] == []


def test_a_polish_reader_reads_it_in_polish_with_the_holidays_of_easter(world: World, face: Face) -> None:
    world.now = at("2027-03-26T15:00")
    case_id = ask(world)
    world.do(AddStaff(handle="ana", locale="pl-PL"))

    said = why(face, case_id, verb="dlaczego")

    assert "Pierwsza odpowiedź: termin wt. 30 mar 2027 11:00" in said
    assert "Norma: 4 h czasu pracy (źródło: norma domyślna, od 1 lis 2026)" in said
    assert "niedz. 28 mar: wolne, Niedziela Wielkanocna" in said
    assert "pon. 29 mar: wolne, Poniedziałek Wielkanocny" in said


def test_open_hours_over_the_night_when_clocks_change_are_what_really_passed(world: World, face: Face) -> None:
    """Clocks go back in the night to Sunday 25 October 2026: of a desk that never closes, that night has an hour more."""
    midnight = time(0)
    world.do(SetCalendar(name="default", week=((Hours(opens=midnight, closes=midnight),),) * 7, country=""))
    world.now = at("2026-10-25T00:00")
    case_id = ask(world)

    assert due(world, case_id, Clock.FIRST_RESPONSE) == at("2026-10-25T03:00")
    assert due(world, case_id, Clock.FIRST_RESPONSE) == world.now + timedelta(hours=4)
    said = why(face, case_id)
    assert "Sun 25 Oct: 4 h" in said
    assert "Open: Mon–Sun 00:00–00:00, Europe/Warsaw" in said


def test_the_card_and_the_queue_show_the_next_deadline_and_then_that_it_is_late(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world)
    world.settle()
    assert "First answer due" in face.channel()
    assert "Resolution due" not in face.channel()

    world.move(hours=5)

    assert "First answer MISSED, was due" in face.type(f"case {case_id}", by=ANA)
    assert "Late: 1" in face.type("queue", by=ANA)


def test_while_the_customer_is_waited_for_the_resolution_stands_still_and_goes_on_with_what_is_left(world: World, face: Face) -> None:
    """Monday 10:00 to 12:00 of 40 hours are used; the customer writes on Wednesday at 10:00."""
    case_id = ask(world)
    answer(world, face, case_id)
    world.now = at("2026-11-23T12:00")
    face.type(f"wait {case_id}", by=ANA)

    assert due(world, case_id, Clock.RESOLUTION) is None
    assert "paused, 38 h left" in face.type(f"case {case_id}", by=ANA)
    assert "paused, 38 h left" in face.type("queue", by=ANA)
    world.now = at("2026-11-25T10:00")
    customer_writes(world, "Here is the invoice.")

    assert due(world, case_id, Clock.RESOLUTION) == at("2026-12-01T16:00")
    said = why(face, case_id)
    assert "Paused Mon 23 Nov 2026 12:00 – Wed 25 Nov 2026 10:00: waiting for the customer (14 h of open time not counted)" in said
    assert "waiting for the customer: 14 h" in said


def test_what_the_customer_writes_after_an_answer_wants_one_too_and_is_reminded_of(world: World, face: Face) -> None:
    case_id = ask(world)
    answer(world, face, case_id)
    face.type(f"take {case_id}", by=ANA)
    customer_writes(world, "And the other invoice?")
    world.move(hours=1)
    customer_writes(world, "Hello?", seen=2)

    assert due(world, case_id, Clock.NEXT_REPLY) == at("2026-11-24T10:00")  # 8 hours from the first of the two
    assert "Next answer due" in face.type(f"case {case_id}", by=ANA)
    world.now = at("2026-11-24T10:01")
    world.settle()
    assert said_reminders(world)[-1] == "nudge.next_reply_missed"
    assert "The customer wrote again in C-101 and has no answer" in face.told(ANA)

    answer(world, face, case_id)

    with pytest.raises(KeyError):
        due(world, case_id, Clock.NEXT_REPLY)
    assert "Next answer: Tue 24 Nov 2026 10:01, LATE (was due Tue 24 Nov 2026 10:00)" in why(face, case_id)


def test_waiting_for_microsoft_is_counted_apart_and_ends_when_somebody_says_so(world: World, face: Face) -> None:
    case_id = ask(world)
    answer(world, face, case_id)
    face.type(f"take {case_id}", by=ANA)
    world.now = at("2026-11-23T12:00")
    face.type(f"wait {case_id}", by=ANA)
    world.now = at("2026-11-23T13:00")

    assert "C-101 waits for Microsoft now" in face.type(f"wait {case_id} microsoft", by=ANA)
    assert "waits for Microsoft already" in face.type(f"wait {case_id} microsoft", by=ANA)
    assert "Waiting for Microsoft" in face.type(f"case {case_id}", by=ANA)
    world.now = at("2026-11-23T15:00")
    customer_writes(world, "Any news?")  # an answer is owed, but it is still Microsoft's turn

    assert due(world, case_id, Clock.RESOLUTION) is None
    assert due(world, case_id, Clock.NEXT_REPLY) == at("2026-11-24T15:00")
    assert "our turn again" in face.type(f"nasze {case_id}", by=ANA)
    assert "waits for nobody" in face.type(f"ours {case_id}", by=ANA)
    assert due(world, case_id, Clock.RESOLUTION) == at("2026-11-30T13:00")
    said = why(face, case_id)
    assert "waiting for the customer: 1 h" in said
    assert "waiting for Microsoft: 2 h" in said
    assert events(world, f"case:{case_id}").count("case_waiting") == 2


def test_microsofts_silence_is_brought_up_after_three_of_our_days(world: World, face: Face) -> None:
    case_id = ask(world, ticket="")
    face.type(f"take {case_id}", by=ANA)
    face.type(f"wait {case_id} microsoft", by=ANA)

    world.move(days=2, hours=23)
    assert said_reminders(world) == []
    world.move(hours=1)

    assert said_reminders(world) == ["nudge.microsoft_too_long"]
    assert "has waited for Microsoft since" in face.told(ANA)


def test_the_customers_turn_is_counted_in_the_customers_own_days(world: World, face: Face) -> None:
    """In Berlin 26 October 2026 is a day like any other; in Vienna the National Day."""
    from core.cases.commands import OpenCase
    from core.customers.commands import AddCustomer

    world.now = at("2026-10-23T10:00")
    ask(world, ticket="")
    vienna = world.do(AddCustomer(name="Wien AG", country="AT", zone="Europe/Vienna")).ids["customer_id"]
    case_id = world.do(OpenCase(title="Why?", customer_id=vienna)).ids["case_id"]

    face.type(f"wait {case_id}", by=ANA)

    assert due(world, case_id, Clock.CUSTOMER_TURN) == at("2026-10-29T10:00")
    assert "Mon 26 Oct: closed, National Day" in why(face, case_id)


def test_a_moment_that_somebody_named_is_told_without_the_days_of_a_target_that_does_not_count(world: World, face: Face) -> None:
    case_id = ask(world)
    face.type(f"wait {case_id} 30.11.2026 9:15", by=ANA)

    turn = str(face.type(f"why {case_id}", by=ANA)).partition("The customer’s turn")[2].partition("Resolution")[0]

    assert "A person named the moment: due Mon 30 Nov 2026 09:15" in turn
    assert "Target" not in turn
    assert "24 Nov" not in turn


def test_a_reopened_case_goes_on_with_what_was_left(world: World, face: Face) -> None:
    case_id = ask(world, ticket="")
    world.now = at("2026-11-23T12:00")
    face.type(f"resolve {case_id} yes", by=ANA)
    assert "Resolution: Mon 23 Nov 2026 12:00, in time" in why(face, case_id)

    world.now = at("2026-11-30T09:00")
    face.type(f"reopen {case_id}", by=ANA)

    assert due(world, case_id, Clock.RESOLUTION) == at("2026-12-04T15:00")
    assert "the case was closed" in why(face, case_id)


def test_changed_hours_move_open_deadlines_and_the_journal_says_from_when_to_when(world: World, face: Face) -> None:
    case_id = ask(world)
    assert due(world, case_id, Clock.RESOLUTION) == at("2026-11-30T10:00")

    world.do(CloseDay(name=made(world), day=date(2026, 11, 25), because="The office moves"))
    world.settle()

    assert due(world, case_id, Clock.RESOLUTION) == at("2026-12-01T10:00")
    assert events(world, f"case:{case_id}")[-1] == "clocks_replanned"
    assert "Wed 25 Nov: closed, The office moves" in why(face, case_id)
    world.do(OpenDay(name="default", day=date(2026, 11, 25)))
    world.settle()
    assert due(world, case_id, Clock.RESOLUTION) == at("2026-11-30T10:00")


def made(world: World) -> str:
    """The default calendar as a row of its own, as it was shipped."""
    world.do(SetCalendar(name="default"))
    return "default"


def test_each_group_keeps_its_own_hours(world: World, face: Face) -> None:
    world.route(face.name, "question")
    world.do(SetCalendar(name="early", week=((Hours(opens=time(6), closes=time(11)),),) * 5 + ((), ())))
    world.do(SetGroup(name=f"billing-{face.name}", calendar="early"))

    case_id = ask(world)

    assert due(world, case_id, Clock.FIRST_RESPONSE) == at("2026-11-24T09:00")  # 10 to 11 today, 6 to 9 tomorrow


def test_a_narrower_target_counts_and_moves_what_is_open(world: World, face: Face) -> None:
    case_id = ask(world, title="VAT on my invoice is wrong")

    narrow = desk(world, targets, "set", "first_response", "1h30m", "--kind", "tax", "--source", "Contract 7/2026")
    world.settle()
    face.type(f"triage {case_id} tax", by=ANA)

    assert narrow.output == "first_response is 1h30m of open time now.\n"
    assert due(world, case_id, Clock.FIRST_RESPONSE) == at("2026-11-23T11:30")
    assert "Target: 1 h 30 min of open time (Contract 7/2026, since " in why(face, case_id)


def test_who_may_look_may_ask_why_and_only_who_works_may_end_a_wait(world: World, face: Face) -> None:
    case_id = ask(world)
    face.type(f"wait {case_id} microsoft", by=ANA)
    before = events(world, f"case:{case_id}")

    assert "why these deadlines" in face.type(f"why {case_id}", by=VIC)
    for who in (VIC, BEN):
        assert "needs a role you do not hold" in face.type(f"ours {case_id}", by=who)
        assert "needs a role you do not hold" in face.type(f"wait {case_id} customer", by=who)
    assert "There is no case C-999" in face.type("why 999", by=ANA)
    assert events(world, f"case:{case_id}") == before


def test_hours_and_targets_are_the_admins_and_nonsense_is_refused(world: World, face: Face) -> None:
    case_id = ask(world)
    ana = acting(world, ANA)
    for command in (SetCalendar(name="default", zone="UTC"), CloseDay(name="default", day=date(2026, 11, 25), because="x")):
        with pytest.raises(NotAllowed):
            world.do(command, ana)
    never = ((),) * 7
    wrong: list[tuple[object, type[DeskError]]] = [
        (SetCalendar(name="default", zone="Mars/Olympus"), InvalidInput),
        (SetCalendar(name="default", country="XX"), InvalidInput),
        (SetCalendar(name="default", country="DE", subdivision="ZZ"), InvalidInput),
        (SetCalendar(name="default", week=never), InvalidInput),
        (CloseDay(name="nowhere", day=date(2026, 11, 25), because="x"), NotFound),
        (SetGroup(name="new", calendar="nowhere"), NotFound),
    ]
    for nonsense, error in wrong:
        with pytest.raises(error):
            world.do(nonsense)  # type: ignore[arg-type]  # commands of several kinds
    made(world)
    with pytest.raises(InvalidInput):
        world.do(CloseDay(name="default", day=date(2026, 11, 25), because=" "))
    with pytest.raises(DeskError, match="day_closed_anyway"):
        world.do(CloseDay(name="default", day=date(2026, 11, 28), because="a Saturday"))
    with pytest.raises(DeskError, match="day_not_closed"):
        world.do(OpenDay(name="default", day=date(2026, 11, 27)))
    assert due(world, case_id, Clock.FIRST_RESPONSE) == at("2026-11-23T14:00")


def test_hours_are_set_and_shown_from_the_command_line(world: World) -> None:
    ask(world)

    shown = desk(world, calendars, "show")
    early = desk(
        world, calendars, "set", "early", "--hours", "mon-thu=08:00-12:00,13:00-16:00", "--hours", "fri=08:00-14:00", "--holidays", "DE-BY"
    )
    closed = desk(world, calendars, "close-day", "early", "2026-12-24", "Christmas Eve")
    group = desk(world, groups, "set", "billing", "--route", "question", "--calendar", "early")
    listed = desk(world, targets, "show")

    assert shown.output == "default  Europe/Warsaw  mon-fri=09:00-17:00  holidays PL\n"
    assert early.output == "early  Europe/Warsaw  mon-thu=08:00-12:00,13:00-16:00 fri=08:00-14:00  holidays DE-BY\n"
    assert "closed 2026-12-24: Christmas Eve" in closed.output
    assert group.exit_code == 0
    assert "resolution  40h  warning at 75 %  every group, every kind  the desk's own default, since 2026-11-01" in listed.output
    for words in (
        ("set", "x", "--hours", "monday=9-17"),
        ("set", "x", "--hours", "fri-mon=09:00-17:00"),
        ("close-day", "early", "24.12", "x"),
    ):
        assert desk(world, calendars, *words).exit_code == 2, words
    for wait in ("4", "h", "2d", "-1h"):
        assert desk(world, targets, "set", "resolution", "--source", "x", "--", wait).exit_code == 2, wait
    unknown = desk(world, targets, "set", "resolution", "4h", "--source", "x", "--group", "nobody")
    assert isinstance(unknown.exception, NotFound)
