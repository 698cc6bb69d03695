"""The policy asks: where a ladder's step says `by: policy` the desk asks for the suspension itself, held to everything a person is.

What takes a person stays open and is said on the card: what becomes of each term that ends, the customer's questions about the invoices.
It asks only where somebody could approve once that is answered, and never about customers others depend on: then a person is told why.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from core.cases.model import Case
from core.cases.queries import case
from core.collections import rows
from core.collections.follows import OWNER, orders_for
from core.collections.policy import Does
from core.collections.queries import policy_called
from core.customers.queries import subscriptions_of, today_of
from core.engine import outbox
from core.engine.db.tables.suspensions import suspensions
from core.engine.errors import DeskError
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Actor, Tx
from core.people.model import Right

from .commands import ProposeSuspension
from .events import NotAskedByPolicy, SuspensionProposed
from .facts import gather
from .model import POLICY
from .moving import lock_case
from .propose import proposable_case, propose_suspension, why_not
from .queries import open_suspension_of, suspension
from .rules import blockers

# A refusal said shortly to whoever is told; the form of `suspend` says each in full, with its figures.
WHY = {
    **dict.fromkeys(("no_notice", "no_final_notice"), "notice"),
    **dict.fromkeys(("final_notice_young", "final_notice_less", "final_notice_lapsed"), "final"),
    **dict.fromkeys(("payment", "promise", "hold", "dispute"), "held"),
    **dict.fromkeys(("exemption", "suspend_exempt"), "exempt"),
    **dict.fromkeys(("undisputed", "suspend_too_little", "suspend_not_overdue"), "too_little"),
    **dict.fromkeys(("suspend_unknown_open", "suspend_position_ahead"), "unknown"),
    **dict.fromkeys(("suspend_in_vain", "suspend_never_allowed"), "in_vain"),
    "suspensions_halted": "halted", "suspend_payer_unlinked": "unlinked", "suspend_renewal_near": "term", "protected": "protected",
    "suspend_nothing": "nothing",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ProposeByPolicy(Command):
    """The ladder came to the step at which its policy asks."""

    needs = Right.PROPOSE
    case_id: int
    ladder_id: int


def propose_by_policy(tx: Tx, command: ProposeByPolicy) -> Iterable[Event]:
    """The request a person would make, about everything that may be suspended. Nothing while one is open. A refusal is no failure: the
    step stays taken, nothing is kept, and whoever works on the debt hears why."""
    if open_suspension_of(tx.connection, command.case_id) is not None:
        return []
    policy = policy_called(tx.connection, rows.ladder(tx.connection, command.ladder_id).policy)
    step = next(each for each in policy.ladder if each.does is Does.ASK)
    theirs = subscriptions_of(tx.connection, case(tx.connection, command.case_id).customer_id or 0)
    wanted = tuple(each.id for each in theirs if why_not(tx.connection, each) is None)
    reason = f"policy {policy.version}, step {step.name} ({step.day:+d})"
    ours = replace(tx, actor=Actor(f"{POLICY}{policy.version}", tx.actor.face))
    try:
        stop = _stop_of(tx, proposable_case(tx.connection, command.case_id, tx.now), wanted)
        proposal = ProposeSuspension(case_id=command.case_id, reason=reason, subscription_ids=wanted)
        asked = [] if stop else list(propose_suspension(ours, proposal))
    except DeskError as refusal:  # every guard speaks before the first row is written
        stop, asked = refusal.kind, []
    if stop:
        return [NotAskedByPolicy(case_id=command.case_id, version=policy.version, why=WHY.get(stop, "refused"))]
    found = suspension(tx.connection, asked[0].ids["suspension_id"])
    by = {
        "step": {"version": policy.version, "name": step.name, "day": step.day},
        "not_asked": [each.id for each in theirs if each.id not in wanted],
    }
    tx.connection.execute(sa.update(suspensions).where(suspensions.c.id == found.id).values(bound={**found.bound, **by}))
    return asked


def _stop_of(tx: Tx, found: Case, wanted: Sequence[int]) -> str:
    """What a person may ask for still, and the policy does not: what nobody could approve whatever is answered, and customers others
    depend on. Empty when nothing stops it."""
    if not wanted:
        return "suspend_nothing"
    listed = gather(tx.connection, found, wanted, tx.now).listed
    in_force = policy_called(tx.connection, listed["policy"])
    if listed["segment"] in in_force.protected.segments:
        return "protected"
    stops = blockers(listed, in_force, today_of(tx.connection, found.customer_id or 0, tx.now))
    return next((each for each in stops if each != "term_end"), "")


def tell_asked(tx: Tx, event: SuspensionProposed) -> Iterable[Command]:
    """Whoever works on the debt hears that the policy asked, and whether something waits for their answer."""
    found = suspension(tx.connection, event.suspension_id)
    if found.is_by_policy:
        undecided = any(fact.endswith(":end_of_term") and not answer for fact, answer in found.listed.items())
        say = "tell.ladder_asked_open" if undecided or found.unseen else "tell.ladder_asked"
        said = {"number": found.number, "case": f"C-{event.case_id}"}
        outbox.enqueue_all(tx, list(orders_for(tx, OWNER, say, event.case_id, said)))
    return ()


def tell_not_asked(tx: Tx, event: NotAskedByPolicy) -> Iterable[Command]:
    """The same people hear that it did not, and why: they may ask themselves."""
    said = {"number": f"C-{event.case_id}", "refusal": event.why}
    outbox.enqueue_all(tx, list(orders_for(tx, OWNER, "tell.ladder_not_asked", event.case_id, said)))
    return ()


FOLLOWS: Mapping[type[Event], Sequence[Callable[[Tx, Any], Iterable[Command]]]] = {NotAskedByPolicy: (tell_not_asked,)}

HANDLERS: Handlers = {ProposeByPolicy: Handler(propose_by_policy, lock_case)}
