"""What a request to suspend is, the states of the request and of each subscription in it, and what its facts forbid."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from core.collections.policy import Need, Policy
from core.customers.terms import at_term_end

Facts = Mapping[str, Any]  # the listed facts, flat: `overdue`, `subscription:12:quantity` …; plain JSON, compared key by key


class State(StrEnum):
    """Of a request: asked for, approved and cooling off, looked at for the last time, under way, and how it ended."""

    PROPOSED = "proposed"
    COOLING = "cooling"
    LOOKING = "looking"
    EXECUTING = "executing"
    SUSPENDED = "suspended"
    DRY_RUN = "dry_run"  # would have been suspended; nothing left the desk
    VOIDED = "voided"
    REFUSED = "refused"
    STOPPED = "stopped"
    EXPIRED = "expired"
    FAILED = "failed"
    UNKNOWN = "unknown"


class ItemState(StrEnum):
    """Of one subscription: a step each, one outside call between two transactions."""

    WAITING = "waiting"
    LOOKING = "looking"
    BY_HAND = "by_hand"  # a person asks the provider, and records it
    SENDING = "sending"
    ACCEPTED = "accepted"
    VERIFYING = "verifying"
    SUSPENDED = "suspended"
    DRY_RUN = "dry_run"
    VOIDED = "voided"
    REFUSED = "refused"
    STOPPED = "stopped"
    EXPIRED = "expired"
    FAILED = "failed"
    UNKNOWN = "unknown"


class RestoreState(StrEnum):
    """Of one subscription's way back. `waiting`: its parent must be active first (Microsoft's error 27009)."""

    PROPOSED = "proposed"
    BY_HAND = "by_hand"
    WAITING = "waiting"
    SENDING = "sending"
    ACCEPTED = "accepted"
    VERIFYING = "verifying"
    RESTORED = "restored"
    DECLINED = "declined"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """A vote."""

    APPROVE = "approve"
    REFUSE = "refuse"
    CHANGES = "changes"  # neither: the proposer is asked for something first


_S, _I = State, ItemState
_ENDS_BEFORE_SENDING = {_S.VOIDED, _S.STOPPED, _S.EXPIRED}

# Which state of a request may follow which; anything else is a fault of ours.
NEXT: Mapping[State, frozenset[State]] = {
    _S.PROPOSED: frozenset({_S.COOLING, _S.REFUSED} | _ENDS_BEFORE_SENDING),
    _S.COOLING: frozenset({_S.LOOKING} | _ENDS_BEFORE_SENDING),
    _S.LOOKING: frozenset({_S.EXECUTING, _S.DRY_RUN} | _ENDS_BEFORE_SENDING),
    _S.EXECUTING: frozenset({_S.LOOKING, _S.SUSPENDED, _S.FAILED, _S.UNKNOWN} | _ENDS_BEFORE_SENDING),
}
_ITEM_ENDS_BEFORE_SENDING = {_I.VOIDED, _I.STOPPED, _I.EXPIRED}

# Likewise for a subscription. Back from `sending` to `looking`: Partner Center certainly did nothing (asked to come later, stale).
ITEM_NEXT: Mapping[ItemState, frozenset[ItemState]] = {
    _I.WAITING: frozenset({_I.LOOKING, _I.REFUSED} | _ITEM_ENDS_BEFORE_SENDING),
    _I.LOOKING: frozenset({_I.SENDING, _I.BY_HAND, _I.DRY_RUN} | _ITEM_ENDS_BEFORE_SENDING),
    _I.BY_HAND: frozenset({_I.SUSPENDED} | _ITEM_ENDS_BEFORE_SENDING),
    _I.SENDING: frozenset({_I.LOOKING, _I.ACCEPTED, _I.VERIFYING, _I.FAILED, _I.UNKNOWN} | _ITEM_ENDS_BEFORE_SENDING),
    _I.ACCEPTED: frozenset({_I.VERIFYING}),
    _I.VERIFYING: frozenset({_I.SUSPENDED, _I.FAILED, _I.UNKNOWN, _I.VOIDED}),
}

OPEN_STATES = frozenset(NEXT)
OPEN_ITEM_STATES = frozenset(ITEM_NEXT)
NOT_SENT = frozenset({_I.WAITING, _I.LOOKING, _I.BY_HAND})
BY_HAND = "by_hand"  # the kind of answer of what a person carries out
MAYBE_OFF = frozenset({_I.SENDING, _I.ACCEPTED, _I.VERIFYING, _I.SUSPENDED, _I.UNKNOWN})  # Partner Center may have switched it off
OPEN_RESTORES = frozenset(
    {
        RestoreState.PROPOSED,
        RestoreState.BY_HAND,
        RestoreState.WAITING,
        RestoreState.SENDING,
        RestoreState.ACCEPTED,
        RestoreState.VERIFYING,
    }
)

# When a request's subscriptions ended differently, the request tells the one a person must look at first.
_WORST = (_I.UNKNOWN, _I.FAILED, _I.SUSPENDED, _I.VOIDED, _I.STOPPED, _I.EXPIRED, _I.REFUSED, _I.DRY_RUN)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One subscription of a request. `answer` is what Partner Center last said, `snapshot` the resource as it was just before the call."""

    id: int
    suspension_id: int
    subscription_id: int
    state: ItemState
    looked_at: datetime | None
    request_id: str
    correlation_id: str
    snapshot: Mapping[str, Any]
    answer: Mapping[str, Any]
    attempts: int
    sent_at: datetime | None
    done_at: datetime | None

    @property
    def is_by_hand(self) -> bool:
        """Whether it was left to a person who asks the provider; no call was made for it."""
        return self.answer.get("kind") == BY_HAND

    def is_held_back(self, now: datetime) -> bool:
        """Whether Partner Center asked not to be called again yet."""
        until = self.answer.get("until")
        return until is not None and until != "" and datetime.fromisoformat(str(until)) > now


@dataclass(frozen=True, kw_only=True)
class Suspension:
    """A request. `bound` holds the listed facts as they were shown, with their as-of times and what changed since. `short`: how many
    approvals nobody present can give. `wanted`: the changes that an approver asked for last, answered at `revised_at` if at all.
    """

    id: int
    customer_id: int
    case_id: int
    state: State
    reason: str
    proposed_by: str
    proposed_at: datetime
    expires_at: datetime | None
    cooling_until: datetime | None
    round: int
    facts: int
    bound: Mapping[str, Any]
    ended_by: str
    ended_at: datetime | None
    end_reason: str
    missing: Sequence[Mapping[str, Any]]
    wanted: str
    wanted_by: str
    wanted_at: datetime | None
    revised_at: datetime | None
    short: int
    items: tuple[Item, ...] = field(default=())

    @property
    def number(self) -> str:
        """As people write it: S-3."""
        return f"S-{self.id}"

    @property
    def listed(self) -> Facts:
        """The facts the decision is bound to."""
        found: Facts = self.bound["listed"]
        return found

    @property
    def why_late(self) -> str:
        """Why an approval ran out unused: nobody carried it out by hand, the clock held it back, or the last look never knew everything."""
        if any(one.state is ItemState.BY_HAND for one in self.items):
            return "not_carried"
        return "held" if any(each["what"] == "held" for each in self.missing) else "look_missing"

    @property
    def is_open(self) -> bool:
        """Whether it may still come to a suspension."""
        return self.state in OPEN_STATES

    @property
    def is_to_revise(self) -> bool:
        """Whether it waits for the proposer's answer to what an approver asked for: nobody can approve it meanwhile."""
        return self.state is State.PROPOSED and bool(self.wanted) and self.revised_at is None


@dataclass(frozen=True, kw_only=True)
class Vote:
    """One person's verdict in one round."""

    staff_id: int
    verdict: Verdict
    at: datetime
    face: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Restore:
    """One subscription's way back."""

    id: int
    case_id: int
    subscription_id: int
    state: RestoreState
    reason: str
    asked_by: str
    asked_at: datetime
    request_id: str
    correlation_id: str
    snapshot: Mapping[str, Any]
    answer: Mapping[str, Any]
    attempts: int
    done_at: datetime | None


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
    ripe_on = final_notice_ripe_on(facts, policy)
    if ripe_on is None:
        return ["no_final_notice"]
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
    """The first day on which a final notice is old enough; None without one. Its age counts from its proof, and nobody is suspended before
    the day that it names."""
    finals = [n for n in facts["notices"] if n["kind"] == "final"]
    return min((_ripe_on(n, policy) for n in finals), default=None)


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
