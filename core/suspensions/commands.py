"""What may be done about suspensions and restores."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.engine.handling import Command
from core.people.model import Right

from .ports import Answer


@dataclass(frozen=True, kw_only=True)
class ProposeSuspension(Command):
    """Ask for the suspension of some of the customer's subscriptions, for the overdue money of a collection case.

    `questions`: the customer's open questions about these invoices that whoever asks has seen. `at_term_end`: what is to become of those
    that have a term, cancel, renew or extend; "" leaves what was decided before, or nothing, and then nobody can approve yet.
    """

    needs = Right.PROPOSE
    case_id: int
    reason: str
    subscription_ids: tuple[int, ...]
    questions: tuple[int, ...] = ()
    at_term_end: str = ""


@dataclass(frozen=True, kw_only=True)
class AskAgain(Command):
    """A new request about the same subscriptions for the same reason, after one that was voided, expired, stopped or failed."""

    needs = Right.PROPOSE
    suspension_id: int


@dataclass(frozen=True, kw_only=True)
class AskPeople(Command):
    """Bring up to date who may decide a request that waits, who is asked and who watches."""

    needs = Right.RUN
    suspension_id: int


@dataclass(frozen=True, kw_only=True)
class ApproveSuspension(Command):
    """Another person's yes to exactly the facts they were shown."""

    needs = Right.DECIDE
    suspension_id: int
    facts: int


@dataclass(frozen=True, kw_only=True)
class RefuseSuspension(Command):
    """A no, with its reason."""

    needs = Right.DECIDE
    suspension_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class RequestChanges(Command):
    """Neither yes nor no: what an approver wants of whoever proposed it first."""

    needs = Right.DECIDE
    suspension_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReviseSuspension(Command):
    """The proposer's answer to that: another reason, other subscriptions, or both. A new round begins; earlier votes count no more.
    `at_term_end`: as of a proposal."""

    needs = Right.PROPOSE
    suspension_id: int
    reason: str
    subscription_ids: tuple[int, ...]
    questions: tuple[int, ...] = ()
    at_term_end: str = ""


@dataclass(frozen=True, kw_only=True)
class WithdrawLeaver(Command):
    """Somebody left the staff: their request falls, their votes no longer count."""

    needs = Right.RUN
    suspension_id: int
    staff_id: int


@dataclass(frozen=True, kw_only=True)
class StopSuspension(Command):
    """Stop at once a request that Partner Center has not been asked to carry out; the reason is asked for afterwards."""

    needs = Right.STOP
    suspension_id: int


@dataclass(frozen=True, kw_only=True)
class ExplainStop(Command):
    """Say afterwards why it was stopped."""

    needs = Right.STOP
    suspension_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class HaltSuspensions(Command):
    """The kill switch: no suspension leaves the desk from now on. Restores do."""

    needs = Right.STOP


@dataclass(frozen=True, kw_only=True)
class AllowSuspensions(Command):
    """Let suspensions leave again."""

    needs = Right.ADMINISTER


@dataclass(frozen=True, kw_only=True)
class LiftCurfew(Command):
    """Set the curfew aside for a case, with a reason: an exception to the policy."""

    needs = Right.FINANCE
    case_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class AttestBank(Command):
    """Say that the bank was checked until a moment, and what was looked at: no payment came that the accounting does not know."""

    needs = Right.FINANCE
    case_id: int
    until: datetime
    checked: str


@dataclass(frozen=True, kw_only=True)
class WarnOfExpiry(Command):
    """Most of the time to decide has passed."""

    needs = Right.RUN
    suspension_id: int


@dataclass(frozen=True, kw_only=True)
class ExpireSuspension(Command):
    """The time to decide, or the approval's own validity, is over."""

    needs = Right.RUN
    suspension_id: int


@dataclass(frozen=True, kw_only=True)
class RecheckFacts(Command):
    """Something the request's facts are made of was recorded anew."""

    needs = Right.RUN
    suspension_id: int


@dataclass(frozen=True, kw_only=True)
class Look(Command):
    """The last look, and every later one, at the subscriptions that are not sent."""

    needs = Right.RUN
    suspension_id: int


@dataclass(frozen=True, kw_only=True)
class RecordSnapshot(Command):
    """The resource as Partner Center gave it just before the call; the facts are looked at once more in the same transaction."""

    needs = Right.RUN
    item_id: int
    request_id: str
    resource: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class RecordAnswer(Command):
    """What Partner Center answered to the call with this request id."""

    needs = Right.RUN
    item_id: int
    request_id: str
    answer: Answer


@dataclass(frozen=True, kw_only=True)
class RecordNoAnswer(Command):
    """The call with this request id got no answer: it may have taken effect."""

    needs = Right.RUN
    item_id: int
    request_id: str


@dataclass(frozen=True, kw_only=True)
class Verify(Command):
    """Read the subscription back."""

    needs = Right.RUN
    item_id: int


@dataclass(frozen=True, kw_only=True)
class RecordReadBack(Command):
    """The resource as it was read back. None: it is not there any more."""

    needs = Right.RUN
    item_id: int
    resource: Mapping[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class ResumeSuspension(Command):
    """Go on with what Partner Center refused or left unknown, under the same approval if it still stands."""

    needs = Right.PROPOSE
    suspension_id: int


@dataclass(frozen=True, kw_only=True)
class NoteOutside(Command):
    """A tenant was read, and this is otherwise than at `since`, as `{"subscription_id", "what", "before", "after"}`."""

    needs = Right.RUN
    customer_id: int
    since: datetime
    as_of: datetime
    differs: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class RecordCarried(Command):
    """A person asked the provider and it was done: off, or on again. `done_at` None: just now. `who` did it there; may be empty."""

    needs = Right.STOP
    case_id: int
    reference: str
    who: str = ""
    done_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ChaseByHand(Command):
    """Nobody may have carried it out by hand yet; reminded so many `times` before."""

    needs = Right.RUN
    suspension_id: int
    times: int
