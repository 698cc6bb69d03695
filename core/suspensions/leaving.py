"""Somebody leaves the staff: what they asked for falls, what stood on their vote falls with it."""

from collections.abc import Iterable

import sqlalchemy as sa

from core.engine.db.tables.suspensions import votes
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx

from .commands import WithdrawLeaver
from .events import VotesWithdrawn
from .model import ItemState, State, Suspension
from .moving import end_unsent, lock_request
from .queries import suspension
from .quorum import is_met


def withdraw_leaver(tx: Tx, command: WithdrawLeaver) -> Iterable[Event]:
    """What is under way at Partner Center goes on: only what was not sent can fall. The cast votes stay in the journal."""
    found = suspension(tx.connection, command.suspension_id)
    if found.ended_at is not None:
        return []
    if found.proposed_by == f"staff:{command.staff_id}":
        return end_unsent(tx, found, ItemState.VOIDED, reason="proposer_left")
    mine = (votes.c.suspension_id == found.id) & (votes.c.round == found.round) & (votes.c.staff_id == command.staff_id)
    if tx.connection.execute(sa.delete(votes).where(mine)).rowcount == 0:
        return []
    withdrawn = VotesWithdrawn(suspension_id=found.id, case_id=found.case_id, staff_id=command.staff_id)
    return [withdrawn, *(end_unsent(tx, found, ItemState.VOIDED, reason="not_entitled") if _is_short(tx, found) else [])]


def _is_short(tx: Tx, found: Suspension) -> bool:
    """Whether it was approved and now lacks an approval."""
    return found.state is not State.PROPOSED and not is_met(tx.connection, found)


HANDLERS: Handlers = {WithdrawLeaver: Handler(withdraw_leaver, lock_request)}
