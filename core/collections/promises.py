"""Promises to pay: how far ahead one may lie, when it will be judged, and taking it back before its day."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from core.customers.queries import calendar_of, today_of
from core.engine.db.tables.collections import promises
from core.engine.errors import Conflict, InvalidInput, required
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx

from .commands import RecordPromise, WithdrawPromise
from .events import PromiseRecorded, PromiseSettled
from .model import Promise, PromiseState
from .money import expected, lock_payer
from .queries import policy_on
from .standing import open_promises, promise


def record_promise(tx: Tx, command: RecordPromise) -> Iterable[Event]:
    """Raises InvalidInput for a day that has been or lies too far ahead, a currency the payer is not billed in, a missing text; Conflict
    when nothing is open, for a second promise for the same day, and for a replaced one that is settled or whose day has come."""
    how = required(command.how, "how")
    whose, before = expected(tx.connection, command.payer_id, command.amount, command.currency)
    today = today_of(tx.connection, whose.customer_id, tx.now)
    rules = policy_on(tx.connection, today).promises
    if command.promised_on < today:
        raise InvalidInput("promise_in_past", "promised_on", day=command.promised_on)
    if command.promised_on > today + rules.longest:
        raise InvalidInput("promise_too_far", "promised_on", day=today + rules.longest, days=rules.longest.days)
    replaced = _replace(tx, command) if command.replaces is not None else []
    for other in open_promises(tx.connection, command.payer_id, command.currency):
        if other.promised_on == command.promised_on:
            raise Conflict("promised_before", number=other.number, day=other.promised_on)
    judge_from = calendar_of(tx.connection, whose.customer_id).add_working_days(command.promised_on, rules.judged_after)
    values = {
        "customer_id": whose.customer_id, "payer_id": command.payer_id, "currency": command.currency, "amount": command.amount,
        "promised_on": command.promised_on, "how": how, "judge_from": judge_from, "before": before, "before_as_of": whose.as_of,
        "state": PromiseState.OPEN.value, "by": tx.actor.id, "at": tx.now,
    }  # fmt: skip
    promise_id = int(tx.connection.execute(sa.insert(promises).values(**values).returning(promises.c.id)).scalar_one())
    recorded = PromiseRecorded(
        customer_id=whose.customer_id, payer_id=command.payer_id, promise_id=promise_id, amount=command.amount,
        currency=command.currency, promised_on=command.promised_on, judge_from=judge_from, how=Private(how),
    )  # fmt: skip
    return [recorded, *replaced]


def withdraw_promise(tx: Tx, command: WithdrawPromise) -> Iterable[Event]:
    """Raises InvalidInput without a reason, Conflict for one that is settled or whose day has come: then the books judge."""
    return [_take_back(tx, promise(tx.connection, command.promise_id), PromiseState.WITHDRAWN, command.reason)]


def settle_promise(
    tx: Tx, found: Promise, state: PromiseState, *, came: int | None = None, as_of: datetime | None = None, reason: str = ""
) -> Event:
    """Write down how it ended."""
    values = {"state": state.value, "came": came, "ended_by": tx.actor.id, "ended_at": tx.now, "ended_as_of": as_of, "end_reason": reason}
    tx.connection.execute(sa.update(promises).where(promises.c.id == found.id).values(**values))
    return PromiseSettled(
        customer_id=found.customer_id, payer_id=found.payer_id, promise_id=found.id, state=state.value, recorded_by=found.by,
        currency=found.currency, amount=found.amount, came=came, as_of=as_of, reason=Private(reason),
    )  # fmt: skip


def _replace(tx: Tx, command: RecordPromise) -> list[Event]:
    found = promise(tx.connection, command.replaces or 0)
    if (found.payer_id, found.currency) != (command.payer_id, command.currency):
        raise InvalidInput("promise_of_another", "amount", number=found.number)
    return [_take_back(tx, found, PromiseState.REPLACED, command.reason)]


def _take_back(tx: Tx, found: Promise, state: PromiseState, reason: str) -> Event:
    kept = required(reason, "reason")
    if found.state is not PromiseState.OPEN:
        raise Conflict("collecting_settled", number=found.number)
    if found.promised_on <= today_of(tx.connection, found.customer_id, tx.now):
        raise Conflict("promise_due", number=found.number, day=found.judge_from)
    return settle_promise(tx, found, state, reason=kept)


def _lock(connection: Connection, command: WithdrawPromise) -> Iterable[str]:
    return [f"customer:{promise(connection, command.promise_id).customer_id}"]


HANDLERS: Handlers = {
    RecordPromise: Handler(record_promise, lock_payer),
    WithdrawPromise: Handler(withdraw_promise, _lock),
}
