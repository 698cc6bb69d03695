"""Stopping, warning, expiring, and the kill switch: everything that holds a suspension back."""

from collections.abc import Iterable

import sqlalchemy as sa

from core.engine.db.tables.suspensions import suspensions
from core.engine.errors import Conflict, required
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.switches import remember
from core.engine.transaction import Tx

from .commands import AllowSuspensions, ExpireSuspension, ExplainStop, HaltSuspensions, StopSuspension, WarnOfExpiry
from .events import ExpiryNeared, StopExplained, SuspensionsAllowed, SuspensionsHalted
from .model import NOT_SENT, ItemState, State
from .moving import end_unsent, lock_request
from .queries import HALTED, is_halted, suspension


def stop_suspension(tx: Tx, command: StopSuspension) -> Iterable[Event]:
    """Raises Conflict when it has ended, or when every call is out already: then only a restore helps."""
    found = suspension(tx.connection, command.suspension_id)
    if not found.is_open:
        raise Conflict("stop_too_late_ended", number=found.number)
    if not any(one.state in NOT_SENT for one in found.items):
        raise Conflict("stop_too_late_sent", number=found.number, case=f"C-{found.case_id}")
    return end_unsent(tx, found, ItemState.STOPPED)


def explain_stop(tx: Tx, command: ExplainStop) -> Iterable[Event]:
    """Raises Conflict for what was not stopped by a person, InvalidInput without a reason."""
    found = suspension(tx.connection, command.suspension_id)
    reason = required(command.reason, "reason")
    if found.state is not State.STOPPED:
        raise Conflict("not_stopped", number=found.number)
    if found.end_reason:
        raise Conflict("stop_explained", number=found.number)
    tx.connection.execute(sa.update(suspensions).where(suspensions.c.id == found.id).values(end_reason=reason))
    return [StopExplained(suspension_id=found.id, case_id=found.case_id, reason=Private(reason))]


def warn_of_expiry(tx: Tx, command: WarnOfExpiry) -> Iterable[Event]:
    """Does nothing once it was decided."""
    found = suspension(tx.connection, command.suspension_id)
    if found.state is not State.PROPOSED or found.expires_at is None:
        return []
    return [ExpiryNeared(suspension_id=found.id, case_id=found.case_id, expires_at=found.expires_at)]


def expire_suspension(tx: Tx, command: ExpireSuspension) -> Iterable[Event]:
    """Ends what nobody decided, or what the last look could not clear in time; what is sent goes on."""
    found = suspension(tx.connection, command.suspension_id)
    if not found.is_open or found.expires_at is None or found.expires_at > tx.now:
        return []
    if not any(one.state in NOT_SENT for one in found.items):
        return []
    reason = "undecided" if found.state is State.PROPOSED else found.why_late
    return end_unsent(tx, found, ItemState.EXPIRED, reason=reason)


def halt_suspensions(tx: Tx, _command: HaltSuspensions) -> Iterable[Event]:
    """Halting twice changes nothing."""
    if is_halted(tx.connection):
        return []
    remember(tx.connection, HALTED, True)
    return [SuspensionsHalted()]


def allow_suspensions(tx: Tx, _command: AllowSuspensions) -> Iterable[Event]:
    """Allowing what is allowed changes nothing."""
    if not is_halted(tx.connection):
        return []
    remember(tx.connection, HALTED, False)
    return [SuspensionsAllowed()]


HANDLERS: Handlers = {
    StopSuspension: Handler(stop_suspension, lock_request),
    ExplainStop: Handler(explain_stop, lock_request),
    WarnOfExpiry: Handler(warn_of_expiry, lock_request),
    ExpireSuspension: Handler(expire_suspension, lock_request),
    HaltSuspensions: Handler(halt_suspensions, lambda _c, _command: ["switch:suspensions"]),
    AllowSuspensions: Handler(allow_suspensions, lambda _c, _command: ["switch:suspensions"]),
}
