"""A ticket as its own system has it now, and what that means for its case. A webhook only hints; this is what was read afterwards."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from core.customers.model import LinkKind
from core.customers.queries import linked
from core.engine.db.tables.cases import cases, notes
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event, Private, lock_root
from core.engine.transaction import Tx
from core.people.model import Right

from .changing import change
from .events import CaseOpened, CustomerAnswered, TicketChanged, TicketCommented
from .model import Kind, State, Told, WaitingOn
from .queries import case, roots_of

TITLE_LIMIT, ADDRESS_LIMIT, AUTHOR_LIMIT = 300, 200, 120


@dataclass(frozen=True, kw_only=True)
class Comment:
    """Something written in the ticket. `by_customer`: by whoever asked, not by a colleague working in the ticketing system.

    `marker` is set when our own user wrote it and it ends with a marker: then it is the echo of a note of ours.
    """

    external: str
    author: str
    public: bool
    by_customer: bool
    text: str
    at: datetime
    marker: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordTicket(Command):
    """Open the ticket's case, or bring it up to date.

    `seen` counts the ticket's changes, or the seconds of its last one: an older reading overwrites no newer one. `organisation` is that
    system's id of the requestor's company; `follows` the closed ticket which this one follows up.
    """

    needs = Right.FEED
    connection: str
    ticket: str
    title: str
    requestor: str
    status: str
    is_closed: bool
    seen: int
    comments: tuple[Comment, ...] = ()
    organisation: str = ""
    follows: str = ""


@dataclass(frozen=True, kw_only=True)
class HearCustomer(Command):
    """The customer wrote, so the case waits for them no longer."""

    needs = Right.RUN
    case_id: int


def hear_customer(tx: Tx, command: HearCustomer) -> Iterable[Event]:
    """Changes nothing unless the case waits for the customer; what Microsoft has to say is not said by the customer."""
    found = case(tx.connection, command.case_id)
    if found.state is not State.WAITING or found.waiting_on == WaitingOn.MICROSOFT:
        return []
    change(tx, found.id, state=State.OPEN.value, waiting_since=None, waiting_on="")
    return [CustomerAnswered(case_id=found.id, before=found.state.value)]


def record_ticket(tx: Tx, command: RecordTicket) -> Iterable[Event]:
    """A ticket has one case, however often and in whatever order it is heard of."""
    found = ticket_case(tx.connection, command.connection, command.ticket)
    if found is None:
        return _open(tx, command)
    # It may have come into being while this command waited for the ticket's root.
    lock_root(tx, f"case:{found.id}")
    return [*record_comments(tx, found.id, command.comments), *_refresh(tx, found, command)]


def _open(tx: Tx, command: RecordTicket) -> list[Event]:
    title = command.title.strip()[:TITLE_LIMIT] or "—"
    customer_id = _customer_of(tx.connection, command)
    values = {
        "kind": Kind.QUESTION.value, "state": State.NEW.value, "title": title, "customer_id": customer_id, "opened_at": tx.now,
        "ticket_connection": command.connection, "ticket": command.ticket, "ticket_seen": str(command.seen),
        "requestor": command.requestor[:ADDRESS_LIMIT], "extra": {**_told_by_ticket(command), **_following(tx.connection, command)},
    }  # fmt: skip
    case_id = int(tx.connection.execute(sa.insert(cases).values(**values).returning(cases.c.id)).scalar_one())
    said = record_comments(tx, case_id, command.comments)
    source = f"ticket:{command.connection}"
    opened = CaseOpened(case_id=case_id, kind=Kind.QUESTION.value, title=Private(title), customer_id=customer_id, triage="", source=source)
    return [opened, *said]


def _refresh(tx: Tx, found: Row[Any], command: RecordTicket) -> list[Event]:
    seen, told = int(found.ticket_seen or 0), _told_by_ticket(command)
    before, title = found.extra.get("ticket_status", ""), command.title.strip()[:TITLE_LIMIT] or found.title
    is_news = title != found.title or not told.items() <= found.extra.items()
    # Of two readings within one second the later counts: where changes are dated and not numbered, both have the same `seen`.
    if command.seen < seen or (command.seen == seen and not is_news):
        return []
    values = {
        "ticket_seen": str(command.seen), "title": title, "extra": {**found.extra, **told}, "version": cases.c.version + 1,
    }  # fmt: skip
    tx.connection.execute(sa.update(cases).where(cases.c.id == found.id).values(**values))
    if before == command.status and found.title == title:
        return []
    return [TicketChanged(case_id=found.id, before=before, status=command.status, is_closed=command.is_closed)]


def _told_by_ticket(command: RecordTicket) -> dict[str, object]:
    return {"ticket_status": command.status, "ticket_closed": command.is_closed}


def record_comments(tx: Tx, case_id: int, comments: Iterable[Comment]) -> list[Event]:
    """Keep what is new. What we wrote ourselves comes back and is recognised by its marker, or by the id it was sent under."""
    match = notes.c.case_id == case_id
    rows = tx.connection.execute(sa.select(notes.c.external, notes.c.marker, notes.c.direction).where(match)).all()
    known = {row.external for row in rows if row.external}
    ours = {row.marker for row in rows if row.marker and row.direction == "out"}
    fresh = [comment for comment in comments if comment.external not in known and comment.marker not in ours]
    return [_keep(tx, case_id, comment) for comment in fresh if comment.text.strip()]


def _keep(tx: Tx, case_id: int, comment: Comment) -> TicketCommented:
    """A colleague's public answer counts as sent to the customer: it was, only from another desk."""
    answered = comment.public and not comment.by_customer
    values = {
        "case_id": case_id, "audience": "customer" if comment.public else "internal", "direction": "out" if answered else "in",
        "author": comment.author[:AUTHOR_LIMIT], "body": comment.text.strip(), "at": comment.at,
        "state": "sent" if answered else "kept", "external": comment.external,
    }  # fmt: skip
    note_id = int(tx.connection.execute(sa.insert(notes).values(**values).returning(notes.c.id)).scalar_one())
    found = case(tx.connection, case_id)
    if answered:
        told = {"told_customer": Told.YES.value} if found.told_customer == Told.NO else {}
        change(tx, case_id, responded_at=found.responded_at or comment.at, asked_again_at=None, **told)
    elif comment.by_customer and found.responded_at is not None and found.asked_again_at is None:
        change(tx, case_id, asked_again_at=tx.now)
    return TicketCommented(
        case_id=case_id, note_id=note_id, audience=str(values["audience"]), by_customer=comment.by_customer,
        author=Private(comment.author), text=Private(comment.text.strip()),
    )  # fmt: skip


def ticket_case(connection: Connection, name: str, ticket: str) -> Row[Any] | None:
    """The row of the ticket's case, if it has one."""
    match = (cases.c.ticket_connection == name) & (cases.c.ticket == ticket)
    return connection.execute(sa.select(cases).where(match)).one_or_none()


def entries_of(connection: Connection, name: str, ticket: str) -> frozenset[str] | None:
    """The ticket's entries that are kept as notes; None when it has no case."""
    found = ticket_case(connection, name, ticket)
    if found is None:
        return None
    return frozenset(connection.scalars(sa.select(notes.c.external).where(notes.c.case_id == found.id, notes.c.external != "")))


def _following(connection: Connection, command: RecordTicket) -> dict[str, object]:
    """The case of the ticket which this one follows up."""
    followed = ticket_case(connection, command.connection, command.follows) if command.follows else None
    return {} if followed is None else {"follows": followed.id}


def customer_of(connection: Connection, name: str, requestor: str, organisation: str = "") -> int | None:
    """Whose ticket it is, by a confirmed link on the address, or else the organisation, or its domain; nobody's without one."""
    address = requestor.casefold().strip()
    for external in (address, organisation, address.rpartition("@")[2]):
        found = linked(connection, LinkKind.TICKET_ORG, name, external) if external else None
        if found is not None:
            return found
    return None


def _customer_of(connection: Connection, command: RecordTicket) -> int | None:
    return customer_of(connection, command.connection, command.requestor, command.organisation)


def _roots(connection: Connection, command: RecordTicket) -> list[str]:
    """The case's own roots, or its customer's when it is to be opened; and the ticket's, so that two hints cannot open two."""
    ticket = f"ticket:{command.connection}:{command.ticket}"
    found = ticket_case(connection, command.connection, command.ticket)
    if found is not None:
        return [*roots_of(connection, found.id), ticket]
    customer_id = _customer_of(connection, command)
    return [ticket] if customer_id is None else [f"customer:{customer_id}", ticket]


HANDLERS: Handlers = {
    RecordTicket: Handler(record_ticket, _roots),
    HearCustomer: Handler(hear_customer, lambda connection, command: roots_of(connection, command.case_id)),
}
