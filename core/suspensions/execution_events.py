"""What happened to one subscription of a request after its approval: at Partner Center, or at the provider whom a person asks."""

from dataclasses import dataclass
from datetime import datetime

from core.engine.journal import Private

from .events import OfSuspension


@dataclass(frozen=True, kw_only=True)
class OfItem(OfSuspension):
    """An event of one subscription of a request."""

    item_id: int


@dataclass(frozen=True, kw_only=True)
class SendingBegun(OfItem):
    """The facts stood at the last look; the intent is written down before the call."""

    tenant: str
    request_id: str


@dataclass(frozen=True, kw_only=True)
class SnapshotRecorded(OfItem):
    """The facts still stood with the resource as just read; the call may go out."""

    status: str


@dataclass(frozen=True, kw_only=True)
class SendingHeld(OfItem):
    """The call did not go out: what was read no longer allows it, or says that it is done already."""

    state: str


@dataclass(frozen=True, kw_only=True)
class AnswerRecorded(OfItem):
    """What Partner Center answered. `next_at`: when the next step is due. `again`: it is the code it gave the last time too."""

    kind: str
    code: str
    next_at: datetime | None
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class AnswerMissing(OfItem):
    """The call got no answer; the same request id goes out again once the facts were looked at again."""

    attempts: int


@dataclass(frozen=True, kw_only=True)
class ReadBackBegun(OfItem):
    """The subscription is being read back."""

    tenant: str


@dataclass(frozen=True, kw_only=True)
class ReadBackMissed(OfItem):
    """It is not suspended yet."""

    status: str
    next_at: datetime


@dataclass(frozen=True, kw_only=True)
class SubscriptionSuspended(OfItem):
    """Read back: it is off."""


@dataclass(frozen=True, kw_only=True)
class HandedOver(OfItem):
    """The facts stood at the last look: a person is to ask the provider."""

    provider: str


@dataclass(frozen=True, kw_only=True)
class ChasedByHand(OfSuspension):
    """Nobody recorded it yet: whoever is to ask the provider is reminded; again at `next_at`."""

    times: int
    next_at: datetime


@dataclass(frozen=True, kw_only=True)
class CarriedByHand(OfItem):
    """A person says that the provider switched it off, at that moment, with the provider's reference; not read back."""

    at: datetime
    reference: Private
    who: Private


@dataclass(frozen=True, kw_only=True)
class ItemEnded(OfItem):
    """This subscription's process ended otherwise."""

    state: str
