"""An agent works on a customer's question: take, triage, match, note, wait, resolve, reopen, hand back, in both chats."""

import sqlalchemy as sa

from core.cases.commands import OpenCase, TakeCase
from core.cases.model import State
from core.cases.queries import case
from core.customers.commands import AddCustomer
from core.customers.model import LinkKind
from core.customers.queries import linked
from core.engine import journal
from core.engine.db.tables.engine import outbox
from core.engine.transaction import Actor
from core.people.commands import RemoveStaff
from core.people.model import Role
from tests.harness.faces import Face
from tests.harness.questions import REQUESTOR, acting, ask
from tests.harness.world import ANA, BEN, VIC, Persona, World

EVA = Persona("eva", "Eva Agent", (Role.AGENT,))


def state(world: World, case_id: int) -> State:
    with world.house.desk.reading() as connection:
        return case(connection, case_id).state


def events(world: World, case_id: int) -> list[str]:
    with world.house.desk.reading() as connection:
        assert journal.broken_links(connection, f"case:{case_id}") == []
        found = journal.journal.c
        return list(connection.scalars(sa.select(found.event).where(found.subject == f"case:{case_id}").order_by(found.seq)))


def queued(world: World) -> list[tuple[str, dict[str, object]]]:
    with world.house.desk.reading() as connection:
        rows = connection.execute(sa.select(outbox.c.kind, outbox.c.ids).where(outbox.c.lane.startswith("ticket:")).order_by(outbox.c.id))
        return [(row.kind, row.ids) for row in rows]


def test_a_case_is_taken_on_its_card_and_every_later_click_is_answered_politely(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world)
    world.hire(EVA)
    world.settle()
    card = face.channel()

    face.click(card, "Take", by=ANA)
    world.settle()

    assert "Ana Agent" in face.channel()
    assert "Take" not in face.channel().buttons
    assert "C-101 is yours already" in face.click(card, "Take", by=ANA)
    assert "Ana Agent was quicker" in face.click(card, "Take", by=EVA)
    assert events(world, case_id).count("case_taken") == 1


def test_the_same_click_delivered_twice_has_one_effect(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world)
    world.settle()

    face.click(face.channel(), "Take", by=ANA)

    assert face.again() == 200
    assert events(world, case_id).count("case_taken") == 1


def test_a_leavers_case_can_be_taken_over(world: World, face: Face) -> None:
    case_id = ask(world)
    world.hire(EVA)
    face.type(f"take {case_id}", by=ANA)
    world.do(RemoveStaff(handle="ana"))

    assert f"C-{case_id} is yours now" in face.type(f"take {case_id}", by=EVA)


def test_who_may_only_look_or_only_decide_may_not_work(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world)
    world.settle()
    before = events(world, case_id)

    for typed in (
        "take",
        "note {} x",
        "reply {} x",
        "wait",
        "resolve {} yes",
        "reopen",
        "notbilling {} x",
        "triage {} tax",
        "assign {} ana",
    ):
        for who in (VIC, BEN):
            line = typed.format(case_id) if "{}" in typed else f"{typed} {case_id}"
            assert "needs a role you do not hold" in face.type(line, by=who), line
    for label in ("Take", "Note", "Resolve", "Reply to the customer"):
        assert "needs a role you do not hold" in face.click(face.channel(), label, by=VIC), label
    assert events(world, case_id) == before


def test_a_viewers_own_view_of_a_case_has_no_button_that_changes_it(world: World, face: Face) -> None:
    case_id = ask(world)

    assert set(face.type(f"case {case_id}", by=VIC).buttons) == {"Watch", "Why these deadlines"}
    assert "Take" in face.type(f"case {case_id}", by=ANA).buttons


def test_a_case_is_assigned_from_a_form_to_those_who_may_work_only(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world)
    world.hire(EVA)
    world.settle()

    form = face.click(face.channel(), "Assign", by=ANA)
    assert not any("Vic" in str(text) for text in form.inputs["person"].values())
    face.fill(form, by=ANA, person="eva")
    world.settle()

    assert "Eva Agent" in face.channel()
    assert "Eva Agent has C-101 already" in face.type(f"assign {case_id} eva", by=ANA)
    assert "Vic Viewer may not work on cases" in face.type(f"assign {case_id} vic", by=ANA)
    assert "Nobody on the staff is called “nobody”" in face.type(f"assign {case_id} nobody", by=ANA)


def test_a_proposed_kind_says_so_until_a_person_decides(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world)
    world.settle()
    assert "nobody has confirmed it" in face.channel()
    assert "than last month" in face.channel()

    form = face.click(face.channel(), "Triage", by=ANA)
    assert form.fields["triage"] == "mismatch"
    face.fill(form, by=ANA, triage="renewal_price")
    world.settle()

    assert "Price changed at renewal or mid-term" in face.channel()
    assert "nobody has confirmed it" not in face.channel()
    assert "is not one of: mismatch" in face.type(f"triage {case_id} weather", by=ANA)


def test_a_kind_is_proposed_for_the_words_that_were_written_which_are_no_markup(world: World, face: Face) -> None:
    world.hire(ANA)
    case_id = world.do(OpenCase(title="Faktura za <at>maj</at>/<@U1>WYŻSZA, czemu?")).ids["case_id"]

    seen = face.type(f"case {case_id}", by=ANA)

    assert "WYŻSZA; nobody has confirmed it" in seen
    assert "wyzsz" not in seen
    assert not any("<at>" in text or "<@U1>" in text for text in seen.markup)


def test_an_unmatched_case_is_asked_about_and_a_guess_only_suggests(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world, customer="")
    nowak = world.do(AddCustomer(name="Nowak i Syn", contacts=(("Jan", "ksiegowosc@nowak.example"),))).ids["customer_id"]
    world.do(AddCustomer(name="Kowalski"))
    world.settle()

    queue = face.type("queue", by=ANA)
    assert "Unmatched: 1. Whose are they?" in queue
    form = face.click(queue, f"Match C-{case_id}", by=ANA)
    assert "Nowak i Syn" in form
    assert form.fields["customer"] == ""
    refused = face.fill(form, by=ANA, customer="Nobody Ltd")
    assert "There is no customer" in refused.errors["customer"] if face.name == "slack" else "There is no customer" in refused
    face.fill(refused, by=ANA, customer="Nowak")

    with world.house.desk.reading() as connection:
        assert case(connection, case_id).customer_id == nowak
        assert linked(connection, LinkKind.TICKET_ORG, "helpdesk", REQUESTOR) == nowak
        assert linked(connection, LinkKind.TICKET_ORG, "helpdesk", "nowak.example") is None
    assert "belongs to Nowak i Syn already" in face.type(f"match {case_id} Kowalski", by=ANA)


def test_a_note_goes_to_the_internal_comments_and_nowhere_else(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world)
    world.settle()

    form = face.click(face.channel(), "Note", by=ANA)
    face.fill(form, by=ANA, text="They are <@U1> *late* payers")

    assert [kind for kind, _ in queued(world)] == ["ticket.case", "ticket.comment"]
    assert "They are" in face.type(f"case {case_id}", by=ANA)


def test_a_case_waits_is_resolved_and_reopened_and_the_ticket_follows(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world)
    world.settle()

    face.click(face.channel(), "Wait for the customer", by=ANA)
    assert state(world, case_id) is State.WAITING
    form = face.click(face.channel(), "Resolve", by=ANA)
    assert "why" not in form.inputs
    face.fill(form, by=ANA, told="no", why="They hear it with the next invoice")
    assert state(world, case_id) is State.RESOLVED
    world.settle()
    assert "the customer was not told" in face.channel()
    assert "They hear it with the next invoice" in face.channel()
    assert f"C-{case_id} is resolved. Reopen it first" in face.type(f"wait {case_id}", by=ANA)
    assert f"C-{case_id} is resolved. Reopen it first" in face.type(f"take {case_id}", by=ANA)
    face.click(face.channel(), "Reopen", by=ANA)

    assert state(world, case_id) is State.OPEN
    assert [ids["status"] for kind, ids in queued(world) if kind == "ticket.status"] == ["waiting", "resolved", "open"]


def test_what_is_not_billing_goes_back_with_its_reason_first(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world)
    world.settle()

    form = face.click(face.channel(), "Not billing", by=ANA)
    face.fill(form, by=ANA, text="A password reset")

    assert state(world, case_id) is State.HANDED_BACK
    assert [kind for kind, _ in queued(world)] == ["ticket.case", "ticket.comment", "ticket.status"]
    assert "was handed back as not billing" in face.type(f"resolve {case_id} yes", by=ANA)


def test_a_new_case_is_asked_for_with_its_errors_beside_the_fields(world: World, face: Face) -> None:
    ask(world)

    form = face.type("new", by=ANA)
    refused = face.fill(form, by=ANA, title="A call about <tax>", customer="Nowhere Ltd", triage="tax")
    assert "There is no customer “Nowhere Ltd”." in refused
    assert refused.fields["title"] == "A call about <tax>"
    done = face.fill(refused, by=ANA, customer="Nowak", text="She will call again")

    assert "C-102 is open." in done
    seen = face.type("case 102", by=ANA)
    assert "Tax or VAT" in seen
    assert "She will call again" in seen


def test_the_queue_names_what_presses_most_first(world: World, face: Face) -> None:
    late = ask(world, title="Late one")
    world.now = world.now.replace(hour=15)
    with_ana = ask(world, title="Mine", customer="Mazur", ticket="78")
    ask(world, title="Anybody's", customer="Wilk", ticket="79")
    face.type(f"take {with_ana}", by=ANA)

    seen = str(face.type("queue", by=ANA))

    positions = [seen.index(heading) for heading in ("Late: 1", "Mine: 1", "Unassigned: 1")]
    assert positions == sorted(positions)
    assert f"C-{late}" in seen
    assert "Nothing waits for you" not in seen


def test_a_customer_is_shown_with_what_is_open(world: World, face: Face) -> None:
    case_id = ask(world)

    seen = face.type("customer nowak", by=VIC)

    assert "Dry run" in seen
    assert f"C-{case_id}" in str(seen)
    assert "There is no customer “zzz”" in face.type("customer zzz", by=VIC)


def test_two_agents_at_the_same_instant_take_it_once(world: World) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from core.engine.errors import Conflict

    case_id = ask(world)
    world.hire(EVA)
    actors = [acting(world, ANA), acting(world, EVA)]

    def take(actor: Actor) -> str:
        try:
            return world.do(TakeCase(case_id=case_id), actor).kind
        except Conflict as error:
            return error.kind

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(take, actors)) == ["case_is_taken", "case_taken"]
