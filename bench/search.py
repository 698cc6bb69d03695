"""`find` over 200,000 cases beside plain LIKE over the same rows, on both stores: the time of a page, the median of many.

LIKE is what a desk without an index of words does: lower-cased title or the customer's folded name contains each word, newest first. It
finds a part inside a word too, but no `Łódź` for `lodz` in a title on SQLite, and nothing in an order of how well it matches.
"""

import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.search import CASES
from core.engine import search
from core.engine.db.bulk import insert_all
from core.engine.db.store import Store
from core.engine.db.tables.cases import cases
from core.engine.db.tables.customers import customers
from core.engine.db.tables.search import search_entries
from core.engine.folding import folded
from tests.harness.databases import Databases, postgres

MANY, CUSTOMERS, CHUNK, PAGE, ROUNDS = 200_000, 5_000, 20_000, 10, 15
FLOOR = 3.0  # the geometric mean of the ratios
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SUBJECTS = [
    "faktura",
    "korekta",
    "licencja",
    "subskrypcja",
    "odnowienie",
    "cena",
    "podatek",
    "kwota",
    "płatność",
    "rabat",
    "zwrot",
    "dopłata",
    "waluta",
    "termin",
    "umowa",
]
ABOUT = [
    "za",
    "nad",
    "po",
    "przy",
    "Łódź",
    "Kraków",
    "Gdańsk",
    "Poznań",
    "październik",
    "listopad",
    "wrzesień",
    "Azure",
    "Exchange",
    "Teams",
    "Visio",
    "Copilot",
    "Defender",
]
NAMES = [
    "Nowak",
    "Kowalski",
    "Wiśniewski",
    "Wójcik",
    "Kamiński",
    "Lewandowski",
    "Zieliński",
    "Szymański",
    "Woźniak",
    "Dąbrowski",
    "Kozłowski",
    "Jankowski",
    "Mazur",
]
SOUGHT = {
    "a customer's number": "firma 4711", "two words": "korekta lodz", "the beginning of a name": "kowal", "a case's number": "C-123456",
    "a word of every tenth": "licencja", "nothing": "zażółć gęślą",
}  # fmt: skip


def run() -> bool:
    """Print each store's figures; whether the ratio holds on both."""
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as folder:
        held = [_measure(Databases("sqlite", Path(folder)))]
        with _server() as address:
            held.append(_measure(Databases("postgres", Path(folder), address)))
    return all(held)


@contextmanager
def _server() -> Iterator[str]:
    """PostgreSQL refuses to run as root, so its folder is one that another user may reach."""
    folder = Path(f"/tmp/desk-bench-pg-{os.getpid()}")  # noqa: S108 (of this process, removed afterwards)
    with postgres(folder) as address:
        yield address
    shutil.rmtree(folder, ignore_errors=True)


def _measure(databases: Databases) -> bool:
    with databases.fresh() as url:
        store = Store(url)
        filled = _timed(lambda: _fill(store))
        name = "SQLite" if store.is_sqlite else "PostgreSQL"
        print(f"search, {name}: {MANY} cases, filled in {filled:.0f} s; a page of {PAGE}, median of {ROUNDS}")
        ratios = [_compare(store, label, typed) for label, typed in SOUGHT.items()]
        store.close()
    mean = statistics.geometric_mean(ratios)
    print(
        f"search, {name}: {mean:.1f} times as fast as LIKE on the whole, at least {FLOOR}: {'holds' if mean >= FLOOR else 'DOES NOT HOLD'}"
    )
    return mean >= FLOOR


def _compare(store: Store, label: str, typed: str) -> float:
    """Both in turn on one open connection, so that the machine's other work meets both alike."""
    what = search.sought(typed)
    if what is None:
        raise ValueError(typed)
    with store.reading() as connection:
        found = len(search.page(connection, CASES, what, limit=PAGE).found)
        pairs = [
            (_timed(lambda: search.page(connection, CASES, what, limit=PAGE)), _timed(lambda: _like(connection, what.words)))
            for _ in range(ROUNDS)
        ]
    ours, theirs = (statistics.median(side) * 1e3 for side in zip(*pairs, strict=True))
    print(f"  {label:24} {typed:14} {found:3} found  desk {ours:8.2f} ms   LIKE {theirs:8.2f} ms   {theirs / ours:7.1f}")
    return theirs / ours


def _like(connection: Connection, words: tuple[str, ...]) -> list[int]:
    title, name = sa.func.lower(cases.c.title), customers.c.folded
    held = [title.contains(word) | name.contains(word) | (sa.cast(cases.c.id, sa.String) == word) for word in words]
    joined = sa.select(cases.c.id).join(customers, customers.c.id == cases.c.customer_id, isouter=True)
    return list(connection.scalars(joined.where(*held).order_by(cases.c.id.desc()).limit(PAGE)))


def _fill(store: Store) -> None:
    """The same believable cases every time."""
    chance = random.Random(7)  # noqa: S311 (no secret)
    names = [f"{chance.choice(NAMES)} Firma {number}" for number in range(1, CUSTOMERS + 1)]
    with store.writing() as connection:
        insert_all(connection, customers, [{"id": n, "name": name, "folded": folded(name)} for n, name in enumerate(names, start=1)])
    for first in range(1, MANY + 1, CHUNK):
        with store.writing() as connection:
            _put(connection, range(first, first + CHUNK), names, chance)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _put(connection: Connection, numbers: range, names: list[str], chance: random.Random) -> None:
    rows = [
        {"id": n, "title": " ".join((*chance.sample(SUBJECTS, 2), *chance.sample(ABOUT, 2))), "customer_id": 1 + n % CUSTOMERS}
        for n in numbers
    ]
    insert_all(connection, cases, rows, kind="question", state="open", opened_at=NOW, extra={})
    entries = [
        {"subject_id": row["id"], "words": _words(int(str(row["id"])), str(row["title"]), names[int(str(row["customer_id"])) - 1])}
        for row in rows
    ]
    insert_all(connection, search_entries, entries, kind=CASES)


def _words(number: int, title: str, name: str) -> str:
    return " ".join([f"={CASES}", *search.words_of(str(number), title, name)])


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
