"""The queue and a home's parts: what the database counts and orders is what the rule says, read by no more rows than are shown."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.clocks import OWED
from core.cases.queue import counted, first_of, home_parts, next_owed, queue_parts, watched_part
from core.engine.db.store import Store
from core.engine.db.tables.cases import case_clocks, case_watchers, cases
from core.engine.db.tables.customers import customers
from core.engine.db.tables.people import staff

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ME, MANY = 1, 300
FAR = datetime.max.replace(tzinfo=UTC)


def fill(connection: Connection) -> dict[int, dict[str, object]]:
    """Cases of every sort, each with what the rule needs."""
    chance = random.Random(7)
    connection.execute(sa.insert(staff), [{"handle": f"s{n}", "name": f"S {n}"} for n in range(4)])
    connection.execute(sa.insert(customers).values(name="Nowak", folded="nowak"))
    known = {}
    for number in range(1, MANY + 1):
        row: dict[str, object] = {
            "id": number, "kind": "question", "state": chance.choice(["new", "open", "waiting", "resolved"]), "title": f"Q {number}",
            "customer_id": chance.choice([None, 1]), "assignee_id": chance.choice([None, None, 1, 2, 3]),
            "opened_at": NOW - timedelta(minutes=chance.randint(1, 50)), "extra": {},
        }  # fmt: skip
        connection.execute(sa.insert(cases).values(**row))
        due = None
        for clock in ("first_response", "resolution", "customer_turn"):
            ended, due_at = chance.choice([None, None, NOW]), chance.choice([None, NOW + timedelta(minutes=chance.randint(-30, 90))])
            clocked = {"case_id": number, "clock": clock, "started_at": NOW, "wait_minutes": 60, "source": "x", "since": date(2026, 1, 1)}
            connection.execute(sa.insert(case_clocks).values(**clocked, left_minutes=0, due_at=due_at, ended_at=ended))
            if clock in OWED and ended is None and due_at is not None:
                due = min(due or FAR, due_at)
        watched = chance.random() < 0.2
        if watched:
            connection.execute(sa.insert(case_watchers).values(case_id=number, staff_id=ME, since_at=NOW, set_by="staff:1"))
        if row["state"] != "resolved":
            known[number] = {**row, "due": due, "watched": watched}
    return known


def part_of(row: dict[str, object]) -> tuple[str, str]:
    """The rule in words of Python: in which part of the queue, and of the home, a case is."""
    due, whose, state = row["due"], row["assignee_id"], row["state"]
    late = isinstance(due, datetime) and due <= NOW
    queue = "overdue" if late else "unmatched" if row["customer_id"] is None else {ME: "mine", None: "unassigned"}.get(whose, "others")  # type: ignore[call-overload]  # nobody is an owner, too
    home = "late" if late and whose in (None, ME) else "" if late or whose != ME else "customer" if state == "waiting" else "mine"
    return str(queue), home or ("watched" if row["watched"] else "")


def pressing(row: dict[str, object]) -> tuple[object, ...]:
    return row["due"] or FAR, row["state"] == "waiting", row["opened_at"], row["id"]


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    made = Store(database)
    yield made
    made.close()


def test_every_open_case_is_in_one_part_in_its_order(store: Store) -> None:
    with store.writing() as connection:
        known = fill(connection)
    own = home_parts(ME)
    home = {**own, "watched": watched_part(ME, but=own.values())}
    with store.reading() as connection:
        for at, parts in enumerate((queue_parts(ME), home)):
            counts = counted(connection, parts, NOW)
            for name, part in parts.items():
                wanted = [row["id"] for row in sorted(known.values(), key=pressing) if part_of(row)[at] == name]
                assert counts[name] == len(wanted) > 0, name
                assert [found.id for found in first_of(connection, part, NOW, limit=MANY)] == wanted, name
                assert [found.id for found in first_of(connection, part, NOW, limit=5, after=3)] == wanted[3:8], name
        assert sum(counted(connection, queue_parts(ME), NOW).values()) == len(known)
    store.close()


def test_a_part_s_next_deadline_is_the_soonest_that_runs(store: Store) -> None:
    with store.writing() as connection:
        known = fill(connection)
    with store.reading() as connection:
        due = next_owed(connection, list(known))
    assert {number: one.due_at for number, one in due.items() if one.due_at} == {n: row["due"] for n, row in known.items() if row["due"]}
    store.close()


def test_nothing_to_count_asks_nothing(store: Store) -> None:
    with store.reading() as connection:
        assert counted(connection, {}, NOW) == {}
    store.close()
