"""What happened to requests to suspend, and to the rules they stand under; to each subscription: `execution_events`, `restore_events`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.engine.journal import Event, Private


@dataclass(frozen=True, kw_only=True)
class OfSuspension(Event):
    """An event of a request's own chain."""

    suspension_id: int
    case_id: int

    @property
    def subject(self) -> str:
        """The request."""
        return f"suspension:{self.suspension_id}"


@dataclass(frozen=True, kw_only=True)
class SuspensionProposed(OfSuspension):
    """Somebody asked for it; these are the facts shown. `asked`: conversations that got the card."""

    reason: Private
    facts: Mapping[str, Any]
    expires_at: datetime
    warn_at: datetime
    asked: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PeopleAsked(OfSuspension):
    """Members who may decide it, who are asked and who watch, from now on; `newly`: asked for the first time, or again. `short`: how many
    approvals nobody present can give now, `was_short` before."""

    decides: tuple[int, ...]
    asked: tuple[int, ...]
    watches: tuple[int, ...]
    newly: tuple[int, ...]
    short: int
    was_short: int


@dataclass(frozen=True, kw_only=True)
class VotesWithdrawn(OfSuspension):
    """A leaver's votes of the present round no longer count."""

    staff_id: int


@dataclass(frozen=True, kw_only=True)
class FactsRebound(OfSuspension):
    """A listed fact changed before anybody decided: the request now stands on the new ones, earlier votes fell."""

    number: int
    changed: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class VoteCast(OfSuspension):
    """A yes that is not yet enough."""

    number: int
    approvals: int
    quorum: int


@dataclass(frozen=True, kw_only=True)
class ChangesRequested(OfSuspension):
    """An approver wants something of whoever proposed it; until that is answered nobody can approve it."""

    number: int
    proposed_by: str
    reason: Private


@dataclass(frozen=True, kw_only=True)
class SuspensionRevised(OfSuspension):
    """The proposer answered: it stands on these facts, for this reason, in a new round with clocks of its own."""

    number: int
    reason: Private
    facts: Mapping[str, Any]
    expires_at: datetime
    warn_at: datetime


@dataclass(frozen=True, kw_only=True)
class SuspensionApproved(OfSuspension):
    """Enough people said yes to these facts; it cools off."""

    number: int
    cooling_until: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class ExpiryNeared(OfSuspension):
    """Most of the time to decide has passed."""

    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class SuspensionEnded(OfSuspension):
    """How the request ended, and why: a word of ours, or what a person wrote."""

    state: str
    proposed_by: str
    by: str
    reason: Private
    changed: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, kw_only=True)
class StopExplained(OfSuspension):
    """Why it was stopped, said afterwards."""

    reason: Private


@dataclass(frozen=True, kw_only=True)
class LookMissed(OfSuspension):
    """The last look could not know everything; unknown means no."""

    payer_id: int
    connection: str
    missing: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class LookUnanswered(OfSuspension):
    """What the last look misses is missing still, after the accounting had its time to answer."""


@dataclass(frozen=True, kw_only=True)
class SuspensionResumed(OfSuspension):
    """Somebody goes on with these subscriptions under the same approval, which is good until `expires_at`."""

    items: tuple[int, ...]
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class SuspensionHeld(OfSuspension):
    """The facts stand, but not now. `until`: when it is looked at again; None when no moment is known. `in_time`: before it expires."""

    why: str
    until: datetime | None
    in_time: bool


@dataclass(frozen=True, kw_only=True)
class NotAskedByPolicy(Event):
    """A step of the ladder was to ask for a suspension and could not. `version`: of its policy; `why`: a word for it."""

    case_id: int
    version: str
    why: str

    @property
    def subject(self) -> str:
        """The case: there is no request."""
        return f"case:{self.case_id}"


@dataclass(frozen=True, kw_only=True)
class CurfewLifted(Event):
    """The curfew is set aside for the case's requests."""

    case_id: int
    customer_id: int
    until: datetime
    reason: Private

    @property
    def subject(self) -> str:
        """The case: there may be no request yet."""
        return f"case:{self.case_id}"


@dataclass(frozen=True, kw_only=True)
class BankAttested(Event):
    """Somebody checked the bank until that moment; the accounting's own word was of `as_of` then."""

    case_id: int
    customer_id: int
    until: datetime
    as_of: datetime
    checked: Private

    @property
    def subject(self) -> str:
        """The case, as with the curfew: what a finance lead says stands in its story."""
        return f"case:{self.case_id}"


@dataclass(frozen=True, kw_only=True)
class ChangedOutside(Event):
    """A subscription changed, and no call of the desk's did it: between `since` and `as_of`. `case_id` 0: no case is about it."""

    customer_id: int
    case_id: int
    subscription_id: int
    what: str
    before: str
    after: str
    since: datetime
    as_of: datetime

    @property
    def subject(self) -> str:
        """The customer."""
        return f"customer:{self.customer_id}"


@dataclass(frozen=True, kw_only=True)
class OfSwitch(Event):
    """An event of the whole desk's kill switch."""

    @property
    def subject(self) -> str:
        """The switch."""
        return "switch:suspensions"


@dataclass(frozen=True, kw_only=True)
class ToldOfSuspension(OfSuspension):
    """The customer heard that access is off, and how."""

    how: Private


@dataclass(frozen=True, kw_only=True)
class NotToldOfSuspension(OfSuspension):
    """The letters that said so came back, or nothing could be sent by itself: a person tells them."""


@dataclass(frozen=True, kw_only=True)
class SuspensionsHalted(OfSwitch):
    """No suspension leaves the desk."""


@dataclass(frozen=True, kw_only=True)
class SuspensionsAllowed(OfSwitch):
    """Suspensions may leave again."""
