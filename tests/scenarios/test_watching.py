"""Who watches a case is told privately of what matters in it, once per change and never of their own doing; watching gives no right."""

import pytest
import sqlalchemy as sa

from core.cases.commands import AddNote, ResolveCase
from core.cases.model import Told
from core.cases.tickets import Comment, RecordTicket
from core.cases.watching import WatchCase, watchers_of
from core.engine import journal
from core.engine.db.tables.engine import outbox
from core.engine.errors import NotAllowed
from core.people.absence import ComeBack, GoAway
from core.people.commands import RemoveStaff, SetRoles
from core.people.model import Role
from core.people.queries import by_handle
from core.people.telling import TELL
from tests.harness.faces import Face
from tests.harness.questions import REQUESTOR, acting, ask
from tests.harness.world import ADA, ANA, BEN, DORA, VIC, Persona, World
from tests.scenarios.test_work_on_a_case import EVA

NOBODY = Persona("noa", "Noa Nothing", ())


def told(world: World, who: Persona) -> list[str]:
    """The keys of what was told to them about what they watch, oldest first."""
    with world.house.desk.reading() as connection:
        lane = f"staff:{by_handle(connection, who.handle).id}"
        rows = connection.execute(sa.select(outbox.c.ids).where(outbox.c.kind == TELL, outbox.c.lane == lane).order_by(outbox.c.id))
        return [row.ids["say"] for row in rows if row.ids["say"].startswith("watch.")]


def watching(world: World, case_id: int) -> list[str]:
    with world.house.desk.reading() as connection:
        assert journal.broken_links(connection, f"case:{case_id}") == []
        return [name for _, name in watchers_of(connection, case_id)]


def hear(world: World, seen: int, *texts: str) -> None:
    """The customer writes into the ticket."""
    comments = tuple(
        Comment(external=f"{seen}-{n}", author=REQUESTOR, text=text, at=world.now, public=True, by_customer=True)
        for n, text in enumerate(texts)
    )
    told_by = {"connection": "helpdesk", "ticket": "77", "title": "Why is my invoice higher?", "requestor": REQUESTOR}
    world.do(RecordTicket(**told_by, status="open", is_closed=False, seen=seen, comments=comments))


def row(world: World, who: Persona) -> int:
    with world.house.desk.reading() as connection:
        return by_handle(connection, who.handle).id


def test_who_watches_hears_the_customers_word_and_each_change_once(world: World, face: Face) -> None:
    case_id = ask(world)
    face.write("help", by=VIC)

    assert f"You watch C-{case_id} now" in face.type(f"watch {case_id}", by=VIC)
    hear(world, 1, "Any news?")
    world.settle()
    assert f"The customer wrote in C-{case_id}" in face.told(VIC)
    face.type(f"wait {case_id}", by=ANA)
    hear(world, 2, "Here it is.")  # ends the waiting too: one change
    face.type(f"resolve {case_id} yes", by=ANA)
    world.settle()
    assert f"C-{case_id} is resolved (Ana Agent)" in face.told(VIC)
    hear(world, 3, "It is wrong again.")  # reopens it too
    face.type(f"microsoft {case_id} ticket 2411190040001234", by=ANA)

    wanted = ["customer", "waiting_customer.by", "customer", "resolved.by", "customer", "waiting_microsoft.by"]
    assert told(world, VIC) == [f"watch.{each}" for each in wanted]


def test_nobody_is_told_of_their_own_doing_nor_of_what_does_not_matter(world: World, face: Face) -> None:
    case_id = ask(world)
    face.type(f"obserwuj {case_id}", by=ANA)
    face.type(f"watch {case_id}", by=BEN)

    face.type(f"note {case_id} For us only", by=ANA)
    face.type(f"take {case_id}", by=ANA)
    face.type(f"resolve {case_id} yes", by=ANA)

    assert told(world, ANA) == []
    assert told(world, BEN) == ["watch.resolved.by"]


def test_what_is_late_is_told_once_also_where_the_watcher_is_the_owner(world: World, face: Face) -> None:
    case_id = ask(world)
    face.type(f"take {case_id}", by=ANA)
    for who in (ANA, VIC):
        face.type(f"watch {case_id}", by=who)

    world.move(hours=3, minutes=30)  # a warning is for who must act
    assert told(world, VIC) == []
    world.move(hours=1)

    assert told(world, VIC) == ["watch.first_response_missed"]
    assert told(world, ANA) == []


def test_escalations_are_told_level_by_level_but_not_twice_to_who_must_act(world: World, face: Face) -> None:
    case_id = ask(world)
    world.hire(EVA, ADA)
    face.type(f"take {case_id}", by=EVA)
    for who in (VIC, EVA, ANA):
        face.type(f"watch {case_id}", by=who)

    face.type(f"escalate {case_id} Nobody can explain it", by=ANA)

    assert told(world, VIC) == ["watch.escalated"]
    assert told(world, EVA) == []
    assert told(world, ANA) == []


def test_the_card_names_who_watches_and_its_button_turns(world: World, face: Face) -> None:
    case_id = ask(world)

    shown = face.type(f"case {case_id}", by=VIC)
    assert "Stop watching" not in shown.buttons
    face.click(shown, "Watch", by=VIC)
    after = face.type(f"case {case_id}", by=VIC)
    assert "Vic Viewer" in after
    assert "Watch" not in after.buttons
    face.click(after, "Stop watching", by=VIC)

    assert watching(world, case_id) == []
    assert "Vic Viewer" not in face.type(f"case {case_id}", by=VIC)


def test_the_shared_card_says_who_watches_when_that_changes(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world)
    world.settle()

    face.click(face.channel(), "Watch", by=VIC)
    world.settle()
    assert "Vic Viewer" in face.channel()
    assert "watches C-" in face.click(face.channel(), "Watch", by=VIC)
    face.type(f"nie obserwuj {case_id}", by=VIC)
    world.settle()

    assert "Vic Viewer" not in face.channel()


def test_an_agent_lets_a_colleague_watch_who_hears_of_it(world: World, face: Face) -> None:
    case_id = ask(world)
    face.write("help", by=VIC)

    assert "Vic Viewer watches" in face.type(f"watch {case_id} vic", by=ANA)
    world.settle()
    assert "Ana Agent lets you watch" in face.told(VIC)
    assert "watches C-" in face.type(f"watch {case_id} vic", by=ANA)
    assert "no more" in face.type(f"unwatch {case_id} vic", by=ANA)
    assert "does not watch" in face.type(f"unwatch {case_id} vic", by=ANA)


def test_only_who_works_on_cases_says_who_else_watches(world: World, face: Face) -> None:
    case_id = ask(world)
    world.hire(ADA, NOBODY)

    for who in (VIC, ADA, BEN):
        assert "Nothing was changed" in face.type(f"watch {case_id} ana", by=who)
    with pytest.raises(NotAllowed):
        world.do(WatchCase(case_id=case_id, staff_id=row(world, ANA)), acting(world, VIC))
    assert "no role that may look" in face.type(f"watch {case_id} noa", by=ANA)
    assert "There is no case C-999" in face.type("watch 999", by=ANA)
    assert "C-" not in str(face.type(f"watch {case_id}", by=DORA))
    assert watching(world, case_id) == []


def test_watching_gives_no_right(world: World, face: Face) -> None:
    case_id = ask(world)
    face.type(f"watch {case_id}", by=VIC)

    for line in (f"take {case_id}", f"resolve {case_id} yes", f"note {case_id} Mine", f"escalate {case_id} Help"):
        assert "needs a role you do not hold" in face.type(line, by=VIC)
    with pytest.raises(NotAllowed):
        world.do(AddNote(case_id=case_id, text="Mine"), acting(world, VIC))


def test_who_is_away_hears_nothing_until_they_are_back(world: World, face: Face) -> None:
    case_id = ask(world)
    away = GoAway(staff_id=row(world, VIC), until=world.now.replace(day=27), delegate_id=None)
    world.do(away, acting(world, VIC))

    assert "is away until" in face.type(f"watch {case_id} vic", by=ANA)
    face.type(f"wait {case_id}", by=ANA)
    assert told(world, VIC) == ["watch.set"]
    world.do(ComeBack(staff_id=row(world, VIC)), acting(world, VIC))
    face.type(f"ours {case_id}", by=ANA)

    assert told(world, VIC) == ["watch.set", "watch.ours.by"]


def test_a_leaver_watches_nothing_and_who_may_look_no_more_is_told_nothing(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world)
    world.hire(ADA, EVA)
    for who in (VIC, BEN, EVA):
        face.type(f"watch {case_id}", by=who)
    world.settle()
    assert "Eva Agent" in face.channel()

    vic = row(world, VIC)
    world.do(RemoveStaff(handle="eva"))
    world.do(SetRoles(staff_id=vic, roles=()))
    world.do(ResolveCase(case_id=case_id, told=Told.YES))
    world.settle()

    assert "Eva Agent" not in face.channel()
    assert told(world, BEN) == ["watch.resolved"]
    assert told(world, VIC) == []
    world.do(SetRoles(staff_id=vic, roles=(Role.VIEWER,)))
    assert "Vic Viewer" in str(watching(world, case_id))


def test_home_and_the_queue_show_what_one_watches(world: World, face: Face) -> None:
    case_id = ask(world)
    face.type(f"watch {case_id}", by=VIC)
    face.type(f"watch {case_id}", by=ANA)

    assert "Watched (1)" in face.write("home", by=VIC)
    assert f"C-{case_id}" in face.type("queue watched", by=VIC)
    assert f"C-{case_id}" in face.type("kolejka obserwowane", by=ANA)
    assert "No case in this part" in face.type("queue watched", by=BEN)
    face.type(f"take {case_id}", by=ANA)

    home = str(face.write("home", by=ANA))
    assert "Watched" not in home
    assert "Yours to do (1)" in home
