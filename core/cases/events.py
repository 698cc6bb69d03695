"""What happened to cases."""

from dataclasses import dataclass

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
