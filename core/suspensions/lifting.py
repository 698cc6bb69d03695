"""Setting the curfew aside for one case: a finance lead's exception to the policy, with a reason, for a day, never for what they asked."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.queries import case
from core.engine.db.tables.suspensions import curfew_lifts
from core.engine.errors import Conflict, NotAllowed, required
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx

from .commands import LiftCurfew
from .events import CurfewLifted
from .moving import lock_case
from .queries import open_suspension_of

LASTS = timedelta(hours=24)  # long enough to ask, to decide and to cool off; an exception that nobody used is gone tomorrow


@dataclass(frozen=True, kw_only=True)
class Lift:
    """Who set the curfew aside, why, and until when."""

    by: str
    at: datetime
    until: datetime
    reason: str


def lift_curfew(tx: Tx, command: LiftCurfew) -> Iterable[Event]:
    """Raises InvalidInput without a reason, Conflict for a case that collects nothing or is closed, NotAllowed for who proposed the
    request that is open."""
    reason = required(command.reason, "reason")
    found = case(tx.connection, command.case_id)
    if found.payer_id is None or found.customer_id is None or found.is_closed:
        raise Conflict("lift_needs_collection", number=found.number)
    asked = open_suspension_of(tx.connection, found.id)
    if asked is not None and tx.actor.id in asked.askers:
        raise NotAllowed("lift_own_proposal", number=asked.number)
    until = tx.now + LASTS
    values = {"case_id": found.id, "by": tx.actor.id, "at": tx.now, "until": until, "reason": reason}
    tx.connection.execute(sa.insert(curfew_lifts).values(**values))
    return [CurfewLifted(case_id=found.id, customer_id=found.customer_id, until=until, reason=Private(reason))]


def lift_for(connection: Connection, case_id: int, askers: Collection[str], now: datetime) -> Lift | None:
    """What sets the curfew aside at `now` for a request of these people: nobody's own word counts for their own request."""
    mine = (curfew_lifts.c.case_id == case_id) & (curfew_lifts.c.until > now) & curfew_lifts.c.by.not_in(askers)
    row = connection.execute(sa.select(curfew_lifts).where(mine).order_by(curfew_lifts.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else Lift(by=row.by, at=row.at, until=row.until, reason=row.reason)


HANDLERS: Handlers = {LiftCurfew: Handler(lift_curfew, lock_case)}
