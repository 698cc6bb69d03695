"""Whose turn it is: a case waits for its customer or for Microsoft, because a person says so or a request was opened there."""

from collections.abc import Iterable

from sqlalchemy import Connection

from core.engine.errors import Conflict, InvalidInput
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx

from .changing import change, must_follow, open_case_for
from .commands import EndWait, LeaveToRequest, TakeBack, WaitForCustomer
from .events import CaseWaiting, WaitEnded, WaitFollowed, WaitMoved
from .model import FOLLOWED, UNTIL, Case, State, WaitingOn
from .queries import case, roots_of


def wait_for_customer(tx: Tx, command: WaitForCustomer) -> Iterable[Event]:
    """A new `until` moves one that waits already, and waiting for another takes over. Raises Conflict when it waits for the same already
    or is closed, InvalidInput for a past `until`."""
    found, until = case(tx.connection, command.case_id), command.until
    if until is not None and until <= tx.now:
        raise InvalidInput("until_past", "until", until=until)
    waits_for_them = found.state is State.WAITING and found.waiting_on == command.on
    if until is not None and waits_for_them:
        if found.waiting_until == until:
            return []
        change(tx, found.id, extra={**found.extra, UNTIL: until.isoformat()})
        return [WaitMoved(case_id=found.id, until=until)]
    if waits_for_them or found.state is not State.WAITING:
        must_follow(found, State.WAITING)
    extra = {**found.extra, UNTIL: until.isoformat() if until else None, FOLLOWED: False}
    change(tx, found.id, state=State.WAITING.value, waiting_since=tx.now, waiting_on=command.on.value, extra=extra)
    return [CaseWaiting(case_id=found.id, before=found.stand, until=until, on=command.on.value)]


def end_wait(tx: Tx, command: EndWait) -> Iterable[Event]:
    """Raises Conflict when it does not wait."""
    found = open_case_for(tx, command.case_id)
    if found.state is not State.WAITING:
        raise Conflict("case_does_not_wait", number=found.number)
    return [_ended(tx, found)]


def leave_to_request(tx: Tx, command: LeaveToRequest) -> Iterable[Event]:
    """Nothing for a closed case. It waited for the customer: now Microsoft comes first."""
    found = case(tx.connection, command.case_id)
    if found.is_closed or found.is_followed:
        return []
    if _waits_for_microsoft(found):
        change(tx, found.id, extra={**found.extra, FOLLOWED: True})
        return [WaitFollowed(case_id=found.id)]
    extra, on = {**found.extra, UNTIL: None, FOLLOWED: True}, WaitingOn.MICROSOFT.value
    change(tx, found.id, state=State.WAITING.value, waiting_since=tx.now, waiting_on=on, extra=extra)
    return [CaseWaiting(case_id=found.id, before=found.stand, on=on)]


def take_back(tx: Tx, command: TakeBack) -> Iterable[Event]:
    """Nothing for a case that does not wait for Microsoft."""
    found = case(tx.connection, command.case_id)
    return [_ended(tx, found)] if _waits_for_microsoft(found) else []


def _waits_for_microsoft(found: Case) -> bool:
    return found.state is State.WAITING and found.waiting_on == WaitingOn.MICROSOFT


def _ended(tx: Tx, found: Case) -> WaitEnded:
    change(tx, found.id, state=State.OPEN.value, waiting_since=None, waiting_on="")
    return WaitEnded(case_id=found.id, before=found.stand, on=found.waiting_on)


def _roots(connection: Connection, command: WaitForCustomer | EndWait | LeaveToRequest | TakeBack) -> list[str]:
    return roots_of(connection, command.case_id)


HANDLERS: Handlers = {
    WaitForCustomer: Handler(wait_for_customer, _roots),
    EndWait: Handler(end_wait, _roots),
    LeaveToRequest: Handler(leave_to_request, _roots),
    TakeBack: Handler(take_back, _roots),
}
