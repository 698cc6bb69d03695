"""What changes the collections policy, and what is recorded about money that is to come or not to be asked for."""

from dataclasses import dataclass
from datetime import date, datetime

from core.engine.handling import Command
from core.people.model import Right

from .model import DisputeState, HoldKind
from .policy import Policy
from .ports import Carriage
from .texts import Texts


@dataclass(frozen=True, kw_only=True)
class KeepLadders(Command):
    """See which of the payer's currencies need a ladder, count each from its earliest unpaid due date, end those that are settled."""

    needs = Right.RUN
    payer_id: int


@dataclass(frozen=True, kw_only=True)
class ClimbLadder(Command):
    """Take the next step if its day has come and nothing holds it back: one step at most."""

    needs = Right.RUN
    ladder_id: int


@dataclass(frozen=True, kw_only=True)
class StartLadder(Command):
    """Let a ladder begin whose debts are older than the desk: a person looked at them."""

    needs = Right.WORK
    ladder_id: int


@dataclass(frozen=True, kw_only=True)
class ReplanLadder(Command):
    """Let a ladder follow the policy in force now instead of the version it began with."""

    needs = Right.FINANCE
    ladder_id: int


@dataclass(frozen=True, kw_only=True)
class RestartLadders(Command):
    """The customer was switched from dry-run to live: what was only rehearsed is climbed for real, from the first step on."""

    needs = Right.RUN
    customer_id: int


@dataclass(frozen=True, kw_only=True)
class ApplyPolicy(Command):
    """Let a version count from its day on. `text` is the file it was read from, kept to be shown as its author wrote it."""

    needs = Right.FINANCE
    policy: Policy
    text: str


@dataclass(frozen=True, kw_only=True)
class ApplyTexts(Command):
    """Let a version of the notices' texts count from its day on. `text` is the file it was read from."""

    needs = Right.FINANCE
    texts: Texts
    text: str


@dataclass(frozen=True, kw_only=True)
class SendNotice(Command):
    """Let the desk send the notice that waits for a person, to whom it did not reach yet."""

    needs = Right.WORK
    ladder_id: int


@dataclass(frozen=True, kw_only=True)
class ChooseTicket(Command):
    """Put the payer's notices into the ticket of this question case instead of into a mail, for the contact who wrote it."""

    needs = Right.WORK
    case_id: int
    ticket_case_id: int


@dataclass(frozen=True, kw_only=True)
class HearNotice(Command):
    """A notice was recorded by hand: the ladder may have waited for it."""

    needs = Right.RUN
    case_id: int
    notice_id: int


@dataclass(frozen=True, kw_only=True)
class RecordCarriage(Command):
    """What the carrier of a notice said. When trying again is no use any more, whoever sends says that it was refused."""

    needs = Right.RUN
    notice_id: int
    carriage: Carriage


@dataclass(frozen=True, kw_only=True)
class RecordBounce(Command):
    """The letter with this Message-ID came back. `permanent` False: it is only late, and its server goes on trying. `said`: its words."""

    needs = Right.FEED
    message_id: str
    permanent: bool
    said: str


@dataclass(frozen=True, kw_only=True)
class ProveNotice(Command):
    """So long after it was accepted no bounce has come."""

    needs = Right.RUN
    notice_id: int


@dataclass(frozen=True, kw_only=True)
class WithdrawNotice(Command):
    """It did not leave, and what it says is no longer so: the step is taken anew when its time comes."""

    needs = Right.RUN
    notice_id: int


@dataclass(frozen=True, kw_only=True)
class ReviewNotices(Command):
    """Something about the payer's money changed: what waits to leave and says otherwise is withdrawn."""

    needs = Right.RUN
    payer_id: int


@dataclass(frozen=True, kw_only=True)
class ReportPayment(Command):
    """Somebody says that the payer paid, with their proof. It is not paid by that: a feed must show it."""

    needs = Right.WORK
    payer_id: int
    amount: int
    currency: str
    paid_on: date
    proof: str


@dataclass(frozen=True, kw_only=True)
class WithdrawPayment(Command):
    """It was not so, or it was recorded by mistake."""

    needs = Right.WORK
    payment_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class RecordPromise(Command):
    """The payer promised to pay by a day. `replaces`: an open promise that this one takes the place of, with the reason."""

    needs = Right.WORK
    payer_id: int
    amount: int
    currency: str
    promised_on: date
    how: str
    replaces: int | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class WithdrawPromise(Command):
    """Take a promise back before its day; after it the books judge."""

    needs = Right.WORK
    promise_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class OpenDispute(Command):
    """The customer does not accept an amount of an invoice, or of its line at that position; `amount` None: all of it."""

    needs = Right.WORK
    invoice_id: int
    line: int | None
    amount: int | None
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CloseDispute(Command):
    """How a dispute ended: accepted (a credit note is expected), rejected or withdrawn."""

    needs = Right.WORK
    dispute_id: int
    outcome: DisputeState
    reason: str


@dataclass(frozen=True, kw_only=True)
class OverrideDispute(Command):
    """A finance lead lets a suspension go on for the undisputed part."""

    needs = Right.FINANCE
    dispute_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class PlaceHold(Command):
    """Collect nothing from one day until another; `until` None: until somebody releases it, for all but goodwill.

    Legal and insolvency take a finance lead, goodwill anybody who works on cases.
    """

    needs = Right.STOP
    customer_id: int
    payer_id: int | None
    kind: HoldKind
    since: date
    until: date | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReleaseHold(Command):
    """Collect again before the hold is over; by whoever may place such a one."""

    needs = Right.STOP
    hold_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class MindHold(Command):
    """A day has come on which a hold begins, or is over."""

    needs = Right.RUN
    hold_id: int


@dataclass(frozen=True, kw_only=True)
class JudgeByFeed(Command):
    """A feed about the payer, as it was at `as_of`, was applied: settle what it can settle."""

    needs = Right.RUN
    payer_id: int
    as_of: datetime
