"""The stand-in speaks Zendesk's protocol as its guides tell it: signatures, attempts, breaker, limits, collisions, closed tickets."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from playground.zendesk.account import Ticket
from playground.zendesk.server import LocalZendesk
from tests.harness.zendesk import SECRET, USER, until
from webhooks.signatures import SCHEMES, Secret, verify

REST = "/api/v2"
DESK = {"Authorization": "Bearer t"}


class Receiver:
    """A server that answers as it is told, and keeps what it got."""

    def __init__(self, answers: list[tuple[int, str]]) -> None:
        self.answers, self.got = answers, list[tuple[dict[str, str], bytes]]()

    @contextmanager
    def listening(self) -> Iterator[str]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                status, wait = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                self.send_response(status)
                if wait:
                    self.send_header("Retry-After", wait)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("answers", "seen"),
    [
        ([(202, "")], [202]),
        ([(409, ""), (409, ""), (202, "")], [409, 409, 202]),
        ([(409, "")], [409] * 4),
        ([(503, "10"), (202, "")], [503, 202]),
        ([(429, "59"), (202, "")], [429, 202]),
        ([(503, "")], [503]),
        ([(503, "60")], [503]),
        ([(500, "")], [500]),
        ([(404, "")], [404]),
    ],
)
def test_a_delivery_is_tried_again_for_some_answers_only(answers: list[tuple[int, str]], seen: list[int]) -> None:
    receiver = Receiver(answers)
    with receiver.listening() as url:
        local = LocalZendesk(url, SECRET, token="t", scale=0.001)
        local.account.open("ap@nowak.test", "x", "y")
        until(lambda: not local.deliveries.open)

    assert [attempt.status for attempt in local.deliveries.log] == seen
    assert len({headers["x-zendesk-webhook-invocation-id"] for headers, _ in receiver.got}) == 1
    keys = [Secret(id="k1", key=SECRET.encode())]
    for headers, body in receiver.got:
        assert verify(SCHEMES["zendesk"], headers, body, keys, datetime.now(UTC)).secret_id == "k1"


def test_the_breaker_lets_nothing_through_while_too_much_fails_and_what_falls_into_it_is_lost() -> None:
    receiver = Receiver([(500, "")])
    with receiver.listening() as url:
        local = LocalZendesk(url, SECRET, token="t", scale=1.0)
        for _ in range(12):
            local.account.open("ap@nowak.test", "x", "y")
        until(lambda: not local.deliveries.open)

    assert [attempt.status for attempt in local.deliveries.log] == [500] * 10 + [-1] * 2
    assert len(receiver.got) == 10


@pytest.fixture
def local() -> LocalZendesk:
    made = LocalZendesk("http://127.0.0.1:9/", SECRET, token="t", user=USER)
    made.deliveries.silent = True
    return made


@pytest.fixture
def ticket(local: LocalZendesk) -> Ticket:
    return local.account.open("ap@nowak.test", "Billed twice", "Look.")


def put(local: LocalZendesk, **values: Any) -> Any:
    return local.app.test_client().put(f"{REST}/tickets/1", json={"ticket": values}, headers=DESK)


def get(local: LocalZendesk, path: str, **headers: str) -> Any:
    return local.app.test_client().get(f"{REST}{path}", headers=headers or DESK)


def test_an_update_on_top_of_an_older_reading_is_refused_and_changes_nothing(local: LocalZendesk, ticket: Ticket) -> None:
    stamp = get(local, "/tickets/1.json").json["ticket"]["updated_at"]
    local.account.ahead = timedelta(seconds=5)
    local.account.change(ticket, local.desk, subject="Renamed")

    refused = put(local, status="solved", safe_update=True, updated_stamp=stamp)

    assert (refused.status_code, refused.json["error"]) == (409, "UpdateConflict")
    assert ticket.status == "new"
    assert put(local, status="solved").status_code == 200  # without safe_update the last one wins, as there


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"colour": "red"}, 400),
        ({"comment": {"text": "x"}}, 400),
        ({"status": "done"}, 422),
        ({"status": "closed"}, 422),
        ({"group_id": 1}, 422),
        ({"comment": {"body": " "}}, 422),
        ({"comment": {"html_body": "<p></p>"}}, 422),
        ({"comment": {"body": "x" * 70_000}}, 422),
        ({"comment": {"body": "x", "author_id": 5}}, 422),
        ({"custom_fields": [{"id": 5, "value": "x"}]}, 200),
    ],
)
def test_what_it_does_not_know_is_refused_or_ignored_as_there(
    local: LocalZendesk, ticket: Ticket, values: dict[str, Any], status: int
) -> None:
    before = len(ticket.audits)

    assert put(local, **values).status_code == status
    assert len(ticket.audits) == before


def test_a_closed_ticket_takes_nothing(local: LocalZendesk, ticket: Ticket) -> None:
    local.account.change(ticket, local.desk, status="closed")

    refused = put(local, comment={"body": "x"})

    assert refused.status_code == 422
    assert refused.json["details"]["status"][0]["description"] == "Status: closed prevents ticket update"


def test_what_is_asked_without_a_credential_or_too_often_is_refused(local: LocalZendesk, ticket: Ticket) -> None:
    del ticket
    assert get(local, "/tickets/1", Authorization="Bearer wrong").status_code == 401
    local.per_minute = 2
    assert [get(local, "/tickets/1").status_code for _ in range(3)] == [200, 200, 429]
    assert 1 <= int(get(local, "/tickets/1").headers["Retry-After"]) <= 61


def test_the_export_refuses_a_start_within_the_last_minute_and_pages_by_cursor(local: LocalZendesk, ticket: Ticket) -> None:
    del ticket
    begin = int(datetime.now(UTC).timestamp()) - 300
    recent = get(local, f"/incremental/tickets/cursor?start_time={begin + 290}")
    assert (recent.status_code, recent.json["error"]) == (400, "StartTimeTooRecent")
    assert get(local, f"/incremental/tickets/cursor?start_time={begin}").json["tickets"] == []

    local.account.ahead = timedelta(minutes=2)
    page = get(local, f"/incremental/tickets/cursor?start_time={begin}&per_page=1").json
    assert [found["id"] for found in page["tickets"]] == [1]
    assert page["end_of_stream"] is True
    assert get(local, f"/incremental/tickets/cursor?cursor={page['after_cursor']}").json["tickets"] == []


def test_a_page_shows_markup_as_text_and_a_customer_can_write_again(local: LocalZendesk) -> None:
    ticket = local.account.open("ap@nowak.test", "<script>alert(1)</script>", "<b>")
    client = local.app.test_client()
    assert "<script>" not in client.get("/").text

    local.account.change(ticket, local.desk, status="closed")
    client.post(f"/tickets/{ticket.id}/answer", data={"text": "Again"})
    assert local.account.tickets[2].via["source"]["rel"] == "follow_up"
