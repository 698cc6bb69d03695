"""What a feed of receivables says, payer by payer, and what a person records about notices."""

from dataclasses import dataclass
from datetime import date, datetime

from core.engine.handling import Command
from core.people.model import Right

from .model import NoticeKind, NoticeMethod, PayerFacts


@dataclass(frozen=True, kw_only=True)
class RecordReceivables(Command):
    """Apply a feed's facts about one payer, as they were at `as_of`. An older feed than the payer's newest changes nothing."""

    needs = Right.FEED
    connection: str
    as_of: datetime
    payer: PayerFacts


@dataclass(frozen=True, kw_only=True)
class AttachPayer(Command):
    """Give the payer of a confirmed link to its customer."""

    needs = Right.RUN
    customer_id: int
    connection: str
    external: str


@dataclass(frozen=True, kw_only=True)
class NoteDue(Command):
    """A day has passed on which an invoice of the payer fell due: see what is overdue now."""

    needs = Right.RUN
    payer_id: int


@dataclass(frozen=True, kw_only=True)
class RecordNotice(Command):
    """Record by hand that the customer was given notice, with the proof of it."""

    needs = Right.WORK
    case_id: int
    kind: NoticeKind
    sent_on: date
    recipient: str
    method: NoticeMethod
    proof: str
