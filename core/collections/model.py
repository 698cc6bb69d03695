"""What holds back collecting money: payments that somebody reports, promises, disputes and holds. Amounts are integer minor units.

Nothing here says what is paid: that is only ever a feed's to say (core/receivables).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class PaymentState(StrEnum):
    """Of a payment somebody reported: `not_found` when a feed dated after the banking days did not show it."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    NOT_FOUND = "not_found"
    WITHDRAWN = "withdrawn"


class PromiseState(StrEnum):
    """Of a promise; kept, partly and broken are a feed's judgement."""

    OPEN = "open"
    KEPT = "kept"
    PARTLY = "partly"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


class DisputeState(StrEnum):
    """Of a dispute. `accepted`: the customer is right and a credit note is expected; `credited`: a feed showed it."""

    OPEN = "open"
    ACCEPTED = "accepted"
    CREDITED = "credited"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class HoldKind(StrEnum):
    """Why nothing is to be collected for a while. The first two are a finance lead's."""

    LEGAL = "legal"
    INSOLVENCY = "insolvency"
    GOODWILL = "goodwill"


class HoldState(StrEnum):
    """Of a hold: released by a person, or over by itself."""

    OPEN = "open"
    RELEASED = "released"
    OVER = "over"


JUDGED = (PromiseState.KEPT, PromiseState.PARTLY, PromiseState.BROKEN)
DISPUTED = (DisputeState.OPEN, DisputeState.ACCEPTED)  # while the amount is not to be asked for


@dataclass(frozen=True, kw_only=True)
class ReportedPayment:
    """A payment somebody says was made. `until`: the last of the banking days it is waited for, by the customer's calendar.

    `before`: what was open by invoice number when it was reported, as of `before_as_of`; a feed that shows so much less confirms it.
    """

    id: int
    customer_id: int
    payer_id: int
    currency: str
    amount: int
    paid_on: date
    proof: str
    until: date
    before: Mapping[str, int]
    before_as_of: datetime
    state: PaymentState
    by: str
    at: datetime
    ended_as_of: datetime | None
    ended_by: str
    end_reason: str

    @property
    def number(self) -> str:
        """As it is shown: PAY-3."""
        return f"PAY-{self.id}"


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A promise to pay. Judged only by a feed of `judge_from` or a later day; `came`: what that feed showed as paid towards it."""

    id: int
    customer_id: int
    payer_id: int
    currency: str
    amount: int
    promised_on: date
    how: str
    judge_from: date
    before: Mapping[str, int]
    before_as_of: datetime
    came: int | None
    state: PromiseState
    by: str
    at: datetime
    ended_as_of: datetime | None
    ended_by: str
    end_reason: str

    @property
    def number(self) -> str:
        """As it is shown: P-3."""
        return f"P-{self.id}"


@dataclass(frozen=True, kw_only=True)
class Dispute:
    """What a customer does not accept of an invoice, or of its line at position `line`. `before`: its total when it was accepted."""

    id: int
    customer_id: int
    payer_id: int
    invoice_id: int
    invoice: str
    line: int | None
    currency: str
    amount: int
    reason: str
    state: DisputeState
    before: int | None
    by: str
    at: datetime
    overridden_by: str
    override_reason: str
    ended_as_of: datetime | None
    ended_by: str
    end_reason: str

    @property
    def number(self) -> str:
        """As it is shown: D-3."""
        return f"D-{self.id}"


@dataclass(frozen=True, kw_only=True)
class Hold:
    """Nothing is collected from `since` until `until`, both included, by the customer's calendar; None: until somebody releases it.

    `payer_id` None: of all their payers.
    """

    id: int
    customer_id: int
    payer_id: int | None
    kind: HoldKind
    since: date
    until: date | None
    reason: str
    state: HoldState
    by: str
    at: datetime
    ended_by: str
    end_reason: str

    @property
    def number(self) -> str:
        """As it is shown: H-3."""
        return f"H-{self.id}"


@dataclass(frozen=True, kw_only=True)
class Record:
    """How a payer kept their promises: `kept` in full of `judged` ones."""

    kept: int
    judged: int


@dataclass(frozen=True, kw_only=True)
class Split:
    """What of an overdue amount is disputed, and the part that may still be asked for."""

    overdue: int
    disputed: int

    @property
    def undisputed(self) -> int:
        """Never below zero."""
        return max(0, self.overdue - self.disputed)
