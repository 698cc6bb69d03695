"""What happened on the way back of what was switched off."""

from dataclasses import dataclass
from datetime import datetime

from core.engine.journal import Private

from .events import OfSuspension


@dataclass(frozen=True, kw_only=True)
class OfRestore(OfSuspension):
    """An event of one subscription's way back, in the chain of the request that switched it off."""

    restore_id: int


@dataclass(frozen=True, kw_only=True)
class RestoreProposed(OfRestore):
    """Money came, or somebody reported it (`because`): somebody should switch it on again. `leads`: of several of one request at once the
    one that people are told of, as the sentence names the request alone."""

    proposed_by: str
    overdue: int
    currency: str
    because: str = "paid"
    leads: bool = True


@dataclass(frozen=True, kw_only=True)
class RestoreChased(OfRestore):
    """Nobody restored it yet; `times` so far, the next reminder at `next_at`."""

    state: str
    because: str
    times: int
    next_at: datetime
    proposed_by: str


@dataclass(frozen=True, kw_only=True)
class RestoreDeclined(OfRestore):
    """It stays off: somebody said why, or the payment that was reported never came."""

    reason: Private


@dataclass(frozen=True, kw_only=True)
class RestoreBegun(OfRestore):
    """The call to switch it on may go out. `waiting`: after its parent."""

    tenant: str
    request_id: str
    waiting: bool
    reason: Private


@dataclass(frozen=True, kw_only=True)
class RestoreAnswered(OfRestore):
    """What Partner Center answered. `next_at`: when the next step is due. `again`: it is the code it gave the last time too."""

    kind: str
    code: str
    next_at: datetime | None
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class RestoreReadBackBegun(OfRestore):
    """The subscription is being read back."""

    tenant: str


@dataclass(frozen=True, kw_only=True)
class RestoreReadBackMissed(OfRestore):
    """It is not active yet."""

    status: str
    next_at: datetime


@dataclass(frozen=True, kw_only=True)
class ServiceRestored(OfRestore):
    """Read back: it is on."""

    proposed_by: str


@dataclass(frozen=True, kw_only=True)
class RestoreHandedOver(OfRestore):
    """Somebody who may wants it on again: a person is to ask the provider. `leads` as for a proposal."""

    reason: Private
    leads: bool = True


@dataclass(frozen=True, kw_only=True)
class RestoredByHand(OfRestore):
    """A person says that the provider switched it on again, with the provider's reference; not read back."""

    at: datetime
    reference: Private
    who: Private


@dataclass(frozen=True, kw_only=True)
class RestoreEnded(OfRestore):
    """It could not be switched on, or nobody knows: a person must look."""

    state: str
    proposed_by: str


@dataclass(frozen=True, kw_only=True)
class HandworkReported(OfRestore):
    """Somebody says that what was left is set again by hand; it is read back."""

    subscription_id: int


@dataclass(frozen=True, kw_only=True)
class HandworkLeft(OfRestore):
    """By the newest reading this is still to be set by hand; asked for again at `next_at`."""

    left: tuple[str, ...]
    times: int
    next_at: datetime
    proposed_by: str


@dataclass(frozen=True, kw_only=True)
class CustomerTold(OfRestore):
    """A person says that the customer knows that this is on again, and how they were told."""

    how: Private


@dataclass(frozen=True, kw_only=True)
class CustomerUnreached(OfRestore):
    """The letters that told them came back: they do not know after all."""


@dataclass(frozen=True, kw_only=True)
class TellingLeft(OfRestore):
    """Nobody said yet that the customer was told; asked for again at `next_at`."""

    times: int
    next_at: datetime
    proposed_by: str
