"""The tickets and everything that happened to them, numbered through as Request Tracker numbers its transactions."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

STATUSES = ("new", "open", "stalled", "resolved", "rejected", "deleted")
FIRST_ENTRY = 34  # a fresh Request Tracker has written that many transactions about itself


@dataclass(frozen=True)
class Entry:
    """One transaction of a ticket."""

    id: int
    ticket: int
    kind: str
    creator: str
    at: datetime
    text: str = ""


@dataclass
class Ticket:
    """A ticket with its history."""

    id: int
    subject: str
    requestor: str
    queue: str
    status: str = "new"
    fields: dict[str, str] = field(default_factory=lambda: {"BillingCaseId": ""})
    history: list[Entry] = field(default_factory=list)


class Ledger:
    """Every ticket. `happened` is called with each new entry, outside the lock."""

    def __init__(self, happened: Callable[[Entry], None]) -> None:
        self.tickets: dict[int, Ticket] = {}
        self.lock = threading.RLock()
        self.ahead = timedelta()  # of the real time
        self._happened = happened

    def open(self, requestor: str, subject: str, text: str, *, queue: str = "General") -> Ticket:
        """A customer opens a ticket."""
        with self.lock:
            ticket = Ticket(len(self.tickets) + 1, subject, requestor, queue)
            self.tickets[ticket.id] = ticket
        self.add(ticket, "Create", requestor, text)
        return ticket

    def add(self, ticket: Ticket, kind: str, creator: str, text: str = "") -> Entry:
        """Something happened to the ticket."""
        with self.lock:
            number = FIRST_ENTRY + sum(len(held.history) for held in self.tickets.values())
            entry = Entry(number, ticket.id, kind, creator, (datetime.now(UTC) + self.ahead).replace(microsecond=0), text)
            ticket.history.append(entry)
        self._happened(entry)
        return entry

    def set_status(self, ticket: Ticket, status: str, creator: str) -> bool:
        """False when it is that already. Raises ValueError for a status there is not."""
        if status not in STATUSES:
            raise ValueError(status)
        if ticket.status == status:
            return False
        ticket.status = status
        self.add(ticket, "Status", creator, status)
        return True

    def entry(self, number: int) -> Entry | None:
        """An entry by its number."""
        with self.lock:
            return next((entry for ticket in self.tickets.values() for entry in ticket.history if entry.id == number), None)
