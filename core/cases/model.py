"""What a case is, which states it has, and what is written in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """A customer's question, or money that did not come."""

    QUESTION = "question"
    COLLECTION = "collection"


class State(StrEnum):
    """`new` until a person takes it or triages it; `handed_back` when it was not billing."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"  # for the customer, or for Microsoft
    RESOLVED = "resolved"
    HANDED_BACK = "handed_back"


class WaitingOn(StrEnum):
    """Whose turn it is while a case waits."""

    CUSTOMER = "customer"
    MICROSOFT = "microsoft"


UNTIL, MESSAGE, FOLLOWED, UNTOLD = "waiting_until", "message", "followed", "untold_because"  # in a case's `extra`
CLOSED = frozenset({State.RESOLVED, State.HANDED_BACK})

# Which state may follow which; anything else is refused.
NEXT: dict[State, frozenset[State]] = {
    State.NEW: frozenset({State.OPEN, State.WAITING, State.RESOLVED, State.HANDED_BACK}),
    State.OPEN: frozenset({State.WAITING, State.RESOLVED, State.HANDED_BACK}),
    State.WAITING: frozenset({State.OPEN, State.RESOLVED, State.HANDED_BACK}),
    State.RESOLVED: frozenset({State.OPEN}),
    State.HANDED_BACK: frozenset({State.OPEN}),
}


class Told(StrEnum):
    """Whether the customer knows: asked whenever a case is resolved."""

    YES = "yes"
    NO = "no"
    NOT_NEEDED = "not_needed"


class TicketStatus(StrEnum):
    """What a ticket is told about its case; each ticketing system has its own words for them."""

    OPEN = "open"
    WAITING = "waiting"
    RESOLVED = "resolved"
    HANDED_BACK = "handed_back"


class Audience(StrEnum):
    """Who may read a note. Everything is internal unless a person chose, saw and confirmed otherwise."""

    INTERNAL = "internal"
    CUSTOMER = "customer"


class NoteState(StrEnum):
    """Where a note is: `kept` stays on the desk, `draft` was shown to its author and not confirmed."""

    KEPT = "kept"
    DRAFT = "draft"
    QUEUED = "queued"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Note:
    """A remark of the staff, a comment that came from the ticket (`direction` in), or an answer to the customer.

    `marker` is what the sender writes into the ticket and looks for before it writes again. `link` leads to the chat
    message it was made of.
    """

    id: int
    case_id: int
    audience: Audience
    direction: str
    author: str
    body: str
    at: datetime
    state: NoteState
    marker: str
    external: str
    link: str = ""


class Standing(NamedTuple):
    """What a case's clocks look at, and whose it is: read for hundreds at once, so no more than that."""

    id: int
    kind: Kind
    state: State
    assignee_id: int | None
    ticket: str
    opened_at: datetime
    responded_at: datetime | None
    asked_again_at: datetime | None
    waiting_on: str

    @property
    def number(self) -> str:
        """As people write it."""
        return f"C-{self.id}"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case as its row says. A case has at most one customer; none means nobody has confirmed whose it is.

    `extra` is what only its card shows.
    """

    id: int
    kind: Kind
    state: State
    triage: str
    triage_by: str
    title: str
    customer_id: int | None
    assignee_id: int | None
    ticket_connection: str
    ticket: str
    requestor: str
    payer_id: int | None
    currency: str
    opened_at: datetime
    responded_at: datetime | None
    asked_again_at: datetime | None
    waiting_since: datetime | None
    waiting_on: str
    resolved_at: datetime | None
    told_customer: str
    version: int
    extra: Mapping[str, object] = field(hash=False)

    @property
    def number(self) -> str:
        """As people write it: C-104."""
        return f"C-{self.id}"

    @property
    def is_closed(self) -> bool:
        """Whether nothing is left to do."""
        return self.state in CLOSED

    @property
    def stand(self) -> str:
        """The state by the name its words have: whom it waits for included."""
        return f"waiting_{self.waiting_on}" if self.state is State.WAITING and self.waiting_on == WaitingOn.MICROSOFT else self.state.value

    @property
    def triage_reasons(self) -> tuple[str, ...]:
        """The customer's words for which the desk proposed the kind; empty when a person chose it."""
        because = self.extra.get("triage_because", ())
        return tuple(str(word) for word in because) if isinstance(because, list) else ()

    @property
    def message(self) -> str:
        """The link to the chat message it was made of, if any."""
        return str(self.extra.get(MESSAGE, ""))

    @property
    def untold_because(self) -> str:
        """Why the customer does not know that it is resolved, if somebody said so."""
        return str(self.extra.get(UNTOLD, "")) if self.told_customer == Told.NO else ""

    @property
    def waiting_until(self) -> datetime | None:
        """Until when it waits, if a person said so."""
        said = self.extra.get(UNTIL) if self.state is State.WAITING else None
        return datetime.fromisoformat(str(said)) if said else None

    @property
    def is_followed(self) -> bool:
        """Whether a request at Microsoft asks for the answer it waits for, so that nothing else need remind of it."""
        return self.state is State.WAITING and self.waiting_on == WaitingOn.MICROSOFT and bool(self.extra.get(FOLLOWED))

    @property
    def follows(self) -> int | None:
        """The case of the closed ticket which this one's ticket follows up, if any."""
        found = self.extra.get("follows")
        return found if isinstance(found, int) else None

    @property
    def closed_elsewhere(self) -> str:
        """The ticket's own status, if it was closed in its system while the case has something left to do; else empty."""
        return str(self.extra.get("ticket_status", "")) if self.extra.get("ticket_closed") and not self.is_closed else ""

    @property
    def lane(self) -> str:
        """The outbox lane in which everything about its ticket leaves, first in, first out."""
        return f"ticket:{self.ticket_connection}:{self.ticket}"
