"""What a case is, which states it has, and the kinds of question customers ask."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """A customer's question, or money that did not come."""

    QUESTION = "question"
    COLLECTION = "collection"


class State(StrEnum):
    """`new` until a person takes it or triages it; `handed_back` when it was not billing."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"  # for the customer
    RESOLVED = "resolved"
    HANDED_BACK = "handed_back"


CLOSED = frozenset({State.RESOLVED, State.HANDED_BACK})

# Which state may follow which; anything else is refused.
NEXT: dict[State, frozenset[State]] = {
    State.NEW: frozenset({State.OPEN, State.WAITING, State.RESOLVED, State.HANDED_BACK}),
    State.OPEN: frozenset({State.WAITING, State.RESOLVED, State.HANDED_BACK}),
    State.WAITING: frozenset({State.OPEN, State.RESOLVED, State.HANDED_BACK}),
    State.RESOLVED: frozenset({State.OPEN}),
    State.HANDED_BACK: frozenset({State.OPEN}),
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case as its row says. A case has at most one customer; none means nobody has confirmed whose it is."""

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
    waiting_since: datetime | None
    resolved_at: datetime | None
    version: int

    @property
    def number(self) -> str:
        """As people write it: C-104."""
        return f"C-{self.id}"

    @property
    def is_closed(self) -> bool:
        """Whether nothing is left to do."""
        return self.state in CLOSED
