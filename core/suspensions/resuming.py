"""Going on with the rest: what Partner Center refused, or left unknown, is taken up again under the same approval, while it is good."""

from collections.abc import Iterable

from core.cases.queries import case
from core.customers.queries import subscription
from core.engine.errors import Conflict
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx

from .commands import ResumeSuspension
from .events import SuspensionResumed
from .execution_events import ReadBackBegun
from .looking import Found, look_at, look_now
from .model import Item, ItemState, Suspension
from .moving import conclude, lock_request, take_up
from .ports import Wanted
from .queries import is_halted, newest_suspension_of, restores_of, suspension
from .rules import left_over


def resume_suspension(tx: Tx, command: ResumeSuspension) -> Iterable[Event]:
    """A fresh look first: nothing is sent under an approval that ran out, or for facts that changed. What may have been switched off
    although nobody heard so is read, not written. Raises Conflict with what to do instead."""
    found = suspension(tx.connection, command.suspension_id)
    rest = [one for one in left_over(found) if not restores_of(tx.connection, one)]
    _refuse(tx, found, rest)
    off = [one for one in rest if _is_off(tx, one)]
    open_ = [one for one in rest if one not in off]
    if open_:
        _refuse_on_other_facts(tx, found, open_)
    take_up(tx, found, looking=open_, verifying=off)
    tenants = {one.id: subscription(tx.connection, one.subscription_id).tenant for one in off}
    ids = {"suspension_id": found.id, "case_id": found.case_id}
    resumed = SuspensionResumed(**ids, items=tuple(one.id for one in rest), expires_at=found.expires_at or tx.now)
    events: list[Event] = [resumed, *(ReadBackBegun(**ids, item_id=one.id, tenant=tenants[one.id]) for one in off)]
    conclude(tx, found.id)
    return events + look_at(tx, suspension(tx.connection, found.id))


def _is_off(tx: Tx, one: Item) -> bool:
    """Whether the newest reading says that a call nobody heard of took effect."""
    return one.state is ItemState.UNKNOWN and subscription(tx.connection, one.subscription_id).status == Wanted.SUSPENDED


def _refuse(tx: Tx, found: Suspension, rest: list[Item]) -> None:
    of, newest = case(tx.connection, found.case_id), newest_suspension_of(tx.connection, found.case_id)
    if found.is_open:
        raise Conflict("resume_under_way", number=found.number)
    if not rest:
        raise Conflict("resume_nothing", number=found.number)
    if of.is_closed or newest is None or newest.id != found.id:
        raise Conflict("resume_past", number=found.number)
    if is_halted(tx.connection):
        raise Conflict("suspensions_halted")


def _refuse_on_other_facts(tx: Tx, found: Suspension, items: list[Item]) -> None:
    """What cannot be known yet is waited for, as at any last look."""
    seen = look_now(tx, found, items)
    if seen.found not in (Found.STANDS, Found.MISSING, Found.HELD):
        raise Conflict(f"resume_{seen.found}", number=found.number)


HANDLERS: Handlers = {ResumeSuspension: Handler(resume_suspension, lock_request)}
