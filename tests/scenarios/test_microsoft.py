"""A case is taken to Microsoft: the packet in English, looked over before it is shown; the number a person brings back; its clock."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from core.cases.clocks import running
from core.cases.commands import AddNote, OpenCase, TriageCase
from core.cases.queries import case
from core.cases.targets import Clock
from core.cases.triage import Triage
from core.customers.commands import AddCustomer, ConfirmLink
from core.customers.model import LinkKind
from core.engine import journal
from core.engine.db.tables.engine import outbox
from core.engine.errors import NotAllowed
from core.escalations.commands import PreparePacket, RecordRequest
from core.escalations.doors import Door
from core.escalations.model import Packet, Request, Turn
from core.escalations.queries import newest_request_of
from core.people.commands import RemoveStaff
from tests.harness.faces import Face, Seen
from tests.harness.questions import acting, ask
from tests.harness.receivables import feed
from tests.harness.world import ANA, BEN, VIC, World
from tests.scenarios.test_compare import OCTOBER, SEPTEMBER
from tests.scenarios.test_work_on_a_case import EVA

TENANT = "11111111-aaaa-4bbb-8ccc-000000000001"
OTHERS = "22222222-aaaa-4bbb-8ccc-000000000002"
NUMBER = "2411190040001234"
WRITTEN = {
    "summary": "October charge repeated",
    "details": "The October invoice bills the same seats twice.",
    "tried": "Compared the reconciliation files of two months.",
}


def known(world: World) -> int:
    """A question of Nowak's, whose tenant is confirmed."""
    case_id = ask(world)
    world.do(ConfirmLink(customer_id=1, kind=LinkKind.TENANT, connection="partner_center", external=TENANT))
    return case_id


def at_microsoft(world: World, case_id: int) -> Request:
    with world.house.desk.reading() as connection:
        assert journal.broken_links(connection, f"case:{case_id}") == []
        found = newest_request_of(connection, case_id)
    assert found is not None
    return found


def asked_about(world: World) -> list[str]:
    with world.house.desk.reading() as connection:
        rows = connection.execute(sa.select(outbox).where(outbox.c.kind.in_(("chat.tell", "chat.say"))).order_by(outbox.c.id)).all()
        return [row.lane.partition(":")[0] for row in rows if row.ids["say"].startswith("microsoft.")]


def form_of(face: Face, case_id: int) -> Seen:
    form = face.type(f"escalate {case_id} microsoft", by=ANA)
    assert form.is_form, str(form)
    return form


def test_the_packet_is_filled_from_the_case_and_shown_to_be_copied(world: World, face: Face) -> None:
    case_id = known(world)
    world.do(TriageCase(case_id=case_id, triage=Triage.DOUBLE_LINE), acting(world, ANA))

    form = form_of(face, case_id)
    assert form.fields["tenant"] == TENANT
    assert form.fields["door"] == "partner_center"
    shown = face.fill(form, by=ANA, **WRITTEN)

    assert not shown.errors
    for line in ("Problem summary: October charge repeated", f"Customer tenant: {TENANT}", "Our reference: C-101", "Ana Agent"):
        assert line in shown, str(shown)
    assert "https://partner.microsoft.com/dashboard/v2/support/servicerequests/create" in shown
    assert "Nothing was sent" in shown
    assert "a packet is ready" in face.type(f"case {case_id}", by=VIC)
    assert "Problem summary: October charge repeated" in face.type(f"microsoft {case_id} packet", by=ANA)
    assert form_of(face, case_id).fields["summary"] == "October charge repeated"


@pytest.mark.parametrize(
    ("triage", "door"), [("outage_credit", "credit"), ("azure_spike", "azure"), ("seats", "admin_center"), ("tax", "partner_center")]
)
def test_the_door_is_proposed_from_what_the_question_is_about(triage: str, door: str, world: World, face: Face) -> None:
    case_id = known(world)
    world.do(TriageCase(case_id=case_id, triage=Triage(triage)), acting(world, ANA))

    assert form_of(face, case_id).fields["door"] == door


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("details", "Our margin is gone", "our own prices"),
        ("tried", "We told Adam Wilk the same", "belongs to another customer"),
        ("tenant", OTHERS, "belongs to another customer"),
        ("details", "Ask jan@nowak.example", "The contact is you"),
        ("summary", "Jan Nowak complains", "The contact is you"),
        ("details", "Klient pyta, dlaczego faktura jest wyższa", "is not English"),
        ("tried", "Wrote that the owner of Nowak never pays before Easter", "from an internal note"),
        ("invoices", "FV/10/2026/0007", "an invoice of ours"),
        ("summary", "", "fill this in"),
        ("summary", "x" * 151, "too long"),
    ],
)
def test_what_is_nobodys_business_there_is_refused_beside_its_field(field: str, text: str, says: str, world: World, face: Face) -> None:
    case_id = known(world)
    feed(world, SEPTEMBER, OCTOBER)
    other = world.do(AddCustomer(name="Adam Wilk")).ids["customer_id"]
    world.do(ConfirmLink(customer_id=other, kind=LinkKind.TENANT, connection="partner_center", external=OTHERS))
    world.do(AddNote(case_id=case_id, text="The owner of Nowak never pays before Easter. Be patient."), acting(world, ANA))
    numbers = {"FV/10/2026/0007": OCTOBER.number}

    refused = face.fill(form_of(face, case_id), by=ANA, **{**WRITTEN, field: numbers.get(text, text)})

    assert says in refused.errors[field], str(refused.errors)
    with world.house.desk.reading() as connection:
        assert newest_request_of(connection, case_id) is None


def test_a_door_that_wants_more_says_so(world: World, face: Face) -> None:
    case_id = known(world)

    form = form_of(face, case_id)
    assert "incident" not in form.inputs
    refused = face.fill(form, by=ANA, **{**WRITTEN, "door": "credit"})

    assert "Outage incident" in refused
    assert "needed with what was chosen" in str(refused)
    assert not face.fill(refused, by=ANA, incident="EX25194").errors
    assert at_microsoft(world, case_id).door == "credit"


def test_the_number_starts_microsofts_clock_and_the_opener_is_asked_in_working_days(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = known(world)
    face.type("prefs morning off", by=ANA)  # it would be the newest of what Ana is told
    face.fill(form_of(face, case_id), by=ANA, **WRITTEN)

    said = face.type(f"microsoft {case_id} ticket TrackingID#{NUMBER}", by=ANA)

    assert f"C-{case_id} waits for Microsoft under {NUMBER}" in said
    card = face.type(f"case {case_id}", by=VIC)
    assert "it is their turn" in card
    assert f"Request {NUMBER} opened by Ana Agent" in card
    world.now = datetime(2026, 11, 25, 7, 59, tzinfo=UTC)  # Wednesday, a minute before nine in Warsaw
    world.settle()
    assert asked_about(world) == []
    world.move(minutes=1)
    assert asked_about(world) == ["staff"]
    assert f"Microsoft has not answered request {NUMBER} for C-{case_id}" in face.told(ANA)
    world.move(days=4)  # Sunday: the third working day after Wednesday is Monday
    assert asked_about(world) == ["staff"]
    world.move(days=1, hours=1)
    assert asked_about(world) == ["staff", "staff"]
    world.move(days=60)  # down for two months: one reminder, not many
    assert len(asked_about(world)) == 3


def test_after_five_questions_the_group_hears_it_and_no_more_come(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = known(world)
    face.type(f"microsoft {case_id} ticket {NUMBER}", by=ANA)

    for _ in range(8):
        world.move(days=7)

    assert asked_about(world) == ["staff", "staff", "staff", "staff", "staff", "conversation"]
    assert "asks no more" in face.type(f"case {case_id}", by=ANA)


def test_an_answer_stops_the_clock_a_question_starts_it_and_solved_ends_it(world: World, face: Face) -> None:
    case_id = known(world)
    face.type(f"microsoft {case_id} ticket {NUMBER}", by=ANA)

    assert "it is our turn" in face.type(f"microsoft {case_id} answered They want the order number", by=ANA)
    world.move(days=7)
    assert asked_about(world) == []
    face.type(f"microsoft {case_id} asked Sent the order number", by=ANA)
    world.move(days=7)
    assert len(asked_about(world)) == 1
    form = face.click(face.type(f"case {case_id}", by=ANA), "Microsoft…", by=ANA)
    assert form.fields["step"] == "answered"
    assert not face.fill(form, by=ANA, step="solved", text="Credited in November").errors

    card = face.type(f"case {case_id}", by=VIC)
    for line in ("They want the order number", "Sent the order number", "Credited in November", "solved"):
        assert line in card
    assert at_microsoft(world, case_id).state is Turn.SOLVED
    world.move(days=30)
    assert len(asked_about(world)) == 1


def nudged(world: World) -> list[str]:
    with world.house.desk.reading() as connection:
        rows = connection.execute(sa.select(outbox).where(outbox.c.kind.in_(("chat.tell", "chat.say"))).order_by(outbox.c.id)).all()
        return [row.ids["say"] for row in rows if row.ids["say"].startswith("nudge.microsoft")]


def stands(world: World, case_id: int) -> tuple[str, bool]:
    """How the case stands, and whether its resolution does."""
    with world.house.desk.reading() as connection:
        end = next(one for one in running(connection, case_id) if one.clock is Clock.RESOLUTION)
        return case(connection, case_id).stand, end.due_at is None


def test_a_request_stops_the_resolution_by_itself_and_reminds_by_its_own_clock_alone(world: World, face: Face) -> None:
    case_id = known(world)
    face.type(f"take {case_id}", by=ANA)
    assert stands(world, case_id) == ("open", False)

    face.type(f"microsoft {case_id} ticket {NUMBER}", by=ANA)
    assert stands(world, case_id) == ("waiting_microsoft", True)
    world.move(hours=6)  # the first answer is missed, which would speak for both
    world.move(days=14)
    assert len(asked_about(world)) >= 1
    assert nudged(world) == []
    face.type(f"microsoft {case_id} answered They want the order number", by=ANA)
    assert stands(world, case_id) == ("open", False)
    face.type(f"microsoft {case_id} asked Sent it", by=ANA)
    assert stands(world, case_id) == ("waiting_microsoft", True)
    face.type(f"microsoft {case_id} solved Credited", by=ANA)

    assert stands(world, case_id) == ("open", False)
    assert "waiting for Microsoft" in str(face.type(f"why {case_id}", by=VIC))


def test_waiting_for_microsoft_by_hand_is_taken_over_by_the_request(world: World, face: Face) -> None:
    case_id = known(world)
    face.type(f"take {case_id}", by=ANA)
    face.type(f"wait {case_id} microsoft", by=ANA)

    face.type(f"microsoft {case_id} ticket {NUMBER}", by=ANA)
    world.move(days=1)
    assert "is our turn again" in face.type(f"ours {case_id}", by=ANA)
    assert stands(world, case_id) == ("open", False)
    assert at_microsoft(world, case_id).state is Turn.WAITING
    face.type(f"wait {case_id} microsoft", by=ANA)
    world.move(days=29)  # the day after is Christmas Eve, on which nobody is disturbed

    assert asked_about(world)
    assert nudged(world) == []


def test_a_moment_that_a_person_named_is_reminded_of_beside_the_request(world: World, face: Face) -> None:
    case_id = known(world)
    face.type(f"take {case_id}", by=ANA)
    face.type(f"microsoft {case_id} ticket {NUMBER}", by=ANA)

    face.type(f"wait {case_id} microsoft tomorrow 13:00", by=ANA)
    world.move(hours=6)  # the first answer is missed, which would speak for both
    world.move(hours=20)  # and said again
    world.move(hours=2)

    assert nudged(world) == ["nudge.microsoft_too_long"]


def test_a_request_comes_before_the_customers_turn_and_touches_no_other_wait(world: World, face: Face) -> None:
    case_id = known(world)
    face.type(f"take {case_id}", by=ANA)
    face.type(f"wait {case_id}", by=ANA)
    face.type(f"microsoft {case_id} ticket {NUMBER}", by=ANA)
    assert stands(world, case_id)[0] == "waiting_microsoft"

    face.type(f"wait {case_id} customer", by=ANA)
    face.type(f"microsoft {case_id} answered They ask the customer", by=ANA)

    assert stands(world, case_id)[0] == "waiting"


def test_resolving_the_case_asks_nothing_more_of_microsoft(world: World, face: Face) -> None:
    case_id = known(world)
    face.type(f"microsoft {case_id} ticket {NUMBER}", by=ANA)

    face.type(f"resolve {case_id} yes", by=ANA)
    world.move(days=30)

    assert at_microsoft(world, case_id).state is Turn.CLOSED
    assert asked_about(world) == []


def test_a_leavers_request_is_asked_of_the_owner(world: World, face: Face) -> None:
    case_id = known(world)
    world.hire(EVA)
    face.type("prefs late off morning off", by=EVA)  # so that the newest of what she is told is this
    face.type(f"microsoft {case_id} ticket {NUMBER}", by=ANA)
    face.type(f"take {case_id}", by=EVA)
    world.do(RemoveStaff(handle="ana"))

    world.move(hours=5)
    world.move(days=3)

    assert "Microsoft has not answered" in face.told(EVA)


def test_bad_steps_are_refused_with_what_to_do(world: World, face: Face) -> None:
    case_id = known(world)
    other = world.do(AddCustomer(name="Adam Wilk")).ids["customer_id"]
    theirs = world.do(OpenCase(title="Other", customer_id=other)).ids["case_id"]
    unmatched = world.do(OpenCase(title="Whose?")).ids["case_id"]
    face.type(f"microsoft {theirs} ticket {NUMBER}", by=ANA)

    assert "no request of C-101 is open" in face.type(f"microsoft {case_id} answered Something", by=ANA)
    assert "is not a request" in face.type(f"microsoft {case_id} ticket soon", by=ANA)
    assert "another customer" in face.type(f"microsoft {case_id} ticket {NUMBER}", by=ANA)
    assert "no packet" in face.type(f"microsoft {case_id} packet", by=ANA)
    assert "Press Match first" in face.type(f"escalate {unmatched} microsoft", by=ANA)
    face.type(f"microsoft {case_id} ticket {NUMBER}9", by=ANA)
    assert "is at Microsoft already" in face.type(f"microsoft {case_id} ticket 2411190040009999", by=ANA)
    assert "text" in face.type(f"microsoft {case_id} answered", by=ANA).inputs
    assert at_microsoft(world, case_id).number == f"{NUMBER}9"


def test_only_who_works_on_cases_takes_one_to_microsoft(world: World, face: Face) -> None:
    case_id = known(world)

    for line in (f"escalate {case_id} microsoft", f"microsoft {case_id} ticket {NUMBER}"):
        for who in (VIC, BEN):
            assert "needs a role you do not hold" in face.type(line, by=who)
    for command in (
        PreparePacket(case_id=case_id, door=Door.PARTNER_CENTER, packet=Packet(**WRITTEN, tenant=TENANT)),
        RecordRequest(case_id=case_id, number=NUMBER),
    ):
        with pytest.raises(NotAllowed):
            world.do(command, acting(world, VIC))


def test_the_reason_given_is_where_the_packet_starts(world: World, face: Face) -> None:
    case_id = known(world)

    form = face.type(f"escalate {case_id}", by=ANA)
    packet = face.fill(form, by=ANA, text="The same seats are billed twice", to="microsoft")

    assert packet.is_form
    assert packet.fields["details"] == "The same seats are billed twice"
