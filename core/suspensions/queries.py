"""Reading requests, votes and restores."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from core.cases.queries import case
from core.customers.queries import subscriptions_of
from core.engine.db.tables.customers import subscriptions
from core.engine.db.tables.suspensions import restores, suspension_items, suspensions, votes
from core.engine.errors import NotFound
from core.engine.switches import remembered
from core.people.model import Right
from core.people.queries import member

from .model import MAYBE_OFF, OPEN_RESTORES, POLICY, Item, ItemState, Restore, RestoreState, State, Suspension, Verdict, Vote

HALTED = "suspensions_stopped"

# Asked after nearly everything about a customer, so built once: building a statement costs more than running it.
OPEN_OF_CUSTOMER = (
    sa.select(suspensions.c.id)
    .where(suspensions.c.customer_id == sa.bindparam("of_customer"), suspensions.c.ended_at.is_(None))
    .order_by(suspensions.c.id)
)
OPEN_SUSPENSION_SUBJECTS = sa.select(sa.literal("suspension:").concat(sa.cast(suspensions.c.id, sa.String))).where(
    suspensions.c.ended_at.is_(None)
)


def suspension(connection: Connection, suspension_id: int) -> Suspension:
    """The request with its subscriptions. Raises NotFound."""
    row = connection.execute(sa.select(suspensions).where(suspensions.c.id == suspension_id)).one_or_none()
    if row is None:
        raise NotFound("suspension_not_found", number=f"S-{suspension_id}")
    return _suspension(connection, row)


def case_of_request(connection: Connection, suspension_id: int) -> int:
    """The collection case it belongs to, without reading the request itself: a set may be hundreds of subscriptions."""
    return int(connection.execute(sa.select(suspensions.c.case_id).where(suspensions.c.id == suspension_id)).scalar_one())


def item(connection: Connection, item_id: int) -> Item:
    """One subscription of a request. Raises NotFound."""
    row = connection.execute(sa.select(suspension_items).where(suspension_items.c.id == item_id)).one_or_none()
    if row is None:
        raise NotFound("suspension_not_found", number=item_id)
    return _item(row)


def restore(connection: Connection, restore_id: int) -> Restore:
    """One subscription's way back. Raises NotFound."""
    row = connection.execute(sa.select(restores).where(restores.c.id == restore_id)).one_or_none()
    if row is None:
        raise NotFound("restore_not_found", number=restore_id)
    return _restore(row)


def undecided_by(connection: Connection, staff_id: int) -> list[Suspension]:
    """Requests that wait for a decision, the oldest first, without those the member may not decide or has voted on."""
    waiting = (suspensions.c.state == State.PROPOSED) & suspensions.c.ended_at.is_(None)
    rows = connection.execute(sa.select(suspensions).where(waiting).order_by(suspensions.c.id)).all()
    found = [each for row in rows if not (each := _suspension(connection, row)).is_to_revise]
    open_ones = [each for each in found if all(vote.staff_id != staff_id for vote in votes_of(connection, each))]
    return [each for each in open_ones if is_entitled(connection, each, staff_id)]


def to_revise_by(connection: Connection, staff_id: int) -> list[Suspension]:
    """Requests of the member's own of which an approver wants something, and the policy's that wait for their answer, the oldest first."""
    mine, theirs = suspensions.c.proposed_by == f"staff:{staff_id}", suspensions.c.proposed_by.startswith(POLICY)
    rows = connection.execute(sa.select(suspensions).where(suspensions.c.state == State.PROPOSED, mine | theirs).order_by(suspensions.c.id))
    found = [_suspension(connection, row) for row in rows.all()]
    return [each for each in found if (each.is_to_revise or each.unseen) and answers_for(connection, each) == f"staff:{staff_id}"]


def answers_for(connection: Connection, found: Suspension) -> str:
    """The actor who stands for the request and is told what becomes of it: its proposer; for a policy the owner of the case, else who
    answered for it last. The policy itself when there is nobody."""
    if not found.is_by_policy:
        return found.proposed_by
    owner = case(connection, found.case_id).assignee_id
    return f"staff:{owner}" if owner is not None else next(reversed(found.answered), found.proposed_by)


def open_suspension_of(connection: Connection, case_id: int) -> Suspension | None:
    """The case's request that has not ended; there is at most one."""
    mine = (suspensions.c.case_id == case_id) & suspensions.c.ended_at.is_(None)
    row = connection.execute(sa.select(suspensions).where(mine)).one_or_none()
    return None if row is None else _suspension(connection, row)


def newest_suspension_of(connection: Connection, case_id: int) -> Suspension | None:
    """The case's newest request, however it ended."""
    newest = sa.select(suspensions).where(suspensions.c.case_id == case_id).order_by(suspensions.c.id.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    return None if row is None else _suspension(connection, row)


def newest_suspension(connection: Connection) -> int | None:
    """The newest request of all."""
    newest: int | None = connection.scalar(sa.select(sa.func.max(suspensions.c.id)))
    return newest


def open_suspensions_of_customer(connection: Connection, customer_id: int) -> list[int]:
    """Every request about the customer that has not ended."""
    return list(connection.scalars(OPEN_OF_CUSTOMER, {"of_customer": customer_id}))


def open_suspensions(connection: Connection) -> list[int]:
    """Every request that has not ended."""
    return list(connection.scalars(sa.select(suspensions.c.id).where(suspensions.c.ended_at.is_(None)).order_by(suspensions.c.id)))


def open_suspensions_with(connection: Connection, staff_id: int) -> list[int]:
    """Every request that has not ended and that the member proposed or voted on."""
    voted = sa.select(votes.c.suspension_id).where(votes.c.staff_id == staff_id)
    theirs = (suspensions.c.proposed_by == f"staff:{staff_id}") | suspensions.c.id.in_(voted)
    return list(connection.scalars(sa.select(suspensions.c.id).where(suspensions.c.ended_at.is_(None), theirs).order_by(suspensions.c.id)))


def suspensions_of_customer(connection: Connection, customer_id: int) -> list[int]:
    """Every request about the customer, however it ended."""
    return list(connection.scalars(sa.select(suspensions.c.id).where(suspensions.c.customer_id == customer_id).order_by(suspensions.c.id)))


def suspensions_of_case(connection: Connection, case_id: int) -> list[int]:
    """Every request of the case, however it ended."""
    return list(connection.scalars(sa.select(suspensions.c.id).where(suspensions.c.case_id == case_id).order_by(suspensions.c.id)))


def votes_of(connection: Connection, found: Suspension) -> list[Vote]:
    """The votes of the present round, in their order."""
    mine = (votes.c.suspension_id == found.id) & (votes.c.round == found.round)
    names = ("staff_id", "at", "face", "reason")
    rows = connection.execute(sa.select(votes).where(mine).order_by(votes.c.id))
    return [Vote(**{name: getattr(row, name) for name in names}, verdict=Verdict(row.verdict)) for row in rows]


def is_entitled(connection: Connection, found: Suspension, staff_id: int) -> bool:
    """Whether this member may decide this request now."""
    known = member(connection, staff_id)
    owner = case(connection, found.case_id).assignee_id
    return known is not None and Right.DECIDE in known.rights and f"staff:{staff_id}" not in found.askers and owner != staff_id


def is_halted(connection: Connection) -> bool:
    """Whether the kill switch is on."""
    return bool(remembered(connection, HALTED))


def items_maybe_off(connection: Connection, *, case_id: int | None = None, customer_id: int | None = None) -> list[Item]:
    """Per subscription the newest item that Partner Center may have carried out and that no restore has undone since."""
    whose = suspensions.c.case_id == case_id if case_id is not None else suspensions.c.customer_id == customer_id
    joined = sa.select(suspension_items).join(suspensions, suspensions.c.id == suspension_items.c.suspension_id)
    rows = connection.execute(joined.where(whose, suspension_items.c.state.in_(MAYBE_OFF)).order_by(suspension_items.c.id))
    newest = {row.subscription_id: _item(row) for row in rows}
    undone = _undone(connection, newest.values())
    return [found for found in newest.values() if found.id not in undone]


def is_brought_back(connection: Connection, found: Suspension) -> bool:
    """Whether it was carried out, and everything it switched off was restored since."""
    off = [one for one in found.items if one.state in MAYBE_OFF]
    return found.state is State.SUSPENDED and {one.id for one in off} <= _undone(connection, off)


def restores_of(connection: Connection, found: Item) -> list[Restore]:
    """The ways back of this item's subscription asked for after it was sent, oldest first."""
    if found.sent_at is None:
        return []
    later = (restores.c.subscription_id == found.subscription_id) & (restores.c.asked_at >= found.sent_at)
    return [_restore(row) for row in connection.execute(sa.select(restores).where(later).order_by(restores.c.id))]


def open_restore_of(connection: Connection, subscription_id: int) -> Restore | None:
    """The subscription's way back that has not ended; there is at most one."""
    mine = (restores.c.subscription_id == subscription_id) & restores.c.state.in_(OPEN_RESTORES)
    row = connection.execute(sa.select(restores).where(mine)).one_or_none()
    return None if row is None else _restore(row)


def item_restored_by(connection: Connection, found: Restore) -> Item:
    """The newest item whose subscription this brings back. Raises NotFound."""
    mine = sa.select(suspension_items).join(suspensions, suspensions.c.id == suspension_items.c.suspension_id)
    sent = (suspension_items.c.subscription_id == found.subscription_id) & (suspensions.c.case_id == found.case_id)
    row = connection.execute(mine.where(sent, suspension_items.c.sent_at.is_not(None)).order_by(suspension_items.c.id.desc())).first()
    if row is None:
        raise NotFound("restore_not_found", number=found.id)
    return _item(row)


def resource_of(connection: Connection, subscription_id: int) -> Mapping[str, Any]:
    """The subscription as Partner Center last gave it, every field."""
    return connection.scalar(sa.select(subscriptions.c.raw).where(subscriptions.c.id == subscription_id)) or {}


def children_of(connection: Connection, customer_id: int) -> dict[int, int]:
    """subscription → its parent's row, for add-ons whose parent is known."""
    known = subscriptions_of(connection, customer_id)
    rows = {s.external: s.id for s in known}
    return {s.id: rows[s.parent] for s in known if s.parent in rows}


def _undone(connection: Connection, off: Collection[Item]) -> set[int]:
    """Which of the items a restore that was asked for after they were sent has brought back; read once for all."""
    last = sa.func.max(restores.c.asked_at)
    back = (restores.c.state == RestoreState.RESTORED) & restores.c.subscription_id.in_([one.subscription_id for one in off])
    rows = connection.execute(sa.select(restores.c.subscription_id, last).where(back).group_by(restores.c.subscription_id)) if off else ()
    asked_at = {row[0]: row[1] for row in rows}
    return {
        one.id for one in off if one.sent_at is not None and (at := asked_at.get(one.subscription_id)) is not None and at >= one.sent_at
    }


def _suspension(connection: Connection, row: Row[Any]) -> Suspension:
    mine = sa.select(suspension_items).where(suspension_items.c.suspension_id == row.id).order_by(suspension_items.c.id)
    fields = {name: getattr(row, name) for name in Suspension.__dataclass_fields__ if name not in ("items", "state")}
    return Suspension(**fields, state=State(row.state), items=_items(connection.execute(mine)))


def _items(rows: Iterable[Row[Any]]) -> tuple[Item, ...]:
    return tuple(_item(row) for row in rows)


def _item(row: Row[Any]) -> Item:
    fields = {name: getattr(row, name) for name in Item.__dataclass_fields__ if name != "state"}
    return Item(**fields, state=ItemState(row.state))


def _restore(row: Row[Any]) -> Restore:
    fields = {name: getattr(row, name) for name in Restore.__dataclass_fields__ if name != "state"}
    return Restore(**fields, state=RestoreState(row.state))
