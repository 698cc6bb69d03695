"""What every change of a case has in common: its state is looked at under the lock, its version rises."""

from typing import Any

import sqlalchemy as sa

from core.engine.db.tables.cases import cases
from core.engine.errors import Conflict
from core.engine.transaction import Tx

from .model import NEXT, Case, State
from .queries import case


def open_case_for(tx: Tx, case_id: int) -> Case:
    """The case, if something may still be done about it. Raises Conflict for a closed one, NotFound."""
    found = case(tx.connection, case_id)
    if found.is_closed:
        raise Conflict(f"case_is_{found.stand}", number=found.number)
    return found


def must_follow(found: Case, state: State) -> None:
    """Raises Conflict when the case may not go over to `state`: another was quicker, or it is closed."""
    if state not in NEXT[found.state]:
        raise Conflict(f"case_is_{found.stand}", number=found.number)


def change(tx: Tx, case_id: int, **values: Any) -> None:
    """Write the columns and raise the version."""
    tx.connection.execute(sa.update(cases).where(cases.c.id == case_id).values(**values, version=cases.c.version + 1))


def hand_to(tx: Tx, found: Case, staff_id: int) -> None:
    """Whose it is from now on; a new case is looked at by that."""
    opened = {"state": State.OPEN.value} if found.state is State.NEW else {}
    change(tx, found.id, assignee_id=staff_id, **opened)
