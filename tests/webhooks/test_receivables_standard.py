"""Signed snapshots of payers: stored, understood or said why not; and the accounting system asked before a decision."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, Response, request
from werkzeug.serving import make_server

from app.pulling import pull_receivables
from app.receiving import sweep_inbox
from core.cases.queries import collection_case
from core.engine.db.tables.engine import inbox, outbox
from core.engine.errors import DeliveryError
from core.engine.outbox import Posting
from core.receivables.queries import invoices_of, payer_known_as, positions_of_payer
from playground.accounting.deliveries import Deliveries
from playground.accounting.server import LocalAccounting
from tests.harness.accounting import PACE, bill, connect_books, connected_books, snapshot
from tests.harness.receivables import customer_with_payer, feed, invoice
from tests.harness.signing import SECRET, Sender
from tests.harness.world import World
from webhooks.reading import Unreadable
from webhooks.receivables.standard.events import command


@pytest.fixture
def books(world: World) -> Iterator[LocalAccounting]:
    with connected_books(world) as local:
        yield local


def until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("it never came true")


def arrived(world: World, books: LocalAccounting) -> None:
    """Everything the books sent was delivered and read."""
    assert books.deliveries is not None
    sent = books.deliveries.messages
    until(lambda: all(message.delivered for message in sent))
    sweep_inbox(world.house)


def payer_id(world: World) -> int:
    with world.house.desk.reading() as connection:
        found = payer_known_as(connection, "books", "K-1")
    assert found is not None
    return found.id


def overdue(world: World) -> int:
    with world.house.desk.reading() as connection:
        return sum(p.overdue for p in positions_of_payer(connection, payer_id(world), world.now.date()))


def deliveries_in(world: World, state: str) -> list[str]:
    with world.house.desk.reading() as connection:
        return list(connection.scalars(sa.select(inbox.c.error).where(inbox.c.state == state)))


def test_a_signed_snapshot_opens_a_collection_case_with_its_lines(world: World, books: LocalAccounting) -> None:
    customer_id = customer_with_payer(world)

    books.load([snapshot()])
    arrived(world, books)

    with world.house.desk.reading() as connection:
        assert collection_case(connection, payer_id(world), "PLN") is not None
        [kept] = invoices_of(connection, customer_id)
    assert [(line.net, line.vat, line.subscription) for line in kept.lines] == [(10000, 2300, "S1")]


def test_a_payment_in_the_books_resolves_the_case(world: World, books: LocalAccounting) -> None:
    customer_with_payer(world)
    books.load([snapshot()])
    arrived(world, books)
    world.now += timedelta(minutes=1)

    books.pay("K-1", "F/1", "23.00")
    arrived(world, books)
    assert overdue(world) == 10000

    world.now += timedelta(minutes=1)
    books.pay("K-1", "F/1")
    arrived(world, books)
    assert overdue(world) == 0
    with world.house.desk.reading() as connection:
        assert collection_case(connection, payer_id(world), "PLN") is None


def test_snapshots_out_of_order_leave_the_newest(world: World) -> None:
    connect_books(world)
    sender = Sender(world, "books")
    newer = snapshot("K-1", bill(open="0.00"), as_of="2026-11-23T09:00:00+01:00")
    older = snapshot("K-1", bill(), as_of="2026-11-23T08:00:00+01:00")

    for data in (newer, older):
        sender.send(json.dumps({"type": "receivables.payer", "data": data}).encode())
        sweep_inbox(world.house)

    assert overdue(world) == 0
    assert deliveries_in(world, "dead") == []


def test_other_types_are_taken_and_passed_over(world: World) -> None:
    connect_books(world)

    assert Sender(world, "books").send(b'{"type":"receivables.exchange_rate","data":[1]}').status_code == 202
    sweep_inbox(world.house)

    assert deliveries_in(world, "dead") == []


def test_what_cannot_be_true_becomes_a_dead_letter_and_nothing_is_written(world: World) -> None:
    connect_books(world)
    data = snapshot("K-1", bill(open="124.00"), as_of="2026-11-23T08:00:00+01:00")

    Sender(world, "books").send(json.dumps({"type": "receivables.payer", "data": data}).encode())
    sweep_inbox(world.house)

    [reason] = deliveries_in(world, "dead")
    assert "invoice_open_above_total" in reason
    with world.house.desk.reading() as connection:
        assert payer_known_as(connection, "books", "K-1") is None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 20000, "not JSON|not as"),
        (b"[]", "not as docs"),
        (snapshot(as_of="2026-11-23T08:00:00"), "time zone"),
        (snapshot(as_of="yesterday"), "not as docs"),
        (snapshot(" ", as_of="2026-11-23T08:00:00Z"), "no id"),
        (snapshot("K-1", bill(total=123), as_of="2026-11-23T08:00:00Z"), r"Expected `str`, got `int` - at `\$.invoices\[0\].total`"),
        (snapshot("K-1", bill(total="1,200"), as_of="2026-11-23T08:00:00Z"), r"invoices\[0\].total is not a decimal string"),
        (snapshot("K-1", bill(total="1e9"), as_of="2026-11-23T08:00:00Z"), "not a decimal string"),
        (snapshot("K-1", bill(open="1.005"), as_of="2026-11-23T08:00:00Z"), "more decimals"),
        (snapshot("K-1", bill(currency="zł"), as_of="2026-11-23T08:00:00Z"), "capital letters"),
        (snapshot("K-1", bill(due_on="03/04/2026"), as_of="2026-11-23T08:00:00Z"), r"at `\$.invoices\[0\].due_on`"),
        (snapshot("K-1", bill(period="2026-9"), as_of="2026-11-23T08:00:00Z"), "not a month"),
    ],
)
def test_a_snapshot_that_cannot_be_understood_says_where_and_repeats_nothing_of_it(data: bytes | dict[str, Any], why: str) -> None:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()

    with pytest.raises(Unreadable, match=why) as refused:
        command(body, "books")

    assert "Nowak" not in refused.value.reason


def pull(world: World, **ids: int) -> Posting:
    """An enqueued question to the accounting system, as its sender is given it."""
    with world.house.store.writing() as connection:
        real = world.house.store.real_now(connection)
        row = {"lane": "receivables:books", "kind": "receivables.pull", "ids": ids, "created_at": real, "next_at": real}
        posting_id = connection.execute(sa.insert(outbox).values(**row).returning(outbox.c.id)).scalar_one()
    return Posting(id=posting_id, lane="receivables:books", kind="receivables.pull", ids=ids, attempts=1, resumed=False)


def settled(world: World, posting: Posting) -> str:
    with world.house.desk.reading() as connection:
        return str(connection.scalar(sa.select(outbox.c.state).where(outbox.c.id == posting.id)))


def test_the_accounting_system_is_asked_and_the_row_settled_with_what_came_back(world: World, books: LocalAccounting) -> None:
    customer_with_payer(world)
    feed(world, invoice())
    books.books.load([snapshot("K-1", bill(open="0.00"))])

    posting = pull(world, payer_id=payer_id(world))
    pull_receivables(world.house, posting)

    assert (overdue(world), settled(world, posting)) == (0, "sent")


def test_a_pull_that_fails_changes_nothing_and_says_whether_to_try_again(world: World, books: LocalAccounting) -> None:
    customer_with_payer(world)
    feed(world, invoice())
    posting = pull(world, payer_id=payer_id(world))

    for status, permanent in ((503, False), (401, False), (429, False), (400, True)):
        books.books.load([snapshot()])
        books.faults = [status]
        with pytest.raises(DeliveryError) as failed:
            pull_receivables(world.house, posting)
        assert failed.value.permanent is permanent, status
    books.books.payers.clear()
    with pytest.raises(DeliveryError) as failed:
        pull_receivables(world.house, posting)

    assert failed.value.permanent
    assert (overdue(world), settled(world, posting)) == (12300, "waiting")


def test_where_there_is_nobody_to_ask_the_wish_is_settled_and_nothing_changes(world: World) -> None:
    customer_with_payer(world)
    feed(world, invoice())  # from a file: there is no connection at all
    without = pull(world, payer_id=payer_id(world))
    pull_receivables(world.house, without)
    connect_books(world)  # one that only sends
    silent = pull(world, payer_id=payer_id(world))
    pull_receivables(world.house, silent)

    assert (settled(world, without), settled(world, silent), overdue(world)) == ("sent", "sent", 12300)


def test_the_stand_in_retries_under_the_same_id_and_stops_at_gone() -> None:
    answers = [503, 302, 200, 410]
    seen: list[str] = []
    app = Flask("receiver")

    @app.post("/")
    def take() -> Response:
        seen.append(request.headers["webhook-id"])
        return Response(status=answers[len(seen) - 1])

    server = make_server("127.0.0.1", 0, app)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    sender = Deliveries(f"http://127.0.0.1:{server.server_port}/", SECRET, pace=PACE)
    sender.start()
    at = datetime(2026, 11, 23, tzinfo=UTC)
    first = sender.send("receivables.payer", {}, at)
    until(lambda: first.delivered)
    second = sender.send("receivables.payer", {}, at)
    until(lambda: sender.disabled)
    sender.stop()
    server.shutdown()
    server.server_close()

    assert (first.statuses, second.statuses) == ([503, 302, 200], [410])
    assert seen == [first.id, first.id, first.id, second.id]
