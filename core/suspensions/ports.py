"""What suspensions ask of Partner Center. One call each, never inside a transaction; the process decides what an answer means."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class Wanted(StrEnum):
    """The only two states the desk ever writes. `deleted` on the same address would be an irrevocable cancellation."""

    SUSPENDED = "suspended"
    ACTIVE = "active"


class AnswerKind(StrEnum):
    """What came back from a write."""

    DONE = "done"  # 200 with the resource
    ACCEPTED = "accepted"  # 202: read until it is so
    STALE = "stale"  # 2055 or 412: read again, look again, try again once
    LATER = "later"  # 409, 800082, 900278, renewal under way, 429: nothing happened, come back at `retry_after`
    REFUSED = "refused"  # final: a person must look


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer to a write. `code` is Microsoft's error code as text, "" when there is none; `retry_after` seconds."""

    kind: AnswerKind
    code: str = ""
    description: str = ""
    retry_after: float = 0
    resource: Mapping[str, Any] | None = None


class SubscriptionsPort(Protocol):
    """Partner Center as the suspension process sees it. No answer at all is a DeliveryError with `unknown=True`."""

    def read(self, tenant: str, subscription: str) -> Mapping[str, Any]:
        """The full resource with every field, unknown ones too. Raises DeliveryError (permanent when it is not there)."""

    def write_status(
        self, tenant: str, subscription: str, resource: Mapping[str, Any], wanted: Wanted, *, request_id: str, correlation_id: str
    ) -> Answer:
        """PATCH the full resource as just read, with the wanted status. Raises DeliveryError(unknown=True) when no answer came:
        then, and only then, the same `request_id` may be sent again."""
