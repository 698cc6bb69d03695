"""Reminders fired set-wise against APScheduler's SQLAlchemyJobStore, which takes one job off its store at a time.

The same database settings for both (SQLite: WAL, synchronous=FULL; PostgreSQL: a server of this run as it is shipped, so with fsync)
and one process with the worker's own settings for Python's collector; short rounds in pairs, so that both meet the same load of the
machine; filling the store and a first one of each, which warms it up, are not counted. A reminder of ours claims its clock, looks at
the case and at who owns it, writes the journal, a row for the owner and marks the case's card; a job of the peer does nothing.
"""

import os
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from app.collecting import settle
from app.staff import OPERATOR
from bench.bare_apscheduler import fire
from bench.stopwatch import Stopwatch, Took
from core.cases.targets import ENDS, Clock
from core.customers.commands import AddCustomer, ConfirmLink
from core.customers.model import LinkKind
from core.desk import Desk, Settles
from core.engine import timers as clocks
from core.engine.db.store import Store
from core.engine.db.tables.cases import cases
from core.engine.db.tables.engine import cards, journal, outbox, roots, timers
from core.engine.transaction import SYSTEM
from core.people.commands import AddStaff, Place, SetGroup
from core.people.model import Role
from core.reactions import TIMERS
from core.receivables.commands import RecordReceivables
from core.receivables.model import InvoiceFacts, PayerFacts
from tests.harness.databases import Databases, postgres

FLOOR, DUE, COMMANDS, PAIRS = 8.0, 1000, 100, 7
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def run() -> bool:
    """Print each store's figures; whether the ratio holds on both."""
    held = []
    settle()
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as folder:
        held.append(_compare(Databases("sqlite", Path(folder))))
        with _server() as address:
            held.append(_compare(Databases("postgres", Path(folder), address)))
    return all(held)


@contextmanager
def _server() -> Iterator[str]:
    """PostgreSQL refuses to run as root, so its folder is one that another user may reach."""
    folder = Path(f"/tmp/desk-bench-pg-{os.getpid()}")  # noqa: S108 (of this process, removed afterwards)
    with postgres(folder, durable=True) as address:
        yield address
    shutil.rmtree(folder, ignore_errors=True)


def _compare(databases: Databases) -> bool:
    pairs = [_pair(databases, first=bool(number % 2)) for number in range(PAIRS)]
    ours, theirs = zip(*pairs, strict=True)
    ratio, slowest, quickest = _spread([peer.wall / mine.wall for mine, peer in pairs])
    with databases.fresh() as url:
        commands, name = _commanded(url), sa.make_url(url).get_backend_name()
    print(f"nudges, {name}: {DUE} due, median of {PAIRS} pairs of rounds (best … worst)")
    print(f"  desk, set-wise           {_line(ours)}")
    print(f"  APScheduler, no-op jobs  {_line(theirs)}")
    print("  timers that run a command (each opens a collection case in a transaction of its own), no floor:")
    print(f"    {COMMANDS / commands.wall:.0f}/s, {commands.cpu / COMMANDS * 1e3:.1f} ms CPU each")
    verdict = "holds" if ratio >= FLOOR else "DOES NOT HOLD"
    print(f"  {ratio:.1f} times as fast (pairs {slowest:.1f} … {quickest:.1f}), at least {FLOOR:.1f}: {verdict}")
    return ratio >= FLOOR


def _pair(databases: Databases, *, first: bool) -> tuple[Took, Took]:
    """A round of each, one right after the other; `first` says whether ours goes first."""
    with databases.fresh() as mine, databases.fresh() as bare:
        ours = _nudged(mine) if first else None
        store = Store(bare)
        fire(store.engine, 1)
        theirs = fire(store.engine, DUE)
        store.close()
        return ours or _nudged(mine), theirs


def _spread(values: Sequence[float]) -> tuple[float, float, float]:
    return statistics.median(values), min(values), max(values)


def _line(rounds: Sequence[Took]) -> str:
    wall, best, worst = _spread([took.wall for took in rounds])
    cpu = statistics.median(took.cpu for took in rounds)
    return f"{DUE / wall:7.0f}/s  {wall:6.2f} s ({best:.2f} … {worst:.2f}), {cpu:.2f} s of this process's CPU"


def _nudged(url: str) -> Took:
    """What it takes until every clock that ran out has been reminded of. Raises RuntimeError when one is missing."""
    store = Store(url)
    desk = Desk(store, digest_key=b"bench")
    _fill(desk)
    done = desk.nudge(NOW, limit=1)
    began = Stopwatch()
    while batch := desk.nudge(NOW):
        done += batch
    took = began.took()
    with desk.reading() as connection:
        told = connection.scalar(sa.select(sa.func.count()).select_from(outbox))
        noted = connection.scalar(sa.select(sa.func.count()).where(journal.c.event == "case_nudged"))
        marked = connection.scalar(sa.select(sa.func.count()).where(cards.c.wanted == 2))
    store.close()
    if {done, told, noted, marked} != {DUE + 1}:
        raise RuntimeError(f"of {DUE + 1} clocks {done} rang, {noted} were noted, {told} told, {marked} cards marked")
    return took


def _fill(desk: Desk) -> None:
    """Questions whose owner must hear that the first answer was missed; each with its card in a conversation."""
    owner = desk.do(AddStaff(handle="ana", name="Ana", roles=(Role.AGENT,)), OPERATOR, NOW).ids["staff_id"]
    desk.do(
        SetGroup(name="billing", routes=("question",), conversations=(Place(face="slack", workspace="T1", external="C1"),)), OPERATOR, NOW
    )
    opened, numbers = NOW - timedelta(hours=5), range(1, DUE + 2)
    with desk.store.writing() as connection:
        question = {"kind": "question", "state": "open", "title": "Why?", "assignee_id": owner, "ticket_connection": "desk", "extra": {}}
        connection.execute(sa.insert(cases), [{**question, "id": n, "ticket": str(n), "opened_at": opened} for n in numbers])
        connection.execute(sa.insert(roots), [{"subject": f"case:{n}"} for n in numbers])
        connection.execute(sa.insert(cards), [{"subject": f"case:{n}", "view": "case", "conversation_id": 1} for n in numbers])
        clock = {"kind": ENDS[Clock.FIRST_RESPONSE], "rule": ENDS[Clock.FIRST_RESPONSE], "nudge": True, "started_at": opened, "data": {}}
        due = [{**clock, "subject": f"case:{n}", "due_at": NOW - timedelta(seconds=n)} for n in numbers]
        connection.execute(sa.insert(timers), due)


def _commanded(url: str) -> Took:
    """What it takes until every payer whose invoice fell due has its collection case. Raises RuntimeError when one is missing."""
    store = Store(url)
    desk = Desk(store, digest_key=b"bench")
    for number in range(COMMANDS):
        _owe(desk, f"K-{number}")
    began, later = Stopwatch(), NOW + timedelta(days=3)
    while due := clocks.claim_due(store, later):
        for timer in due:
            desk.do(TIMERS[timer.kind](timer), SYSTEM, later, settles=Settles("timer", timer.id))
    took = began.took()
    with desk.reading() as connection:
        opened = connection.scalar(sa.select(sa.func.count()).where(cases.c.kind == "collection"))
    store.close()
    if opened != COMMANDS:
        raise RuntimeError(f"of {COMMANDS} collection cases {opened} were opened")
    return took


def _owe(desk: Desk, external: str) -> None:
    """A customer with an invoice that is due tomorrow."""
    customer_id = desk.do(AddCustomer(name=external), OPERATOR, NOW).ids["customer_id"]
    desk.do(ConfirmLink(customer_id=customer_id, kind=LinkKind.PAYER, connection="books", external=external), OPERATOR, NOW)
    today = NOW.date()
    due = InvoiceFacts(number="F/1", issued_on=today, due_on=today + timedelta(days=1), currency="PLN", total=12300, open=12300)
    payer = PayerFacts(external=external, name=external, invoices=(due,), complete=True)
    desk.do(RecordReceivables(connection="books", as_of=NOW, payer=payer), OPERATOR, NOW)
