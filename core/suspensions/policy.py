"""The numbers of a suspension as dated data with their sources; which one a request followed is part of its facts.

The desk's own numbers, not Microsoft's: Microsoft has no four-eyes rule and no cooling-off for a partner's suspension.
"""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One version of the rules, in force from `since`.

    `decide_within` runs from the proposal, `approval_valid` from the last approval; a warning goes out when `warn_after` of the former
    has passed. `notice_age`: whole days since the final notice went out. `look_age`: how old the accounting's word may be at the last
    look, which must besides be younger than the start of the cooling-off. `give_up_after` counts calls without any answer.
    """

    version: str
    since: date
    source: str
    quorum: int
    decide_within: timedelta
    warn_after: float
    approval_valid: timedelta
    cooling_off: timedelta
    notice_age: timedelta
    look_age: timedelta
    verify_first: timedelta
    verify_every: timedelta
    verify_for: timedelta
    later_at_least: timedelta
    give_up_after: int


POLICIES = (
    Policy(
        version="2026-11", since=date(2026, 1, 1),
        source="The desk's shipped default: an approval lasts half a working day; a final notice at least 7 days ahead, as published "
        "reseller terms have it. Microsoft: a change during a renewal may be tried again after 2 minutes, "
        "https://learn.microsoft.com/partner-center/developer/error-codes",
        quorum=1, decide_within=timedelta(hours=4), warn_after=0.75, approval_valid=timedelta(hours=4), cooling_off=timedelta(minutes=30),
        notice_age=timedelta(days=7), look_age=timedelta(hours=2), verify_first=timedelta(seconds=10), verify_every=timedelta(minutes=1),
        verify_for=timedelta(minutes=30), later_at_least=timedelta(minutes=2), give_up_after=8,
    ),
)  # fmt: skip


def policy_on(day: date) -> Policy:
    """The version in force that day. Raises LookupError before the first."""
    in_force = [policy for policy in POLICIES if policy.since <= day]
    if not in_force:
        raise LookupError(f"no suspension policy was in force on {day}")
    return max(in_force, key=lambda policy: policy.since)


def policy_called(version: str) -> Policy:
    """The version a request was bound to. Raises LookupError."""
    for policy in POLICIES:
        if policy.version == version:
            return policy
    raise LookupError(f"there is no suspension policy {version}")
