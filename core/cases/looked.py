"""A case that somebody decides about is new no longer, though nobody took it."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.people.model import Right

from .changing import change
from .events import CaseLookedAt
from .model import State
from .queries import case, roots_of


@dataclass(frozen=True, kw_only=True)
class LookAt(Command):
    """Something was asked or decided about the case. Nothing happens unless it is new."""

    needs = Right.RUN
    case_id: int


def look_at(tx: Tx, command: LookAt) -> Iterable[Event]:
    """It is open from now on, still nobody's."""
    if case(tx.connection, command.case_id).state is not State.NEW:
        return []
    change(tx, command.case_id, state=State.OPEN.value)
    return [CaseLookedAt(case_id=command.case_id)]


HANDLERS: Handlers = {LookAt: Handler(look_at, lambda connection, command: roots_of(connection, command.case_id))}
