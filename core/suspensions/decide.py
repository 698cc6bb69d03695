"""Deciding: another person, shown exactly these facts, still entitled, counted once however many chats they use."""

from collections.abc import Iterable

import sqlalchemy as sa

from core.collections.curfew import good_until
from core.collections.hours import desk_hours
from core.collections.queries import policy_called
from core.customers.queries import subscription, today_of
from core.engine.db.tables.suspensions import suspensions
from core.engine.errors import Conflict, required
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.people.queries import display_name

from .commands import ApproveSuspension, RecheckFacts, RefuseSuspension
from .events import FactsRebound, SuspensionApproved, VoteCast
from .holding import refuse_if_vain
from .looking import facts_now, look_at, void_for
from .model import POLICY, ItemState, State, Suspension, Verdict
from .moving import end_unsent, lock_request, move
from .queries import answers_for, is_halted, suspension
from .quorum import approvals_of, is_met, needs_of
from .rules import changes, is_too_little, stops_of
from .voting import cast, refuse_if_decided, refuse_if_involved, refuse_if_uncounted


def approve_suspension(tx: Tx, command: ApproveSuspension) -> Iterable[Event]:
    """A yes. Facts that changed unnoticed (a due date passed) bind the request anew instead, and the vote does not count.

    Raises Conflict for what is decided, expired, blocked or shown with other facts; NotAllowed for the proposer and the case's owner.
    """
    found = suspension(tx.connection, command.suspension_id)
    refuse_if_decided(tx, found)
    refuse_if_involved(tx, found)
    if is_halted(tx.connection):
        raise Conflict("suspensions_halted")
    if found.is_to_revise:
        answers = answers_for(tx.connection, found)
        if answers.startswith(POLICY):  # nobody has taken the case yet
            raise Conflict("approve_to_answer", number=found.number)
        raise Conflict("approve_to_revise", number=found.number, name=display_name(tx.connection, answers))
    if command.facts != found.facts:
        raise Conflict("facts_changed")
    if (rebound := _rebind(tx, found)) is not None:
        return rebound
    policy = policy_called(tx.connection, found.listed["policy"])
    if stops := stops_of(found, policy, today_of(tx.connection, found.customer_id, tx.now)):
        raise Conflict(f"approve_{stops[0]}", number=found.number)
    refuse_if_uncounted(tx, found)
    wanted = [subscription(tx.connection, one.subscription_id) for one in found.items]
    refuse_if_vain(tx.connection, policy, found.case_id, wanted, found.askers, tx.now, doing="approve")
    cast(tx, found, Verdict.APPROVE, "")
    ids = {"suspension_id": found.id, "case_id": found.case_id}
    if not is_met(tx.connection, found):
        approvals, quorum = len(approvals_of(tx.connection, found)), needs_of(tx.connection, found)[0].approvals
        return [VoteCast(**ids, number=found.facts, approvals=approvals, quorum=quorum)]
    cooling_until = tx.now + policy.decision.cooling_off
    expires_at = good_until(desk_hours(tx.connection), tx.now, policy.decision.approval_valid)
    move(tx, found, State.COOLING, cooling_until=cooling_until, expires_at=expires_at)
    return [SuspensionApproved(**ids, number=found.facts, cooling_until=cooling_until, expires_at=expires_at)]


def refuse_suspension(tx: Tx, command: RefuseSuspension) -> Iterable[Event]:
    """One no ends it. Raises InvalidInput without a reason, Conflict for what is decided, NotAllowed for those involved."""
    found = suspension(tx.connection, command.suspension_id)
    refuse_if_decided(tx, found)
    refuse_if_involved(tx, found)
    reason = required(command.reason, "reason")
    cast(tx, found, Verdict.REFUSE, reason)
    return end_unsent(tx, found, ItemState.REFUSED, reason=reason)


def recheck_facts(tx: Tx, command: RecheckFacts) -> Iterable[Event]:
    """Undecided: stand on the new facts, or fall with the debt. Approved and not sent: a changed fact voids it, and says which."""
    found = suspension(tx.connection, command.suspension_id)
    if found.state is State.PROPOSED:
        return _rebind(tx, found) or []
    if found.state is State.COOLING:
        known = facts_now(tx, found)
        changed = changes(found.listed, known.listed)
        return void_for(tx, found, changed) if changed and not known.unknown else []
    return look_at(tx, found)


def _rebind(tx: Tx, found: Suspension) -> list[Event] | None:
    """The events of standing on new facts; None when they are the same, or cannot all be known."""
    known = facts_now(tx, found)
    changed = changes(found.listed, known.listed)
    if known.unknown:
        return None
    if not changed:
        bound = dict(found.bound) | {"as_of": known.as_of}
        tx.connection.execute(sa.update(suspensions).where(suspensions.c.id == found.id).values(bound=bound))
        return None
    is_paid = is_too_little(known.listed, policy_called(tx.connection, known.listed["policy"]))
    if is_paid or any(c["fact"].endswith(("_link", ":status")) for c in changed):
        return void_for(tx, found, changed)
    values = {"facts": found.facts + 1, "round": found.round + 1, "bound": known.bound(changed) | found.lasting}
    tx.connection.execute(sa.update(suspensions).where(suspensions.c.id == found.id).values(**values))
    return [FactsRebound(suspension_id=found.id, case_id=found.case_id, number=found.facts + 1, changed=tuple(changed))]


HANDLERS: Handlers = {
    ApproveSuspension: Handler(approve_suspension, lock_request),
    RefuseSuspension: Handler(refuse_suspension, lock_request),
    RecheckFacts: Handler(recheck_facts, lock_request),
}
