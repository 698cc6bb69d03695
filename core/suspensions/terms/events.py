"""What happened about the end of a term."""

from dataclasses import dataclass
from datetime import datetime

from core.cases.events import OfCase


@dataclass(frozen=True, kw_only=True)
class OfTerm(OfCase):
    """An event about one subscription's term, in the chain of the collection case it belongs to."""

    subscription_id: int
    ends_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class TermEndDecided(OfTerm):
    """Somebody said what is to become of it. `says`: what Partner Center would have done by the last reading."""

    before: str
    after: str
    says: str


@dataclass(frozen=True, kw_only=True)
class TermEndAskedAnew(OfTerm):
    """What was decided (`before`) was about `was` seats, and there are others now: it stands no more."""

    before: str
    was: int
    seats: int


@dataclass(frozen=True, kw_only=True)
class TermEndRead(OfTerm):
    """Partner Center would now do something else at the end than people knew: what was decided, or not."""

    before: str
    after: str
    decided: str


@dataclass(frozen=True, kw_only=True)
class TermEndsUndone(OfCase):
    """Of all of these what was decided stood in Partner Center and stands no more, and one change did it."""

    subscription_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class TermEndLookedUp(OfTerm):
    """Somebody is to be warned, and the last reading is old: Partner Center is asked first, and waited for until `warns_at`."""

    term: str
    days: int
    warns_at: datetime


@dataclass(frozen=True, kw_only=True)
class TermEndNeared(OfTerm):
    """The end is near, or a decision waits to be carried out (`days` 0), and Partner Center does not say what was decided."""

    days: int
    decided: str
    says: str
    suspended: bool
