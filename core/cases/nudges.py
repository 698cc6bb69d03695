"""Reminders, set-wise: a batch of due clocks in one transaction, which claims them, looks at the facts and at who is to be told,
writes the journal and the outbox. One by one through the door they would cost a transaction each.

Rows whose case somebody changes just now are left for the next batch instead of being waited for.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Row

from core.engine import cards, journal
from core.engine.db.bulk import among
from core.engine.db.tables.engine import timers
from core.engine.outbox import Order
from core.engine.transaction import Tx
from core.people.absence import Absence, away_now, stand_in
from core.people.model import Right
from core.people.queries import routed, staff_holding
from core.people.telling import tell_all, to_person, to_place

from .clocks import OWED, is_still_due
from .events import CaseNudged
from .model import Standing
from .queries import standings
from .targets import ENDS, PRESSING
from .watching import listeners

Due = Mapping[str, list[Row[Any]]]
LATE = frozenset(ENDS[clock] for clock in OWED)  # what those who watch hear of: the customer waits for too long


def due(now: datetime) -> sa.Select[Any]:
    """The clocks that have run out, the longest due first."""
    named = (timers.c.id, timers.c.subject, timers.c.rule, timers.c.started_at, timers.c.due_at)
    rung = sa.select(*named).where(timers.c.state == "waiting", timers.c.nudge, timers.c.due_at <= now)
    return rung.order_by(timers.c.due_at, timers.c.id)


def fire(tx: Tx, *, limit: int) -> int:
    """Remind of up to `limit` clocks; returns how many were done with. Several of one case become one reminder."""
    claimed = tx.connection.execute(due(tx.now).limit(limit).with_for_update(skip_locked=True)).all()
    heads = journal.lock_free_roots(tx.connection, {row.subject for row in claimed})
    rung: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in claimed:
        if row.subject in heads:
            rung[row.subject].append(row)
    done = [row.id for rows in rung.values() for row in rows]
    if done:
        tx.connection.execute(sa.update(timers).where(among(tx.connection, timers.c.id, done)).values(state="done", lease_until=None))
        _remind(tx, heads, rung)
    return len(done)


def _remind(tx: Tx, heads: Mapping[str, tuple[int, str]], rung: Due) -> None:
    found = standings(tx.connection, [int(subject.partition(":")[2]) for subject in rung])
    workers, places = staff_holding(tx.connection, Right.WORK), {}
    absent, watching = away_now(tx.connection, tx.now), listeners(tx.connection, list(found), tx.now)
    meant: list[tuple[Standing, list[Row[Any]], Row[Any], list[Order]]] = []
    for subject, rows in rung.items():
        about = found.get(int(subject.partition(":")[2]))
        standing = [row for row in rows if about is not None and is_still_due(row.rule, about)]
        if about is None or not standing:
            continue
        if about.kind not in places:
            places[about.kind] = routed(tx.connection, about.kind)
        first = max(standing, key=lambda row: PRESSING.index(row.rule))
        sent = list(_orders(about, first, workers, absent, places[about.kind]))
        sent += _of_watchers(about, first, watching.get(about.id, ()), {order.lane for order in sent})
        meant.append((about, standing, first, sent))
    told = {id(order) for order in tell_all(tx, [order for *_, sent in meant for order in sent])}
    events = [_event(about, standing, first, [each for each in sent if id(each) in told]) for about, standing, first, sent in meant]
    journal.record_all(tx, heads, events)
    cards.refresh_all(tx, [event.subject for event in events])


def _orders(
    about: Standing, first: Row[Any], workers: frozenset[int], absent: Mapping[int, Absence], places: Iterable[int]
) -> Iterable[Order]:
    """The owner, or whoever stands in while they are away, if they may work on it; else the group's conversations."""
    owner = None if about.assignee_id is None else stand_in(absent, about.assignee_id)
    moments = {"due_at": first.due_at.isoformat(), "started_at": first.started_at.isoformat()}
    say, number = f"nudge.{first.rule}", about.number
    if owner in workers and owner is not None:
        yield to_person(owner, say, case_id=about.id, number=number, **moments)
        return
    for place in places:
        yield to_place(place, say, case_id=about.id, number=number, **moments)


def _of_watchers(about: Standing, first: Row[Any], watching: Iterable[int], told: Collection[str]) -> Iterable[Order]:
    """Whoever watches it hears that it is late, unless they were reminded of it already."""
    if first.rule not in LATE:
        return
    given = {"number": about.number, "due_at": first.due_at.isoformat()}
    orders = (to_person(staff_id, f"watch.{first.rule}", case_id=about.id, **given) for staff_id in watching)
    yield from (order for order in orders if order.lane not in told)


def _event(about: Standing, standing: list[Row[Any]], first: Row[Any], sent: list[Order]) -> CaseNudged:
    rules = tuple(row.rule for row in standing)
    return CaseNudged(case_id=about.id, rules=rules, due_at=first.due_at.isoformat(), recipients=tuple(order.lane for order in sent))
