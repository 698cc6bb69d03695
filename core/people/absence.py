"""Absence: who is away until when, and who stands in. A stand-in acts in their own name and with their own rights, nothing more.

A member has at most one absence that has not ended. It ends at its moment by itself: `away` never waits for the timer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine.db.tables.people import absences
from core.engine.errors import Conflict, InvalidInput, NotAllowed, NotFound
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx

from .events import CameBack, WentAway
from .model import Member, Right
from .queries import display_name, is_allowed, member

LONGEST = timedelta(days=90)
PASSED_ON = (Right.WORK, Right.DECIDE)  # what reminders and requests for approval are about
STANDING = sa.select(absences).where(absences.c.ended_at.is_(None), absences.c.until_at > sa.bindparam("at"))


@dataclass(frozen=True, kw_only=True)
class Absence:
    """Somebody is away."""

    id: int
    staff_id: int
    from_at: datetime
    until_at: datetime
    delegate_id: int | None


@dataclass(frozen=True, kw_only=True)
class GoAway(Command):
    """Be away from now until a moment; while away already, until another moment. One's own, or set by an admin."""

    needs = Right.READ
    staff_id: int
    until: datetime
    delegate_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ComeBack(Command):
    """Be back before the moment. One's own, or set by an admin."""

    needs = Right.READ
    staff_id: int


@dataclass(frozen=True, kw_only=True)
class EndAbsence(Command):
    """The moment has come."""

    needs = Right.RUN
    staff_id: int


def away_now(connection: Connection, now: datetime) -> Mapping[int, Absence]:
    """Everybody who is away at `now`, by member."""
    return {row.staff_id: _absence(row) for row in connection.execute(STANDING, {"at": now})}


def away(connection: Connection, staff_id: int, now: datetime) -> Absence | None:
    """The member's absence at `now`, if they are away."""
    row = connection.execute(STANDING.where(absences.c.staff_id == staff_id), {"at": now}).one_or_none()
    return None if row is None else _absence(row)


def present(connection: Connection, staff_ids: Iterable[int], now: datetime) -> frozenset[int]:
    """Those of the members who are not away at `now`."""
    return frozenset(staff_ids) - away_now(connection, now).keys()


def stand_in(absent: Mapping[int, Absence], staff_id: int) -> int | None:
    """Who hears what the member would: they themselves, or down the line whoever is there; None when nobody is."""
    seen: set[int] = set()
    current: int | None = staff_id
    while current is not None and current in absent and current not in seen:
        seen.add(current)
        current = absent[current].delegate_id
    return None if current in seen else current


def go_away(tx: Tx, command: GoAway) -> Iterable[Event]:
    """Raises InvalidInput for a moment or a delegate that cannot be, NotAllowed for another's, NotFound for a leaver."""
    who = _own_or_admins(tx, command.staff_id)
    if command.until <= tx.now:
        raise InvalidInput("until_past", "until", until=command.until)
    if command.until > tx.now + LONGEST:
        raise InvalidInput("away_too_long", "until", days=LONGEST.days, until=command.until)
    before = away(tx.connection, who.id, tx.now)
    delegate_id = command.delegate_id if command.delegate_id or before is None else before.delegate_id
    if command.delegate_id is not None:
        _refuse_delegate(tx, who, command.delegate_id)
    if before is not None and (before.until_at, before.delegate_id) == (command.until, delegate_id):
        return []
    mine = (absences.c.staff_id == who.id) & absences.c.ended_at.is_(None)
    tx.connection.execute(sa.update(absences).where(mine).values(ended_at=tx.now))
    values = {"staff_id": who.id, "from_at": before.from_at if before else tx.now, "until_at": command.until, "delegate_id": delegate_id}
    tx.connection.execute(sa.insert(absences).values(**values, set_by=tx.actor.id))
    relieved = before.delegate_id if before and before.delegate_id != delegate_id else None
    return [WentAway(staff_id=who.id, until=command.until, delegate_id=delegate_id, relieved_id=relieved, by=tx.actor.id)]


def come_back(tx: Tx, command: ComeBack) -> Iterable[Event]:
    """Raises Conflict for who is not away, NotAllowed for another's."""
    who = _own_or_admins(tx, command.staff_id)
    ended = _end(tx, who.id)
    if ended is None:
        raise Conflict("not_away", name=who.name)
    return [ended]


def end_absence(tx: Tx, command: EndAbsence) -> Iterable[Event]:
    """Who came back before, or stays away longer by now, is left as they are."""
    if away(tx.connection, command.staff_id, tx.now) is not None:
        return []
    ended = _end(tx, command.staff_id)
    return [] if ended is None else [ended]


def forget_absences(tx: Tx, staff_id: int) -> None:
    """A leaver is not away, and stands in for nobody."""
    own = (absences.c.staff_id == staff_id) & absences.c.ended_at.is_(None)
    tx.connection.execute(sa.update(absences).where(own).values(ended_at=tx.now))
    tx.connection.execute(sa.update(absences).where(absences.c.delegate_id == staff_id).values(delegate_id=None))


def _end(tx: Tx, staff_id: int) -> CameBack | None:
    mine = (absences.c.staff_id == staff_id) & absences.c.ended_at.is_(None)
    row = tx.connection.execute(sa.select(absences).where(mine)).one_or_none()
    if row is None:
        return None
    tx.connection.execute(sa.update(absences).where(absences.c.id == row.id).values(ended_at=tx.now))
    return CameBack(staff_id=staff_id, delegate_id=row.delegate_id, by=tx.actor.id)


def _own_or_admins(tx: Tx, staff_id: int) -> Member:
    if tx.actor.staff_id != staff_id and not is_allowed(tx.connection, tx.actor, Right.ADMINISTER):
        raise NotAllowed("absence_not_yours")
    found = member(tx.connection, staff_id)
    if found is None:
        raise NotFound("staff_not_found", name=display_name(tx.connection, f"staff:{staff_id}"))
    return found


def _refuse_delegate(tx: Tx, who: Member, delegate_id: int) -> None:
    """Nobody stands in for themselves, while away, or for what they may not do. So no line of delegates comes back to its beginning:
    whoever is away already stands in for nobody new."""
    found = member(tx.connection, delegate_id)
    if found is None or found.id == who.id:
        raise InvalidInput("delegate_self", "delegate", name=who.name)
    if (absent := away(tx.connection, found.id, tx.now)) is not None:
        raise InvalidInput("delegate_away", "delegate", name=found.name, until=absent.until_at)
    lacking = next((right for right in PASSED_ON if right in who.rights and right not in found.rights), None)
    if lacking is not None:
        raise InvalidInput(f"delegate_may_not_{lacking}", "delegate", name=found.name, absent=who.name)


def _absence(row: Any) -> Absence:
    return Absence(**{name: getattr(row, name) for name in Absence.__dataclass_fields__})


def _lock(_connection: Connection, command: GoAway | ComeBack | EndAbsence) -> list[str]:
    """One absence at a time: two who name one another as delegates at once wait for one another."""
    return ["absences:all", f"staff:{command.staff_id}"]


HANDLERS: Handlers = {
    GoAway: Handler(go_away, _lock),
    ComeBack: Handler(come_back, _lock),
    EndAbsence: Handler(end_absence, _lock),
}
