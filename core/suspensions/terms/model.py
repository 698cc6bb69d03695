"""The end-of-term decision: for which subscriptions it is asked, and whether Partner Center would do what was decided.

The desk never writes auto-renew or scheduled actions: a person carries the decision out in Partner Center, and the desk reads it back.
"""

from dataclasses import dataclass
from datetime import datetime

from core.charges.windows import NCE
from core.customers.model import Subscription
from core.customers.terms import AtTermEnd

ANSWERS = (AtTermEnd.CANCEL, AtTermEnd.RENEW, AtTermEnd.EXTEND)  # not yet known is no answer


@dataclass(frozen=True, kw_only=True)
class TermEnd:
    """One subscription's, for the term that ends at `ends_at`. `decided` None: nobody said; `says`: what Partner Center would do, as read
    at `as_of`. `seats`: how many it was decided about. `warned`: how many days before the end people were told already."""

    subscription_id: int
    ends_at: datetime | None
    decided: AtTermEnd | None
    decided_by: str
    decided_at: datetime | None
    seats: int | None
    says: AtTermEnd
    as_of: datetime
    heard: str
    warned: tuple[int, ...]

    @property
    def is_kept(self) -> bool:
        """Whether Partner Center would do what was decided."""
        return self.decided is not None and self.says is self.decided

    @property
    def contradicts(self) -> bool:
        """Whether something was decided and Partner Center would do something else, or nobody knows what."""
        return self.decided is not None and self.says is not self.decided


def is_asked(read: Subscription) -> bool:
    """New commerce and its add-ons: what was bought before it, trials and Azure plans have no such end."""
    return read.kind in NCE
