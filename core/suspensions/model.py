"""What a request to suspend is, the states of the request and of each subscription in it, and what its facts forbid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

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
POLICY = "policy:"  # how the actor begins that a policy proposes as; its version follows
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
    `told`: the words by which the customer hears that access is off, and once they know, how.
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
    told: Mapping[str, Any]
    items: tuple[Item, ...] = field(default=())

    @property
    def is_by_policy(self) -> bool:
        """Whether a step of the ladder asked for it, not a person."""
        return self.proposed_by.startswith(POLICY)

    @property
    def answered(self) -> tuple[str, ...]:
        """Who answered for the policy, in their order: from then on a person stands for the request."""
        return tuple(self.bound.get("answered_by", ()))

    @property
    def askers(self) -> frozenset[str]:
        """The actors whose request it is: nobody of them decides it, and no word of theirs lets it go on."""
        return frozenset({self.proposed_by, *self.answered})

    @property
    def unseen(self) -> tuple[int, ...]:
        """Open questions about its invoices that no person who stands for it has seen: the policy reads none."""
        return tuple(self.listed.get("questions", ())) if self.is_by_policy and not self.answered else ()

    @property
    def lasting(self) -> dict[str, Any]:
        """What stays of `bound` when the request comes to stand on other facts: the step that asked, and who answered for it."""
        return {name: self.bound[name] for name in ("step", "not_asked", "answered_by") if name in self.bound}

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
