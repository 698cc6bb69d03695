"""Reminders, set-wise: a batch of due clocks in one transaction, which claims them, looks at the facts and at who is to be told,
writes the journal and the outbox. One by one through the door they would cost a transaction each.

Rows whose case somebody changes just now are left for the next batch instead of being waited for. What was missed is said again to the
one person who was told, after growing pauses, and then to the group (patience.py).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Row

from core.engine import cards, journal
from core.engine.db.bulk import among, unawaited
from core.engine.db.tables.cases import case_clocks
from core.engine.db.tables.engine import timers
from core.engine.outbox import Order
from core.engine.transaction import Tx
from core.people.absence import away_now, stand_in
from core.people.calendars import group_routed
from core.people.model import Right
from core.people.queries import routed, staff_holding
from core.people.telling import Telling, asking, to_person, to_place

from .clocks import OWED, is_still_due
from .events import CaseNudged
from .model import Standing
from .patience import REPEATS_AFTER
from .queries import standings
from .snoozes import snoozed
from .targets import CLOCK_OF, ENDS, PRESSING
from .watching import listeners

Due = Mapping[str, list[Row[Any]]]
MISSED = frozenset(ENDS.values())
LATE = frozenset(ENDS[clock] for clock in OWED)  # the customer waits for too long: what a snooze hides from nobody, and who watches hears
UNHEARD = "nudge.unheard"  # the group's sentence when the owner was reminded often enough


def due(now: datetime) -> sa.Select[Any]:
    """The clocks that have run out, the longest due first."""
    named = (timers.c.id, timers.c.subject, timers.c.rule, timers.c.started_at, timers.c.due_at, timers.c.attempts)
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
    if not rung:
        return 0
    made = _reminders(tx, rung)
    again = _to_repeat(tx, made)
    telling = Telling(tx, [order for one in made for order in one.orders])
    with unawaited(tx.connection):
        cards.refresh_all(tx, [f"case:{one.about.id}" for one in made])
        telling.write(tx)
        _settle(tx, rung, again)
        told = frozenset(map(id, telling.told))
        journal.record_all(tx, heads, [one.event(told) for one in made])
    return sum(map(len, rung.values()))


@dataclass
class _Reminder:
    """One case's: the clocks that stand, the most pressing of them, who is told; and whether that is one person, who is told again."""

    about: Standing
    standing: list[Row[Any]]
    first: Row[Any]
    orders: list[Order] = field(default_factory=list)
    private: bool = False

    def event(self, told: frozenset[int]) -> CaseNudged:
        """Without those who switched it off."""
        rules, lanes = tuple(row.rule for row in self.standing), tuple(each.lane for each in self.orders if id(each) in told)
        return CaseNudged(case_id=self.about.id, rules=rules, due_at=self.first.due_at.isoformat(), recipients=lanes)


class _Facts:
    """What a batch's reminders depend on, read once for all of them."""

    def __init__(self, tx: Tx, rung: Due) -> None:
        case_ids = [int(subject.partition(":")[2]) for subject in rung]
        self.found = standings(tx.connection, case_ids)
        self.workers, self.absent = staff_holding(tx.connection, Right.WORK), away_now(tx.connection, tx.now)
        self.snoozed, self.watching = snoozed(tx.connection, case_ids, tx.now), listeners(tx.connection, list(self.found), tx.now)
        self.places = {kind: routed(tx.connection, kind) for kind in {about.kind for about in self.found.values()}}
        self._missed = _deadlines(tx, case_ids) if any(row.attempts for rows in rung.values() for row in rows) else {}

    def due_at(self, about: Standing, row: Row[Any]) -> datetime:
        """When it was due: of a reminder that is given again, not when that is."""
        own: datetime = row.due_at
        return self._missed.get((about.id, CLOCK_OF[row.rule].value), own) if row.attempts else own

    def owner(self, about: Standing) -> int | None:
        """The owner, or whoever stands in while they are away, if they may work on it."""
        owner = None if about.assignee_id is None else stand_in(self.absent, about.assignee_id)
        return owner if owner in self.workers else None


def _reminders(tx: Tx, rung: Due) -> list[_Reminder]:
    """One for each case of which a clock still stands."""
    facts = _Facts(tx, rung)
    made: list[_Reminder] = []
    for subject, rows in rung.items():
        about = facts.found.get(int(subject.partition(":")[2]))
        standing = [row for row in rows if about is not None and is_still_due(row.rule, about)]
        if about is not None and standing:
            made.append(_address(facts, _Reminder(about, standing, max(standing, key=lambda row: PRESSING.index(row.rule)))))
    return made


def _address(facts: _Facts, one: _Reminder) -> _Reminder:
    """The owner, and the group when they were told often enough. What a snooze keeps from the owner and was missed the group hears; what
    nobody in particular is reminded of, too."""
    about, first = one.about, one.first
    say, owner = f"nudge.{first.rule}", facts.owner(about)
    asked: list[int] = []
    said = {"number": about.number, "due_at": facts.due_at(about, first).isoformat(), "started_at": first.started_at.isoformat()}
    if owner is not None and facts.snoozed.get(about.id) == owner:
        places = facts.places[about.kind] if first.rule in LATE else []
    elif owner is not None:
        one.orders.append(to_person(owner, say, case_id=about.id, **said))
        one.private = True
        places = facts.places[about.kind] if first.attempts == len(REPEATS_AFTER) else []
        say, said, asked = UNHEARD, {**said, "times": str(first.attempts + 1)}, [owner]
    else:
        places = facts.places[about.kind]
    one.orders += [asking(to_place(place, say, case_id=about.id, **said), asked) for place in places]
    if first.rule in LATE and not first.attempts:
        one.orders += _of_watchers(one, said, facts.watching.get(about.id, ()))
    return one


def _of_watchers(one: _Reminder, said: Mapping[str, str], watching: Iterable[int]) -> Iterable[Order]:
    """Whoever watches it hears once that it is late, unless they were reminded of it already."""
    told, given = {order.lane for order in one.orders}, {"number": said["number"], "due_at": said["due_at"]}
    orders = (to_person(staff_id, f"watch.{one.first.rule}", case_id=one.about.id, **given) for staff_id in watching)
    return [order for order in orders if order.lane not in told]


def _to_repeat(tx: Tx, made: Iterable[_Reminder]) -> list[tuple[datetime, int, list[int]]]:
    """What is to be reminded of again: when, how often it was then, and which clocks; all of a kind that were told as often together."""
    alike: dict[tuple[str, int], list[int]] = defaultdict(list)
    for one in made:
        if one.private and one.first.rule in MISSED and one.first.attempts < len(REPEATS_AFTER):
            alike[one.about.kind.value, one.first.attempts].append(one.first.id)
    hours = {kind: group_routed(tx.connection, kind)[1] for kind in {kind for kind, _ in alike}}
    return [(hours[kind].add_open_time(tx.now, REPEATS_AFTER[times]).due_at, times + 1, ids) for (kind, times), ids in alike.items()]


def _settle(tx: Tx, rung: Due, again: Iterable[tuple[datetime, int, list[int]]]) -> None:
    """Every clock of the batch falls due again or is done with."""
    done = {row.id for rows in rung.values() for row in rows}
    for due_at, times, ids in again:
        tx.connection.execute(sa.update(timers).where(among(tx.connection, timers.c.id, ids)).values(due_at=due_at, attempts=times))
        done -= set(ids)
    if done:
        ended = sa.update(timers).where(among(tx.connection, timers.c.id, sorted(done)))
        tx.connection.execute(ended.values(state="done", lease_until=None))


def _deadlines(tx: Tx, case_ids: Iterable[int]) -> dict[tuple[int, str], datetime]:
    """When each running clock of the cases was due."""
    named = sa.select(case_clocks.c.case_id, case_clocks.c.clock, case_clocks.c.due_at)
    running = among(tx.connection, case_clocks.c.case_id, list(case_ids)) & case_clocks.c.ended_at.is_(None)
    return {(row.case_id, row.clock): row.due_at for row in tx.connection.execute(named.where(running, case_clocks.c.due_at.is_not(None)))}
