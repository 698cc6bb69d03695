"""The users and tickets of one Zendesk account, and everything that happened to them, audit by audit."""

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
CASE_FIELD = 360001  # the one custom field there is
GROUPS = {7001: "Billing", 7002: "Repairs"}


@dataclass
class User:
    """A person with a role: end-user, agent or admin."""

    id: int
    name: str
    email: str
    role: str = "end-user"
    organization_id: int | None = None
    active: bool = True
    suspended: bool = False


@dataclass
class Audit:
    """One update: what happened at once, with the custom metadata whoever made it gave along."""

    id: int
    author_id: int
    created_at: datetime
    via: str
    custom: Mapping[str, Any]
    events: list[dict[str, Any]]


@dataclass
class Ticket:
    """A ticket as it is; `noted_at` is what its export is ordered by."""

    id: int
    requester_id: int
    subject: str
    created_at: datetime
    updated_at: datetime
    noted_at: datetime
    status: str = "new"
    tags: set[str] = field(default_factory=set)
    brand_id: int = 8001
    group_id: int | None = 7001
    ticket_form_id: int = 6001
    organization_id: int | None = None
    assignee_id: int | None = None
    external_id: str | None = None
    custom_fields: dict[int, Any] = field(default_factory=lambda: {CASE_FIELD: None})
    via: dict[str, Any] = field(default_factory=lambda: {"channel": "email", "source": {"from": {}, "to": {}, "rel": None}})
    audits: list[Audit] = field(default_factory=list)
    deleted: bool = False


class Account:
    """`happened` is called outside the lock with each ticket that was opened or changed. `ahead` moves its clock."""

    def __init__(self, happened: Callable[[Ticket, Audit], None] = lambda _ticket, _audit: None) -> None:
        self.users: dict[int, User] = {}
        self.tickets: dict[int, Ticket] = {}
        self.lock = threading.RLock()
        self.happened = happened
        self.ahead = timedelta(0)
        self._ids = itertools.count(9_000_001)

    def now(self) -> datetime:
        """To the second, as every moment of the API is."""
        return (datetime.now(UTC) + self.ahead).replace(microsecond=0)

    def user(self, email: str, *, name: str = "", role: str = "end-user", organization_id: int | None = None) -> User:
        """The user with that address, made if there is none."""
        with self.lock:
            found = next((user for user in self.users.values() if user.email == email), None)
            if found is None:
                found = User(next(self._ids), name or email.partition("@")[0].title(), email, role, organization_id)
                self.users[found.id] = found
            return found

    def forget(self, user: User) -> None:
        """Delete a user for good: nothing names them any more."""
        with self.lock:
            del self.users[user.id]

    def open(self, email: str, subject: str, text: str, *, follows: Ticket | None = None, **values: Any) -> Ticket:
        """A customer writes in. A follow-up takes the place, the tags and the fields of the closed ticket along, as Zendesk's do."""
        requester, now = self.user(email), self.now()
        with self.lock:
            ticket = Ticket(1 + len(self.tickets), requester.id, subject, now, now, now, organization_id=requester.organization_id)
            if follows is not None:
                ticket.tags, ticket.custom_fields = set(follows.tags), dict(follows.custom_fields)
                ticket.group_id, ticket.brand_id = follows.group_id, follows.brand_id
                source = {"from": {"ticket_id": follows.id, "subject": follows.subject, "channel": "email"}, "rel": "follow_up"}
                ticket.via = {"channel": "email", "source": source}
            for name, value in values.items():
                setattr(ticket, name, value)
            self.tickets[ticket.id] = ticket
        made = [{"type": "Create", "field_name": "status", "value": ticket.status}]
        self.record(ticket, requester.id, [*made, self.comment(requester.id, text)], via=ticket.via["channel"])
        return ticket

    def say(self, ticket: Ticket, author: User, text: str, *, public: bool = True, files: tuple[str, ...] = ()) -> Audit:
        """Somebody writes in the ticket. The customer's word opens what was pending or solved."""
        events = [self.comment(author.id, text, public=public, files=files)]
        if author.id == ticket.requester_id and ticket.status in ("pending", "hold", "solved"):
            events += self.set(ticket, status="open")
        return self.record(ticket, author.id, events, via="email" if author.role == "end-user" else "web")

    def change(self, ticket: Ticket, author: User, **values: Any) -> Audit:
        """An agent changes properties of the ticket."""
        return self.record(ticket, author.id, self.set(ticket, **values), via="web")

    def merge(self, ticket: Ticket, into: Ticket, author: User) -> None:
        """Close the ticket for the benefit of another; both say so in a remark of their own."""
        told = [self.comment(author.id, f"This request was closed and merged into request #{into.id}.", public=False)]
        tags = ticket.tags | {"closed_by_merge"}
        self.record(ticket, author.id, [*told, *self.set(ticket, status="closed", tags=tags)], via="web")
        self.record(into, author.id, [self.comment(author.id, f"Request #{ticket.id} was merged into this one.", public=False)], via="web")

    def delete(self, ticket: Ticket) -> None:
        """Soft deletion: no trigger fires, the export tells."""
        with self.lock:
            ticket.deleted, ticket.updated_at, ticket.noted_at = True, self.now(), self.now()

    def set(self, ticket: Ticket, **values: Any) -> list[dict[str, Any]]:
        """Change properties; the events of what really changed."""
        events = []
        with self.lock:
            for name, value in values.items():
                before = getattr(ticket, name)
                if before != value:
                    setattr(ticket, name, value)
                    shown = sorted(value) if isinstance(value, set) else value
                    events.append({"type": "Change", "field_name": name, "value": shown})
        return events

    def comment(self, author_id: int, text: str, *, public: bool = True, files: tuple[str, ...] = ()) -> dict[str, Any]:
        """The event of something written."""
        attached = [{"id": next(self._ids), "file_name": name, "content_type": "application/pdf"} for name in files]
        return {"type": "Comment", "author_id": author_id, "body": text, "public": public, "attachments": attached}

    def record(
        self, ticket: Ticket, author_id: int, events: list[dict[str, Any]], *, via: str, custom: Mapping[str, Any] | None = None
    ) -> Audit:
        """Everything that happened at once, numbered and dated."""
        with self.lock:
            ticket.updated_at = ticket.noted_at = self.now()
            numbered = [{"id": next(self._ids), **event} for event in events]
            audit = Audit(next(self._ids), author_id, ticket.updated_at, via, dict(custom or {}), numbered)
            ticket.audits.append(audit)
        self.happened(ticket, audit)
        return audit
