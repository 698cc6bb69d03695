"""A finance lead's word that the bank was checked until a moment: it counts like the accounting's own for how fresh the last look's money
is, and for nothing else. The amounts stay what the accounting said, and what it says later counts alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.model import Case
from core.cases.queries import case
from core.collections.curfew import covered_from
from core.collections.queries import policy_called
from core.customers.queries import calendar_of
from core.engine.db.tables.suspensions import bank_attests
from core.engine.errors import Conflict, InvalidInput, NotAllowed, required
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx
from core.receivables.queries import payer

from .commands import AttestBank
from .events import BankAttested
from .model import NOT_SENT, State, Suspension
from .moving import lock_case
from .queries import open_suspension_of

OLDEST = timedelta(days=1)  # whatever the policy lets the accounting's word be: what somebody saw at the bank before says nothing of today


@dataclass(frozen=True, kw_only=True)
class Attested:
    """Who said until when the bank was checked, when they said it, and what they looked at."""

    by: str
    at: datetime
    until: datetime
    checked: str


def attest_bank(tx: Tx, command: AttestBank) -> Iterable[Event]:
    """Raises InvalidInput for a moment to come, older than the accounting's word or too old to count, or without what was checked;
    Conflict where no approved request waits for its last look; NotAllowed for who proposed it."""
    checked = required(command.checked, "checked")
    of = case(tx.connection, command.case_id)
    found = open_suspension_of(tx.connection, of.id)
    if found is not None and tx.actor.id in found.askers:
        raise NotAllowed("attest_own_proposal", number=found.number)
    if found is None or found.state is State.PROPOSED or not any(one.state in NOT_SENT for one in found.items):
        raise Conflict("attest_needs_approved", number=of.number)
    as_of = _refuse_moment(tx, found, of, command.until)
    values = {"case_id": of.id, "by": tx.actor.id, "at": tx.now, "until": command.until, "checked": checked}
    tx.connection.execute(sa.insert(bank_attests).values(**values))
    return [BankAttested(case_id=of.id, customer_id=found.customer_id, until=command.until, as_of=as_of, checked=Private(checked))]


def _refuse_moment(tx: Tx, found: Suspension, of: Case, until: datetime) -> datetime:
    """What cannot be, or would count for nothing, is not taken down: nobody must believe that it helps. The accounting's as-of time."""
    as_of = payer(tx.connection, of.payer_id or 0).as_of
    if until > tx.now:
        raise InvalidInput("attest_ahead", "checked_until", at=until)
    if until < as_of:
        raise InvalidInput("attest_before_feed", "checked_until", at=until, as_of=as_of)
    if until < tx.now - OLDEST:
        raise InvalidInput("attest_too_old", "checked_until", at=until)
    needed = max(needed_from(tx.connection, found, tx.now))
    if until < needed:
        raise InvalidInput("attest_in_vain", "checked_until", at=until, needed=needed, number=found.number)
    return as_of


def needed_from(connection: Connection, found: Suspension, now: datetime) -> tuple[datetime, datetime]:
    """From when on something must be known of the money at `now`: after the cooling-off began and lately; and after the customer's last
    closed day."""
    decision = policy_called(connection, found.listed["policy"]).decision
    began = (found.cooling_until or now) - decision.cooling_off
    fresh = max(began, now - decision.look_age)
    return fresh, covered_from(calendar_of(connection, found.customer_id), now) or fresh


def attested_for(connection: Connection, found: Suspension, as_of: datetime) -> Attested | None:
    """What goes beyond the accounting's word of `as_of` for this request, said while it was open; nobody's own word counts for their own
    request."""
    mine = (bank_attests.c.case_id == found.case_id) & bank_attests.c.by.not_in(found.askers) & (bank_attests.c.until > as_of)
    mine &= bank_attests.c.at >= found.proposed_at
    if found.ended_at is not None:
        mine &= bank_attests.c.at <= found.ended_at
    newest = sa.select(bank_attests).where(mine).order_by(bank_attests.c.until.desc(), bank_attests.c.id.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    return None if row is None else _attested(row)


def attested_of_case(connection: Connection, case_id: int) -> list[Attested]:
    """Everything that was said of the case's bank account, in its order."""
    rows = connection.execute(sa.select(bank_attests).where(bank_attests.c.case_id == case_id).order_by(bank_attests.c.id))
    return [_attested(row) for row in rows]


def _attested(row: sa.Row[Any]) -> Attested:
    return Attested(**{name: getattr(row, name) for name in Attested.__dataclass_fields__})


HANDLERS: Handlers = {AttestBank: Handler(attest_bank, lock_case)}
