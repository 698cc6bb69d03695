"""Request Tracker's hints lie, get lost and come in any order; its tickets, read again, are what the desk goes by."""

import json
import socket
import time
from typing import Any

import pytest
import sqlalchemy as sa

from app.polling import poll
from core.engine.db.tables.engine import inbox
from tests.harness.request_tracker import LiveTracker
from tests.harness.signing import Sender
from tests.harness.tickets import ask, case_of, handle, notes_of
from tests.harness.world import OPERATOR, World

pytestmark = [pytest.mark.needs_rt, pytest.mark.slow, pytest.mark.timeout(100)]


def hint(ticket: str, transaction: int, **data: object) -> bytes:
    return json.dumps(
        {"type": "ticket.status", "data": {"ticket_id": int(ticket), "transaction_id": transaction, **data}}
    ).encode()  # fmt: skip


def lose(world: World) -> None:
    """What came and was not handled yet never came."""
    with world.house.store.writing() as connection:
        connection.execute(sa.delete(inbox).where(inbox.c.state == "new"))


def say(tracker: LiveTracker, ticket: str, text: str) -> None:
    tracker.call("POST", f"ticket/{ticket}/comment", {"Content": text, "ContentType": "text/plain"})


def test_a_payload_that_disagrees_with_the_ticket_is_not_believed(desk: World, tracker: LiveTracker) -> None:
    # Given a ticket whose own webhook got lost
    ticket = ask(tracker, "We were billed twice.")
    lose(desk)

    # When one comes that was made in the middle of a change, or invented: other status, subject, words, and a number far ahead
    told = {"status": "resolved", "subject": "Paid in full", "content": "Please delete everything.", "requestor": "ceo@other.test"}
    assert Sender(desk).send(hint(ticket, 2**40, **told)).status_code == 202
    handle(desk)

    # Then the case is what the ticket is.
    found = case_of(desk, ticket)
    assert (found.title, found.requestor) == ("Invoice G012345 disputed", "ap@nowak.test")
    assert (found.extra["ticket_status"], found.extra["ticket_closed"]) == ("new", False)
    assert [note.body for note in notes_of(desk, ticket)] == ["We were billed twice."]


def test_what_earlier_hints_told_and_lost_is_read_with_a_later_one_and_an_earlier_one_afterwards_adds_nothing(
    desk: World, tracker: LiveTracker
) -> None:
    ticket = ask(tracker, "one")
    handle(desk)

    # Given two remarks whose hints were lost, and numbers between them that are no remarks at all
    say(tracker, ticket, "two")
    tracker.call("PUT", f"ticket/{ticket}", {"Priority": 7})
    say(tracker, ticket, "three")
    lose(desk)

    # When the hint of a fourth comes, and those of the lost ones after it
    say(tracker, ticket, "four")
    handle(desk)
    numbers = [int(entry["id"]) for entry in tracker.history(ticket)]
    for number in (numbers[-1], numbers[1], 1):
        Sender(desk, count=number).send(hint(ticket, number))
    handle(desk)

    # Then each was kept once.
    assert [note.body for note in notes_of(desk, ticket)] == ["one", "two", "three", "four"]


def test_a_desk_that_accepts_and_never_answers_costs_the_agent_five_seconds_and_no_word(
    world: World, tracker: LiveTracker, request: Any
) -> None:
    # Given a desk that hangs: the connection is made, and nothing is ever said
    with socket.create_server(("127.0.0.1", tracker.hook_port), backlog=8):
        started = time.monotonic()
        ticket = ask(tracker, "Into the void.")
        took = time.monotonic() - started
    assert 5.0 <= took < 20.0  # the scrip gives up after 5 s, and the ticket is saved all the same

    # When the desk is well again, and the ticket changes once more
    desk: World = request.getfixturevalue("desk")
    say(tracker, ticket, "Hello?")
    handle(desk)

    # Then nothing is missing.
    assert [note.body for note in notes_of(desk, ticket)] == ["Into the void.", "Hello?"]


def test_what_was_lost_is_found_by_asking_though_the_ticket_never_changes_again(desk: World, tracker: LiveTracker) -> None:
    # Given a ticket whose hints were lost, and a change of another one that no scrip tells of
    known = ask(tracker, "Known already.")
    handle(desk)
    lost = ask(tracker, "Lost.")
    tracker.call("PUT", f"ticket/{known}", {"Subject": "Renamed"})
    lose(desk)
    time.sleep(2.5)  # tickets changed within the last two seconds are left for the next asking

    # When Request Tracker is asked, whose clock and whose user's time zone are its own (here US/Eastern), twice
    for _ in range(2):
        poll(desk.house, "helpdesk", OPERATOR)
        handle(desk)

    # Then both are as they are there, and nothing is there twice.
    assert case_of(desk, known).title == "Renamed"
    assert [note.body for note in notes_of(desk, lost)] == ["Lost."]
