"""What happened to what customers owe."""

from dataclasses import dataclass
from datetime import date, datetime

from core.cases.events import OfCase
from core.engine.journal import Event, Private


@dataclass(frozen=True, kw_only=True)
class OfPayer(Event):
    """An event about a payer's money: on its customer's chain, or on its own until a person has linked it."""

    payer_id: int
    customer_id: int | None

    @property
    def subject(self) -> str:
        """The customer, else the payer."""
        return f"payer:{self.payer_id}" if self.customer_id is None else f"customer:{self.customer_id}"


@dataclass(frozen=True, kw_only=True)
class OpenAmount:
    """An invoice whose open amount a feed changed, in minor units. None before: new; None after: unknown from now on."""

    number: str
    currency: str
    before: int | None
    after: int | None


@dataclass(frozen=True, kw_only=True)
class ReceivablesRecorded(OfPayer):
    """A feed at least as new as the last was applied to the payer. `changed` may be empty: then the facts are merely fresher."""

    connection: str
    as_of: datetime
    complete: bool
    changed: tuple[OpenAmount, ...]


@dataclass(frozen=True, kw_only=True)
class PayerAttached(OfPayer):
    """A person's link gave the payer its customer."""

    connection: str


@dataclass(frozen=True, kw_only=True)
class InvoicesFellDue(OfPayer):
    """A due date passed and something is still open."""

    today: date
    numbers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class NoticeRecorded(OfCase):
    """The customer was given notice. `to_contact`: the recipient is one of the customer's billing contacts. `amount`: of what is open
    now, what was overdue on the day it was sent, in minor units: it can have named no more."""

    notice_id: int
    kind: str
    sent_on: date
    method: str
    recipient: Private
    proof: Private
    to_contact: bool
    amount: int
