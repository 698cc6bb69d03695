"""What a PATCH does to a subscription, and what time does to it: Microsoft's rules, the dangerous ones above all.

https://learn.microsoft.com/partner-center/developer/update-a-subscription-by-id
"""

import copy
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from playground.partner_center.fixtures import Resource, etag_of

# Whatever of these a body does not carry is lost: "a partial body turns auto-renew off and deletes next-term instructions".
LOST_WHEN_MISSING: dict[str, Any] = {
    "autoRenewEnabled": False, "scheduledNextTermInstructions": None, "nextChargeInstructions": None, "scheduledActions": [],
}  # fmt: skip
UNSCHEDULED: dict[str, Any] = {"scheduledNextTermInstructions": None, "scheduledActions": []}
WRITABLE = ("friendlyName", "quantity", "autoRenewEnabled", "scheduledNextTermInstructions", "nextChargeInstructions", "scheduledActions")
FLAPS = 10  # status changes within a day; Microsoft publishes no number
RENEWAL = timedelta(hours=24)
TERMS = {"P1M": 31, "P1Y": 365, "P3Y": 1095}  # days, near enough for a stand-in


@dataclass(eq=False)
class Fault(Exception):
    """An error answer: HTTP status, Microsoft's code (a number or text) and its description."""

    status: int
    code: int | str
    description: str
    source: str = "PartnerFD"


@dataclass
class Pending:
    """A change that was accepted and is not true yet: until `reads` more reads and the moment `at` (real clock) have both passed."""

    after: Resource
    reads: int
    at: datetime


@dataclass
class Held:
    """A subscription as the service holds it. `entitlements`: active Azure subscriptions below an Azure plan."""

    resource: Resource
    version: int = 1
    entitlements: int = 0
    pending: Pending | None = None
    changes: deque[datetime] = field(default_factory=deque)

    def read(self) -> Resource:
        """The resource as a GET shows it; a read may be the one that makes an accepted change true."""
        if self.pending is not None:
            if self.pending.reads <= 0 and datetime.now(UTC) >= self.pending.at:
                self.settle()
            else:
                self.pending.reads -= 1
        return copy.deepcopy(self.resource)

    def settle(self) -> None:
        """The accepted change is true now."""
        if self.pending is not None:
            self.become(self.pending.after)
            self.pending = None

    def become(self, after: Resource) -> None:
        """Take the new state, under a new tag where the kind has one."""
        self.version += 1
        self.resource = after
        if "etag" in after["attributes"]:
            after["attributes"]["etag"] = etag_of(after, self.version)


def changed(held: Held, body: dict[str, Any], *, parent: Held | None, now: datetime, flaps: int = FLAPS) -> Resource:
    """The resource after this PATCH. Raises Fault, and then nothing happened."""
    before, after = held.resource, copy.deepcopy(held.resource)
    _refuse_busy(held, now)
    _take_fields(before, after, body)
    wanted = str(body.get("status", before["status"]))
    if wanted != before["status"]:
        _refuse_status(held, wanted, parent=parent, now=now)
        _refuse_flapping(held, now, flaps)
        held.changes.append(now)
        _switch(after, wanted)
    return after


def _refuse_busy(held: Held, now: datetime) -> None:
    if held.pending is not None:
        raise Fault(409, 900278, "There is a pending operation on this subscription. Please try again after 24 hours.")
    ends = term_end(held.resource)
    if ends is not None and ends <= now < ends + RENEWAL:
        raise Fault(409, "409", "The subscription is being renewed. Please wait at least two minutes and try again.")


def _take_fields(before: Resource, after: Resource, body: dict[str, Any]) -> None:
    """What is writable is taken from the body; what is missing there is lost."""
    for name in WRITABLE:
        if name in body:
            after[name] = body[name]
        elif name in LOST_WHEN_MISSING:
            after[name] = copy.deepcopy(LOST_WHEN_MISSING[name])
    if str(after["quantity"]) == str(before["quantity"]):
        return
    if before["status"] == "suspended":
        raise Fault(400, 800091, "A suspended subscription cannot be updated.")
    if after["productType"]["id"] == "OnlineServicesNCE":  # any immediate change in mid-term deletes what was scheduled for its end
        after.update(UNSCHEDULED)


def _refuse_status(held: Held, wanted: str, *, parent: Held | None, now: datetime) -> None:
    resource = held.resource
    if wanted not in ("active", "suspended", "deleted"):
        raise Fault(400, 800096, f"The subscription status cannot be updated to {wanted}.")
    if resource["isTrial"] or resource["status"] not in ("active", "suspended"):
        raise Fault(400, 800096, "The subscription status cannot be updated.")
    if resource["productType"]["id"] == "Azure" and wanted != "active" and held.entitlements:
        raise Fault(403, 900115, "The Azure plan has active Azure subscriptions and cannot be suspended.")
    if wanted == "active" and parent is not None and parent.resource["status"] != "active":
        raise Fault(409, "27009", "The add-on cannot be enabled while its parent subscription is not active.")
    if wanted == "deleted" and _window_passed(resource, now):
        raise Fault(400, 900213, "The cancellation window has passed.")


def _refuse_flapping(held: Held, now: datetime, flaps: int) -> None:
    while held.changes and held.changes[0] <= now - timedelta(days=1):
        held.changes.popleft()
    if len(held.changes) >= flaps:
        raise Fault(400, 900311, "The subscription was updated too many times.")


def _switch(after: Resource, wanted: str) -> None:
    after["status"] = wanted
    new_commerce = after["productType"]["id"] == "OnlineServicesNCE"
    if wanted == "suspended":
        after["suspensionReasons"] = ["CustomerDelinquency"]
        if new_commerce:  # auto-renew goes off and stays off; scheduled changes go, the next-charge instructions stay
            after.update(autoRenewEnabled=False, **UNSCHEDULED)
    elif wanted == "active":
        after["suspensionReasons"] = []
    else:
        after.update(autoRenewEnabled=False, scheduledNextTermInstructions=None, nextChargeInstructions=None, scheduledActions=[])


def _window_passed(resource: Resource, now: datetime) -> bool:
    until = _moment(resource.get("cancellationAllowedUntilDate"))
    return resource["productType"]["id"] == "OnlineServicesNCE" and until is not None and now > until


def term_end(resource: Resource) -> datetime | None:
    """When the term ends; None for what has none."""
    return _moment(resource.get("commitmentEndDateTime"))


def _moment(text: Any) -> datetime | None:
    if not text or str(text).startswith("0001"):
        return None
    whole = str(text).removesuffix("Z").split("+")[0].split(".")[0]
    return datetime.fromisoformat(whole).replace(tzinfo=UTC)


def age(held: Held, now: datetime) -> None:
    """What the end of a term does: a renewing subscription begins a new term, any other expires.

    Microsoft's pages contradict each other on what becomes of a suspended one; here it cannot be reactivated any more.
    """
    resource = held.resource
    ends = term_end(resource)
    if ends is None or now < ends + RENEWAL or resource["status"] not in ("active", "suspended"):
        return
    if resource["status"] == "active" and resource["autoRenewEnabled"]:
        later = ends + timedelta(days=TERMS.get(str(resource["termDuration"]), 365))
        resource.update(commitmentEndDateTime=later.strftime("%Y-%m-%dT%H:%M:%SZ"), commitmentEndDate=later.strftime("%Y-%m-%dT00:00:00Z"))
        age(held, now)
    else:
        resource["status"] = "expired"
