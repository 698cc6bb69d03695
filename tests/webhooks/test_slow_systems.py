"""A system of record that hangs, trickles or dawdles: what was begun under a lease ends within it, and the door goes on answering."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import sqlalchemy as sa

from app import sweeps
from app.receiving import sweep_inbox
from core.engine import inbox, outbox
from core.engine.db.tables.engine import inbox as deliveries
from core.engine.db.tables.engine import outbox as postings
from core.engine.errors import DeliveryError
from tests.harness.signing import connect
from tests.harness.world import World
from webhooks import calling
from webhooks.reading import Access
from webhooks.tickets.request_tracker.client import RequestTracker
from webhooks.tickets.zendesk.client import Zendesk

HINT = b'{"type":"ticket.create","data":{"ticket_id":1,"transaction_id":34}}'
Answer = Callable[[BaseHTTPRequestHandler], None]


def dawdle(request: BaseHTTPRequestHandler) -> None:
    """An empty page of history that never is the last one, after a while."""
    time.sleep(0.2)
    body = b'{"items":[{"id":"1","Type":"Set","Creator":{"id":"x"},"Created":"2026-11-22T10:00:00Z"}]}'
    request.send_response(200)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


def trickle(request: BaseHTTPRequestHandler) -> None:
    """A byte of the answer, again and again: no packet is ever late."""
    request.send_response(200)
    request.send_header("Content-Length", "100000")
    request.end_headers()
    try:
        for _ in range(200):
            request.wfile.write(b" ")
            time.sleep(0.05)
    except OSError:
        return  # given up by the caller, which is what is tested


@contextmanager
def system(answer: Answer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@contextmanager
def hanging() -> Iterator[str]:
    """Connections are accepted, and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0), backlog=8) as made:
        yield f"http://127.0.0.1:{made.getsockname()[1]}"


def seconds_until_given_up(work: Callable[[], object]) -> float:
    started = time.monotonic()
    with pytest.raises(DeliveryError) as given_up:
        work()
    assert not given_up.value.permanent
    return time.monotonic() - started


def test_a_piece_of_work_ends_before_the_lease_it_was_begun_under() -> None:
    """The bounds the tests below show are kept."""
    assert sweeps.FRESH > 0
    assert outbox.LEASE.total_seconds() > sweeps.FRESH + calling.LONGEST
    assert inbox.LEASE.total_seconds() > calling.LONGEST


def test_one_that_hangs_is_given_up_when_patience_ends() -> None:
    with hanging() as url, RequestTracker(url, "t", patience=0.5) as tracker:
        assert seconds_until_given_up(lambda: tracker.ticket(1)) < 4
        assert seconds_until_given_up(lambda: tracker.comment(1, "x")) < 0.4  # nothing more is even begun


def test_a_write_that_hangs_may_have_been_done_and_is_said_to_be_unknown() -> None:
    with hanging() as url, RequestTracker(url, "t", patience=0.5) as tracker, pytest.raises(DeliveryError) as given_up:
        tracker.comment(1, "x")

    assert given_up.value.unknown


def test_many_calls_share_one_patience() -> None:
    with system(dawdle) as url, RequestTracker(url, "t", patience=1.0) as tracker:
        assert seconds_until_given_up(lambda: list(tracker.spoken(1))) < 4


def test_an_answer_that_trickles_is_given_up_though_no_packet_is_late() -> None:
    with system(trickle) as url, RequestTracker(url, "t", patience=0.5) as tracker:
        assert seconds_until_given_up(lambda: tracker.ticket(1)) < 4


def test_zendesk_is_given_up_in_time_as_well() -> None:
    def zendesk(url: str) -> Zendesk:
        return Zendesk(Access(name="zendesk", settings={"url": url}, token="t"), patience=0.5)

    with hanging() as url, zendesk(url) as client:
        assert seconds_until_given_up(lambda: client.ticket(1)) < 4
        assert seconds_until_given_up(lambda: client.marked(1)) < 0.4  # nothing more is even begun
    with hanging() as url, zendesk(url) as client, pytest.raises(DeliveryError) as given_up:
        client.update(1, {"status": "open"}, seen="2026-11-28T10:00:00Z")
    assert given_up.value.unknown
    with system(trickle) as url, zendesk(url) as client:
        assert seconds_until_given_up(lambda: client.ticket(1)) < 4


def test_what_a_slow_sending_leaves_no_time_for_is_given_back_as_if_it_had_never_been_claimed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given three notes for three tickets, the first of them to a system that dawdles
    sent: list[int] = []
    with world.house.store.writing() as connection:
        rows = [{"lane": f"ticket:{n}", "kind": "slow", "ids": {"n": n}, "created_at": world.now, "next_at": world.now} for n in (1, 2, 3)]
        connection.execute(sa.insert(postings), rows)
        connection.execute(sa.update(postings).values(next_at=world.house.store.real_now(connection)))
    monkeypatch.setattr(sweeps, "FRESH", 0.05)

    def send(_house: object, posting: outbox.Posting) -> None:
        sent.append(posting.ids["n"])
        time.sleep(0.1)
        world.house.store.attempt(lambda c: outbox.sent(c, posting.id))

    # When they are swept up together, then the others wait as before, their attempts uncounted,
    assert sweeps.sweep_outbox(world.house, {"slow": send}) == 3
    with world.house.desk.reading() as connection:
        left = connection.execute(
            sa.select(postings.c.state, postings.c.attempts, postings.c.lease_until).where(postings.c.state != "sent")
        )
        assert [tuple(row) for row in left] == [("waiting", 0, None)] * 2
    # and are sent at the next looks.
    while sweeps.sweep_outbox(world.house, {"slow": send}):
        continue
    assert sorted(sent) == [1, 2, 3]


def test_work_of_other_kinds_is_not_claimed_by_a_sweep_that_has_no_sender_for_it(world: World) -> None:
    with world.house.store.writing() as connection:
        row = {"lane": "a", "kind": "other", "ids": {}, "created_at": world.now, "next_at": world.house.store.real_now(connection)}
        connection.execute(sa.insert(postings).values(**row))

    assert sweeps.sweep_outbox(world.house, {"slow": lambda _house, _posting: None}) == 0


def test_the_door_answers_at_once_while_the_worker_waits_for_a_system_that_hangs(world: World) -> None:
    with hanging() as url:
        sender = connect(world, url=url)
        assert sender.send(HINT).status_code == 202
        worker = threading.Thread(target=sweep_inbox, args=(world.house,), daemon=True)
        worker.start()
        time.sleep(0.3)  # it is inside the call now

        started = time.monotonic()
        statuses = [sender.send(HINT).status_code for _ in range(5)]

        assert statuses == [202] * 5
        assert time.monotonic() - started < 2.0
        assert worker.is_alive()
    worker.join(30)
    with world.house.desk.reading() as connection:
        assert set(connection.scalars(sa.select(deliveries.c.state))) == {"new"}  # nothing was given up


def test_a_database_that_is_held_up_makes_the_door_say_so_before_a_scrip_gives_up_and_loses_nothing(world: World) -> None:
    sender = connect(world)
    assert sender.send(HINT, delivery="first").status_code == 202

    with world.house.store.writing() as connection:
        connection.execute(sa.text("DELETE FROM switches" if world.house.store.is_sqlite else "LOCK TABLE inbox IN EXCLUSIVE MODE"))
        started = time.monotonic()
        answer = sender.send(HINT, delivery="second")
        took = time.monotonic() - started

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert took < 5.0
    assert sender.send(HINT, delivery="second").status_code == 202
    with world.house.desk.reading() as reading:
        assert sorted(reading.scalars(sa.select(deliveries.c.delivery_key))) == ["first", "second"]
