"""What follows from Partner Center's answers for people: whoever can mend it is told, whoever waits hears for how long."""

from collections.abc import Iterable

from core.engine.handling import Command
from core.engine.transaction import Tx
from core.people.queries import staff_holding
from core.people.telling import tell

from .answers import meaning
from .commands import HaltSuspensions
from .execution_events import AnswerRecorded
from .following import owner_and, tell_actor
from .ports import AnswerKind
from .queries import suspension
from .restore_events import RestoreAnswered


def say_what_it_means(tx: Tx, event: AnswerRecorded | RestoreAnswered) -> Iterable[Command]:
    """Once, not at every try: the same code a second time is no news. Without a consent that Microsoft takes no suspension can work."""
    row = meaning(event.code)
    if event.again or event.kind in (AnswerKind.DONE, AnswerKind.ACCEPTED):
        return
    for each in sorted(staff_holding(tx.connection, row.acts)) if row.acts else ():
        tell(tx, each, f"answer.{row.name}", case_id=event.case_id)
    if row.waits and event.kind == AnswerKind.LATER:
        say = "tell.restore_waits" if isinstance(event, RestoreAnswered) else "tell.suspension_waits"
        for who in sorted(owner_and(tx, event, suspension(tx.connection, event.suspension_id).proposed_by)):
            tell_actor(tx, who, say, event, at=event.next_at)
    if row.halts and isinstance(event, AnswerRecorded):
        yield HaltSuspensions()
