"""Addresses of Partner Center's resources, and pages of them."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from core.engine.errors import DeliveryError


def guid(text: str) -> str:
    """The GUID in its plain form; nothing else ever becomes a part of an address. Raises DeliveryError, permanent."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise DeliveryError("the id of a customer or subscription is no GUID; nothing was asked", permanent=True) from None


def customer_path(tenant: str) -> str:
    """The address of a customer."""
    return f"/v1/customers/{guid(tenant)}"


def subscriptions_path(tenant: str, subscription: str = "") -> str:
    """The address of a customer's subscriptions, or of one of them."""
    path = f"{customer_path(tenant)}/subscriptions"
    return f"{path}/{guid(subscription)}" if subscription else path


def items(page: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The resources of a page. Raises DeliveryError when it has none: an empty page says so with an empty list."""
    found = page.get("items")
    if not isinstance(found, list):
        raise DeliveryError("Partner Center's answer is not a list of resources")
    yield from (item for item in found if isinstance(item, dict))


def next_page(page: Mapping[str, Any]) -> str:
    """The continuation token of the page after this one, "" when it is the last.

    https://learn.microsoft.com/partner-center/developer/get-a-list-of-customers
    """
    links = page.get("links")
    following = links.get("next") if isinstance(links, dict) else None
    headers = following.get("headers") if isinstance(following, dict) else None
    for header in headers if isinstance(headers, list) else []:
        if isinstance(header, dict) and str(header.get("key", "")).casefold() == "ms-continuationtoken":
            return str(header.get("value", ""))
    return ""
