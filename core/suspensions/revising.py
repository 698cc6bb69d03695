"""Changes asked for: a third verdict. The request goes back to whoever proposed it, and their answer begins a new round."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.queries import case
from core.customers.queries import subscription
from core.engine.db.tables.suspensions import suspension_items, suspensions
from core.engine.errors import Conflict, InvalidInput, NotAllowed, required
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx
from core.people.queries import display_name

from .commands import RequestChanges, ReviseSuspension
from .events import ChangesRequested, SuspensionRevised
from .model import Suspension, Verdict
from .moving import lock_request
from .propose import add_items, clocks, decide_at_term_end, facts_for, refuse_if_empty, refuse_if_impossible, shared, suspendable_case
from .queries import answers_for
from .queries import suspension as request_of
from .terms.deciding import ask_anew
from .voting import cast, refuse_if_decided, refuse_if_involved


def request_changes(tx: Tx, command: RequestChanges) -> Iterable[Event]:
    """Raises InvalidInput without a reason, Conflict for what is decided or waits for the proposer, NotAllowed for those involved."""
    found = request_of(tx.connection, command.suspension_id)
    refuse_if_decided(tx, found)
    refuse_if_involved(tx, found)
    reason = required(command.reason, "reason")
    if found.is_to_revise:
        raise Conflict("changes_wanted", number=found.number, name=display_name(tx.connection, found.wanted_by))
    cast(tx, found, Verdict.CHANGES, reason)
    marked = {"wanted": reason, "wanted_by": tx.actor.id, "wanted_at": tx.now, "revised_at": None}
    tx.connection.execute(sa.update(suspensions).where(suspensions.c.id == found.id).values(**marked))
    asked = Private(reason)
    return [
        ChangesRequested(suspension_id=found.id, case_id=found.case_id, number=found.facts, proposed_by=found.proposed_by, reason=asked)
    ]


def revise_suspension(tx: Tx, command: ReviseSuspension) -> Iterable[Event]:
    """The facts are read anew, the clocks begin anew, and no earlier vote counts. What was decided about the ends of terms is carried,
    unless it was about another number of seats. Only by who proposed it, or may answer for the policy: who answers for somebody else would
    have to be kept from deciding, and the proposer with them.

    Raises Conflict when it is decided or nobody asked for changes, InvalidInput for an answer that changes nothing, and whatever a
    proposal would.
    """
    found = request_of(tx.connection, command.suspension_id)
    refuse_if_decided(tx, found)
    refuse_if_not_asked(tx.connection, found, tx.actor.id)
    refuse_if_empty(command)
    reason, wanted = command.reason.strip(), sorted(set(command.subscription_ids))
    if not found.unseen and reason == found.reason and wanted == sorted(one.subscription_id for one in found.items):
        raise InvalidInput("revise_nothing", "reason")
    about = suspendable_case(tx.connection, found.case_id, tx.now)
    refuse_if_impossible(tx.connection, about, wanted)
    answered = decide_at_term_end(tx, about, command)
    anew = ask_anew(tx, about, [subscription(tx.connection, each) for each in wanted])
    known = facts_for(tx, about, command)
    expires_at, warn_at = clocks(tx, known)
    bound = known.bound(shared(found.listed, known.listed)) | {"asked_anew": [event.subscription_id for event in anew]}
    bound |= {"answered_by": [*found.answered, tx.actor.id]} if found.is_by_policy else {}
    values = {
        "reason": reason, "round": found.round + 1, "facts": found.facts + 1, "bound": bound,
        "expires_at": expires_at, "revised_at": tx.now,
    }  # fmt: skip
    tx.connection.execute(sa.update(suspensions).where(suspensions.c.id == found.id).values(**values))
    tx.connection.execute(sa.delete(suspension_items).where(suspension_items.c.suspension_id == found.id))
    add_items(tx, found.id, wanted)
    return [
        SuspensionRevised(
            suspension_id=found.id, case_id=found.case_id, number=found.facts + 1, reason=Private(reason), facts=known.listed,
            expires_at=expires_at, warn_at=warn_at,
        ),
        *answered, *anew,
    ]  # fmt: skip


def may_answer(connection: Connection, found: Suspension, actor: str) -> bool:
    """The proposer alone; for the policy the owner of the case, and anybody while nobody owns it. Whoever answers is kept from deciding."""
    nobody_owns = found.is_by_policy and case(connection, found.case_id).assignee_id is None
    return nobody_owns or actor == answers_for(connection, found)


def refuse_if_not_asked(connection: Connection, found: Suspension, actor: str) -> None:
    """Raises NotAllowed for whoever may not answer it, Conflict when there is nothing to answer."""
    if not may_answer(connection, found, actor):
        raise NotAllowed("revise_not_yours", number=found.number, name=display_name(connection, answers_for(connection, found)))
    if not found.is_to_revise and not found.unseen:
        raise Conflict("no_changes_wanted", number=found.number)


HANDLERS: Handlers = {
    RequestChanges: Handler(request_changes, lock_request),
    ReviseSuspension: Handler(revise_suspension, lock_request),
}
