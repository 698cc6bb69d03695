"""Zendesk limits, loses answers, is written to by others at the same moment, and closes tickets: nothing is lost and nothing twice."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.receiving import sweep_inbox
from core.cases.commands import AddNote, DraftReply, SendReply, WaitForCustomer
from core.engine.db.tables.engine import inbox, outbox
from core.engine.errors import DeliveryError
from core.engine.transaction import Actor
from playground.zendesk.account import CASE_FIELD, Ticket
from playground.zendesk.server import LocalZendesk
from tests.harness.faces import Face
from tests.harness.tickets import case_of, notes_of
from tests.harness.world import ANA, World
from tests.harness.zendesk import access, configure, handle, listening, port, said, send_once, until
from webhooks.tickets.zendesk.client import Gone, Zendesk
from webhooks.tickets.zendesk.model import change_of, comment_of, marked_of, ticket_of, user_of

ANA_ACTS = Actor("staff:1", "slack")
one_store = pytest.mark.parametrize("store_kind", ["sqlite"], indirect=True)


@pytest.fixture
def zendesk(world: World) -> Iterator[LocalZendesk]:
    world.hire(ANA)
    with listening(world) as made:
        yield made


@pytest.fixture
def ticket(world: World, zendesk: LocalZendesk) -> Ticket:
    made = zendesk.account.open("ap@nowak.test", "Billed twice", "Please look.")
    handle(world, zendesk)
    zendesk.calls.clear()
    return made


def note(world: World, ticket: Ticket, text: str) -> None:
    world.do(AddNote(case_id=case_of(world, str(ticket.id)).id, text=text), ANA_ACTS)


def answer(world: World, ticket: Ticket, text: str) -> None:
    draft = world.do(DraftReply(case_id=case_of(world, str(ticket.id)).id, text=text), ANA_ACTS).ids["note_id"]
    world.do(SendReply(note_id=draft), ANA_ACTS)


def puts(zendesk: LocalZendesk) -> list[int]:
    """How the desk's updates were answered."""
    return [status for method, _, status in zendesk.calls if method == "PUT"]


def waiting(world: World) -> list[Any]:
    with world.house.desk.reading() as connection:
        asked = sa.select(outbox.c.error, outbox.c.next_at, outbox.c.created_at).where(outbox.c.state == "waiting")
        return list(connection.execute(asked))


@pytest.mark.parametrize("public", [True, False])
def test_an_answer_that_never_came_is_written_once(world: World, zendesk: LocalZendesk, ticket: Ticket, public: bool) -> None:
    zendesk.faults.stage("lost", method="PUT")
    (answer if public else note)(world, ticket, "Corrected.")

    send_once(world)
    assert [row.error for row in waiting(world)] == ["it answered 504"]
    send_once(world)

    assert said(ticket)[1:] == [("Corrected.", public)]
    assert notes_of(world, str(ticket.id))[-1].state == "sent"
    assert puts(zendesk) == [504]  # the second try found it, and did not write


def test_our_own_words_that_come_back_before_we_know_they_arrived_are_no_news(world: World, zendesk: LocalZendesk, ticket: Ticket) -> None:
    # Given an answer that is there, though the desk does not know it yet, when its webhook is read
    zendesk.faults.stage("lost", method="PUT")
    answer(world, ticket, "Corrected.")
    send_once(world)
    until(lambda: not zendesk.deliveries.open)
    while sweep_inbox(world.house):
        continue
    assert [row.body for row in notes_of(world, str(ticket.id))] == ["Please look.", "Corrected."]

    # Then it is still one answer of ours, and in the end a sent one.
    send_once(world)
    assert [(row.direction, row.state) for row in notes_of(world, str(ticket.id))] == [("in", "kept"), ("out", "sent")]
    assert len(said(ticket)) == 2


def test_a_first_try_still_on_its_way_is_not_doubled_by_a_second(world: World, zendesk: LocalZendesk, ticket: Ticket) -> None:
    # Given a second try that has looked and found nothing, when the first one lands just before it writes
    def land(found: Ticket) -> None:
        zendesk.account.ahead += timedelta(seconds=2)
        event = zendesk.account.comment(zendesk.desk.id, "Once.")
        zendesk.account.record(found, zendesk.desk.id, [event], via="api", custom={"billing_desk": "desk-00000000aaaaaaaa"})

    zendesk.between.append(land)
    entry = port(world).write(str(ticket.id), "Once.", marker="desk-00000000aaaaaaaa", public=True)

    # Then the second is refused, looks again, and finds it.
    assert puts(zendesk) == [409]
    assert [text for text, _ in said(ticket)] == ["Please look.", "Once."]
    assert entry == str(ticket.audits[-1].events[0]["id"])


def test_what_an_agent_changed_at_the_same_moment_stays(world: World, zendesk: LocalZendesk, ticket: Ticket) -> None:
    def tag(found: Ticket) -> None:
        zendesk.account.ahead += timedelta(seconds=2)
        zendesk.account.change(found, zendesk.account.user("helga@partner.example", role="agent"), tags={"vip"})

    configure(world, return_tag="not_billing")
    zendesk.between.append(tag)
    port(world).set_status(str(ticket.id), "handed_back")

    assert puts(zendesk) == [409, 200]
    assert ticket.tags == {"vip", "not_billing"}


def test_a_ticket_that_changes_all_the_time_is_left_for_later_and_then_written_to(
    world: World, zendesk: LocalZendesk, ticket: Ticket
) -> None:
    def touch(found: Ticket) -> None:
        zendesk.account.ahead += timedelta(seconds=2)
        zendesk.account.change(found, zendesk.desk, subject=f"Renamed {zendesk.account.ahead}")

    zendesk.between.extend([touch] * 4)
    note(world, ticket, "Corrected.")
    send_once(world)
    assert [row.error for row in waiting(world)] == ["the ticket changes all the time"]

    send_once(world)
    assert said(ticket)[1:] == [("Corrected.", False)]


def test_a_limit_is_waited_for_as_long_as_zendesk_says_and_nothing_is_lost(world: World, zendesk: LocalZendesk, ticket: Ticket) -> None:
    zendesk.faults.stage("limit", retry_after=93, path="/tickets/")
    note(world, ticket, "Corrected.")
    send_once(world)
    (row,) = waiting(world)
    assert row.error == "it answered 429"
    assert row.next_at - row.created_at >= timedelta(seconds=90)

    send_once(world)
    assert said(ticket)[1:] == [("Corrected.", False)]


def test_a_reading_that_meets_the_limit_is_put_off_and_then_done(world: World, zendesk: LocalZendesk) -> None:
    zendesk.faults.stage("limit", retry_after=77)
    ticket = zendesk.account.open("ap@nowak.test", "Billed twice", "Please look.")
    while not _count(world):
        threading.Event().wait(0.02)
    sweep_inbox(world.house)
    with world.house.store.writing() as connection:
        (row,) = connection.execute(sa.select(inbox.c.error, inbox.c.next_at, inbox.c.received_at)).all()
        connection.execute(sa.update(inbox).values(next_at=None))
    assert row.error == "it answered 429"
    assert row.next_at - row.received_at >= timedelta(seconds=70)

    handle(world, zendesk)
    assert case_of(world, str(ticket.id)) is not None


def _count(world: World) -> int:
    with world.house.desk.reading() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(inbox)) or 0)


def test_an_answer_to_a_closed_ticket_tells_its_author_plainly(world: World, zendesk: LocalZendesk, ticket: Ticket, face: Face) -> None:
    face.type(f"case {case_of(world, str(ticket.id)).id}", by=ANA)
    # Given a ticket that is closed at the very moment the answer is written
    zendesk.between.append(lambda found: found.__setattr__("status", "closed"))
    answer(world, ticket, "Corrected.")
    send_once(world)
    world.settle()

    assert puts(zendesk) == [422]
    assert notes_of(world, str(ticket.id))[-1].state == "failed"
    assert "the ticket is closed for good in Zendesk" in str(face.told(ANA))

    # When another one follows, it is not even tried.
    note(world, ticket, "For the record.")
    send_once(world)
    assert puts(zendesk) == [422]
    assert notes_of(world, str(ticket.id))[-1].state == "failed"


def test_nothing_behind_a_closed_ticket_waits_for_ever(world: World, zendesk: LocalZendesk, ticket: Ticket) -> None:
    world.do(WaitForCustomer(case_id=case_of(world, str(ticket.id)).id), ANA_ACTS)
    ticket.status = "closed"
    send_once(world)

    assert waiting(world) == []


@one_store
def test_what_zendesk_ignores_in_silence_is_noticed(world: World, zendesk: LocalZendesk, ticket: Ticket) -> None:
    with pytest.raises(DeliveryError, match="Zendesk did not take custom_fields") as refused:
        port(world, case_field="99").set_case(str(ticket.id), "C-9")
    assert refused.value.permanent

    port(world, case_field="external_id").set_case(str(ticket.id), "C-9")
    assert ticket.external_id == "C-9"
    assert ticket.custom_fields[CASE_FIELD] == f"C-{case_of(world, str(ticket.id)).id}"


@one_store
def test_a_status_of_ones_own_choice_is_used_and_what_is_so_already_is_not_written(
    world: World, zendesk: LocalZendesk, ticket: Ticket
) -> None:
    writer = port(world, statuses="waiting=hold")
    writer.set_status(str(ticket.id), "waiting")
    writer.set_status(str(ticket.id), "waiting")

    assert ticket.status == "hold"
    assert puts(zendesk) == [200]


def test_an_agent_who_is_none_is_named_to_the_author(world: World, zendesk: LocalZendesk, ticket: Ticket, face: Face) -> None:
    face.type(f"case {case_of(world, str(ticket.id)).id}", by=ANA)
    configure(world, authors="ana=404")
    note(world, ticket, "Corrected.")
    send_once(world)
    world.settle()

    assert notes_of(world, str(ticket.id))[-1].state == "failed"
    assert "Zendesk did not take author" in str(face.told(ANA))


@one_store
def test_a_token_that_does_not_hold_or_a_ticket_that_is_not_there_says_so(world: World, zendesk: LocalZendesk, ticket: Ticket) -> None:
    right = access(world)
    wrong = type(right)(name=right.name, settings=right.settings, token="wrong")
    with Zendesk(wrong) as client, pytest.raises(DeliveryError, match="401") as refused:
        client.ticket(ticket.id)
    assert not refused.value.permanent
    with Zendesk(right) as client, pytest.raises(Gone):
        client.ticket(99_999)
    oauth = type(right)(name=right.name, settings={**right.settings, "user": ""}, token="t")
    with Zendesk(oauth) as client:
        assert client.ticket(ticket.id).subject == "Billed twice"


@one_store
def test_long_tickets_are_read_to_their_end_and_only_at_the_accounts_own_address(
    world: World, zendesk: LocalZendesk, ticket: Ticket
) -> None:
    customer = zendesk.account.user("ap@nowak.test")
    zendesk.deliveries.silent = True
    for number in range(230):
        zendesk.account.say(ticket, customer, f"line {number}")
    note(world, ticket, "After all that.")
    zendesk.deliveries.silent = False
    zendesk.account.change(ticket, zendesk.desk, tags={"long"})
    handle(world, zendesk)

    kept = [row.body for row in notes_of(world, str(ticket.id))]
    assert len(kept) == 232
    assert (kept[0], kept[-1]) == ("Please look.", "line 229")
    assert len([path for _, path, _ in zendesk.calls if path.endswith("/comments")]) >= 3
    assert said(ticket)[-1] == ("After all that.", False)


@one_store
def test_a_write_and_a_reading_take_as_many_calls_as_the_guide_says(world: World, zendesk: LocalZendesk, ticket: Ticket) -> None:
    port(world).write(str(ticket.id), "Once.", marker="desk-00000000aaaaaaaa", public=False)
    assert [(method, path.rpartition("/")[2]) for method, path, _ in zendesk.calls] == [
        ("GET", str(ticket.id)), ("GET", "audits"), ("PUT", str(ticket.id)),
    ]  # fmt: skip


GOOD = {"id": 1, "updated_at": "2026-11-28T10:00:00Z"}


WRONG = {
    "nothing": lambda: ticket_of({}),
    "no ticket": lambda: ticket_of({"ticket": None}),
    "a number as text": lambda: ticket_of({"ticket": {**GOOD, "id": "1"}}),
    "a truth for a number": lambda: ticket_of({"ticket": {**GOOD, "id": True}}),
    "no moment": lambda: ticket_of({"ticket": {"id": 1}}),
    "no moment at all": lambda: ticket_of({"ticket": {**GOOD, "updated_at": "yesterday"}}),
    "a moment without a zone": lambda: ticket_of({"ticket": {**GOOD, "updated_at": "2026-11-28T10:00:00"}}),
    "a change nobody noted": lambda: change_of({**GOOD, "generated_timestamp": None}),
    "a comment without a moment": lambda: comment_of({"id": 1, "created_at": None}, {}),
    "a list for a comment": lambda: comment_of([], {}),
    "nobody": lambda: user_of(None),
    "a marked comment without a number": lambda: list(
        marked_of({"metadata": {"custom": {"k": "m"}}, "events": [{"type": "Comment"}]}, "k")
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_not_in_the_documented_form_is_never_guessed_at(what: str) -> None:
    with pytest.raises(DeliveryError):
        WRONG[what]()


def test_a_marker_counts_only_where_it_belongs() -> None:
    custom = {"billing_desk": ["desk-1"], "other": "desk-2"}
    assert list(marked_of({"metadata": {"custom": custom}, "events": [{"type": "Comment", "id": 5}]}, "billing_desk")) == []
    assert list(marked_of({"events": [{"type": "Change", "id": 5}]}, "billing_desk")) == []
