"""What else could be done about a subscription that is not paid for, and what each way saves the partner, as dated rules.

Suspending a new commerce subscription saves nothing: Microsoft bills the whole term, used or not. Only a window still open, or ending it
with its term, does (https://learn.microsoft.com/partner-center/customers/create-a-new-subscription).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from core.customers.model import Subscription, SubscriptionKind
from core.customers.resources import SubscriptionFacts

from .windows import CREATING, NCE, READ_ON, Act, windows


class Way(StrEnum):
    """What could be done."""

    CANCEL_FULL = "cancel_full"
    CANCEL_PRORATED = "cancel_prorated"
    REDUCE = "reduce"
    TERM_END = "term_end"
    SUSPEND_SAVES = "suspend_saves"  # Microsoft stops billing
    SUSPEND_SAVES_NOTHING = "suspend_saves_nothing"
    AZURE = "azure"  # usage stops, what was reserved goes on
    TRIAL = "trial"  # not billed, until it is turned into something that is


@dataclass(frozen=True, kw_only=True)
class LeverRule:
    """A way that is no window: for which kinds, where it is written, and as of which day."""

    way: Way
    kinds: frozenset[SubscriptionKind]
    source: str
    dated: date


EXTENDED = "https://learn.microsoft.com/partner-center/customers/extended-service-terms"
LIFECYCLE = "https://learn.microsoft.com/partner-center/customers/subscription-lifecycle"
AZURE = "https://learn.microsoft.com/partner-center/customers/azure-plan-manage"

RULES = (
    LeverRule(way=Way.TERM_END, kinds=NCE, source=EXTENDED, dated=date(2026, 5, 4)),  # in force since; before, auto-renew off was enough
    LeverRule(way=Way.SUSPEND_SAVES_NOTHING, kinds=NCE, source=CREATING, dated=READ_ON),
    LeverRule(way=Way.SUSPEND_SAVES, kinds=frozenset({SubscriptionKind.LEGACY}), source=LIFECYCLE, dated=READ_ON),
    LeverRule(way=Way.AZURE, kinds=frozenset({SubscriptionKind.AZURE_PLAN}), source=AZURE, dated=READ_ON),
    LeverRule(way=Way.TRIAL, kinds=frozenset({SubscriptionKind.TRIAL}), source=CREATING, dated=READ_ON),
)  # fmt: skip
# No rule for software: too little is known of it.


@dataclass(frozen=True, kw_only=True)
class Lever:
    """One way. `until`: the window's end, or the term's last moment; None where the subscription does not say.

    `quantity`: for how many seats, 0 for all. `stated`: the subscription says so itself, else the rule `dated` does.
    """

    way: Way
    until: datetime | None
    quantity: int
    source: str
    dated: date
    stated: bool


def levers(resource: Mapping[str, Any], read: SubscriptionFacts | Subscription, now: datetime) -> list[Lever]:
    """The ways open at `now`, the cheapest first: windows, the term's end, suspending; `read` is what the desk read in `resource`."""
    found = sorted(_windows(resource, now), key=lambda each: list(Way).index(each.way))
    return [*found, *_others(read, now)]


def _windows(resource: Mapping[str, Any], now: datetime) -> Iterator[Lever]:
    for each in windows(resource, now):
        way = Way.REDUCE if each.act is Act.REDUCE else Way(f"cancel_{each.refund}")
        yield Lever(
            way=way, until=each.until, quantity=each.quantity, source=each.source, dated=each.dated, stated=each.stated
        )  # fmt: skip


def _others(read: SubscriptionFacts | Subscription, now: datetime) -> Iterator[Lever]:
    is_over = read.term_end_at is not None and read.term_end_at <= now
    for rule in RULES:
        if read.kind in rule.kinds and not (rule.way is Way.TERM_END and is_over):
            yield Lever(way=rule.way, until=read.term_end_at, quantity=0, source=rule.source, dated=rule.dated, stated=False)
