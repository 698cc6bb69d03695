"""Until when something bought can still be cancelled or reduced, and what comes back: Microsoft's windows as dated rules.

What the subscription itself says (`cancellationAllowedUntilDate`, `refundOptions`, `refundableQuantity`) comes before the rule, because
it is exact and the rule is a page's: https://learn.microsoft.com/partner-center/developer/subscription-resources.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from core.customers.model import SubscriptionKind
from core.customers.resources import kind, moment, number, text, tick, value


class Refund(StrEnum):
    """What comes back."""

    FULL = "full"
    PRORATED = "prorated"


class Act(StrEnum):
    """What may be done inside a window."""

    CANCEL = "cancel"
    REDUCE = "reduce"


@dataclass(frozen=True, kw_only=True)
class WindowRule:
    """How long after the purchase or renewal something may be done, where it is written, and on which day it was read there."""

    name: str
    kinds: frozenset[SubscriptionKind]
    act: Act
    refund: Refund
    lasts: timedelta
    source: str
    dated: date


NCE = frozenset({SubscriptionKind.NEW_COMMERCE, SubscriptionKind.ADDON})
CANCELLING = "https://learn.microsoft.com/partner-center/customers/new-commerce-cancellation-policy"
CREATING = "https://learn.microsoft.com/partner-center/customers/create-a-new-subscription"
CREDITS = "https://learn.microsoft.com/partner-center/billing/request-credit"
READ_ON = date(2023, 10, 1)  # the pages as they were then; re-read them before relying on a rule where the subscription says nothing itself

RULES = (
    WindowRule(
        name="nce_full", kinds=NCE, act=Act.CANCEL, refund=Refund.FULL, lasts=timedelta(hours=24), source=CANCELLING, dated=READ_ON
    ),
    WindowRule(
        name="nce_prorated", kinds=NCE, act=Act.CANCEL, refund=Refund.PRORATED, lasts=timedelta(hours=168), source=CREATING, dated=READ_ON
    ),
    WindowRule(
        name="legacy_full", kinds=frozenset({SubscriptionKind.LEGACY}), act=Act.CANCEL, refund=Refund.FULL, lasts=timedelta(days=30),
        source=CREDITS, dated=READ_ON,
    ),
)  # fmt: skip
# No rule for software, trials, marketplace products and Azure plans: the desk cannot tell them well enough apart to promise a window.


@dataclass(frozen=True, kw_only=True)
class Window:
    """Something that may still be done until `until`. `quantity`: for how many seats, 0 for all. `stated`: the subscription says so."""

    act: Act
    refund: Refund
    until: datetime
    quantity: int
    rule: str
    source: str
    dated: date
    stated: bool


def windows(resource: Mapping[str, Any], now: datetime) -> list[Window]:
    """What may still be done with a subscription at `now`, the first to close first; empty for a trial, which nobody pays for."""
    if tick(value(resource, "isTrial")):
        return []
    found = [*_cancelling(resource), *_reducing(resource)]
    return sorted((each for each in found if each.until > now), key=lambda each: (each.until, each.act, each.quantity))


def _cancelling(resource: Mapping[str, Any]) -> Iterator[Window]:
    rules = {rule.refund: rule for rule in RULES if kind(resource) in rule.kinds}
    stated = dict(_stated(resource))
    for refund, rule in rules.items():
        began = moment(text(resource, "effectiveStartDate"))
        until = stated.get(refund) or (began + rule.lasts if began else None)
        if until is not None:
            yield _window(rule, Act.CANCEL, until, 0, stated=refund in stated)


def _stated(resource: Mapping[str, Any]) -> Iterator[tuple[Refund, datetime]]:
    """The subscription's own words. `cancellationAllowedUntilDate` ends the prorated window; a full refund is named only in its options."""
    until = moment(text(resource, "cancellationAllowedUntilDate"))
    if until is not None:
        yield Refund.PRORATED, until
    names = {"full": Refund.FULL, "partial": Refund.PRORATED}
    for option in _rows(value(resource, "refundOptions")):
        expires, named = moment(text(option, "expiresAt")), names.get(text(option, "type").casefold())
        if expires is not None and named is not None:
            yield named, expires


def _reducing(resource: Mapping[str, Any]) -> Iterator[Window]:
    """Each increase of seats has a window of its own."""
    rule = next((rule for rule in RULES if rule.refund is Refund.PRORATED and kind(resource) in rule.kinds), None)
    refundable = value(resource, "refundableQuantity")
    if rule is None or not isinstance(refundable, Mapping):
        return
    for detail in _rows(value(refundable, "details")):
        until, seats = moment(text(detail, "allowedUntilDateTime")), number(value(detail, "quantity"))
        if until is not None and seats > 0:
            yield _window(rule, Act.REDUCE, until, seats, stated=True)


def _window(rule: WindowRule, act: Act, until: datetime, quantity: int, *, stated: bool) -> Window:
    return Window(
        act=act, refund=rule.refund, until=until, quantity=quantity, rule=rule.name, source=rule.source, dated=rule.dated, stated=stated
    )  # fmt: skip


def _rows(found: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(found, list):
        yield from (row for row in found if isinstance(row, Mapping))
