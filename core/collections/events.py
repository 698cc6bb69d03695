"""What happened to the collections policy and to the ladders."""

from dataclasses import dataclass
from datetime import date

from core.engine.journal import Event
from core.receivables.events import OfPayer


@dataclass(frozen=True, kw_only=True)
class PolicyApplied(Event):
    """A version of the policy counts from a day on. `digest`: SHA-256 of the file it was read from."""

    policy_id: int
    version: str
    since: date
    digest: str

    @property
    def subject(self) -> str:
        """All versions together."""
        return "policy:all"


@dataclass(frozen=True, kw_only=True)
class OfLadder(OfPayer):
    """An event of one ladder, on its customer's chain."""

    ladder_id: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class LadderBegun(OfLadder):
    """Something will be, or is, owed. `to_review`: it was overdue before the desk knew of it, so a person starts the ladder."""

    policy: str
    anchor: date
    to_review: bool


@dataclass(frozen=True, kw_only=True)
class LadderStarted(OfLadder):
    """A person looked at old debts and let their ladder begin."""


@dataclass(frozen=True, kw_only=True)
class LadderAnchored(OfLadder):
    """The earliest unpaid due date is another one; what was climbed stays climbed."""

    before: date
    after: date


@dataclass(frozen=True, kw_only=True)
class LadderPaused(OfLadder):
    """A step was due and something held it back."""

    step: str
    why: str


@dataclass(frozen=True, kw_only=True)
class LadderResumed(OfLadder):
    """Nothing holds it back any more."""

    step: str


@dataclass(frozen=True, kw_only=True)
class LadderSteppedBack(OfLadder):
    """The final notice goes out anew before anybody is asked: more is owed than it named, or the ladder stood still for too long."""

    why: str


@dataclass(frozen=True, kw_only=True)
class StepBegun(OfLadder):
    """A step's day came. `outcome` dry_run: nothing leaves for the customer."""

    step_id: int
    step: str
    does: str
    sender: str
    to: str
    outcome: str
    amount: int
    planned_on: date


@dataclass(frozen=True, kw_only=True)
class StepDone(OfLadder):
    """A step counts as done on a day: the next one's gap runs from it."""

    step: str
    on: date


@dataclass(frozen=True, kw_only=True)
class LadderReplanned(OfLadder):
    """A person let the ladder follow another version of the policy."""

    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class LadderRestarted(OfLadder):
    """Rehearsed steps do not count: the customer was switched to live."""

    climbed: int


@dataclass(frozen=True, kw_only=True)
class LadderEnded(OfLadder):
    """Nothing is left to pay."""
