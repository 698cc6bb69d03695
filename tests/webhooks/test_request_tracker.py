"""A real Request Tracker 5 posts signed webhooks to a listening desk, and the desk reads and writes its tickets."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.receiving import access_of
from core.cases.commands import AddNote, DraftReply, ResolveCase, SendReply
from core.cases.model import Told
from core.customers.commands import AddCustomer, ConfirmLink
from core.customers.model import LinkKind
from core.engine.db.tables.engine import inbox
from core.engine.errors import DeliveryError
from core.engine.transaction import Actor
from tests.harness.request_tracker import LiveTracker
from tests.harness.tickets import ask, case_of, handle, notes_of
from tests.harness.world import World
from webhooks.tickets.answering import Changed
from webhooks.tickets.request_tracker.client import RequestTracker

pytestmark = [pytest.mark.needs_rt, pytest.mark.slow, pytest.mark.timeout(100)]

ANA_ACTS = Actor("staff:1", "slack")
# What looks at Request Tracker's own answers alone, whatever the desk stores them in.
one_store = pytest.mark.parametrize("store_kind", ["sqlite"], indirect=True)


def test_a_customers_ticket_becomes_one_case_of_the_linked_customer_with_their_words(desk: World, tracker: LiveTracker) -> None:
    customer_id = desk.do(AddCustomer(name="Nowak sp. z o.o.")).ids["customer_id"]
    desk.do(ConfirmLink(customer_id=customer_id, kind=LinkKind.TICKET_ORG, connection="helpdesk", external="nowak.test"))

    ticket = ask(tracker, "Zażółć: billed twice.")
    handle(desk)

    found = case_of(desk, ticket)
    assert (found.title, found.customer_id, found.requestor) == ("Invoice G012345 disputed", customer_id, "ap@nowak.test")
    (said,) = notes_of(desk, ticket)
    assert (said.body, said.direction, said.audience) == ("Zażółć: billed twice.", "in", "customer")
    assert tracker.field(ticket, "BillingCaseId") == [f"C-{found.id}"]


def test_a_ticket_of_nobody_linked_is_unmatched_and_nothing_is_guessed(desk: World, tracker: LiveTracker) -> None:
    desk.do(AddCustomer(name="Nowak sp. z o.o.", contacts=(("AP", "ap@nowak.test"),)))

    ticket = ask(tracker)
    handle(desk)

    assert case_of(desk, ticket).customer_id is None


def test_a_ticket_of_another_queue_stays_out(desk: World, tracker: LiveTracker) -> None:
    ticket = ask(tracker, Queue="Repairs")
    handle(desk)

    assert case_of(desk, ticket) is None
    with desk.house.desk.reading() as connection:
        assert set(connection.scalars(sa.select(inbox.c.state))) == {"done"}


def test_our_remark_and_our_answer_appear_once_each_and_do_not_come_back_as_news(desk: World, tracker: LiveTracker) -> None:
    ticket = ask(tracker)
    handle(desk)
    case_id = case_of(desk, ticket).id

    desk.do(AddNote(case_id=case_id, text="Looks like seats were added twice."), ANA_ACTS)
    draft = desk.do(DraftReply(case_id=case_id, text="We are sorry & will correct <it>."), ANA_ACTS).ids["note_id"]
    desk.do(SendReply(note_id=draft), ANA_ACTS)
    handle(desk)
    handle(desk)

    comments, answers = tracker.contents(ticket, "Comment"), tracker.contents(ticket, "Correspond")
    assert [text.partition("\n")[0] for text in comments] == ["Looks like seats were added twice."]
    assert [text.partition("\n")[0] for text in answers] == ["We are sorry & will correct <it>."]
    assert [row.state for row in notes_of(desk, ticket)] == ["kept", "sent", "sent"]


def test_a_colleagues_remark_with_the_very_same_words_is_news(desk: World, tracker: LiveTracker) -> None:
    ticket = ask(tracker)
    handle(desk)
    desk.do(AddNote(case_id=case_of(desk, ticket).id, text="Seats were added twice."), ANA_ACTS)
    handle(desk)
    (ours,) = tracker.contents(ticket, "Comment")

    tracker.call("POST", f"ticket/{ticket}/comment", {"Content": ours, "ContentType": "text/plain"})
    handle(desk)

    fresh = notes_of(desk, ticket)[-1]
    assert (fresh.author, fresh.direction, fresh.audience, fresh.body) == ("helga", "in", "internal", ours.strip())


def test_a_colleagues_public_answer_is_no_customers_voice(desk: World, tracker: LiveTracker) -> None:
    ticket = ask(tracker)
    tracker.call("POST", f"ticket/{ticket}/correspond", {"Content": "Answered from the help desk.", "ContentType": "text/plain"})
    handle(desk)

    said = notes_of(desk, ticket)[-1]
    assert (said.direction, said.audience, said.state) == ("out", "customer", "sent")


@one_store
@pytest.mark.parametrize("audience", ["internal", "customer"])
def test_a_note_whose_sending_was_cut_off_after_it_was_written_is_found_and_not_written_again(
    desk: World, tracker: LiveTracker, audience: str
) -> None:
    ticket = ask(tracker)
    handle(desk)
    access = access_of(desk.house, desk.house.connections.get("helpdesk"))
    write = desk.house.connections.get("helpdesk").kind.write
    assert write is not None

    first = write(access).write(ticket, "Once only.", marker="desk-00000000aaaaaaaa", public=audience == "customer")
    second = write(access).write(ticket, "Once only.", marker="desk-00000000aaaaaaaa", public=audience == "customer")

    assert first == second
    assert len(tracker.contents(ticket, "Correspond" if audience == "customer" else "Comment")) == 1


def test_the_ticket_follows_the_case_and_its_own_echo_changes_nothing(desk: World, tracker: LiveTracker) -> None:
    ticket = ask(tracker)
    handle(desk)

    desk.do(ResolveCase(case_id=case_of(desk, ticket).id, told=Told.NOT_NEEDED), ANA_ACTS)
    handle(desk)
    handle(desk)

    assert tracker.call("GET", f"ticket/{ticket}").json()["Status"] == "resolved"
    assert case_of(desk, ticket).state == "resolved"


def test_a_ticket_resolved_elsewhere_is_known_to_be(desk: World, tracker: LiveTracker) -> None:
    ticket = ask(tracker)
    handle(desk)

    tracker.call("PUT", f"ticket/{ticket}", {"Status": "resolved"})
    handle(desk)

    found = case_of(desk, ticket)
    assert (found.state, found.extra["ticket_status"], found.extra["ticket_closed"]) == ("new", "resolved", True)


@one_store
def test_a_refusal_that_comes_with_200_is_noticed(desk: World, tracker: LiveTracker) -> None:
    ticket = ask(tracker)
    connected = desk.house.connections.get("helpdesk")
    for setting, act in (
        ({"statuses": "waiting=bogus"}, lambda port: port.set_status(ticket, "waiting")),
        ({"case_field": "NoSuchField"}, lambda port: port.set_case(ticket, "C-1")),
    ):
        access = access_of(desk.house, connected)
        wrong = type(access)(name=access.name, settings={**access.settings, **setting}, token=access.token)
        assert connected.kind.write is not None
        with pytest.raises(DeliveryError, match="it did not take") as refused:
            act(connected.kind.write(wrong))
        assert refused.value.permanent


@one_store
def test_a_write_on_top_of_an_older_reading_is_refused_and_a_no_op_sends_no_webhook(desk: World, tracker: LiveTracker) -> None:
    ticket = ask(tracker)
    with RequestTracker(tracker.url, tracker.token("csp-bot")) as client:
        seen = client.ticket(int(ticket)).seen
        with pytest.raises(Changed):
            client.change(int(ticket), {"Status": "open"}, seen=seen - 1)
        assert client.change(int(ticket), {"Status": "new"}, seen=seen) == []
        assert client.ticket(int(ticket)).seen == seen


@one_store
def test_a_ticket_that_is_not_there_or_a_token_that_does_not_hold_says_so(desk: World, tracker: LiveTracker) -> None:
    with RequestTracker(tracker.url, tracker.token("csp-bot")) as client, pytest.raises(DeliveryError, match="404") as gone:
        client.ticket(99_999)
    with RequestTracker(tracker.url, "1-1-wrong") as client, pytest.raises(DeliveryError, match="401") as refused:
        client.ticket(1)

    assert gone.value.permanent
    assert not refused.value.permanent


def test_what_happened_while_nobody_listened_is_read_with_the_next_hint(world: World, tracker: LiveTracker, request: Any) -> None:
    # Given a ticket that was opened while the desk was down: it is saved all the same, and Request Tracker never tries again.
    ticket = ask(tracker, "While you were away.")

    # When it is changed once more
    desk: World = request.getfixturevalue("desk")
    tracker.call("POST", f"ticket/{ticket}/comment", {"Content": "anybody there?", "ContentType": "text/plain"})
    handle(desk)

    # Then everything is there.
    assert [row.body for row in notes_of(desk, ticket)] == ["While you were away.", "anybody there?"]


def test_hints_in_any_order_and_twice_lose_and_double_nothing(desk: World, tracker: LiveTracker) -> None:
    ticket = ask(tracker, "one")
    for text in ("two", "three"):
        tracker.call("POST", f"ticket/{ticket}/comment", {"Content": text, "ContentType": "text/plain"})

    # Given all hints handled in reverse, then replayed.
    with desk.house.store.writing() as connection:
        ids = list(connection.scalars(sa.select(inbox.c.id).order_by(inbox.c.id.desc())))
        connection.execute(sa.update(inbox).values(next_at=datetime.now(UTC) + timedelta(hours=1)))
    for each in ids:
        with desk.house.store.writing() as connection:
            connection.execute(sa.update(inbox).where(inbox.c.id == each).values(next_at=None))
        handle(desk)
    with desk.house.store.writing() as connection:
        connection.execute(sa.update(inbox).values(state="new", next_at=None, lease_until=None))
    handle(desk)

    assert [row.body for row in notes_of(desk, ticket)] == ["one", "two", "three"]


def test_an_agents_save_does_not_wait_for_the_desks_work(desk: World, tracker: LiveTracker) -> None:
    ticket = ask(tracker)  # the worker is not running at all

    started = time.monotonic()
    tracker.call("POST", f"ticket/{ticket}/comment", {"Content": "quick?", "ContentType": "text/plain"})

    assert time.monotonic() - started < 4.5  # a scrip gives up after 5 s
    with desk.house.desk.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(inbox)) == 2
