"""A leaver's open cases go to a successor, or to nobody; the group is told once, however many they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine import timers
from core.engine.db.tables.cases import cases
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.people.model import Right
from core.people.queries import member

from .changing import change
from .events import CaseReleased, CasesReleased
from .queries import OPEN_STATES, roots_of

BATCH = 50  # cases in one transaction
CONTINUES = "cases.release"


@dataclass(frozen=True, kw_only=True)
class ReleaseCases(Command):
    """Give on a leaver's open cases. `done` were given on before, of these `kinds`."""

    needs = Right.RUN
    staff_id: int
    successor_id: int | None = None
    done: int = 0
    kinds: tuple[str, ...] = ()


def release_cases(tx: Tx, command: ReleaseCases) -> Iterable[Event]:
    """A batch; the rest follows by a timer, and the last batch says how many they were."""
    found = _owned(tx.connection, command.staff_id)
    heir = member(tx.connection, command.successor_id) if command.successor_id else None
    heir_id = heir.id if heir is not None and Right.WORK in heir.rights else None
    events: list[Event] = []
    for case_id, _ in found:
        change(tx, case_id, assignee_id=heir_id)
        events.append(CaseReleased(case_id=case_id, before=command.staff_id, successor_id=heir_id))
    done, kinds = command.done + len(found), tuple(sorted({*command.kinds, *(kind for _, kind in found)}))
    if _owned(tx.connection, command.staff_id):
        data = {"successor_id": heir_id, "done": done, "kinds": list(kinds)}
        timers.schedule(tx, CONTINUES, f"staff:{command.staff_id}", due_at=tx.now, rule="release.batch", data=data)
    elif done:
        events.append(CasesReleased(staff_id=command.staff_id, successor_id=heir_id, count=done, kinds=kinds))
    return events


def owned_by(connection: Connection, staff_id: int) -> int:
    """How many open cases are the member's."""
    mine = (cases.c.assignee_id == staff_id) & cases.c.state.in_(OPEN_STATES)
    return connection.scalar(sa.select(sa.func.count()).select_from(cases).where(mine)) or 0


def _owned(connection: Connection, staff_id: int) -> Sequence[tuple[int, str]]:
    mine = (cases.c.assignee_id == staff_id) & cases.c.state.in_(OPEN_STATES)
    rows = connection.execute(sa.select(cases.c.id, cases.c.kind).where(mine).order_by(cases.c.id).limit(BATCH))
    return [(row.id, row.kind) for row in rows]


def _roots(connection: Connection, command: ReleaseCases) -> list[str]:
    """Every case of the batch with its customer, and the leaver."""
    found = {root for case_id, _ in _owned(connection, command.staff_id) for root in roots_of(connection, case_id)}
    return [*found, f"staff:{command.staff_id}"]


HANDLERS: Handlers = {ReleaseCases: Handler(release_cases, _roots)}
