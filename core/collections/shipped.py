"""The policy that counts until the partner applies their own; docs/policy.yaml is the same as a file to start from.

The desk's own numbers, not Microsoft's, except where a Microsoft page is named: Microsoft has no four-eyes rule and no ladder for partners.
"""

from datetime import date, time, timedelta

from .policy import (
    Calls,
    Curfew,
    Decision,
    Does,
    Holds,
    Notices,
    OnPayment,
    Payments,
    Policy,
    Promises,
    Protected,
    Quorum,
    Restoring,
    Sender,
    Step,
    TermEnd,
    Threshold,
)

OURS, DATED = "the desk's shipped default", date(2026, 11, 1)
RENEWING = "https://learn.microsoft.com/partner-center/customers/create-a-new-subscription"
ERRORS = "https://learn.microsoft.com/partner-center/developer/error-codes"
DUTIES = "https://learn.microsoft.com/partner-center/billing/provide-billing-support"


def _step(name: str, day: int, does: Does, *, to: str = "", sender: Sender = Sender.DESK, enabled: bool = True) -> Step:
    source = DUTIES if does in (Does.REMIND, Does.FINAL) else OURS
    return Step(name=name, day=day, does=does, to=to, sender=sender, enabled=enabled, source=source, dated=DATED)


SHIPPED = Policy(
    version="2026-11",
    since=date(2026, 1, 1),
    title="As shipped",
    steps=(
        _step("upcoming", -7, Does.REMIND, enabled=False),
        _step("due", 0, Does.REMIND),
        _step("friendly", 3, Does.REMIND),
        _step("firm", 7, Does.REMIND),
        _step("final", 14, Does.FINAL),
        _step("ask", 21, Does.ASK),
        _step("review", 30, Does.REVIEW, to="owner"),
        _step("finance", 45, Does.REVIEW, to="finance"),
        _step("write_off", 60, Does.REVIEW, to="finance"),
    ),
    thresholds=(
        Threshold(currency="PLN", amount=100_00, source=OURS, dated=DATED),
        Threshold(currency="EUR", amount=25_00, source=OURS, dated=DATED),
        Threshold(currency="USD", amount=25_00, source=OURS, dated=DATED),
        Threshold(currency="GBP", amount=25_00, source=OURS, dated=DATED),
    ),
    quorums=(Quorum(approvals=1, source=OURS, dated=DATED),),
    protected=Protected(segments=("health", "school", "public_safety"), more_approvals=1, source=OURS, dated=DATED),
    decision=Decision(
        decide_within=timedelta(hours=4), warn_percent=75, approval_valid=timedelta(hours=4), cooling_off=timedelta(minutes=30),
        look_age=timedelta(hours=2), most_a_day=10, source=OURS, dated=DATED,
    ),
    notices=Notices(
        final_age=timedelta(days=7), proven_after=timedelta(hours=24), final_to=2, final_lasts=timedelta(days=14), books_within=3,
        source="published reseller terms: at least 7 days between the final notice and the suspension; the rest is the desk's own",
        dated=DATED,
    ),
    curfew=Curfew(
        latest=time(15), after_closed=time(12), before_term_end=timedelta(hours=48), staffed=timedelta(hours=2), source=OURS, dated=DATED
    ),
    payments=Payments(blocks_days=3, source=OURS, dated=DATED),
    promises=Promises(judged_after=1, longest=timedelta(days=30), source=OURS, dated=DATED),
    holds=Holds(goodwill_longest=timedelta(days=14), source=OURS, dated=DATED),
    restoring=Restoring(on_payment=OnPayment.ONE_CLICK, chase_after=timedelta(minutes=30), source=OURS, dated=DATED),
    term_end=TermEnd(warn_days=(14, 7, 2), source=RENEWING, dated=DATED),
    calls=Calls(
        verify_first=timedelta(seconds=10), verify_every=timedelta(minutes=1), verify_for=timedelta(minutes=30),
        later_at_least=timedelta(minutes=2), give_up_after=8, source=ERRORS, dated=DATED,
    ),
)  # fmt: skip
