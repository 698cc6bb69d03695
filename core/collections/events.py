"""What happened to the collections policy, to the ladders, and to what holds back collecting."""

from dataclasses import dataclass
from datetime import date, datetime

from core.engine.journal import Event, Private
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
class TextsApplied(Event):
    """A version of the notices' texts counts from a day on. `digest`: SHA-256 of the file it was read from."""

    texts_id: int
    version: str
    since: date
    digest: str

    @property
    def subject(self) -> str:
        """All versions together."""
        return "notice_texts:all"


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
    """A step's day came. `outcome` dry_run: nothing leaves for the customer. `hand`: why a person sends its notice, else empty.
    `by`: who asks an approver, where the step does."""

    step_id: int
    step: str
    does: str
    sender: str
    to: str
    outcome: str
    amount: int
    planned_on: date
    hand: str = ""
    by: str = "person"


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


@dataclass(frozen=True, kw_only=True)
class OfCollecting(Event):
    """An event on the customer's chain. `payer_id` None: about all of the customer's payers."""

    customer_id: int
    payer_id: int | None

    @property
    def subject(self) -> str:
        """The customer."""
        return f"customer:{self.customer_id}"


@dataclass(frozen=True, kw_only=True)
class PaymentReported(OfCollecting):
    """Somebody says that it was paid; waited for until the end of `until`."""

    payment_id: int
    amount: int
    currency: str
    paid_on: date
    until: date
    proof: Private


@dataclass(frozen=True, kw_only=True)
class PaymentSettled(OfCollecting):
    """A feed showed it, or did not although it should have, or a person took it back. `as_of`: the feed's."""

    payment_id: int
    state: str
    reported_by: str
    currency: str
    as_of: datetime | None
    reason: Private


@dataclass(frozen=True, kw_only=True)
class PromiseRecorded(OfCollecting):
    """The payer promised; no feed of a day before `judge_from` judges it."""

    promise_id: int
    amount: int
    currency: str
    promised_on: date
    judge_from: date
    how: Private


@dataclass(frozen=True, kw_only=True)
class PromiseSettled(OfCollecting):
    """Judged by a feed as of `as_of`, or withdrawn or replaced by a person. `came`: what was paid towards it."""

    promise_id: int
    state: str
    recorded_by: str
    currency: str
    amount: int
    came: int | None
    as_of: datetime | None
    reason: Private


@dataclass(frozen=True, kw_only=True)
class DisputeOpened(OfCollecting):
    """The customer does not accept an amount."""

    dispute_id: int
    invoice_id: int
    line: int | None
    amount: int
    currency: str
    reason: Private


@dataclass(frozen=True, kw_only=True)
class DisputeOverridden(OfCollecting):
    """A finance lead lets a suspension go on for the undisputed part."""

    dispute_id: int
    reason: Private


@dataclass(frozen=True, kw_only=True)
class DisputeClosed(OfCollecting):
    """How it ended; `credited` when a feed showed the credit note that was expected."""

    dispute_id: int
    state: str
    as_of: datetime | None
    reason: Private


@dataclass(frozen=True, kw_only=True)
class HoldPlaced(OfCollecting):
    """Nothing is collected in this time."""

    hold_id: int
    kind: str
    since: date
    until: date | None
    reason: Private


@dataclass(frozen=True, kw_only=True)
class HoldBegan(OfCollecting):
    """The day has come."""

    hold_id: int


@dataclass(frozen=True, kw_only=True)
class HoldEnded(OfCollecting):
    """Released by a person, or over by itself."""

    hold_id: int
    state: str
    reason: Private
