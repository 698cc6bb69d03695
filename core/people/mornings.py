"""What waited is told: when quiet hours end, and in the morning's digest, one a working day, however long the desk was down.

Both are timers of the member's. What they say is read when it is sent, so an empty morning says nothing, and what was settled
overnight is not brought up. Who is away gets neither: what waited goes to whoever stands in, else it waits for their return.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from core.engine import outbox, timers
from core.engine.db.bulk import among
from core.engine.db.tables.engine import timers as timer_rows
from core.engine.db.tables.people import held_messages
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event
from core.engine.outbox import Order
from core.engine.timers import Timer
from core.engine.transaction import Tx

from .absence import away_now, stand_in
from .events import CameBack, MessagesReleased, MorningCame, StaffAdded, StaffRemoved
from .model import Right
from .preferences import QUIET, preferences_of
from .queries import member
from .telling import QUIET_ENDS, TELL, tell_all, to_person

MORNING = "morning"  # the timer's kind
HELD, DIGEST_SAID = "reminders.held", "reminders.digest"  # what the messages say
WAITING = sa.select(held_messages).where(held_messages.c.told_at.is_(None)).order_by(held_messages.c.id)


@dataclass(frozen=True, kw_only=True)
class ReleaseMessages(Command):
    """A member's quiet hours are over."""

    needs = Right.RUN
    staff_id: int


@dataclass(frozen=True, kw_only=True)
class BeginMorning(Command):
    """A member's working day begins. `since`: the beginning of their last one that was told."""

    needs = Right.RUN
    staff_id: int
    since: datetime


def release_messages(tx: Tx, command: ReleaseMessages) -> Iterable[Event]:
    """Nothing for a leaver, for who is quiet again by now, and when the morning's digest tells it anyway."""
    whose = command.staff_id
    wanted = preferences_of(tx.connection, (whose,)).get(whose)
    if wanted is None or member(tx.connection, whose) is None:
        return []
    if (quiet := wanted.day.quiet_until(tx.now)) is not None:
        timers.schedule(tx, QUIET_ENDS, f"staff:{whose}", due_at=quiet, rule=QUIET_ENDS)
        return []
    told_id = stand_in(away_now(tx.connection, tx.now), whose)
    held = [row.id for row in _waiting(tx.connection, whose) if row.until == QUIET or not wanted.digest]
    if not held or told_id is None or (told_id == whose and wanted.digest and _morning_due(tx, whose)):
        return []
    _told(tx, held)
    return [MessagesReleased(staff_id=whose, told_id=told_id, held=tuple(held))]


def begin_morning(tx: Tx, command: BeginMorning) -> Iterable[Event]:
    """Sets the next one. Nothing for who is away, a leaver, or who wants none; what falls into quiet hours waits for their end."""
    wanted = preferences_of(tx.connection, (command.staff_id,)).get(command.staff_id)
    if wanted is None or member(tx.connection, command.staff_id) is None:
        return []
    absent, quiet = command.staff_id in away_now(tx.connection, tx.now), wanted.day.quiet_until(tx.now)
    since = command.since if absent or quiet else tx.now
    _set_morning(tx, command.staff_id, wanted.day.morning_after(tx.now), since)
    if absent or quiet or not wanted.digest:
        return []
    held = [row.id for row in _waiting(tx.connection, command.staff_id)]
    _told(tx, held)
    return [MorningCame(staff_id=command.staff_id, since=wanted.day.closing_after(command.since), held=tuple(held))]


def held_said(connection: Connection, held: Sequence[int]) -> list[Mapping[str, Any]]:
    """What the rows hold, as outbox rows would, in their order; of what was said of the same case twice, the newest."""
    rows = connection.execute(
        sa.select(held_messages.c.said).where(among(connection, held_messages.c.id, held)).order_by(held_messages.c.id)
    )
    newest = {(said["say"], said.get("case_id", number)): said for number, said in enumerate(rows.scalars())}
    return list(newest.values())


def tell_released(tx: Tx, event: MessagesReleased) -> Iterable[Command]:
    """One message as it would have been, several as one. Whoever stands in hears it by their own preferences."""
    said = held_said(tx.connection, event.held)
    if event.told_id != event.staff_id or len(said) == 1:
        _tell_each(tx, event.told_id, said)
    else:
        order = to_person(event.told_id, HELD)
        outbox.enqueue_all(tx, [Order(TELL, {**order.ids, "held": list(event.held)}, order.lane)])
    return ()


def tell_morning(tx: Tx, event: MorningCame) -> Iterable[Command]:
    """The digest."""
    order = to_person(event.staff_id, DIGEST_SAID, since_at=event.since.isoformat())
    outbox.enqueue_all(tx, [Order(TELL, {**order.ids, "held": list(event.held)}, order.lane)])
    return ()


def expect_morning(tx: Tx, event: StaffAdded) -> Iterable[Command]:
    """From the next working day on; a member who was given more keeps theirs."""
    found = preferences_of(tx.connection, (event.staff_id,))
    if event.staff_id in found and not _has_morning(tx, event.staff_id):
        _set_morning(tx, event.staff_id, found[event.staff_id].day.morning_after(tx.now), tx.now)
    return ()


def forget_mornings(tx: Tx, event: StaffRemoved) -> Iterable[Command]:
    """A leaver is told nothing more."""
    for kind in (MORNING, QUIET_ENDS):
        timers.cancel(tx, kind, event.subject)
    _told(tx, [row.id for row in _waiting(tx.connection, event.staff_id)])
    return ()


def look_again(tx: Tx, event: CameBack) -> Iterable[Command]:
    """What waited for somebody's return, unless their quiet hours or the morning come first."""
    if _waiting(tx.connection, event.staff_id):
        timers.schedule(tx, QUIET_ENDS, event.subject, due_at=tx.now, rule=QUIET_ENDS)
    return ()


def _tell_each(tx: Tx, staff_id: int, said: Iterable[Mapping[str, Any]]) -> None:
    tell_all(tx, [Order(TELL, {**one, "staff_id": staff_id}, f"staff:{staff_id}") for one in said])


def _waiting(connection: Connection, staff_id: int) -> Sequence[Row[Any]]:
    return connection.execute(WAITING.where(held_messages.c.staff_id == staff_id)).all()


def _told(tx: Tx, held: Sequence[int]) -> None:
    if held:
        tx.connection.execute(sa.update(held_messages).where(among(tx.connection, held_messages.c.id, held)).values(told_at=tx.now))


def _set_morning(tx: Tx, staff_id: int, due_at: datetime, since: datetime) -> None:
    timers.schedule(tx, MORNING, f"staff:{staff_id}", due_at=due_at, rule=MORNING, started_at=since)


def _morning(staff_id: int) -> Any:
    waiting = (timer_rows.c.kind == MORNING) & (timer_rows.c.subject == f"staff:{staff_id}") & (timer_rows.c.state == "waiting")
    return sa.select(timer_rows.c.due_at).where(waiting)


def _has_morning(tx: Tx, staff_id: int) -> bool:
    return tx.connection.scalar(_morning(staff_id)) is not None


def _morning_due(tx: Tx, staff_id: int) -> bool:
    due_at = tx.connection.scalar(_morning(staff_id))
    return due_at is not None and due_at <= tx.now


def _lock(_connection: Connection, command: ReleaseMessages | BeginMorning) -> list[str]:
    return [f"staff:{command.staff_id}"]


HANDLERS: Handlers = {ReleaseMessages: Handler(release_messages, _lock), BeginMorning: Handler(begin_morning, _lock)}

FOLLOWS: Mapping[type[Event], Sequence[Callable[[Tx, Any], Iterable[Command]]]] = {
    StaffAdded: (expect_morning,),
    StaffRemoved: (forget_mornings,),
    CameBack: (look_again,),
    MessagesReleased: (tell_released,),
    MorningCame: (tell_morning,),
}

TIMERS: Mapping[str, Callable[[Timer], Command]] = {
    QUIET_ENDS: lambda timer: ReleaseMessages(staff_id=timer.subject_id),
    MORNING: lambda timer: BeginMorning(staff_id=timer.subject_id, since=timer.started_at),
}
