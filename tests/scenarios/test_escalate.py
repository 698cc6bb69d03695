"""Help is asked for level by level: told privately and on the card, in open time, until somebody sees to it."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from core.cases.commands import OpenCase, RecordNoteSent, ResolveCase
from core.cases.model import Told
from core.engine import journal
from core.engine.db.tables.engine import outbox
from core.engine.errors import Conflict, DeskError, InvalidInput, NotAllowed, NotFound
from core.escalations.commands import AcknowledgeEscalation, SetChain, StartEscalation
from core.escalations.model import Chain, Escalation, Level, State
from core.escalations.queries import newest_escalation_of
from core.people.absence import GoAway
from core.people.commands import RemoveStaff
from core.people.queries import by_handle
from tests.harness.faces import Face
from tests.harness.questions import acting, ask
from tests.harness.world import ADA, ANA, BEN, FAY, VIC, World

HOUR = timedelta(hours=1)


def running(world: World, case_id: int) -> Escalation:
    with world.house.desk.reading() as connection:
        assert journal.broken_links(connection, f"case:{case_id}") == []
        found = newest_escalation_of(connection, case_id)
    assert found is not None
    return found


def told(world: World) -> list[str]:
    """Where it was said, in order."""
    with world.house.desk.reading() as connection:
        rows = connection.execute(sa.select(outbox).where(outbox.c.kind.in_(("chat.tell", "chat.say"))).order_by(outbox.c.id)).all()
        return [row.lane.partition(":")[0] for row in rows if row.ids["say"].startswith("escalation.told")]


def events(world: World, case_id: int) -> list[str]:
    with world.house.desk.reading() as connection:
        found = journal.journal.c
        return list(connection.scalars(sa.select(found.event).where(found.subject == f"case:{case_id}").order_by(found.seq)))


def staffed(world: World, face: Face) -> int:
    """A question of Ana's, its group in the chat, a finance lead and an admin."""
    world.route(face.name, "question")
    case_id = ask(world)
    world.hire(FAY, ADA)
    for who in (FAY, ADA):
        face.type("queue", by=who)  # Teams reaches whoever has spoken to the desk
    face.type(f"take {case_id}", by=ANA)
    world.settle()
    return case_id


def test_each_level_is_told_in_its_time_and_the_card_says_so(world: World, face: Face) -> None:
    case_id = staffed(world, face)

    assert f"C-{case_id} is escalated" in face.type(f"escalate {case_id} Nobody here understands this charge", by=ANA)
    world.settle()

    # Ana owns it and asked herself, so the second level hears of it at once
    assert told(world) == ["conversation"]
    assert "Ana Agent asks for help with C-101 (level 2 of 4): Nobody here understands this charge" in face.channel()
    world.move(hours=1, minutes=59)
    assert told(world) == ["conversation"]
    world.move(minutes=2)
    assert told(world) == ["conversation", "staff"]
    assert "level 3 of 4" in face.told(FAY)
    card = face.type(f"case {case_id}", by=ANA)
    assert "asked for help, so knows" in card
    assert "told Fay Finance" in card
    assert "Level 4 is told" in card
    world.move(hours=4)
    assert "level 4 of 4" in face.told(ADA)


def test_waits_are_open_time_and_downtime_skips_no_level(world: World, face: Face) -> None:
    case_id = staffed(world, face)
    world.now = datetime(2026, 11, 27, 15, 30, tzinfo=UTC)  # Friday, 16:30 in Warsaw: half an hour is left of the two
    face.type(f"escalate {case_id} Help", by=ANA)
    assert running(world, case_id).next_at == datetime(2026, 11, 30, 9, 30, tzinfo=UTC)

    world.now = datetime(2026, 12, 8, 11, 0, tzinfo=UTC)  # the desk was down for a week
    world.settle()

    found = running(world, case_id)
    assert [telling.level for telling in found.told] == [1, 2, 3]
    assert found.next_at == datetime(2026, 12, 8, 15, 0, tzinfo=UTC)  # the finance lead has the whole four hours
    assert told(world) == ["conversation", "staff"]


def test_the_last_level_is_told_again_so_often_and_no_more(world: World, face: Face) -> None:
    case_id = staffed(world, face)
    face.type(f"escalate {case_id} Help", by=ANA)

    for _ in range(12):
        world.move(days=1)

    found = running(world, case_id)
    assert [telling.level for telling in found.told] == [1, 2, 3, 4, 4]
    assert (found.state, found.next_at) == (State.EXHAUSTED, None)
    assert "everybody was told, nobody has answered" in face.type(f"case {case_id}", by=ANA)
    assert "You see to C-101" in face.type(f"ack {case_id}", by=ADA)


def test_whoever_was_told_sees_to_it_from_the_message_and_the_asker_hears_of_it(world: World, face: Face) -> None:
    case_id = staffed(world, face)
    face.type(f"escalate {case_id} Help", by=ANA)
    world.move(hours=2, minutes=1)

    face.click(face.told(FAY), "I see to it", by=FAY)
    world.settle()
    assert "Fay Finance sees to C-101" in face.told(ANA)
    world.move(days=5)

    found = running(world, case_id)
    assert found.state is State.ACKNOWLEDGED
    assert len(told(world)) == 2
    assert "Fay Finance sees to it since" in face.type(f"case {case_id}", by=VIC)
    assert "is not escalated, or somebody sees to it already" in face.type(f"acknowledge {case_id}", by=FAY)
    assert events(world, case_id).count("escalation_acknowledged") == 1


def test_taking_the_case_answers_for_it_and_closing_it_ends_the_question(world: World, face: Face) -> None:
    world.route(face.name, "question")
    taken, closed = ask(world), ask(world, customer="Wilk", ticket="78")
    for case_id in (taken, closed):
        face.type(f"escalate {case_id} Help", by=ANA)

    face.type(f"take {taken}", by=ANA)
    face.type(f"resolve {closed} yes", by=ANA)

    assert running(world, taken).state is State.ACKNOWLEDGED
    assert running(world, closed).state is State.CLOSED
    before = told(world)
    world.move(days=5)
    assert told(world) == before


def test_who_was_not_told_and_does_not_work_on_cases_cannot_acknowledge(world: World, face: Face) -> None:
    case_id = staffed(world, face)
    face.type(f"escalate {case_id} Help", by=ANA)
    world.settle()
    before = events(world, case_id)

    for who in (VIC, BEN, FAY):
        assert "you were not asked about C-101" in face.type(f"ack {case_id}", by=who)
        assert "I see to it" not in face.type(f"case {case_id}", by=who).buttons
    assert "you were not asked" in face.click(face.channel(), "I see to it", by=VIC)
    for who in (VIC, BEN, FAY):
        assert "needs a role you do not hold" in face.type(f"escalate {case_id} Me too", by=who)

    assert events(world, case_id) == before
    assert running(world, case_id).state is State.RUNNING


def test_what_cannot_be_escalated_is_refused(world: World, face: Face) -> None:
    case_id = staffed(world, face)
    form = face.type(f"escalate {case_id}", by=ANA)
    assert form.is_form
    assert face.fill(form, by=ANA, text="  ").errors

    assert not face.fill(face.click(face.type(f"case {case_id}", by=ANA), "Escalate…", by=ANA), by=ANA, text="Help").errors
    assert "is escalated already" in face.type(f"escalate {case_id} again", by=ANA)
    assert "There is no case C-999" in face.type("escalate 999 Help", by=ANA)
    world.do(ResolveCase(case_id=case_id, told=Told.YES))
    assert "Nothing was" in face.type(f"escalate {case_id} Help", by=ANA)


def chain(*levels: tuple[str, timedelta], **more: object) -> Chain:
    return Chain(levels=tuple(Level(whom=tuple(whom.split(",")), wait=wait) for whom, wait in levels), **more)  # type: ignore[arg-type]  # values of several types


def test_a_chain_in_flight_keeps_the_shape_it_started_with(world: World, face: Face) -> None:
    case_id = staffed(world, face)
    world.do(SetChain(group=f"billing-{face.name}", chain=chain(("group", HOUR), ("@fay", HOUR))))
    face.type(f"escalate {case_id} Help", by=ANA)

    world.do(SetChain(group=f"billing-{face.name}", chain=chain(("@ada", HOUR))))
    world.move(hours=1, minutes=1)

    assert "level 2 of 2" in face.told(FAY)
    face.type(f"ack {case_id}", by=FAY)
    face.type(f"escalate {case_id} Once more", by=ANA)
    world.settle()
    assert "level 1 of 1" in face.told(ADA)


def test_a_level_that_reaches_nobody_is_written_down_and_the_next_is_told_at_once(world: World, face: Face) -> None:
    case_id = staffed(world, face)
    world.do(SetChain(group=f"billing-{face.name}", chain=chain(("@fay", HOUR), ("finance", HOUR), ("admin", HOUR), repeats=0)))
    world.do(RemoveStaff(handle="fay"))

    face.type(f"escalate {case_id} Help", by=ANA)
    world.settle()

    found = running(world, case_id)
    assert [dict(telling.passed) for telling in found.told] == [{"@fay": "nobody"}, {"finance": "nobody"}, {}]
    assert found.state is State.EXHAUSTED
    assert "level 3 of 3" in face.told(ADA)
    assert "the finance lead: nobody there" in face.type(f"case {case_id}", by=ANA)


def test_a_missed_first_answer_starts_it_where_the_group_wants_that(world: World, face: Face) -> None:
    world.route(face.name, "question")
    world.do(SetChain(group=f"billing-{face.name}", chain=chain(("group", HOUR), starts_on=("first_response_missed",))))
    late, answered = ask(world), ask(world, customer="Wilk", ticket="78")
    face.click(face.type(f"reply {answered} Hello", by=ANA), "Send to the customer", by=ANA)
    with world.house.desk.reading() as connection:
        note_id = connection.execute(sa.select(outbox.c.ids).where(outbox.c.kind == "ticket.reply")).scalar_one()["note_id"]
    world.do(RecordNoteSent(note_id=note_id, external="1"))

    world.move(hours=3, minutes=59)
    assert told(world) == []
    world.move(hours=20)

    assert running(world, late).rule == "first_response_missed"
    assert told(world) == ["conversation"]
    assert "Started by itself" in face.type(f"case {late}", by=ANA)
    with world.house.desk.reading() as connection:
        assert newest_escalation_of(connection, answered) is None


def test_without_the_setting_nothing_starts_by_itself(world: World) -> None:
    case_id = ask(world)

    world.move(days=3)

    with world.house.desk.reading() as connection:
        assert newest_escalation_of(connection, case_id) is None


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (Chain(levels=()), "chain_levels"),
        (chain(*[("owner", HOUR)] * 9), "chain_levels"),
        (chain(("owner", HOUR), repeats=6), "chain_repeats"),
        (chain(("owner", timedelta(minutes=1))), "chain_wait"),
        (chain(("boss", HOUR)), "chain_whom"),
        (chain(("", HOUR)), "chain_whom"),
        (chain(("@nobody", HOUR)), "staff_not_found"),
        (chain(("group:nowhere", HOUR)), "group_not_found"),
        (chain(("owner", HOUR), starts_on=("rain",)), "chain_start"),
    ],
)
def test_a_chain_that_tells_nobody_is_refused(given: Chain, kind: str, world: World) -> None:
    world.route("slack", "question")

    with pytest.raises((InvalidInput, NotFound)) as refused:
        world.do(SetChain(group="billing-slack", chain=given))

    assert refused.value.kind == kind


def test_only_an_admin_sets_chains_and_the_door_looks_again(world: World) -> None:
    case_id = ask(world)
    world.hire(ADA, FAY)
    world.route("slack", "question")

    with pytest.raises(NotAllowed):
        world.do(SetChain(group="billing-slack", chain=chain(("owner", HOUR))), acting(world, ANA))
    world.do(SetChain(group="billing-slack", chain=chain(("owner", HOUR))), acting(world, ADA))
    assert world.do(SetChain(group="billing-slack", chain=chain(("owner", HOUR)))).kind == "unchanged"
    with pytest.raises(NotAllowed):
        world.do(StartEscalation(case_id=case_id, reason="Help"), acting(world, VIC))
    with pytest.raises(Conflict):
        world.do(AcknowledgeEscalation(case_id=case_id), acting(world, ANA))
    with pytest.raises(DeskError):
        world.do(SetChain(group="nowhere", chain=None))
    world.do(OpenCase(title="Another"))


def test_who_is_away_is_passed_and_the_card_says_so(world: World, face: Face) -> None:
    case_id = staffed(world, face)
    with world.house.desk.reading() as connection:
        fay, ben, ada = (by_handle(connection, who.handle).id for who in (FAY, BEN, ADA))
    world.do(GoAway(staff_id=fay, until=world.now + timedelta(days=5)), acting(world, FAY))
    world.do(SetChain(group=f"billing-{face.name}", chain=chain(("@fay", HOUR), ("@ben,@ada", HOUR))))

    face.type(f"escalate {case_id} Help", by=ANA)

    found = running(world, case_id)
    assert [dict(telling.passed) for telling in found.told] == [{"@fay": "away"}, {}]
    assert found.told[-1].staff == (ben, ada)
    assert "@fay: away" in face.type(f"case {case_id}", by=ANA)
