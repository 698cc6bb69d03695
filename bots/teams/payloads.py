"""The Connector's JSON: names for it, and whether an activity has its shape."""

from typing import Any

Element = dict[str, Any]
Activity = dict[str, Any]
CARD_TYPE = "application/vnd.microsoft.card.adaptive"
MESSAGE_TYPE = "application/vnd.microsoft.activity.message"
ERROR_TYPE = "application/vnd.microsoft.error"
SEARCH_TYPE = "application/vnd.microsoft.search.searchResponse"
ACCOUNTS = ("from", "recipient", "conversation")


def has_shape(activity: Activity) -> bool:
    """Whether the parts that everything reads are objects with textual ids, or absent."""
    parts = [activity.get(name) for name in (*ACCOUNTS, "channelData")]
    if not all(isinstance(part, dict | None) for part in parts):
        return False
    if activity["type"] in ("message", "invoke") and not (activity.get("conversation") or {}).get("id"):
        return False
    return all(isinstance((activity.get(name) or {}).get("id"), str | None) for name in ACCOUNTS)


def envelope(activity: Activity) -> Activity:
    """What the SDK needs of an activity to carry an answer back; its model chokes on anything odd in the rest."""
    kept = {name: activity[name] for name in ("type", "id", "channelId", "serviceUrl", "name") if isinstance(activity.get(name), str)}
    accounts = {name: {"id": str((activity.get(name) or {}).get("id") or "")} for name in ACCOUNTS}
    return kept | accounts
