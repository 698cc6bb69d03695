"""THE DOOR: the only way anything changes, for chat, webhooks, timers, command line and API alike.

One command, one transaction: lock the roots, check the right, handle, react, journal, commit; nothing is sent inside it.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from time import perf_counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases import nudges
from core.cases.files import HANDLERS as FILES
from core.cases.handlers import HANDLERS as CASES
from core.cases.leaving import HANDLERS as LEAVING
from core.cases.looked import HANDLERS as LOOKED
from core.cases.mail import HANDLERS as MAIL
from core.cases.snoozes import HANDLERS as SNOOZES
from core.cases.tickets import HANDLERS as TICKETS
from core.cases.turns import HANDLERS as TURNS
from core.cases.watching import HANDLERS as WATCHING
from core.charges.handlers import HANDLERS as CHARGES
from core.collections.access import HANDLERS as ACCESS
from core.collections.choosing import HANDLERS as CHOOSING
from core.collections.climbing import HANDLERS as CLIMBING
from core.collections.expiring import HANDLERS as EXPIRING
from core.collections.handlers import HANDLERS as COLLECTIONS
from core.collections.hearing import HANDLERS as HEARING
from core.collections.keeping import HANDLERS as LADDERS
from core.collections.proving import HANDLERS as PROVING
from core.collections.sending import HANDLERS as SENDING
from core.customers.contacts import HANDLERS as CONTACTS
from core.customers.handlers import HANDLERS as CUSTOMERS
from core.engine import inbox, journal, outbox, timers
from core.engine.db.dialects import insert_for
from core.engine.db.store import Store
from core.engine.db.tables.engine import gestures
from core.engine.errors import DeskError, NotAllowed
from core.engine.handling import Command, Handlers, Outcome
from core.engine.journal import Event
from core.engine.transaction import SYSTEM, Actor, Tx
from core.escalations.handlers import HANDLERS as ESCALATIONS
from core.people.absence import HANDLERS as ABSENCE
from core.people.calendars import HANDLERS as CALENDARS
from core.people.connections import HANDLERS as CONNECTIONS
from core.people.dead_letters import HANDLERS as DEAD_LETTERS
from core.people.erasing import HANDLERS as ERASING
from core.people.examining import HANDLERS as EXAMINING
from core.people.handlers import HANDLERS as PEOPLE
from core.people.homes import HANDLERS as HOMES
from core.people.installations import HANDLERS as INSTALLATIONS
from core.people.linking import HANDLERS as LINKING
from core.people.mornings import HANDLERS as MORNINGS
from core.people.polling import HANDLERS as POLLING
from core.people.preferences import HANDLERS as PREFERENCES
from core.people.queries import is_allowed
from core.people.reading import HANDLERS as READING
from core.people.sealing import HANDLERS as SEALING
from core.reactions import REACTIONS
from core.receivables.handlers import HANDLERS as RECEIVABLES
from core.suspensions.handlers import HANDLERS as SUSPENSIONS

HANDLERS: Handlers = {
    **PEOPLE,
    **READING,
    **HOMES,
    **LINKING,
    **ABSENCE,
    **PREFERENCES,
    **MORNINGS,
    **CALENDARS,
    **CONNECTIONS,
    **POLLING,
    **DEAD_LETTERS,
    **ERASING,
    **SEALING,
    **EXAMINING,
    **INSTALLATIONS,
    **CUSTOMERS,
    **CHARGES,
    **CONTACTS,
    **CASES,
    **TICKETS,
    **MAIL,
    **LEAVING,
    **TURNS,
    **LOOKED,
    **FILES,
    **WATCHING,
    **SNOOZES,
    **RECEIVABLES,
    **COLLECTIONS,
    **LADDERS,
    **CLIMBING,
    **CHOOSING,
    **HEARING,
    **PROVING,
    **SENDING,
    **ACCESS,
    **EXPIRING,
    **SUSPENSIONS,
    **ESCALATIONS,
}
# Longer than that is a loop between reactions, not work. A wide change is none: it happens to a case's three hundred subscriptions at once;
# what concerns hundreds of cases or requests goes in batches (core/suspensions/spreading.py).
LONGEST_CHAIN = 20

# Money and suspensions lock their customer, then the case, then the rest; one order for all, so that two commands cannot embrace.
LOCK_ORDER = {"customer": 0, "case": 1}


@dataclass(frozen=True)
class Settles:
    """The claimed row this command settles in its own transaction: a timer, a delivery, or an outbox row with what came back."""

    kind: str
    id: int
    reference: str = ""


Watch = Callable[[str, str, str, str, float], None]


class Desk:
    """`wake` is called after each commit and must return at once: it tells the sweeps that there may be work. `watch` is told of each
    command its name, its face, what came of it, the kind of a refusal, and its seconds."""

    def __init__(self, store: Store, *, digest_key: bytes, wake: Callable[[], None] = lambda: None, watch: Watch = lambda *_: None) -> None:
        self.store = store
        self._watch = watch
        self._digest_key = digest_key
        self._wake = wake

    def do(self, command: Command, actor: Actor, now: datetime, key: str | None = None, settles: Settles | None = None) -> Outcome:
        """Carry the command out, once per key. Raises DeskError when it is refused, and then nothing was changed.

        The same key again gives the stored outcome, marked `repeated`. A key is recorded only with an effect.
        """
        name, began = journal.snake(type(command).__name__), perf_counter()
        try:
            outcome = self.store.attempt(lambda connection: self._transact(connection, command, actor, now, key, settles))
        except DeskError as error:
            self._watch(name, actor.face, "refused", error.kind, perf_counter() - began)
            raise
        except Exception:
            self._watch(name, actor.face, "fault", "", perf_counter() - began)
            raise
        came = "repeated" if outcome.repeated else "unchanged" if outcome.kind == "unchanged" else "done"
        self._watch(name, actor.face, came, "", perf_counter() - began)
        self._wake()
        return outcome

    def nudge(self, now: datetime, *, limit: int = 1000) -> int:
        """Remind of what has run out by `now`, a batch in one transaction; returns how many clocks were done with."""
        if not self.store.finds(nudges.due(now)):
            return 0
        fired = self.store.attempt(lambda connection: nudges.fire(self._tx(connection, SYSTEM, now, "nudge"), limit=limit))
        if fired:
            self._wake()
        return fired

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent read for views; never upgrades to a write."""
        with self.store.reading() as connection:
            yield connection

    def _tx(self, connection: Connection, actor: Actor, now: datetime, command: str, key: str | None = None) -> Tx:
        return Tx(
            connection=connection, actor=actor, origin=actor, now=now, real_now=self.store.real_now(connection),
            digest_key=self._digest_key, command=command, correlation=key or f"{actor.face}:{now.isoformat()}",
        )  # fmt: skip

    def _transact(
        self, connection: Connection, command: Command, actor: Actor, now: datetime, key: str | None, settles: Settles | None
    ) -> Outcome:
        tx = self._tx(connection, actor, now, journal.snake(type(command).__name__), key)
        if key is not None and (stored := _reserve(tx, key)) is not None:
            return stored
        if settles is not None and not _settle(connection, settles):
            return Outcome("settled_before", repeated=True)
        events = _carry_out(tx, command)
        outcome = Outcome(journal.snake(type(events[0]).__name__), events[0].ids) if events else Outcome("unchanged")
        if key is not None and not events:
            connection.execute(sa.delete(gestures).where(gestures.c.key == key))
        elif key is not None:
            connection.execute(sa.update(gestures).where(gestures.c.key == key).values(outcome=outcome.as_json()))
        return outcome


def _reserve(tx: Tx, key: str) -> Outcome | None:
    """Take the key; the outcome stored under it when another gesture has it already."""
    taken = tx.connection.execute(_take_key(tx.connection.dialect.name), {"key": key, "at": tx.now})
    if taken.one_or_none() is not None:
        return None
    stored = tx.connection.execute(sa.select(gestures.c.outcome).where(gestures.c.key == key)).scalar_one()
    return Outcome(stored["kind"], stored["ids"], repeated=True)


@cache
def _take_key(store: str) -> Any:
    """Done for every gesture that does something, so built once: building a statement costs more than running it."""
    taken = insert_for(store, gestures).values(key=sa.bindparam("key"), at=sa.bindparam("at"))
    return taken.on_conflict_do_nothing().returning(gestures.c.key)


def _settle(connection: Connection, settles: Settles) -> bool:
    if settles.kind == "timer":
        return timers.finish(connection, settles.id)
    if settles.kind == "inbox":
        return inbox.done(connection, settles.id)
    return outbox.sent(connection, settles.id, settles.reference)


def _carry_out(tx: Tx, command: Command) -> list[Event]:
    """The command and everything that follows from it; returns the command's own events first."""
    happened: list[Event] = []
    waiting: deque[tuple[Tx, Command, int]] = deque([(tx, command, 0)])
    while waiting:
        acting, current, links = waiting.popleft()
        if links > LONGEST_CHAIN:
            raise RuntimeError(f"{tx.command} sets off an endless chain of reactions")
        events = _handle(acting, current)
        happened += events
        for event in events:
            journal.record(acting, event)
            follower = replace(tx, actor=Actor(SYSTEM.id, tx.actor.face))
            for reaction in REACTIONS.get(type(event), ()):
                follow = reaction(follower, event)
                waiting.extend((replace(follower, command=journal.snake(type(each).__name__)), each, links + 1) for each in follow)
    return happened


def _handle(tx: Tx, command: Command) -> list[Event]:
    handler = HANDLERS[type(command)]
    for subject in sorted(handler.locks(tx.connection, command), key=_lock_rank):
        journal.lock_root(tx, subject)
    if not is_allowed(tx.connection, tx.actor, command.needs):
        raise NotAllowed("not_allowed", right=command.needs)
    return list(handler.run(tx, command))


def _lock_rank(subject: str) -> tuple[int, str]:
    return LOCK_ORDER.get(subject.partition(":")[0], len(LOCK_ORDER)), subject
