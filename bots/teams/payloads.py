"""Names for the Connector's JSON."""

from typing import Any

Element = dict[str, Any]
Activity = dict[str, Any]
CARD_TYPE = "application/vnd.microsoft.card.adaptive"
MESSAGE_TYPE = "application/vnd.microsoft.activity.message"
ERROR_TYPE = "application/vnd.microsoft.error"
SEARCH_TYPE = "application/vnd.microsoft.search.searchResponse"
