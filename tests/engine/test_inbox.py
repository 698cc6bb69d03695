"""The inbox: many callers per commit, one row per delivery, leases, growing pauses, dead letters that stay."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from core.engine import inbox
from core.engine.db.store import Store
from core.engine.db.tables.engine import inbox as table
from core.engine.inbox import Delivery, InboxUnavailable, InboxWriter


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    made = Store(database)
    yield made
    made.close()


@pytest.fixture
def writer(store: Store) -> Iterator[InboxWriter]:
    made = InboxWriter(store)
    yield made
    made.close()


def delivery(key: str, body: bytes = b"{}") -> Delivery:
    return Delivery("helpdesk", key, datetime.now(UTC), {"webhook-id": key}, body)


def rows(store: Store) -> list[sa.Row[tuple[object, ...]]]:
    with store.reading() as connection:
        return list(connection.execute(sa.select(table).order_by(table.c.id)))


def test_put_returns_when_the_row_can_be_read_by_others(store: Store, writer: InboxWriter) -> None:
    writer.put(delivery("a", b"\x00\xff raw"))

    (row,) = rows(store)
    assert (row.delivery_key, row.body, row.state) == ("a", b"\x00\xff raw", "new")


def test_many_callers_share_commits_and_every_delivery_is_there_once(store: Store, writer: InboxWriter) -> None:
    def post(number: int) -> None:
        for each in range(20):
            writer.put(delivery(f"{number % 8}-{each}"))

    threads = [threading.Thread(target=post, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(row.delivery_key for row in rows(store)) == sorted(f"{n}-{each}" for n in range(8) for each in range(20))


def test_a_delivery_the_database_cannot_take_costs_its_neighbours_nothing(store: Store, writer: InboxWriter) -> None:
    naive = Delivery("helpdesk", "naive", datetime(2026, 1, 1), {}, b"")  # noqa: DTZ001 (what the store refuses)
    outcomes: dict[str, str] = {}

    def post(one: Delivery) -> None:
        try:
            writer.put(one)
            outcomes[one.key] = "stored"
        except InboxUnavailable:
            outcomes[one.key] = "refused"

    with store.writing() as connection:  # holds SQLite's one writer, so that all of them share a batch
        connection.execute(sa.select(1))
        threads = [threading.Thread(target=post, args=(one,)) for one in (delivery("a"), naive, delivery("b"))]
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == {"a": "stored", "naive": "refused", "b": "stored"}


def test_a_writer_that_gets_no_answer_says_so_instead_of_waiting_for_ever(store: Store) -> None:
    impatient = InboxWriter(store, patience=0.05)
    with store.writing() as connection:
        connection.execute(sa.text("DELETE FROM inbox"))
        if store.is_sqlite:
            with pytest.raises(InboxUnavailable):
                impatient.put(delivery("a"))
    impatient.put(delivery("b"))
    impatient.close()

    assert "b" in {row.delivery_key for row in rows(store)}


def test_a_claim_is_given_to_one_worker_and_again_when_its_lease_ends(store: Store, writer: InboxWriter) -> None:
    writer.put(delivery("a"))

    (first,) = inbox.claim(store)
    assert (first.delivery_key, first.attempts) == ("a", 1)
    assert inbox.claim(store) == []

    with store.writing() as connection:
        connection.execute(sa.update(table).values(lease_until=datetime.now(UTC) - timedelta(seconds=1)))
    (second,) = inbox.claim(store)
    assert (second.id, second.attempts) == (first.id, 2)


def test_what_is_put_off_waits_its_pause(store: Store, writer: InboxWriter) -> None:
    writer.put(delivery("a"))
    (claimed,) = inbox.claim(store)

    with store.writing() as connection:
        inbox.again(connection, claimed.id, at=datetime.now(UTC) + timedelta(hours=1), error="later")

    assert inbox.claim(store) == []


def test_a_dead_letter_stays_until_it_is_replayed_or_discarded_and_each_of_these_happens_once(store: Store, writer: InboxWriter) -> None:
    writer.put(delivery("a"))
    (claimed,) = inbox.claim(store)
    with store.writing() as connection:
        assert inbox.dead(connection, claimed.id, "It cannot be read.")
        assert not inbox.done(connection, claimed.id)
        assert [letter.error for letter in inbox.dead_letters(connection)] == ["It cannot be read."]

    with store.writing() as connection:
        assert inbox.replay(connection, claimed.id)
        assert not inbox.replay(connection, claimed.id)
        assert not inbox.discard(connection, claimed.id)
    (again,) = inbox.claim(store)
    assert (again.id, again.attempts) == (claimed.id, 1)
    with store.writing() as connection:
        inbox.dead(connection, again.id, "Still not.")
        assert inbox.discard(connection, again.id)
        assert inbox.dead_letters(connection) == []
