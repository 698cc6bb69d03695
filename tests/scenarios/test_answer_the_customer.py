"""Answering the customer is a separate act: written, looked at, confirmed, a moment to take it back, then public once."""

import sqlalchemy as sa

from core.cases.commands import RecordNoteFailed, RecordNoteSent
from core.cases.model import NoteState
from core.cases.queries import case
from core.engine.db.tables.cases import notes
from core.engine.db.tables.engine import outbox
from tests.harness.faces import Face
from tests.harness.questions import REQUESTOR, ask
from tests.harness.world import ANA, World

TEXT = "You added *three* seats on 7 March, so 25 days were charged."


def replies(world: World) -> list[tuple[int, str]]:
    with world.house.desk.reading() as connection:
        rows = connection.execute(sa.select(outbox.c.ids, outbox.c.state).where(outbox.c.kind == "ticket.reply").order_by(outbox.c.id))
        return [(row.ids["note_id"], row.state) for row in rows]


def note_states(world: World) -> list[str]:
    with world.house.desk.reading() as connection:
        return list(connection.scalars(sa.select(notes.c.state).where(notes.c.audience == "customer").order_by(notes.c.id)))


def hear(world: World, case_id: int, text: str) -> None:
    """What the ticketing system's reader stores when the customer writes."""
    with world.house.store.writing() as connection:
        said = {"case_id": case_id, "audience": "customer", "direction": "in", "author": REQUESTOR, "body": text, "at": world.now}
        connection.execute(sa.insert(notes).values(**said))


def test_an_answer_is_previewed_with_recipient_sender_and_language_before_anything_leaves(world: World, face: Face) -> None:
    case_id = ask(world)

    preview = face.type(f"reply {case_id} {TEXT}", by=ANA)

    for shown in ("Nothing has left yet", REQUESTOR, "Ana Agent, through helpdesk", "Polish", "three"):
        assert shown in preview, shown
    assert replies(world) == []


def test_a_confirmed_answer_waits_and_can_be_undone_where_it_was_confirmed(world: World, face: Face) -> None:
    case_id = ask(world)
    preview = face.type(f"reply {case_id} {TEXT}", by=ANA)

    sent = face.click(preview, "Send to the customer", by=ANA)
    world.settle()
    assert [state for _, state in replies(world)] == ["waiting"]
    assert "Undo sending" in sent.buttons
    undone = face.click(sent, "Undo sending", by=ANA)

    assert "Taken back: nothing left" in undone
    assert [state for _, state in replies(world)] == ["withdrawn"]
    assert "this answer to C-101 was taken back" in face.click(preview, "Send to the customer", by=ANA)
    assert "no answer to C-101 is waiting to leave" in face.type(f"withdraw {case_id}", by=ANA)


def test_an_answer_sent_from_a_form_is_taken_back_in_the_window_that_says_so(world: World, face: Face) -> None:
    ask(world)

    preview = face.fill(face.click(face.type("case 101", by=ANA), "Reply to the customer", by=ANA), by=ANA, text=TEXT)
    sent = face.fill(preview, by=ANA)
    assert "until then it can be undone here or on the case’s card" in sent
    undone = face.click(sent, "Undo sending", by=ANA)

    assert "Taken back: nothing left" in undone
    assert [state for _, state in replies(world)] == ["withdrawn"]


def test_a_form_leads_to_the_preview_and_the_case_card_offers_the_undo(world: World, face: Face) -> None:
    world.route(face.name, "question")
    case_id = ask(world)
    world.settle()

    form = face.click(face.channel(), "Reply to the customer", by=ANA)
    preview = face.fill(form, by=ANA, text=TEXT)
    assert REQUESTOR in preview
    assert replies(world) == []
    face.fill(preview, by=ANA)
    world.settle()
    assert "An answer is about to leave" in face.channel()
    face.click(face.channel(), "Undo sending", by=ANA)
    world.settle()

    assert note_states(world) == [NoteState.WITHDRAWN]
    assert "Undo sending" not in face.channel().buttons
    again = face.click(face.channel(), "Reply to the customer", by=ANA)
    assert again.fields["text"] == TEXT
    assert case_id


def test_pressing_send_twice_sends_once(world: World, face: Face) -> None:
    case_id = ask(world)
    preview = face.type(f"reply {case_id} {TEXT}", by=ANA)
    face.click(preview, "Send to the customer", by=ANA)

    assert face.again() == 200
    assert "on its way already" in face.click(preview, "Send to the customer", by=ANA)
    assert len(replies(world)) == 1


def test_an_answer_that_has_left_cannot_be_undone_and_counts_as_the_first_response(world: World, face: Face) -> None:
    case_id = ask(world)
    preview = face.type(f"reply {case_id} {TEXT}", by=ANA)
    face.click(preview, "Send to the customer", by=ANA)
    note_id = replies(world)[0][0]
    with world.house.store.writing() as connection:
        connection.execute(sa.update(outbox).where(outbox.c.kind == "ticket.reply").values(state="sending"))

    assert "Too late, nothing was taken back" in face.type(f"withdraw {case_id}", by=ANA)
    world.do(RecordNoteSent(note_id=note_id, external="5"))
    world.do(RecordNoteSent(note_id=note_id, external="5"))

    with world.house.desk.reading() as connection:
        assert case(connection, case_id).responded_at == world.now
    assert "this answer to C-101 was sent before" in face.click(preview, "Send to the customer", by=ANA)


def test_an_answer_is_not_sent_over_what_the_customer_wrote_meanwhile(world: World, face: Face) -> None:
    case_id = ask(world)
    preview = face.type(f"reply {case_id} {TEXT}", by=ANA)
    hear(world, case_id, "Forget it, I found it")

    assert "the customer wrote to C-101 after your preview" in face.click(preview, "Send to the customer", by=ANA)
    assert replies(world) == []
    assert "Forget it" in face.type(f"case {case_id}", by=ANA)


def test_without_a_ticket_there_is_nobody_to_send_to(world: World, face: Face) -> None:
    case_id = ask(world, ticket="")

    assert "has no ticket, so I cannot reach the customer" in face.type(f"reply {case_id} Hello", by=ANA)
    assert "Reply to the customer" not in face.type(f"case {case_id}", by=ANA).buttons


def test_an_answer_that_never_arrived_is_marked_and_its_text_kept(world: World, face: Face) -> None:
    case_id = ask(world)
    face.click(face.type(f"reply {case_id} {TEXT}", by=ANA), "Send to the customer", by=ANA)

    world.do(RecordNoteFailed(note_id=replies(world)[0][0], reason="the ticket is gone"))

    assert "This never reached the ticket." in face.type(f"case {case_id}", by=ANA)
    assert face.type(f"reply {case_id}", by=ANA).fields["text"] == TEXT
