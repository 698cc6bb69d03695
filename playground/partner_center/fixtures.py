"""Subscriptions as Microsoft's samples show them, one builder per kind.

https://learn.microsoft.com/partner-center/developer/subscription-resources
"""

import base64
import json
import uuid
from datetime import datetime, timedelta
from typing import Any

Resource = dict[str, Any]
KINDS = ("new_commerce", "legacy", "azure_plan", "trial", "addon")


def seven(moment: datetime) -> str:
    """Seven fractional digits and a Z, as .NET writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def etag_of(resource: Resource, version: int) -> str:
    """An opaque, quoted tag, as in the samples."""
    return '"' + base64.b64encode(json.dumps({"id": resource["id"], "version": version}).encode()).decode() + '"'


def subscription(kind: str, *, now: datetime, customer: str, **fields: Any) -> Resource:
    """A subscription of the kind, bought ten days before `now`; `fields` replace or add what the resource says.

    Raises KeyError for a kind that does not exist.
    """
    made = _common(now, customer, str(fields.get("id") or uuid.uuid4()))
    made.update(_KINDS[kind](now))
    made.update({"scheduledNextTermInstructions": None, "nextChargeInstructions": None, "scheduledActions": []})
    made.update(fields)
    if kind == "legacy":
        made["attributes"] = {"etag": etag_of(made, 1), "objectType": "Subscription"}
    return made


def _common(now: datetime, customer: str, external: str) -> Resource:
    bought, ends = now - timedelta(days=10), (now + timedelta(days=355)).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "id": external, "offerId": "CFQ7TTC0LH18:0001:CFQ7TTC0K971", "offerName": "Microsoft 365 Business Basic",
        "friendlyName": "Microsoft 365 Business Basic", "productType": {"id": "OnlineServicesNCE", "displayName": "OnlineServicesNCE"},
        "quantity": 15, "unitType": "Licenses", "hasPurchasableAddons": False, "creationDate": seven(bought),
        "effectiveStartDate": seven(bought), "commitmentEndDate": ends.strftime("%Y-%m-%dT00:00:00Z"),
        "commitmentEndDateTime": ends.strftime("%Y-%m-%dT23:59:59Z"), "status": "active", "autoRenewEnabled": True, "isTrial": False,
        "billingType": "license", "billingCycle": "monthly", "termDuration": "P1Y", "renewalTermDuration": "",
        "cancellationAllowedUntilDate": seven(bought + timedelta(days=7)),
        "refundOptions": [{"type": "Full", "expiresAt": (bought + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")}],
        "isMicrosoftProduct": True, "partnerId": "", "attentionNeeded": False, "actionTaken": False, "contractType": "subscription",
        "suspensionReasons": [], "publisherName": "Microsoft Corporation", "orderId": uuid.uuid4().hex[:12],
        "links": {"self": {"uri": f"/customers/{customer}/subscriptions/{external}", "method": "GET", "headers": []}},
        "attributes": {"objectType": "Subscription"},
    }  # fmt: skip


def _new_commerce(_now: datetime) -> Resource:
    return {}


def _legacy(now: datetime) -> Resource:
    """Bought before new commerce; numbers and empty dates as the old service writes them."""
    return {
        "offerId": "031C9E47-4802-4248-838E-778FB1D2CC05", "offerName": "Office 365 Business Premium",
        "friendlyName": "Office 365 Business Premium", "productType": {"id": "OnlineServices", "displayName": "OnlineServices"},
        "commitmentEndDate": (now + timedelta(days=200)).strftime("%Y-%m-%dT00:00:00Z"), "commitmentEndDateTime": "0001-01-01T00:00:00",
        "cancellationAllowedUntilDate": "0001-01-01T00:00:00",
    }  # fmt: skip


def _azure_plan(_now: datetime) -> Resource:
    """An Azure plan has no term; its Azure subscriptions hang below it."""
    return {
        "offerId": "DZH318Z0BPS6:0001:DZH318Z0BPS7", "offerName": "Azure plan", "friendlyName": "Azure plan", "quantity": 1,
        "productType": {"id": "Azure", "displayName": "Azure"}, "unitType": "Usage-based", "billingType": "usage", "termDuration": "",
        "commitmentEndDate": "0001-01-01T00:00:00", "commitmentEndDateTime": "0001-01-01T00:00:00Z", "autoRenewEnabled": False,
    }  # fmt: skip


def _trial(now: datetime) -> Resource:
    ends = (now + timedelta(days=20)).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "offerName": "Microsoft 365 Business Premium Trial", "friendlyName": "Microsoft 365 Business Premium Trial", "isTrial": True,
        "quantity": 25, "termDuration": "P1M", "commitmentEndDate": ends.strftime("%Y-%m-%dT00:00:00Z"),
        "commitmentEndDateTime": ends.strftime("%Y-%m-%dT23:59:59Z"), "autoRenewEnabled": False,
    }  # fmt: skip


def _addon(_now: datetime) -> Resource:
    """`parentSubscriptionId` comes with the fields."""
    return {"offerName": "Microsoft 365 Copilot", "friendlyName": "Microsoft 365 Copilot", "parentSubscriptionId": ""}


_KINDS = {"new_commerce": _new_commerce, "legacy": _legacy, "azure_plan": _azure_plan, "trial": _trial, "addon": _addon}
