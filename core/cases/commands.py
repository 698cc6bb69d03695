"""What may be done about cases."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.engine.handling import Command
from core.people.model import Right

from .model import Kind, Told, WaitingOn
from .triage import Triage


@dataclass(frozen=True, kw_only=True)
class OpenCase(Command):
    """Open a case by hand, or for a ticket that is known already. `message`: the link to the chat message it is made of."""

    needs = Right.WORK
    title: str
    customer_id: int | None = None
    triage: str = ""
    text: str = ""
    kind: Kind = Kind.QUESTION
    ticket_connection: str = ""
    ticket: str = ""
    requestor: str = ""
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class TakeCase(Command):
    """Make a case one's own."""

    needs = Right.WORK
    case_id: int


@dataclass(frozen=True, kw_only=True)
class AssignCase(Command):
    """Give a case to somebody who may work on it."""

    needs = Right.WORK
    case_id: int
    staff_id: int


@dataclass(frozen=True, kw_only=True)
class HandOverCase(Command):
    """Give a case to somebody who may work on it, with a note for them. It never reaches the customer."""

    needs = Right.WORK
    case_id: int
    staff_id: int
    text: str


@dataclass(frozen=True, kw_only=True)
class ProposeTriage(Command):
    """Look at what the customer wrote and propose what it is about. Never overrides a person."""

    needs = Right.RUN
    case_id: int


@dataclass(frozen=True, kw_only=True)
class TriageCase(Command):
    """Say what the question is about."""

    needs = Right.WORK
    case_id: int
    triage: Triage


@dataclass(frozen=True, kw_only=True)
class MatchCase(Command):
    """Confirm whose case it is. `remember` keeps the requestor's address, or its whole domain, for the next ticket."""

    needs = Right.WORK
    case_id: int
    customer_id: int
    remember: str = "address"  # address | domain | no


@dataclass(frozen=True, kw_only=True)
class AddNote(Command):
    """Write something down for colleagues. It never reaches the customer. `link`: to the chat message it is made of."""

    needs = Right.WORK
    case_id: int
    text: str
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class DraftReply(Command):
    """Write an answer, to be looked at before it is sent."""

    needs = Right.WORK
    case_id: int
    text: str


@dataclass(frozen=True, kw_only=True)
class SendReply(Command):
    """Send the answer that was looked at; it waits a moment in which it can be taken back."""

    needs = Right.WORK
    note_id: int


@dataclass(frozen=True, kw_only=True)
class WithdrawReply(Command):
    """Take back the answer that has not left yet."""

    needs = Right.WORK
    case_id: int


@dataclass(frozen=True, kw_only=True)
class RecordNoteSent(Command):
    """The ticket has the note now, under `external`."""

    needs = Right.RUN
    note_id: int
    external: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordNoteFailed(Command):
    """The ticket will never have the note."""

    needs = Right.RUN
    note_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class WaitForCustomer(Command):
    """Somebody else has to say something first: the customer, or Microsoft. `until`: when the owner is reminded, instead of after the
    usual time."""

    needs = Right.WORK
    case_id: int
    until: datetime | None = None
    on: WaitingOn = WaitingOn.CUSTOMER


@dataclass(frozen=True, kw_only=True)
class LeaveToRequest(Command):
    """Microsoft has a request about the case, whose own clock asks for the answer: the case waits for them, and reminds of it no second
    time."""

    needs = Right.RUN
    case_id: int


@dataclass(frozen=True, kw_only=True)
class TakeBack(Command):
    """Microsoft has said something, or nothing more is expected of them: a case that waits for them waits no longer."""

    needs = Right.RUN
    case_id: int


@dataclass(frozen=True, kw_only=True)
class EndWait(Command):
    """It is our turn again, though nobody wrote in the ticket."""

    needs = Right.WORK
    case_id: int


@dataclass(frozen=True, kw_only=True)
class ReplanClocks(Command):
    """Reckon the case's deadlines anew: hours or targets have changed."""

    needs = Right.RUN
    case_id: int


@dataclass(frozen=True, kw_only=True)
class SetTarget(Command):
    """Say how much open time something may take; "" for every group, or for every kind of question. Open deadlines follow."""

    needs = Right.ADMINISTER
    clock: str
    wait: timedelta
    warn_percent: int
    source: str
    group: str = ""
    triage: str = ""


@dataclass(frozen=True, kw_only=True)
class ResolveCase(Command):
    """Nothing is left to do. `told`: whether the customer knows; `why` not, if they do not."""

    needs = Right.WORK
    case_id: int
    told: Told
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class ReopenCase(Command):
    """There is something left to do after all."""

    needs = Right.WORK
    case_id: int


@dataclass(frozen=True, kw_only=True)
class HandBack(Command):
    """It is not billing: the ticket goes back to those it came from, with the reason as an internal comment."""

    needs = Right.WORK
    case_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class OpenCollection(Command):
    """Open the collection case of a payer and currency; there is at most one that is not resolved."""

    needs = Right.RUN
    customer_id: int
    payer_id: int
    currency: str
    title: str


@dataclass(frozen=True, kw_only=True)
class SettleCollection(Command):
    """Resolve a collection case: nothing is overdue any more."""

    needs = Right.RUN
    case_id: int
