"""Names for Slack's JSON."""

from typing import Any

Block = dict[str, Any]
Payload = dict[str, Any]
