"""What happened to cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.engine.journal import Event, Private


@dataclass(frozen=True, kw_only=True)
class OfCase(Event):
    """An event of a case's own chain."""

    case_id: int

    @property
    def subject(self) -> str:
        """The case."""
        return f"case:{self.case_id}"


@dataclass(frozen=True, kw_only=True)
class CaseOpened(OfCase):
    """A case is new on the desk."""

    kind: str
    title: Private
    customer_id: int | None
    triage: str
    source: str


@dataclass(frozen=True, kw_only=True)
class CollectionSettled(OfCase):
    """Nothing is overdue any more, so the desk resolved the collection case."""

    customer_id: int
    before: str


@dataclass(frozen=True, kw_only=True)
class CaseTaken(OfCase):
    """Somebody made it theirs."""

    staff_id: int


@dataclass(frozen=True, kw_only=True)
class CaseAssigned(OfCase):
    """Somebody was given it; `note_id` is what they were told with it, `in_turn` says that the line chose them."""

    staff_id: int
    before: int | None
    by: str
    note_id: int | None = None
    in_turn: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseWatched(OfCase):
    """A member is told of what matters in it from now on."""

    staff_id: int
    by: str


@dataclass(frozen=True, kw_only=True)
class CaseUnwatched(OfCase):
    """A member is told no more."""

    staff_id: int
    by: str


@dataclass(frozen=True, kw_only=True)
class CaseLookedAt(OfCase):
    """Somebody asked or decided something about it: it is new no longer."""


@dataclass(frozen=True, kw_only=True)
class NobodyInTurn(OfCase):
    """It was to be given out in turn, and nobody was there who had room for it."""


@dataclass(frozen=True, kw_only=True)
class TriageProposed(OfCase):
    """The desk proposed what it is about, for these words."""

    triage: str
    because: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CaseTriaged(OfCase):
    """A person said what it is about."""

    before: str
    triage: str


@dataclass(frozen=True, kw_only=True)
class CaseMatched(OfCase):
    """A person confirmed whose it is."""

    customer_id: int
    before: int | None


@dataclass(frozen=True, kw_only=True)
class NoteAdded(OfCase):
    """A remark for colleagues."""

    note_id: int
    text: Private


@dataclass(frozen=True, kw_only=True)
class ReplyDrafted(OfCase):
    """An answer was written and shown to its author; nothing has left."""

    note_id: int


@dataclass(frozen=True, kw_only=True)
class ReplyQueued(OfCase):
    """An answer was confirmed and leaves soon."""

    note_id: int
    text: Private


@dataclass(frozen=True, kw_only=True)
class ReplyWithdrawn(OfCase):
    """An answer was taken back before it left."""

    note_id: int


@dataclass(frozen=True, kw_only=True)
class NoteSent(OfCase):
    """The ticket has the note or the answer."""

    note_id: int
    audience: str
    external: str


@dataclass(frozen=True, kw_only=True)
class NoteFailed(OfCase):
    """The ticket will never have the note or the answer."""

    note_id: int
    audience: str
    author: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CaseWaiting(OfCase):
    """It is the customer's turn, or Microsoft's, until then or for the usual time."""

    before: str
    until: datetime | None = None
    on: str = "customer"


@dataclass(frozen=True, kw_only=True)
class WaitFollowed(OfCase):
    """It waits for Microsoft already, and from now on the request there asks for the answer."""


@dataclass(frozen=True, kw_only=True)
class WaitEnded(OfCase):
    """It is our turn again: a person said so, or Microsoft answered."""

    before: str
    on: str


@dataclass(frozen=True, kw_only=True)
class ClocksReplanned(OfCase):
    """Deadlines moved because hours or targets changed; each with its clock, before and after."""

    moved: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class TargetSet(Event):
    """How much open time something may take has changed."""

    clock: str
    group: str
    triage: str
    wait_minutes: int
    warn_percent: int
    source: str

    @property
    def subject(self) -> str:
        """All targets together."""
        return "targets:all"


@dataclass(frozen=True, kw_only=True)
class WaitMoved(OfCase):
    """A case that waits does so until another moment."""

    until: datetime


@dataclass(frozen=True, kw_only=True)
class CaseResolved(OfCase):
    """Nothing is left to do. `why` the customer was not told."""

    before: str
    told: str
    why: Private


@dataclass(frozen=True, kw_only=True)
class CaseReopened(OfCase):
    """Something is left to do after all."""

    before: str


@dataclass(frozen=True, kw_only=True)
class CaseHandedBack(OfCase):
    """It was not billing."""

    before: str
    reason: Private


@dataclass(frozen=True, kw_only=True)
class CaseNudged(OfCase):
    """Somebody was reminded that something is due or was missed."""

    rules: tuple[str, ...]
    due_at: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReminderUnreached(OfCase):
    """Who was to be reminded is reached in no chat any more, so the group was told."""

    staff_id: int
    recipients: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TicketCommented(OfCase):
    """Somebody wrote in the ticket: the customer, or a colleague who works in the ticketing system."""

    note_id: int
    audience: str
    by_customer: bool
    author: Private
    text: Private


@dataclass(frozen=True, kw_only=True)
class TicketChanged(OfCase):
    """The ticket's own state changed elsewhere."""

    before: str
    status: str
    is_closed: bool


@dataclass(frozen=True, kw_only=True)
class CustomerAnswered(OfCase):
    """The customer was waited for and wrote: it is our turn again."""

    before: str


@dataclass(frozen=True, kw_only=True)
class CaseReleased(OfCase):
    """Its owner left the staff; it is the successor's, or nobody's."""

    before: int
    successor_id: int | None


@dataclass(frozen=True, kw_only=True)
class CasesReleased(Event):
    """All of a leaver's open cases were given on."""

    staff_id: int
    successor_id: int | None
    count: int
    kinds: tuple[str, ...]

    @property
    def subject(self) -> str:
        """The leaver."""
        return f"staff:{self.staff_id}"
