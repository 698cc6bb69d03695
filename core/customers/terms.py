"""What Partner Center would do with a subscription when its term ends, read from the subscription itself.

Since 4 May 2026 there is no free time after a term: a subscription renews, is cancelled, or goes on month by month as an *extended service
term* at the monthly rate and a surcharge. Auto-renew off alone means the last, for licences bought or renewed since 1 April 2025; only a
scheduled cancellation ends it: https://learn.microsoft.com/partner-center/customers/extended-service-terms
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from .resources import moment, text, tick, value


class AtTermEnd(StrEnum):
    """What becomes of it when its term ends. UNKNOWN: Partner Center does not say, or Microsoft does not document it."""

    RENEW = "renew"
    CANCEL = "cancel"
    EXTEND = "extend"
    UNKNOWN = "unknown"


EXTENDED_SINCE = datetime(2026, 5, 4, tzinfo=UTC)
BOUGHT_SINCE = datetime(2025, 4, 1, tzinfo=UTC)
# The longest a term of this name lasts: one that may have begun earlier is taken as one that did not, which warns rather than reassures.
TERMS = {"p1m": timedelta(days=31), "p1y": timedelta(days=366), "p3y": timedelta(days=1096)}
ACTIONS = {
    "cancel": AtTermEnd.CANCEL, "renewtonewterm": AtTermEnd.RENEW, "transition": AtTermEnd.RENEW,
    "renewtoextendedserviceterm": AtTermEnd.EXTEND,
}  # fmt: skip


def at_term_end(resource: Mapping[str, Any]) -> AtTermEnd:
    """What the resource says. Scheduled actions come first, then auto-renew; of a suspended subscription with neither, Microsoft documents
    nothing: it may be deleted, or go on and be billed."""
    scheduled = next(_scheduled(resource), None)
    if scheduled is not None:
        return scheduled
    renews = tick(value(resource, "autoRenewEnabled"))
    if renews:
        return AtTermEnd.RENEW
    if renews is None or text(resource, "status").casefold() != "active":
        return AtTermEnd.UNKNOWN
    return AtTermEnd.EXTEND if _goes_on(resource) else AtTermEnd.CANCEL


def _scheduled(resource: Mapping[str, Any]) -> Iterator[AtTermEnd]:
    """A cancellation on whatever day comes before the term's end or with it; of the others only those that are for the end itself."""
    found = value(resource, "scheduledActions")
    for action in found if isinstance(found, list) else []:
        if not isinstance(action, Mapping):
            continue
        wanted = text(action, "actionType").casefold()
        if wanted and (wanted == "cancel" or text(action, "scheduleType").casefold() == "termend"):
            yield ACTIONS.get(wanted, AtTermEnd.UNKNOWN)


def _goes_on(resource: Mapping[str, Any]) -> bool:
    """Whether the term falls under the extended service terms."""
    ends = moment(text(resource, "commitmentEndDateTime")) or moment(text(resource, "commitmentEndDate"))
    lasts = TERMS.get(text(resource, "termDuration").casefold())
    if ends is None:
        return True
    return ends >= EXTENDED_SINCE and (lasts is None or ends - lasts >= BOUGHT_SINCE - timedelta(days=1))
