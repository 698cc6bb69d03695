"""Asking for a suspension: what makes it impossible is said at once, and nothing is kept."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.model import Case, Kind
from core.cases.queries import case
from core.collections.curfew import good_until
from core.collections.exempting import exemption_of
from core.collections.hours import ROUTE, desk_hours
from core.collections.queries import policy_called
from core.customers.model import Subscription
from core.customers.queries import customer, subscription, subscriptions_of, today_of
from core.engine.db.tables.suspensions import suspension_items, suspensions
from core.engine.errors import Conflict, DeskError, InvalidInput, Sum, required
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx
from core.people.queries import name_called, routed

from .commands import AskAgain, ProposeSuspension, ReviseSuspension
from .events import SuspensionProposed
from .facts import Gathered, gather, is_payer_linked, is_tenant_linked
from .holding import refuse_if_vain
from .model import POLICY, Facts, ItemState, State
from .moving import lock_case, lock_request
from .queries import is_halted, items_maybe_off, open_suspension_of
from .queries import suspension as request_of
from .rules import changes, is_too_little, least_of
from .terms.deciding import decided
from .terms.events import TermEndDecided

# Microsoft: neither quantity nor status of a trial can be changed; an Azure plan cannot be suspended while it has active
# subscriptions (900115). https://learn.microsoft.com/partner-center/customers/create-a-new-subscription
# What is neither a licence of old nor of new commerce (software, perpetual licences, what Microsoft adds next) is nobody's to guess about.
BY_HAND = {"trial": "suspend_trial", "azure_plan": "suspend_azure", "other": "suspend_other"}


def propose_suspension(tx: Tx, command: ProposeSuspension) -> Iterable[Event]:
    """Raises InvalidInput, NotFound or Conflict with a sentence for everything that makes it impossible."""
    refuse_if_empty(command)
    found = proposable_case(tx.connection, command.case_id, tx.now)
    refuse_if_impossible(tx.connection, found, command.subscription_ids)
    answered = decide_at_term_end(tx, found, command)
    known = facts_for(tx, found, command)
    return [_insert(tx, found, command.reason.strip(), known.bound(), known, command.subscription_ids), *answered]


def ask_again(tx: Tx, command: AskAgain) -> Iterable[Event]:
    """About those of its subscriptions that may be suspended still, on the facts of now; the new request says what changed since.

    Raises Conflict while the request is open, and whatever a new proposal would."""
    before = request_of(tx.connection, command.suspension_id)
    if before.is_open:
        raise Conflict("suspension_open", number=before.number)
    found = proposable_case(tx.connection, before.case_id, tx.now)
    asked = tuple(one.subscription_id for one in before.items)
    wanted = tuple(each for each in asked if why_not(tx.connection, subscription(tx.connection, each)) is None) or asked
    seen = tuple(each for each in before.listed.get("questions", ()) if each not in before.unseen)
    again = ProposeSuspension(case_id=before.case_id, reason=before.reason, subscription_ids=wanted, questions=seen)
    refuse_if_impossible(tx.connection, found, wanted)
    known = facts_for(tx, found, again)
    since = {"since": before.number, "left_out": sorted(set(asked) - set(wanted))}
    return [_insert(tx, found, before.reason, known.bound(shared(before.listed, known.listed)) | since, known, wanted)]


def refuse_if_empty(command: ProposeSuspension | ReviseSuspension) -> None:
    """Raises InvalidInput without a reason or without a subscription."""
    required(command.reason, "reason")
    if not command.subscription_ids:
        raise InvalidInput("field_missing", "subscriptions")


def facts_for(tx: Tx, found: Case, command: ProposeSuspension | ReviseSuspension) -> Gathered:
    """The facts it would stand on. Raises Conflict where nothing, or too little, is overdue; InvalidInput for a question nobody ticked."""
    known = gather(tx.connection, found, command.subscription_ids, tx.now)
    _refuse_without_debt(tx.connection, known, found, tx.now)
    wanted = [subscription(tx.connection, each) for each in sorted(set(command.subscription_ids))]
    policy = policy_called(tx.connection, known.listed["policy"])
    refuse_if_vain(tx.connection, policy, found.id, wanted, (tx.actor.id,), tx.now, doing="suspend")
    by_policy = tx.actor.id.startswith(POLICY)  # it reads nothing: they stay unseen, and block, until a person answers for it
    if not by_policy and (unseen := [f"C-{each}" for each in known.listed["questions"] if each not in command.questions]):
        raise InvalidInput("suspend_questions", "questions", cases=", ".join(unseen))
    return known


def shared(before: Facts, after: Facts) -> list[dict[str, Any]]:
    """What differs of the facts that both know: a subscription that came or went is told apart."""
    return [each for each in changes(before, after) if each["fact"] in before and each["fact"] in after]


def proposable_case(connection: Connection, case_id: int, now: datetime) -> Case:
    """The collection case, if a request may be made for it at all. Raises NotFound, Conflict."""
    found = suspendable_case(connection, case_id, now)
    if (earlier := open_suspension_of(connection, case_id)) is not None:
        raise Conflict("suspension_open", number=earlier.number)
    return found


def suspendable_case(connection: Connection, case_id: int, now: datetime) -> Case:
    """The collection case, if somebody may be suspended for it now. Raises NotFound, Conflict."""
    found = case(connection, case_id)
    if found.kind is not Kind.COLLECTION or found.payer_id is None or found.customer_id is None:
        raise Conflict("suspend_not_collection", number=found.number)
    if found.is_closed:
        raise Conflict("suspend_case_closed", number=found.number)
    if is_halted(connection):
        raise Conflict("suspensions_halted")
    if not is_payer_linked(connection, found.payer_id, found.customer_id):
        raise Conflict("suspend_payer_unlinked", customer=customer(connection, found.customer_id).name)
    _refuse_if_exempt(connection, found.customer_id, now)
    return found


def _refuse_if_exempt(connection: Connection, customer_id: int, now: datetime) -> None:
    exempt = exemption_of(connection, customer_id, today_of(connection, customer_id, now))
    if exempt is not None:
        whose, owner = customer(connection, customer_id), name_called(connection, exempt.owner)
        raise Conflict("suspend_exempt", customer=whose.name, until=exempt.until, owner=owner, source=exempt.source)


def why_not(connection: Connection, sought: Subscription) -> DeskError | None:
    """What forbids suspending this subscription; None when nothing does."""
    if sought.kind in BY_HAND:
        return Conflict(BY_HAND[sought.kind], name=sought.name)
    off = items_maybe_off(connection, customer_id=sought.customer_id) if sought.status == "active" else []
    if any(one.is_by_hand and one.subscription_id == sought.id for one in off):
        return Conflict("suspend_off_by_hand", name=sought.name)
    if sought.status != "active":
        return Conflict("suspend_not_active", name=sought.name, status=sought.status)
    if not is_tenant_linked(connection, sought.tenant, sought.customer_id):
        return Conflict("suspend_tenant_unlinked", name=sought.name, tenant=sought.tenant)
    return None


def refuse_if_impossible(connection: Connection, found: Case, wanted: Sequence[int]) -> None:
    """Raises InvalidInput for a subscription that is not the customer's, Conflict for one that cannot be suspended."""
    theirs = {s.id: s for s in subscriptions_of(connection, found.customer_id or 0)}
    for subscription_id in wanted:
        if subscription_id not in theirs:
            raise InvalidInput("subscription_not_theirs", "subscriptions", name=subscription_id)
        if (refusal := why_not(connection, theirs[subscription_id])) is not None:
            raise refusal


def decide_at_term_end(tx: Tx, found: Case, command: ProposeSuspension | ReviseSuspension) -> list[TermEndDecided]:
    """The end-of-term decision that came with it; no answer leaves the one there is."""
    if not command.at_term_end:
        return []
    return decided(tx, found, [subscription(tx.connection, each) for each in sorted(set(command.subscription_ids))], command.at_term_end)


def _refuse_without_debt(connection: Connection, known: Gathered, found: Case, now: datetime) -> None:
    if known.unknown:
        raise Conflict("suspend_unknown_open", invoices=", ".join(known.unknown), as_of=known.position.as_of)
    if known.position.overdue <= 0:
        raise Conflict("suspend_not_overdue", number=found.number, as_of=known.position.as_of)
    if known.position.as_of > now:
        raise Conflict("suspend_position_ahead", as_of=known.position.as_of)
    policy = policy_called(connection, known.listed["policy"])
    if is_too_little(known.listed, policy):
        currency = found.currency
        owed, least = Sum(known.position.overdue, currency), Sum(least_of(known.listed, policy), currency)
        raise Conflict("suspend_too_little", number=found.number, overdue=owed, least=least, version=policy.version)


def _insert(tx: Tx, found: Case, reason: str, bound: Mapping[str, Any], known: Gathered, wanted: Sequence[int]) -> Event:
    expires_at, warn_at = clocks(tx, known)
    values: dict[str, Any] = {
        "customer_id": found.customer_id, "case_id": found.id, "state": State.PROPOSED.value, "reason": reason, "proposed_by": tx.actor.id,
        "proposed_at": tx.now, "expires_at": expires_at, "bound": bound, "missing": [],
    }  # fmt: skip
    suspension_id = int(tx.connection.execute(sa.insert(suspensions).values(**values).returning(suspensions.c.id)).scalar_one())
    add_items(tx, suspension_id, wanted)
    return SuspensionProposed(
        suspension_id=suspension_id, case_id=found.id, reason=Private(reason), facts=known.listed, expires_at=expires_at,
        asked=tuple(routed(tx.connection, ROUTE)), warn_at=warn_at,
    )  # fmt: skip


def clocks(tx: Tx, known: Gathered) -> tuple[datetime, datetime]:
    """Until when it must be decided, and when those who are asked are warned."""
    decision, ours = policy_called(tx.connection, known.listed["policy"]).decision, desk_hours(tx.connection)
    warned = decision.decide_within * decision.warn_percent // 100
    return good_until(ours, tx.now, decision.decide_within), good_until(ours, tx.now, warned)


def add_items(tx: Tx, suspension_id: int, wanted: Sequence[int]) -> None:
    """A process per subscription, waiting."""
    for subscription_id in sorted(set(wanted)):
        row = {"suspension_id": suspension_id, "subscription_id": subscription_id, "state": ItemState.WAITING.value}
        tx.connection.execute(sa.insert(suspension_items).values(**row, snapshot={}, answer={}))


HANDLERS: Handlers = {
    ProposeSuspension: Handler(propose_suspension, lock_case),
    AskAgain: Handler(ask_again, lock_request),
}
