"""Many rows in one statement: in their order, with the columns' own types and defaults, and nobody else's rows."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from core.engine.db.bulk import among, insert_all, unawaited, update_all
from core.engine.db.store import Store
from core.engine.db.tables.engine import outbox, roots, timers

NOW = datetime(2026, 11, 23, 9, 30, 0, 250_000, tzinfo=UTC)
AWKWARD = 'it\'s "quoted" \\ {żółw}\n😀'


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    store = Store(database)
    with store.writing() as opened:
        yield opened
    store.close()


def test_rows_are_inserted_in_their_order_as_one_by_one(connection: Connection) -> None:
    given = [{"lane": f"staff:{n}", "kind": "chat.tell", "ids": {"say": AWKWARD, "deep": [n, None, {"on": True}]}} for n in range(300)]

    insert_all(connection, outbox, given, created_at=NOW, next_at=NOW, priority=7)
    one = sa.insert(outbox).values(**given[0], created_at=NOW, next_at=NOW, priority=7)
    connection.execute(one)

    rows = [dict(row) for row in connection.execute(sa.select(outbox).order_by(outbox.c.id)).mappings()]
    assert [row["ids"] for row in rows] == [row["ids"] for row in [*given, given[0]]]
    assert rows[0] | {"id": 0} == rows[-1] | {"id": 0}
    assert (rows[0]["created_at"], rows[0]["state"], rows[0]["attempts"], rows[0]["lease_until"]) == (NOW, "waiting", 0, None)


def test_only_the_named_rows_change(connection: Connection) -> None:
    insert_all(connection, roots, [{"subject": f"case:{n}"} for n in range(1, 5)])

    update_all(
        connection, roots, [{"subject": "case:2", "seq": 7, "head": "x'"}, {"subject": "case:9", "seq": 1, "head": ""}], key="subject"
    )

    rows = connection.execute(sa.select(roots.c.subject, roots.c.seq, roots.c.head).order_by(roots.c.subject)).all()
    assert rows == [("case:1", 0, ""), ("case:2", 7, "x'"), ("case:3", 0, ""), ("case:4", 0, "")]


def test_among_finds_texts_and_numbers_and_nothing_in_nothing(connection: Connection) -> None:
    insert_all(connection, outbox, [{"lane": name, "kind": "k", "ids": {}} for name in ("a", "b'", "c")], created_at=NOW)

    def found(column: sa.Column[object], values: list[object]) -> list[str]:
        return list(connection.scalars(sa.select(outbox.c.lane).where(among(connection, column, values)).order_by(outbox.c.id)))

    first = connection.scalar(sa.select(sa.func.min(outbox.c.id)))
    assert found(outbox.c.lane, ["b'", "c", "z"]) == ["b'", "c"]
    assert found(outbox.c.id, [first, first + 2]) == ["a", "c"]
    assert found(outbox.c.lane, []) == []


def test_no_rows_are_no_statement_and_a_moment_of_each_row_is_refused(connection: Connection) -> None:
    insert_all(connection, outbox, [])
    update_all(connection, roots, [], key="subject")
    with pytest.raises(TypeError, match="due_at: moments"):
        insert_all(connection, timers, [{"kind": "k", "due_at": NOW}])


def test_changes_nobody_waits_for_are_all_there_at_the_end(connection: Connection) -> None:
    with unawaited(connection):
        insert_all(connection, roots, [{"subject": f"case:{n}"} for n in range(300)])
        connection.execute(sa.update(roots).where(roots.c.subject == "case:7").values(seq=3))
        update_all(connection, roots, [{"subject": "case:8", "seq": 4}], key="subject")

    assert connection.scalar(sa.select(sa.func.sum(roots.c.seq))) == 7


def _twice(connection: Connection, *subjects: str) -> None:
    with unawaited(connection):
        for subject in subjects:
            insert_all(connection, roots, [{"subject": subject}])


def test_one_of_them_that_goes_wrong_is_told_as_any_other_so_that_it_can_be_tried_again(database: str) -> None:
    store, tries = Store(database), list[int]()

    def work(connection: Connection) -> None:
        tries.append(len(tries))
        with unawaited(connection):
            insert_all(connection, roots, [{"subject": "case:1"}, {"subject": f"case:{len(tries)}"}])

    store.attempt(work)
    assert tries == [0, 1]

    with pytest.raises(IntegrityError):
        store.attempt(lambda opened: _twice(opened, "case:1", "case:9"))
    with store.reading() as opened:
        assert set(opened.scalars(sa.select(roots.c.subject))) == {"case:1", "case:2"}
    store.close()
