"""What somebody waits for in a case, as rows: reckoned in opening hours whenever something changes, only compared when it rings.

The desk's own hours are those of the group that gets the case's kind of card; how long the customer may take is counted in the
customer's. docs/clocks.md tells the operators the same.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from core.customers.queries import calendar_of
from core.engine import timers
from core.engine.calendars import Calendar
from core.engine.db.bulk import among
from core.engine.db.tables.cases import case_clocks, case_pauses
from core.engine.transaction import Tx
from core.people.calendars import group_routed

from .model import CLOSED, Case, Kind, Standing, State, WaitingOn
from .reckoning import Pause, Reckoned, Why, reckon
from .targets import CLOCK_OF, ENDS, STOPPED_BY, WARNINGS, Clock, Target, target_for

REPLANS = "clocks.replan"  # the timer's kind
OWED = (Clock.FIRST_RESPONSE, Clock.NEXT_REPLY, Clock.RESOLUTION)  # what the customer waits for: what makes a case late
TURNS = {WaitingOn.CUSTOMER: Clock.CUSTOMER_TURN, WaitingOn.MICROSOFT: Clock.MICROSOFT_TURN}
REASONS = {WaitingOn.CUSTOMER: Why.CUSTOMER, WaitingOn.MICROSOFT: Why.MICROSOFT}
MINUTE = timedelta(minutes=1)
# Asked whenever a case is shown, so built once: building a statement costs more than running it.
RUNNING = sa.select(case_clocks).where(case_clocks.c.case_id == sa.bindparam("case_id"), case_clocks.c.ended_at.is_(None))


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """One clock of a case. While it stands still it has no `due_at`, and `left` of open time remains."""

    case_id: int
    clock: Clock
    started_at: datetime
    wait: timedelta
    source: str
    since: date
    left: timedelta
    due_at: datetime | None
    ended_at: datetime | None

    def is_late(self, now: datetime) -> bool:
        """Whether the customer has waited for too long."""
        return self.clock in OWED and self.due_at is not None and self.due_at <= now


def is_still_due(rule: str, found: Case | Standing) -> bool:
    """Whether the facts that set the clock still stand: looked at again when it rings."""
    clock, open_ = CLOCK_OF[rule], found.state not in CLOSED
    if clock is Clock.FIRST_RESPONSE:
        return open_ and found.responded_at is None
    if clock is Clock.NEXT_REPLY:
        return open_ and found.asked_again_at is not None
    if clock is Clock.RESOLUTION:
        return open_ and found.state is not State.WAITING
    return found.state is State.WAITING and TURNS[WaitingOn(found.waiting_on)] is clock


def start_answering(tx: Tx, found: Case) -> None:
    """From its opening. A case without a ticket has no customer who waits for an answer."""
    _start(tx, found, Clock.RESOLUTION, tx.now)
    if found.ticket:
        _start(tx, found, Clock.FIRST_RESPONSE, tx.now)
    plan(tx, found)


def start_replying(tx: Tx, found: Case) -> None:
    """From the first thing the customer wrote after our last answer."""
    if found.asked_again_at is not None and found.kind is Kind.QUESTION and not found.is_closed:
        _start(tx, found, Clock.NEXT_REPLY, found.asked_again_at)
        plan(tx, found)


def start_waiting(tx: Tx, found: Case) -> None:
    """From the moment it became somebody else's turn, to the one a person named or for the usual time. Waiting for another takes over.
    What a request at Microsoft asks for has no clock here as well, unless a person named a moment."""
    on = WaitingOn(found.waiting_on)
    why = _paused_by(tx.connection, found.id)
    if why is not None and why is not REASONS[on]:
        end_waiting(tx, found)
    if why is not REASONS[on]:
        _pause(tx, found.id, REASONS[on])
    if found.is_followed and found.waiting_until is None:
        _end(tx, found.id, TURNS[on])
    else:
        _start(tx, found, TURNS[on], found.waiting_since or tx.now)
    plan(tx, found)


def end_waiting(tx: Tx, found: Case) -> None:
    """It is our turn again: what stood still goes on with what was left."""
    _unpause(tx, found.id)
    _end(tx, found.id, *TURNS.values())
    plan(tx, found)


def stop_answering(tx: Tx, case_id: int) -> None:
    """The customer has an answer."""
    _end(tx, case_id, Clock.FIRST_RESPONSE, Clock.NEXT_REPLY)


def close(tx: Tx, case_id: int) -> None:
    """A closed case is late for nothing."""
    _unpause(tx, case_id)
    _end(tx, case_id, *Clock)
    _pause(tx, case_id, Why.CLOSED)


def reopen(tx: Tx, found: Case) -> None:
    """What was left when it was closed is left now; the time in between is not counted."""
    _unpause(tx, found.id)
    again = [Clock.RESOLUTION] if found.responded_at is not None else [Clock.RESOLUTION, Clock.FIRST_RESPONSE]
    for clock in again:
        match = (case_clocks.c.case_id == found.id) & (case_clocks.c.clock == clock.value)
        newest = sa.select(sa.func.max(case_clocks.c.id)).where(match).scalar_subquery()
        tx.connection.execute(sa.update(case_clocks).where(case_clocks.c.id == newest).values(ended_at=None, due_at=None))
    plan(tx, found)


def plan(tx: Tx, found: Case) -> list[dict[str, str]]:
    """Reckon every open clock by the hours and targets of now and set its timers; returns what moved, before and after."""
    moved, pauses = [], pauses_of(tx.connection, found.id)
    group, hours = group_routed(tx.connection, found.kind)
    for row in _rows(tx.connection, (found.id,), still_open=True):
        clock = Clock(row.clock)
        calendar = calendar_for(tx.connection, found, clock) if clock is Clock.CUSTOMER_TURN else hours
        target = target_for(tx.connection, clock, group=group, triage=found.triage)
        stops = [pause for pause in pauses if pause.why in STOPPED_BY[clock]]
        reckoned = reckon(calendar, row.started_at, target.wait, stops, now=tx.now)
        due_at = found.waiting_until if clock in TURNS.values() and found.waiting_until else reckoned.due_at
        values = {
            "wait_minutes": target.wait // MINUTE, "source": target.source, "since": target.since, "due_at": due_at,
            "left_minutes": reckoned.left // MINUTE,
        }  # fmt: skip
        if all(getattr(row, name) == value for name, value in values.items()):
            continue
        tx.connection.execute(sa.update(case_clocks).where(case_clocks.c.id == row.id).values(**values))
        early = reckon(calendar, row.started_at, target.early, stops, now=tx.now).due_at if due_at and target.warn_percent else None
        _ring(tx, found.id, row, due_at, early if early is not None and early > tx.now else None)
        moved.append({"clock": clock.value, "before": _iso(row.due_at), "after": _iso(due_at)})
    return moved


def plan_all(tx: Tx) -> None:
    """Reckon every open case anew, one after another: hours or targets have changed."""
    waiting = sa.select(case_clocks.c.case_id).where(case_clocks.c.ended_at.is_(None)).distinct().order_by(case_clocks.c.case_id)
    for case_id in tx.connection.scalars(waiting).all():
        timers.schedule(tx, REPLANS, f"case:{case_id}", due_at=tx.now, rule="hours_or_targets_changed")


def running(connection: Connection, case_id: int) -> list[Deadline]:
    """The open clocks of one case, in the same order."""
    return sorted((_deadline(row) for row in connection.execute(RUNNING, {"case_id": case_id})), key=_soonest)


def first_answer_due(connection: Connection, case_id: int) -> datetime | None:
    """When the customer's question must have had its first answer; None when nobody waits for one."""
    return next((one.due_at for one in running(connection, case_id) if one.clock is Clock.FIRST_RESPONSE), None)


def deadlines(connection: Connection, case_ids: Collection[int], *, still_open: bool = True) -> dict[int, list[Deadline]]:
    """The clocks of each of the cases, the soonest first and what stands still last."""
    found: dict[int, list[Deadline]] = {}
    for row in _rows(connection, case_ids, still_open=still_open):
        found.setdefault(row.case_id, []).append(_deadline(row))
    return {case_id: sorted(several, key=_soonest) for case_id, several in found.items()}


def pauses_of(connection: Connection, case_id: int) -> list[Pause]:
    """Every time the case was somebody else's turn, or closed, in order."""
    rows = connection.execute(sa.select(case_pauses).where(case_pauses.c.case_id == case_id).order_by(case_pauses.c.id))
    return [Pause(why=Why(row.why), began_at=row.began_at, ended_at=row.ended_at) for row in rows]


def explained(connection: Connection, found: Case, given: Deadline, now: datetime, locale: str) -> Reckoned:
    """The arithmetic of a deadline, with the days' names in the reader's language."""
    pauses = [pause for pause in pauses_of(connection, found.id) if pause.why in STOPPED_BY[given.clock]]
    calendar = calendar_for(connection, found, given.clock)
    return reckon(calendar, given.started_at, given.wait, pauses, now=given.ended_at or now, locale=locale)


def calendar_for(connection: Connection, found: Case, clock: Clock) -> Calendar:
    """The hours a clock is counted in: the customer's for the customer's turn, else those of the group whose work it is."""
    if clock is Clock.CUSTOMER_TURN and found.customer_id is not None:
        return calendar_of(connection, found.customer_id)
    return group_routed(connection, found.kind)[1]


def _target(connection: Connection, found: Case, clock: Clock) -> Target:
    return target_for(connection, clock, group=group_routed(connection, found.kind)[0], triage=found.triage)


def _ring(tx: Tx, case_id: int, row: Row[Any], due_at: datetime | None, warn_at: datetime | None) -> None:
    """Set or take away both timers; no warning is given of what is over by then. What was late before and still is has rung."""
    clock, was_late = Clock(row.clock), row.due_at is not None and row.due_at <= tx.now
    if not (was_late and due_at is not None and due_at <= tx.now):
        _set(tx, case_id, ENDS[clock], row.started_at, due_at)
    _set(tx, case_id, WARNINGS[clock], row.started_at, warn_at)


def _set(tx: Tx, case_id: int, rule: str, started_at: datetime, due_at: datetime | None) -> None:
    if due_at is None:
        timers.cancel(tx, rule, f"case:{case_id}")
    else:
        timers.schedule(tx, rule, f"case:{case_id}", due_at=due_at, rule=rule, started_at=started_at, nudge=True)


def _start(tx: Tx, found: Case, clock: Clock, started_at: datetime) -> None:
    """Insert the clock, unless it runs already; `plan` says when it is due."""
    still_open = (case_clocks.c.case_id == found.id) & (case_clocks.c.clock == clock.value) & case_clocks.c.ended_at.is_(None)
    if tx.connection.scalar(sa.select(case_clocks.c.id).where(still_open)) is not None:
        return
    target = _target(tx.connection, found, clock)
    values = {
        "case_id": found.id, "clock": clock.value, "started_at": started_at, "wait_minutes": target.wait // MINUTE,
        "left_minutes": 0, "source": target.source, "since": target.since,
    }  # fmt: skip
    tx.connection.execute(sa.insert(case_clocks).values(**values))


def _end(tx: Tx, case_id: int, *clocks: Clock) -> None:
    """Nobody waits for these any more."""
    still_open = (case_clocks.c.case_id == case_id) & case_clocks.c.ended_at.is_(None)
    named = case_clocks.c.clock.in_([clock.value for clock in clocks])
    ended = sa.update(case_clocks).where(still_open, named).values(ended_at=tx.now).returning(case_clocks.c.clock)
    for clock in tx.connection.scalars(ended).all():
        for rules in (WARNINGS, ENDS):
            timers.cancel(tx, rules[Clock(clock)], f"case:{case_id}")


def _pause(tx: Tx, case_id: int, why: Why) -> None:
    tx.connection.execute(sa.insert(case_pauses).values(case_id=case_id, why=why.value, began_at=tx.now))


def _unpause(tx: Tx, case_id: int) -> None:
    lasting = (case_pauses.c.case_id == case_id) & case_pauses.c.ended_at.is_(None)
    tx.connection.execute(sa.update(case_pauses).where(lasting).values(ended_at=tx.now))


def _paused_by(connection: Connection, case_id: int) -> Why | None:
    return next((pause.why for pause in pauses_of(connection, case_id) if pause.ended_at is None), None)


def _rows(connection: Connection, case_ids: Collection[int], *, still_open: bool) -> Iterable[Row[Any]]:
    wanted = sa.select(case_clocks).where(among(connection, case_clocks.c.case_id, case_ids)).order_by(case_clocks.c.id)
    return connection.execute(wanted.where(case_clocks.c.ended_at.is_(None)) if still_open else wanted).all()


def _deadline(row: Row[Any]) -> Deadline:
    return Deadline(
        case_id=row.case_id, clock=Clock(row.clock), started_at=row.started_at, wait=row.wait_minutes * MINUTE, source=row.source,
        since=row.since, left=row.left_minutes * MINUTE, due_at=row.due_at, ended_at=row.ended_at,
    )  # fmt: skip


def _soonest(given: Deadline) -> tuple[bool, float]:
    return given.due_at is None, given.due_at.timestamp() if given.due_at else 0.0


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
