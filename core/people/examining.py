"""Asking how the desk itself does. Looking calls chats and takes a while, so it is an outbox row, and the answer comes privately."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.engine import outbox
from core.engine.errors import Conflict
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx

from .events import ExaminationAsked
from .model import Right

EXAMINE = "desk.examine"
LANE = "desk:examine"


@dataclass(frozen=True, kw_only=True)
class AskForExamination(Command):
    """Have everything the desk stands on looked at, and the asking member told in this chat."""

    needs = Right.ADMINISTER
    staff_id: int


def ask_for_examination(tx: Tx, command: AskForExamination) -> Iterable[Event]:
    """Raises Conflict while one is under way: two would fill the channel with test messages."""
    if outbox.is_open(tx.connection, LANE):
        raise Conflict("examination_runs")
    outbox.enqueue(tx, EXAMINE, {"staff_id": command.staff_id, "face": tx.actor.face}, lane=LANE)
    return [ExaminationAsked(staff_id=command.staff_id)]


HANDLERS: Handlers = {AskForExamination: Handler(ask_for_examination, lambda _connection, _command: [LANE])}
