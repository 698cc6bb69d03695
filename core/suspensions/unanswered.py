"""Whoever proposed a suspension is told that the last look misses facts only if they are missing still, after a while, and once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from core.engine import timers
from core.engine.db.tables.engine import journal
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.people.model import Right

from .events import LookMissed, LookUnanswered
from .following import asker_of, tell_actor
from .model import State
from .moving import lock_request
from .queries import suspension

WAITS = "suspension_look_waits"  # the timer's kind
PATIENCE = timedelta(minutes=2)  # the accounting usually answers in seconds; a person can do something only if it does not


@dataclass(frozen=True, kw_only=True)
class TellOfMissing(Command):
    """The accounting had its time to answer the last look."""

    needs = Right.RUN
    suspension_id: int


def tell_of_missing(tx: Tx, command: TellOfMissing) -> Iterable[Event]:
    """Nothing happens once the facts came, or it ended."""
    found = suspension(tx.connection, command.suspension_id)
    if found.state not in (State.LOOKING, State.EXECUTING) or all(each["what"] == "held" for each in found.missing):
        return []
    return [LookUnanswered(suspension_id=found.id, case_id=found.case_id)]


def wait(tx: Tx, event: LookMissed) -> Iterable[Command]:
    """From the first look that misses something; once it was told, the card says the rest."""
    told = sa.exists().where(journal.c.subject == event.subject, journal.c.event == "look_unanswered")
    if not timers.is_waiting(tx.connection, WAITS, event.subject) and not tx.connection.scalar(sa.select(told)):
        timers.schedule(tx, WAITS, event.subject, due_at=tx.now + PATIENCE, rule="look_unanswered")
    return ()


def tell_proposer(tx: Tx, event: LookUnanswered) -> Iterable[Command]:
    """They can import what is missing."""
    tell_actor(tx, asker_of(tx, event), "tell.look_missing", event)
    return ()


HANDLERS: Handlers = {TellOfMissing: Handler(tell_of_missing, lock_request)}
