"""A vote: whose it may be, and that it counts once, however many chats a person uses."""

import sqlalchemy as sa

from core.cases.queries import case
from core.engine.db.dialects import insert_into
from core.engine.db.tables.suspensions import votes
from core.engine.errors import Conflict, NotAllowed
from core.engine.transaction import Tx
from core.people.queries import display_name

from .model import State, Suspension, Verdict
from .quorum import may_decide, needs_of


def refuse_if_decided(tx: Tx, found: Suspension) -> None:
    """Raises Conflict for what is decided, naming by whom, and for what has expired."""
    if found.state is not State.PROPOSED:
        by = display_name(tx.connection, _decider(tx, found))
        raise Conflict("already_decided", number=found.number, by=by, state=found.state.value)
    if found.expires_at is not None and found.expires_at <= tx.now:
        raise Conflict("suspension_expired", number=found.number)


def _decider(tx: Tx, found: Suspension) -> str:
    mine = (votes.c.suspension_id == found.id) & (votes.c.round == found.round)
    staff_id = tx.connection.scalar(sa.select(votes.c.staff_id).where(mine).order_by(votes.c.id.desc()).limit(1))
    return found.ended_by or (f"staff:{staff_id}" if staff_id else "system")


def refuse_if_involved(tx: Tx, found: Suspension) -> None:
    """Four eyes: neither who proposed it nor who works on the case. Raises NotAllowed."""
    if tx.actor.id in found.askers:
        raise NotAllowed("own_proposal", number=found.number)
    if tx.actor.staff_id is None or tx.actor.staff_id == case(tx.connection, found.case_id).assignee_id:
        raise NotAllowed("own_case", number=found.number)


def refuse_if_uncounted(tx: Tx, found: Suspension) -> None:
    """Where the policy names a role or a group, other people's approvals would be for nothing; their no still counts.

    Raises NotAllowed."""
    if tx.actor.staff_id not in may_decide(tx.connection, found):
        _, *named = needs_of(tx.connection, found)
        raise NotAllowed("approval_uncounted", number=found.number, of=", ".join(need.of.partition(" ")[2] for need in named))


def cast(tx: Tx, found: Suspension, verdict: Verdict, reason: str) -> None:
    """A no, or asking for changes, replaces the same person's earlier vote of this round: who was too quick can say so.

    Raises Conflict for an approval of whoever has voted in this round, from whichever chat.
    """
    values = {
        "suspension_id": found.id, "round": found.round, "staff_id": tx.actor.staff_id, "verdict": verdict.value, "at": tx.now,
        "face": tx.actor.face, "reason": reason,
    }  # fmt: skip
    insert = insert_into(tx.connection, votes).values(**values)
    if verdict is Verdict.APPROVE:
        counted = insert.on_conflict_do_nothing()
    else:
        said = {name: values[name] for name in ("verdict", "at", "face", "reason")}
        counted = insert.on_conflict_do_update(index_elements=["suspension_id", "round", "staff_id"], set_=said)
    if tx.connection.execute(counted.returning(votes.c.id)).one_or_none() is None:
        raise Conflict("voted_before", number=found.number)
