"""The stand-in of the demo speaks the protocols it stands for, and a question travels through it and back."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook
from werkzeug.serving import make_server

from app.receiving import sweep_inbox
from app.senders import SENDERS
from app.sweeps import sweep_outbox
from core.cases.commands import AddNote, WaitForCustomer
from core.engine.db.tables.cases import cases
from core.engine.db.tables.engine import inbox
from core.engine.transaction import Actor
from playground.ticketing.server import Ticketing
from tests.harness.databases import free_port
from tests.harness.signing import SECRET, connect
from tests.harness.world import ANA, World


def until(reached: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for what happens in another thread."""
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


@pytest.fixture
def listening(world: World) -> Iterator[Ticketing]:
    """The stand-in and a desk that hear each other."""
    world.hire(ANA)
    server = make_server("127.0.0.1", 0, world.client.application, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    made = Ticketing(f"http://127.0.0.1:{server.server_port}/webhooks/helpdesk", SECRET, token="t", user="csp-bot", scale=0.001)
    made.start()
    connect(world, token="t", url=made.url, case_field="BillingCaseId")
    yield made
    made.stop()
    server.shutdown()
    server.server_close()


def handle(world: World, local: Ticketing) -> None:
    """Let every webhook arrive, be read, and what waits be written."""
    for _ in range(3):
        until(lambda: len(local.deliveries.log) >= sum(len(t.history) for t in local.ledger.tickets.values()))
        while sweep_inbox(world.house) + sweep_outbox(world.house, SENDERS):
            continue


def the_case(world: World) -> Any:
    with world.house.desk.reading() as connection:
        return connection.execute(sa.select(cases)).one()


def test_a_question_becomes_a_case_and_the_remark_and_the_number_arrive_once(world: World, listening: Ticketing) -> None:
    ticket = listening.ledger.open("ap@nowak.test", "Billed twice", "Please look.")
    handle(world, listening)

    found = the_case(world)
    world.do(AddNote(case_id=found.id, text="Seats added twice."), Actor("staff:1", "slack"))
    handle(world, listening)

    assert (found.title, found.requestor) == ("Billed twice", "ap@nowak.test")
    assert ticket.fields["BillingCaseId"] == f"C-{found.id}"
    assert [entry.text.partition("\n")[0] for entry in ticket.history if entry.kind == "Comment"] == ["Seats added twice."]


def test_the_customers_word_ends_the_waiting(world: World, listening: Ticketing) -> None:
    ticket = listening.ledger.open("ap@nowak.test", "Billed twice", "Please look.")
    handle(world, listening)
    world.do(WaitForCustomer(case_id=the_case(world).id), Actor("staff:1", "slack"))
    handle(world, listening)
    assert (the_case(world).state, ticket.status) == ("waiting", "stalled")

    listening.ledger.add(ticket, "Correspond", "ap@nowak.test", "Here is the invoice.")
    handle(world, listening)

    assert the_case(world).state == "open"


def test_a_ticket_closed_elsewhere_is_named_on_the_card(world: World, listening: Ticketing, face: Any) -> None:
    ticket = listening.ledger.open("ap@nowak.test", "Billed twice", "Please look.")
    handle(world, listening)
    listening.ledger.set_status(ticket, "resolved", "helga")
    handle(world, listening)

    assert "already “resolved” there" in face.type(f"case {the_case(world).id}", by=ANA)


def test_a_page_shows_markup_as_text(world: World, listening: Ticketing) -> None:
    listening.ledger.open("ap@nowak.test", "<script>alert(1)</script>", "<b>")

    assert "<script>" not in listening.app.test_client().get("/").text


def test_a_delivery_is_tried_again_under_the_same_id_with_a_signature_of_its_own_time() -> None:
    seen: list[tuple[str, dict[str, Any]]] = []

    class Stubborn(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.headers["webhook-id"], Webhook(SECRET).verify(body, dict(self.headers))))
            self.send_response(503 if len(seen) < 3 else 202)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", free_port()), Stubborn)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    local = Ticketing(f"http://127.0.0.1:{server.server_port}/", SECRET, token="t", scale=0.001)

    local.ledger.open("ap@nowak.test", "x", "y")
    until(lambda: len(local.deliveries.log) == 3)

    assert [status for _, _, status in local.deliveries.log] == [503, 503, 202]
    assert {identity for identity, _ in seen} == {"rt-34"}
    server.shutdown()
    server.server_close()


def test_the_stand_in_refuses_a_wrong_token(world: World, listening: Ticketing) -> None:
    client = listening.app.test_client()

    assert client.get("/REST/2.0/ticket/1", headers={"Authorization": "token wrong"}).status_code == 401
    with world.house.desk.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(inbox)) == 0


def test_its_clock_moves_along_so_that_a_customer_never_answers_before_they_asked() -> None:
    local = Ticketing("http://127.0.0.1:9/webhooks/helpdesk", SECRET, token="t", scale=0.001)
    page, ticket = local.app.test_client(), local.ledger.open("ap@nowak.example", "Why?", "Why?")

    page.post("/_stand-in/clock", json={"seconds": 86400})
    local.ledger.add(ticket, "Correspond", "ap@nowak.example", "And now?")

    asked, again = (entry.at for entry in ticket.history)
    assert timedelta(days=1) <= again - asked < timedelta(days=1, minutes=1)
