"""What suspending a subscription does, by kind, as dated rules: what stops, what is lost, until when it can be undone.

https://learn.microsoft.com/partner-center/customers/create-a-new-subscription and
https://learn.microsoft.com/partner-center/customers/subscription-lifecycle. What is billed meanwhile, and what would cost less: levers.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from core.customers.model import Subscription, SubscriptionKind
from core.customers.resources import number, text, value

from .levers import AZURE, LIFECYCLE
from .windows import CREATING, NCE, READ_ON


class Effect(StrEnum):
    """What happens."""

    STOPS = "stops"
    STOPS_ADDON = "stops_addon"
    STOPS_NOTHING = "stops_nothing"
    STOPS_BY_HAND = "stops_by_hand"
    WITH_PARENT = "with_parent"
    AUTO_RENEW = "auto_renew"
    SCHEDULED = "scheduled"
    NEXT_CHARGE = "next_charge"
    NO_RETURN = "no_return"
    NO_RETURN_UNKNOWN = "no_return_unknown"
    NO_RETURN_LEGACY = "no_return_legacy"
    NO_RETURN_TRIAL = "no_return_trial"
    NO_RETURN_AZURE = "no_return_azure"


@dataclass(frozen=True, kw_only=True)
class Read:
    """A subscription with everything Partner Center said of it, and the names of its add-ons."""

    facts: Subscription
    resource: Mapping[str, Any]
    addons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ImpactRule:
    """For which kinds, and when, it happens; where that is written, and as of which day."""

    effect: Effect
    kinds: frozenset[SubscriptionKind]
    source: str
    dated: date
    when: Callable[[Read], bool] = lambda _read: True


@dataclass(frozen=True, kw_only=True)
class Impact:
    """One effect of suspending one subscription. `until` is the term's last moment; `changes` what was scheduled, `names` add-ons."""

    effect: Effect
    seats: int
    until: datetime | None
    source: str
    dated: date
    names: tuple[str, ...] = ()
    changes: tuple[tuple[str, str], ...] = ()


_K = SubscriptionKind
LICENCES = frozenset({_K.NEW_COMMERCE, _K.LEGACY})
TRIAL, PLAN, LEGACY = frozenset({_K.TRIAL}), frozenset({_K.AZURE_PLAN}), frozenset({_K.LEGACY})


def _rule(effect: Effect, kinds: frozenset[SubscriptionKind], source: str, when: Callable[[Read], bool] = lambda _read: True) -> ImpactRule:
    return ImpactRule(effect=effect, kinds=kinds, source=source, dated=READ_ON, when=when)


RULES = (
    _rule(Effect.STOPS, LICENCES, CREATING),
    _rule(Effect.STOPS_ADDON, frozenset({_K.ADDON}), CREATING),
    _rule(Effect.STOPS_NOTHING, TRIAL, CREATING),  # neither its quantity nor its status can be changed
    _rule(Effect.STOPS_BY_HAND, PLAN, AZURE),  # 900115 while it has active Azure subscriptions: each is cancelled by itself
    _rule(Effect.WITH_PARENT, LICENCES, LIFECYCLE, lambda read: bool(read.addons)),
    _rule(Effect.AUTO_RENEW, NCE, CREATING, lambda read: bool(read.facts.auto_renew)),
    _rule(Effect.SCHEDULED, NCE, CREATING, lambda read: bool(scheduled(read.resource))),
    _rule(Effect.NEXT_CHARGE, NCE, CREATING, lambda read: bool(value(read.resource, "nextChargeInstructions"))),
    _rule(Effect.NO_RETURN, NCE, LIFECYCLE, lambda read: read.facts.term_end_at is not None),
    _rule(Effect.NO_RETURN_UNKNOWN, NCE, LIFECYCLE, lambda read: read.facts.term_end_at is None),
    _rule(Effect.NO_RETURN_LEGACY, LEGACY, LIFECYCLE),
    _rule(Effect.NO_RETURN_TRIAL, TRIAL, LIFECYCLE),
    _rule(Effect.NO_RETURN_AZURE, PLAN, AZURE),
)
# No rule for software and what is new: too little is known of them, and they are left to people.


def impacts(read: Read) -> list[Impact]:
    """What suspending it does, in the order of the rules."""
    return [
        Impact(
            effect=rule.effect, seats=read.facts.quantity, until=read.facts.term_end_at, source=rule.source, dated=rule.dated,
            names=read.addons, changes=tuple(scheduled(read.resource)) if rule.effect is Effect.SCHEDULED else (),
        )
        for rule in RULES
        if read.facts.kind in rule.kinds and rule.when(read)
    ]  # fmt: skip


def scheduled(resource: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was scheduled for the end of the term, as (what, value): seats, term, billing, product, ends, or an action by Microsoft's name.

    https://learn.microsoft.com/partner-center/developer/create-scheduled-changes
    """
    return [*_next_term(value(resource, "scheduledNextTermInstructions")), *_actions(value(resource, "scheduledActions"))]


def _next_term(found: object) -> Iterator[tuple[str, str]]:
    if not isinstance(found, Mapping):
        return
    product = value(found, "product")
    said = product if isinstance(product, Mapping) else {}
    seats = number(value(found, "quantity"))
    fields = {
        "seats": str(seats) if seats else "", "term": text(said, "termDuration"), "billing": text(said, "billingCycle"),
        "product": text(said, "productId"), "ends": text(found, "customTermEndDate")[:10],
    }  # fmt: skip
    yield from ((name, shown) for name, shown in fields.items() if shown) if any(fields.values()) else (("action", "?"),)


def _actions(found: object) -> Iterator[tuple[str, str]]:
    for action in found if isinstance(found, list) else []:
        if isinstance(action, Mapping):
            yield "action", text(action, "actionType") or "?"
