"""What facts forbid, what differs between two readings of them, and what a request comes to: pure rules."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from core.collections.policy import Need, Policy
from core.customers.terms import at_term_end

from .model import _WORST, OPEN_ITEM_STATES, Facts, Item, ItemState, State, Suspension


def changes(before: Facts, after: Facts) -> list[dict[str, Any]]:
    """What differs, fact by fact, as `{"fact", "before", "after"}`. That the end-of-term decision was carried out in Partner Center changes
    nothing: it was decided upon."""
    keys = sorted({*before, *after})
    differing = [{"fact": k, "before": before.get(k), "after": after.get(k)} for k in keys if before.get(k) != after.get(k)]
    return [each for each in differing if not _is_carried_out(each, after)]


def _is_carried_out(change: Mapping[str, Any], after: Facts) -> bool:
    about, _, name = str(change["fact"]).rpartition(":")
    return name == "at_term_end" and bool(change["after"]) and change["after"] == after.get(f"{about}:end_of_term")


def blockers(facts: Facts, policy: Policy, today: date) -> list[str]:
    """Why nobody may approve yet, the money first; empty when somebody may. Only a proven notice counts."""
    undecided = any(fact.endswith(":end_of_term") and not answer for fact, answer in facts.items())
    return [*_money_blockers(facts, policy), *_notice_blockers(facts, policy, today), *(["term_end"] if undecided else [])]


def stops_of(found: Suspension, policy: Policy, today: date) -> list[str]:
    """What its facts forbid, and last what a person has yet to read who answers for the policy."""
    return [*blockers(found.listed, policy, today), *(["questions"] if found.unseen else [])]


def _money_blockers(facts: Facts, policy: Policy) -> list[str]:
    """An exemption, a payment in transit, a promise, a hold, an open dispute that no finance lead overrode; too little left undisputed."""
    open_disputes = [d for d in facts.get("disputes", ()) if d["state"] == "open"]
    stops = {
        "exemption": facts.get("exemption"),
        "payment": facts.get("payments"),
        "promise": facts.get("promises"),
        "hold": facts.get("holds"),
        "dispute": any(not d["overridden"] for d in open_disputes),
        "undisputed": facts.get("disputes") and facts["undisputed"] < least_of(facts, policy),
    }
    return [name for name, stop in stops.items() if stop]


def _notice_blockers(facts: Facts, policy: Policy, today: date) -> list[str]:
    if not facts["notices"]:
        return ["no_notice"]
    finals = [n for n in facts["notices"] if n["kind"] == "final"]
    lasting = [n for n in finals if not n.get("lapsed")]
    ripe_on = final_notice_ripe_on(facts, policy)
    if ripe_on is None:
        return ["final_notice_less" if lasting else "final_notice_lapsed" if finals else "no_final_notice"]
    return ["final_notice_young"] if ripe_on > today else []


def least_of(facts: Facts, policy: Policy) -> int:
    """The smallest overdue amount that is suspended for, in minor units; something must be owed at all."""
    return max(1, policy.threshold(currency=facts["currency"], segment=facts["segment"]))


def is_too_little(facts: Facts, policy: Policy) -> bool:
    """Whether less is overdue than the policy suspends for."""
    return int(facts["overdue"]) < least_of(facts, policy)


def quorum_of(policy: Policy, facts: Facts) -> tuple[Need, ...]:
    """Whose approvals a request on these facts takes: first how many other people altogether."""
    return policy.needs(amount=facts["overdue"], currency=facts["currency"], segment=facts["segment"])


def final_notice_ripe_on(facts: Facts, policy: Policy) -> date | None:
    """The first day on which a final notice that counts is old enough; None without one. Its age counts from its proof, and nobody is
    suspended before the day that it names. One counts no more when more is owed than it named, or collecting stood still for too long."""
    finals = [n for n in facts["notices"] if n["kind"] == "final" and not n.get("lapsed")]
    return min((_ripe_on(n, policy) for n in finals if facts["undisputed"] <= n["amount"]), default=None)


def _ripe_on(final: Mapping[str, Any], policy: Policy) -> date:
    old_enough = date.fromisoformat(final.get("proven_on") or final["sent_on"]) + policy.notices.final_age
    return max(old_enough, date.fromisoformat(final["names"])) if final.get("names") else old_enough


def differs(facts: Facts, subscription_id: int, resource: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the resource itself, read just before the call, says otherwise than the facts shown."""
    about = f"subscription:{subscription_id}:"
    read = {f"{about}status": status_of(resource), f"{about}quantity": resource.get("quantity")}
    if f"{about}at_term_end" in facts:
        read[f"{about}at_term_end"] = at_term_end(resource).value
    return changes(facts, {**facts, **read})


def status_of(resource: Mapping[str, Any]) -> str:
    """Partner Center's status in small letters; values nobody knows yet do appear."""
    return str(resource.get("status") or "").casefold()


def by_hand(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What was there before the suspension and resuming did not bring back: to be set again by a person.

    https://learn.microsoft.com/partner-center/customers/create-a-new-subscription: suspending turns auto-renew off and removes
    scheduled changes, and reactivating restores neither.
    """
    kept = ("autoRenewEnabled", "scheduledNextTermInstructions", "scheduledActions")
    return [name for name in kept if before.get(name) and after.get(name) != before.get(name)]


def left_over(found: Suspension) -> list[Item]:
    """What a person may take up again once the request ended: refused by Partner Center, or nobody knows."""
    return [] if found.is_open else [one for one in found.items if one.state in (ItemState.FAILED, ItemState.UNKNOWN)]


def waiting_for_addons(found: Suspension, parents: Mapping[int, int]) -> frozenset[int]:
    """The subscriptions of the request whose add-ons in it are not done yet; `parents`: add-on → its parent.

    Add-ons go off first, as they come on last: Microsoft enables no add-on while its parent is off (27009), so a set that stops half-way
    never leaves one on under a parent that is off. https://learn.microsoft.com/partner-center/developer/error-codes
    """
    undone = {one.subscription_id for one in found.items if one.state in OPEN_ITEM_STATES}
    return frozenset(parents[each] for each in undone if each in parents) & undone


def outcome_of(states: Iterable[ItemState]) -> State | None:
    """The request's end once all its subscriptions have ended; None while one has not."""
    found = set(states)
    if found & OPEN_ITEM_STATES:
        return None
    return State(next(state for state in _WORST if state in found).value)
