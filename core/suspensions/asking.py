"""Who may decide a request, who is asked and who watches: three sets, brought up to date while it waits, and kept with their times.

Whoever is asked is told personally. They are the members of the groups that get approvals, whomever the policy names, and who asked for
changes; without any, everybody who may decide. For who is away their stand-in is asked; when nobody of them is there, everybody present
who may decide. While the proposer has changes to make, nobody is asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.queries import case
from core.cases.watching import watchers_of
from core.collections.hours import ROUTE
from core.collections.policy import ANY
from core.engine.db.tables.suspensions import suspension_people, suspensions
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.people.absence import away_now, present, stand_in
from core.people.queries import members_routed

from .commands import AskPeople
from .events import PeopleAsked
from .model import State, Suspension
from .moving import lock_request
from .queries import suspension
from .quorum import may_decide, missing_approvers, named_by, needs_of


class Part(StrEnum):
    """What a person is to a request. Who is asked may decide too, and somebody who may decide need not be asked."""

    DECIDES = "decides"
    ASKED = "asked"
    WATCHES = "watches"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Somebody's part in a request from `since_at` on; `until_at` None while it lasts. `instead_of`: asked for a member who is away."""

    staff_id: int
    part: Part
    instead_of: int | None
    since_at: datetime
    until_at: datetime | None


@dataclass(frozen=True)
class Sets:
    """The three sets as they should be; `asked` by member, with whom they stand in for."""

    decides: frozenset[int]
    asked: Mapping[int, int | None]
    watches: frozenset[int]


def people_of(connection: Connection, suspension_id: int) -> list[Standing]:
    """Everybody's part in the request, also what ended, in the order it began."""
    mine = sa.select(suspension_people).where(suspension_people.c.suspension_id == suspension_id).order_by(suspension_people.c.id)
    names = ("staff_id", "instead_of", "since_at", "until_at")
    return [
        Standing(part=Part(row["part"]), **{name: row[name] for name in names}) for row in connection.execute(mine).mappings()
    ]  # fmt: skip


def ask_people(tx: Tx, command: AskPeople) -> Iterable[Event]:
    """Nothing happens once it is decided, or while the sets, and what nobody present can give, are as they were."""
    found = suspension(tx.connection, command.suspension_id)
    if found.state is not State.PROPOSED:
        return []
    wanted, short = sets_of(tx.connection, found, tx.now), missing_approvers(tx.connection, found, tx.now)
    newly, changed = _keep(tx, found, wanted)
    if not changed and short == found.short:
        return []
    tx.connection.execute(sa.update(suspensions).where(suspensions.c.id == found.id).values(short=short))
    return [
        PeopleAsked(
            suspension_id=found.id, case_id=found.case_id, decides=tuple(sorted(wanted.decides)), asked=tuple(sorted(wanted.asked)),
            watches=tuple(sorted(wanted.watches)), newly=tuple(sorted(newly)), short=short, was_short=found.short,
        )
    ]  # fmt: skip


def sets_of(connection: Connection, found: Suspension, now: datetime) -> Sets:
    """The three sets at `now`."""
    decides, routed = may_decide(connection, found), members_routed(connection, ROUTE)
    named = frozenset().union(*(named_by(connection, need.of) for need in needs_of(connection, found) if need.of != ANY))
    about = case(connection, found.case_id)
    watches = {staff_id for staff_id, _ in watchers_of(connection, found.case_id)} | routed | _who(found.proposed_by)
    watches |= {about.assignee_id} if about.assignee_id is not None else set()
    wanted = (decides & (routed | named) or decides) | (decides & _who(found.wanted_by))
    asked = {} if found.is_to_revise else _reached(connection, decides, wanted, now)
    return Sets(decides, asked, frozenset(watches) - decides)


def _who(actor: str) -> frozenset[int]:
    kind, _, number = actor.partition(":")
    return frozenset((int(number),) if kind == "staff" else ())


def _reached(connection: Connection, decides: frozenset[int], wanted: frozenset[int], now: datetime) -> Mapping[int, int | None]:
    absent = away_now(connection, now)
    asked: dict[int, int | None] = dict.fromkeys(sorted(wanted - absent.keys()))
    for each in sorted(wanted & absent.keys()):
        other = stand_in(absent, each)
        if other is not None and other in decides:
            asked[other] = each
    return asked or dict.fromkeys(sorted(present(connection, decides, now)))


def _keep(tx: Tx, found: Suspension, wanted: Sets) -> tuple[list[int], bool]:
    """Write down who joined and who left each set; returns who is newly asked, and whether anything changed."""
    before = {(each.part, each.staff_id) for each in people_of(tx.connection, found.id) if each.until_at is None}
    after: dict[tuple[Part, int], int | None] = {(Part.ASKED, each): instead for each, instead in wanted.asked.items()}
    after |= dict.fromkeys((Part.DECIDES, each) for each in wanted.decides)
    after |= dict.fromkeys((Part.WATCHES, each) for each in wanted.watches)
    table, gone = suspension_people, before - after.keys()
    for part, staff_id in gone:
        standing = (table.c.suspension_id == found.id) & (table.c.staff_id == staff_id) & table.c.until_at.is_(None)
        tx.connection.execute(sa.update(table).where(standing, table.c.part == part.value).values(until_at=tx.now))
    joined = [key for key in after if key not in before]
    rows = [
        {"suspension_id": found.id, "staff_id": staff_id, "part": part.value, "instead_of": after[part, staff_id], "since_at": tx.now}
        for part, staff_id in joined
    ]
    if rows:
        tx.connection.execute(sa.insert(table), rows)
    return [staff_id for part, staff_id in joined if part is Part.ASKED], bool(rows or gone)


HANDLERS: Handlers = {AskPeople: Handler(ask_people, lock_request)}
