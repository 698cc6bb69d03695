"""What a subscription of Partner Center says, read leniently: every date may be empty, every number text, every word new.

https://learn.microsoft.com/partner-center/developer/subscription-resources
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from .model import SubscriptionKind

MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{0,9}))?)?)?\s*(?:(Z)|([+-])(\d{2}):?(\d{2}))?",
    re.ASCII | re.IGNORECASE,
)
DAY_ENDS = timedelta(hours=23, minutes=59, seconds=59)


@dataclass(frozen=True, kw_only=True)
class SubscriptionFacts:
    """A subscription's facts. `term_end_at` is its last moment, inclusive; None where it has no term or does not say."""

    external: str
    name: str
    kind: SubscriptionKind
    parent: str
    status: str
    quantity: int
    term: str
    term_end_at: datetime | None
    commitment_ends_on: date | None
    auto_renew: bool | None


def facts(resource: Mapping[str, Any]) -> SubscriptionFacts:
    """The resource's facts. Raises ValueError when it has no id or no status: then it is no subscription."""
    external, status = text(resource, "id"), text(resource, "status")
    if not external or not status:
        raise ValueError("a subscription without id or status")
    last_day = moment(text(resource, "commitmentEndDate"))
    # The commitment's end date is inclusive: https://learn.microsoft.com/partner-center/customers/create-a-new-subscription
    ends = moment(text(resource, "commitmentEndDateTime")) or (last_day and _midnight(last_day) + DAY_ENDS)
    return SubscriptionFacts(
        external=external.casefold(), name=(text(resource, "friendlyName") or text(resource, "offerName") or external)[:200],
        kind=kind(resource), parent=text(resource, "parentSubscriptionId").casefold(), status=status.casefold()[:30],
        quantity=number(value(resource, "quantity")), term=text(resource, "termDuration")[:10], term_end_at=ends,
        commitment_ends_on=last_day.date() if last_day else None, auto_renew=tick(value(resource, "autoRenewEnabled")),
    )  # fmt: skip


def kind(resource: Mapping[str, Any]) -> SubscriptionKind:
    """What sort of subscription it is, the sorts that may not be suspended first; what cannot be told is OTHER."""
    found = value(resource, "productType")
    product = (text(found, "id") if isinstance(found, Mapping) else str(found or "")).casefold()
    if tick(value(resource, "isTrial")):
        return SubscriptionKind.TRIAL
    if "azure" in product or text(resource, "billingType").casefold() == "usage" or text(resource, "unitType").casefold() == "usage-based":
        return SubscriptionKind.AZURE_PLAN
    if text(resource, "parentSubscriptionId"):
        return SubscriptionKind.ADDON
    if product.endswith("nce"):
        return SubscriptionKind.NEW_COMMERCE
    return SubscriptionKind.LEGACY if product in ("onlineservices", "") else SubscriptionKind.OTHER


def value(resource: Mapping[str, Any], name: str) -> Any:
    """A field by its name, in whatever case the service wrote it; None when it is not there."""
    if name in resource:
        return resource[name]
    return next((found for key, found in resource.items() if key.casefold() == name.casefold()), None)


def text(resource: Mapping[str, Any], name: str) -> str:
    """A field as text, "" when it is not there or empty."""
    found = value(resource, name)
    return "" if found is None else str(found).strip()


def number(found: object) -> int:
    """A whole number that may come as text, 0 when it is none."""
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return 0
    try:
        return int(float(found)) if isinstance(found, float | str) and "." in str(found) else int(found)
    except (ValueError, OverflowError):
        return 0


def tick(found: object) -> bool | None:
    """A yes or no that may come as text; None when it says neither."""
    if isinstance(found, bool):
        return found
    return {"true": True, "false": False}.get(str(found).strip().casefold())


def moment(written: str) -> datetime | None:
    """A moment with none to nine fractional digits, with `Z`, an offset or no zone at all, which is UTC.

    None for `0001-01-01`, which means that there is none, and for what cannot be read.
    """
    match = MOMENT.fullmatch(written.strip())
    if match is None or written.strip().startswith("0001-01-01"):
        return None
    day, hour, minute, second, fraction, _, sign, ahead_hours, ahead_minutes = match.groups()
    micros = int((fraction or "").ljust(6, "0")[:6])
    ahead = timedelta(hours=int(ahead_hours or 0), minutes=int(ahead_minutes or 0))
    try:
        zone = timezone(-ahead if sign == "-" else ahead)
        clock = datetime.fromisoformat(day).replace(
            hour=int(hour or 0), minute=int(minute or 0), second=int(second or 0), microsecond=micros
        )
        return clock.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
