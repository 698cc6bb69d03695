"""A chain inside: started, raised level by level, acknowledged.

No level is skipped silently: one that reaches nobody is written down as such, and the next is told at once. A level that falls due
while the desk is down is told when it is up again, and the wait for the next begins then: whoever is told has their whole time.
"""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.changing import open_case_for
from core.cases.clocks import first_answer_due
from core.cases.queries import case, roots_of
from core.engine import timers
from core.engine.db.tables.escalations import escalations
from core.engine.errors import Conflict, InvalidInput, NotAllowed
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx
from core.people.absence import away_now
from core.people.model import Right
from core.people.queries import is_allowed

from .commands import AcknowledgeEscalation, RaiseLevel, SettleEscalation, StartEscalation, StartIfMissed
from .events import EscalationAcknowledged, EscalationClosed, EscalationStarted, LevelTold
from .model import FIRST_RESPONSE_MISSED, Escalation, State, Telling
from .queries import chain_for, escalation, open_escalation_of
from .recipients import reach
from .waiting import due_after

WATCH = "escalation.watch"  # the timer that looks whether a first answer was missed


def start_escalation(tx: Tx, command: StartEscalation) -> Iterable[Event]:
    """Raises Conflict when the case is closed or escalated already, InvalidInput without a reason."""
    found, reason = open_case_for(tx, command.case_id), command.reason.strip()
    if not reason and not command.rule:
        raise InvalidInput("field_missing", "text")
    if open_escalation_of(tx.connection, found.id) is not None:
        raise Conflict("escalation_runs", number=found.number)
    shape = chain_for(tx.connection, found.kind).as_json()
    values = {
        "case_id": found.id, "state": State.RUNNING.value, "shape": shape, "reason": reason, "rule": command.rule,
        "started_by": tx.actor.id, "started_at": tx.now, "told": [],
    }  # fmt: skip
    made = int(tx.connection.execute(sa.insert(escalations).values(**values).returning(escalations.c.id)).scalar_one())
    return [EscalationStarted(case_id=found.id, escalation_id=made, reason=Private(reason), rule=command.rule, shape=shape)]


def start_if_missed(tx: Tx, command: StartIfMissed) -> Iterable[Event]:
    """Does nothing once it was answered, closed or escalated, or when the group no longer wants it; looks again if it is not due yet."""
    found = case(tx.connection, command.case_id)
    due = first_answer_due(tx.connection, found.id)
    if due is None or FIRST_RESPONSE_MISSED not in chain_for(tx.connection, found.kind).starts_on:
        return []
    if due > tx.now:
        timers.schedule(tx, WATCH, f"case:{found.id}", due_at=due, rule=FIRST_RESPONSE_MISSED)
        return []
    if open_escalation_of(tx.connection, found.id) is not None:
        return []
    return start_escalation(tx, StartEscalation(case_id=found.id, reason="", rule=FIRST_RESPONSE_MISSED))


def raise_level(tx: Tx, command: RaiseLevel) -> Iterable[Event]:
    """Tells the next level that reaches anybody; the last one again while it may be repeated; nothing for one that ended."""
    found = escalation(tx.connection, command.escalation_id)
    if found.state is not State.RUNNING:
        return []
    tellings, repeats = _next(tx, found)
    last = tellings[-1]
    next_at = _next_at(tx, found, last, repeats)
    state = State.EXHAUSTED if next_at is None else State.RUNNING
    told = [telling.as_json() for telling in (*found.told, *tellings)]
    _write(tx, found, level=last.level, repeats=repeats, next_at=next_at, told=told, state=state.value)
    passed = tuple(f"{each.level}:{word}:{why}" for each in tellings for word, why in each.passed.items())
    told_now = {"level": last.level, "staff": last.staff, "places": last.places, "passed": passed, "next_at": next_at}
    return [LevelTold(case_id=found.case_id, escalation_id=found.id, **told_now)]  # type: ignore[arg-type]  # a mixed dict


def _next(tx: Tx, found: Escalation) -> tuple[list[Telling], int]:
    """The levels from the next one up to the first that reaches anybody, and how often the last was repeated by then."""
    about, levels = case(tx.connection, found.case_id), found.chain.levels
    away = frozenset(away_now(tx.connection, tx.now))
    again = found.level >= len(levels)
    numbers = [len(levels)] if again else range(found.level + 1, len(levels) + 1)
    made: list[Telling] = []
    for number in numbers:
        whom = reach(tx.connection, levels[number - 1], about, started_by=found.started_by, away=away)
        made.append(Telling(level=number, at=tx.now, staff=tuple(whom.staff), places=tuple(whom.places), passed=whom.passed))
        if not whom.is_nobody:
            break
    return made, found.repeats + 1 if again else found.repeats


def _next_at(tx: Tx, found: Escalation, last: Telling, repeats: int) -> datetime | None:
    """When somebody else must hear of it, or the last level again; None when nobody was there to be told or all repeats are used up."""
    is_last = last.level >= len(found.chain.levels)
    if is_last and (repeats >= found.chain.repeats or not (last.staff or last.places)):
        return None
    return due_after(tx.connection, case(tx.connection, found.case_id).kind, found.chain.levels[last.level - 1].wait, tx.now)


def acknowledge_escalation(tx: Tx, command: AcknowledgeEscalation) -> Iterable[Event]:
    """Raises Conflict when nothing runs, NotAllowed for somebody who was not told and does not work on cases."""
    about = case(tx.connection, command.case_id)
    found = open_escalation_of(tx.connection, command.case_id)
    if found is None:
        raise Conflict("escalation_none", number=about.number)
    if tx.actor.staff_id not in found.reached and not is_allowed(tx.connection, tx.actor, Right.WORK):
        raise NotAllowed("escalation_not_yours", number=about.number)
    return _end(tx, found, State.ACKNOWLEDGED, tx.actor.id)


def settle_escalation(tx: Tx, command: SettleEscalation) -> Iterable[Event]:
    """Does nothing when nothing runs."""
    found = open_escalation_of(tx.connection, command.case_id)
    return [] if found is None else _end(tx, found, command.state, command.by)


def _end(tx: Tx, found: Escalation, state: State, by: str) -> list[Event]:
    _write(tx, found, state=state.value, ended_by=by, ended_at=tx.now, next_at=None)
    ids = {"case_id": found.case_id, "escalation_id": found.id}
    if state is State.ACKNOWLEDGED:
        return [EscalationAcknowledged(**ids, by=by, started_by=found.started_by)]
    return [EscalationClosed(**ids, by=by)]


def _write(tx: Tx, found: Escalation, **values: object) -> None:
    tx.connection.execute(sa.update(escalations).where(escalations.c.id == found.id).values(**values))


def _roots(connection: Connection, command: StartEscalation) -> list[str]:
    return roots_of(connection, command.case_id)


HANDLERS: Handlers = {
    StartEscalation: Handler(start_escalation, _roots),
    StartIfMissed: Handler(start_if_missed, _roots),
    RaiseLevel: Handler(raise_level, lambda c, command: roots_of(c, escalation(c, command.escalation_id).case_id)),
    AcknowledgeEscalation: Handler(acknowledge_escalation, _roots),
    SettleEscalation: Handler(settle_escalation, _roots),
}
