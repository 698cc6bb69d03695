"""Who watches a case: told privately of what matters in it, and given no right by that.

Nobody is told of their own doing, and of one change once, however much follows from it. While somebody is away nothing is told to them:
a watcher need not act, so nobody stands in for one; what happened stands on the case.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine import cards
from core.engine.db.bulk import among
from core.engine.db.tables.cases import case_watchers
from core.engine.db.tables.people import staff
from core.engine.errors import Conflict, InvalidInput, NotAllowed
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.people.absence import present
from core.people.events import StaffRemoved
from core.people.model import Right
from core.people.queries import display_name, is_allowed, member, staff_holding
from core.people.telling import tell_all, to_person

from .events import (
    CaseHandedBack,
    CaseReopened,
    CaseResolved,
    CaseUnwatched,
    CaseWaiting,
    CaseWatched,
    CollectionSettled,
    OfCase,
    TicketCommented,
    WaitEnded,
)
from .model import Case
from .queries import case, roots_of

WATCHERS = (
    sa.select(staff.c.id, staff.c.name)
    .join(case_watchers, case_watchers.c.staff_id == staff.c.id)
    .where(case_watchers.c.case_id == sa.bindparam("of_case"))
    .order_by(case_watchers.c.id)
)


@dataclass(frozen=True, kw_only=True)
class WatchCase(Command):
    """Tell a member of what matters in a case: oneself, or, by who works on cases, a colleague."""

    needs = Right.READ
    case_id: int
    staff_id: int


@dataclass(frozen=True, kw_only=True)
class UnwatchCase(Command):
    """Tell them no more."""

    needs = Right.READ
    case_id: int
    staff_id: int


def watch_case(tx: Tx, command: WatchCase) -> Iterable[Event]:
    """Raises NotAllowed for a colleague by who does not work on cases, InvalidInput for somebody who may not look at it, Conflict when
    they watch it already, NotFound."""
    found = _own_or_workers(tx, command)
    who = member(tx.connection, command.staff_id)
    if who is None or Right.READ not in who.rights:
        raise InvalidInput("may_not_watch", "member", name=display_name(tx.connection, f"staff:{command.staff_id}"))
    if _watches(tx.connection, found.id, who.id):
        raise Conflict("case_is_watched", number=found.number, name=who.name, case=found.id)
    values = {"case_id": found.id, "staff_id": who.id, "since_at": tx.now, "set_by": tx.actor.id}
    tx.connection.execute(sa.insert(case_watchers).values(**values))
    return [CaseWatched(case_id=found.id, staff_id=who.id, by=tx.actor.id)]


def unwatch_case(tx: Tx, command: UnwatchCase) -> Iterable[Event]:
    """Raises NotAllowed as `watch_case`, Conflict when they do not watch it, NotFound."""
    found = _own_or_workers(tx, command)
    if not _watches(tx.connection, found.id, command.staff_id):
        name = display_name(tx.connection, f"staff:{command.staff_id}")
        raise Conflict("case_is_not_watched", number=found.number, name=name, case=found.id)
    tx.connection.execute(sa.delete(case_watchers).where(_of(found.id, command.staff_id)))
    return [CaseUnwatched(case_id=found.id, staff_id=command.staff_id, by=tx.actor.id)]


def _own_or_workers(tx: Tx, command: WatchCase | UnwatchCase) -> Case:
    if tx.actor.staff_id != command.staff_id and not is_allowed(tx.connection, tx.actor, Right.WORK):
        raise NotAllowed("watch_not_yours")
    return case(tx.connection, command.case_id)


def _of(case_id: int, staff_id: int) -> sa.ColumnElement[bool]:
    return (case_watchers.c.case_id == case_id) & (case_watchers.c.staff_id == staff_id)


def _watches(connection: Connection, case_id: int, staff_id: int) -> bool:
    return connection.scalar(sa.select(case_watchers.c.id).where(_of(case_id, staff_id))) is not None


def watchers_of(connection: Connection, case_id: int) -> list[tuple[int, str]]:
    """Who watches the case, the first who did first: each row and name."""
    rows = connection.execute(WATCHERS, {"of_case": case_id})
    return [(row.id, row.name) for row in rows]


def listeners(connection: Connection, case_ids: Collection[int], now: datetime) -> Mapping[int, Sequence[int]]:
    """By case, the watchers who are told now: those who are not away and may still look at cases."""
    rows = connection.execute(
        sa.select(case_watchers.c.case_id, case_watchers.c.staff_id)
        .where(among(connection, case_watchers.c.case_id, case_ids))
        .order_by(case_watchers.c.id)
    ).all()
    if not rows:
        return {}
    there = present(connection, staff_holding(connection, Right.READ), now)
    told: dict[int, list[int]] = {}
    for row in rows:
        if row.staff_id in there:
            told.setdefault(row.case_id, []).append(row.staff_id)
    return told


def tell_listeners(tx: Tx, case_id: int, say: str, *, but: Collection[int] = (), **params: object) -> None:
    """Tell each of a case's listeners, save who did it, those who hear of it otherwise, and who has heard of this change already."""
    told = [
        staff_id
        for staff_id in listeners(tx.connection, (case_id,), tx.now).get(case_id, ())
        if staff_id not in but and staff_id != tx.origin.staff_id and (case_id, staff_id) not in tx.told
    ]
    tx.told.update((case_id, staff_id) for staff_id in told)
    tell_all(tx, [to_person(staff_id, say, case_id=case_id, number=f"C-{case_id}", **params) for staff_id in told])


def tell_watchers(tx: Tx, event: OfCase) -> Iterable[Command]:
    """What matters of a case, to those who watch it. Who did it is named where a person did."""
    if isinstance(event, TicketCommented) and not event.by_customer:
        return ()
    say = SAID[type(event)]
    if isinstance(event, CaseWaiting):
        say = f"{say}_{event.on}"
    if tx.origin.staff_id is None or isinstance(event, TicketCommented | CollectionSettled):
        tell_listeners(tx, event.case_id, say)
    else:
        tell_listeners(tx, event.case_id, f"{say}.by", by=display_name(tx.connection, tx.origin.id))
    return ()


def tell_new_watcher(tx: Tx, event: CaseWatched) -> Iterable[Command]:
    """Whoever was made to watch hears who wanted that, and how it ends."""
    if event.by != f"staff:{event.staff_id}":
        by = display_name(tx.connection, event.by)
        given = {"number": f"C-{event.case_id}", "by": by, "case": event.case_id}
        tell_all(tx, [to_person(event.staff_id, "watch.set", case_id=event.case_id, **given)])
    return ()


def forget_watcher(tx: Tx, event: StaffRemoved) -> Iterable[Command]:
    """A leaver watches nothing any more."""
    mine = case_watchers.c.staff_id == event.staff_id
    gone = tx.connection.scalars(sa.delete(case_watchers).where(mine).returning(case_watchers.c.case_id)).all()
    cards.refresh_all(tx, [f"case:{case_id}" for case_id in sorted(gone)])
    return ()


# One sentence each, and one more (`….by`) that names who did it, where a person may have.
SAID: Mapping[type[OfCase], str] = {
    TicketCommented: "watch.customer",
    CaseWaiting: "watch.waiting",
    WaitEnded: "watch.ours",
    CaseResolved: "watch.resolved",
    CaseReopened: "watch.reopened",
    CaseHandedBack: "watch.handed_back",
    CollectionSettled: "watch.settled",
}


def _roots(connection: Connection, command: WatchCase | UnwatchCase) -> list[str]:
    return roots_of(connection, command.case_id)


HANDLERS: Handlers = {WatchCase: Handler(watch_case, _roots), UnwatchCase: Handler(unwatch_case, _roots)}
