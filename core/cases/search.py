"""Finding cases, and what was written in them: kept findable in the transaction that changes them, read a page at a time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine import search
from core.engine.db.bulk import among
from core.engine.db.tables.cases import cases, notes
from core.engine.db.tables.customers import customers
from core.engine.handling import Command
from core.engine.journal import Event
from core.engine.transaction import Tx

from .events import CaseMatched, CaseOpened, NoteAdded, ReplyQueued, ReplyWithdrawn, TicketChanged, TicketCommented
from .model import State

CASES, NOTES = "case", "note"
TOLD = sa.select(cases.c.id, cases.c.title, cases.c.ticket, cases.c.requestor, customers.c.name).join(
    customers, customers.c.id == cases.c.customer_id, isouter=True
)
TEXTS_OF_CASE = TOLD.where(cases.c.id == sa.bindparam("case_id"))
TEXT_OF_NOTE = sa.select(notes.c.body).where(notes.c.id == sa.bindparam("note_id"))


@dataclass(frozen=True, kw_only=True)
class FoundCase:
    """A case as a list of what was found names it."""

    id: int
    title: str
    state: State
    customer: str


@dataclass(frozen=True, kw_only=True)
class FoundNote:
    """A note as a list of what was found names it."""

    id: int
    case_id: int
    body: str
    at: datetime


def index_case(tx: Tx, event: CaseOpened | CaseMatched | TicketChanged) -> Iterable[Command]:
    """Found by its number, title, customer, ticket and who asked."""
    row = tx.connection.execute(TEXTS_OF_CASE, {"case_id": event.case_id}).one()
    search.keep(tx.connection, CASES, {row.id: (str(row.id), row.title, row.name or "", row.ticket, row.requestor)})
    return ()


def index_note(tx: Tx, event: NoteAdded | ReplyQueued | TicketCommented) -> Iterable[Command]:
    """Found by what was written. A draft is its author's own, so an answer is found from its confirmation on."""
    search.keep(tx.connection, NOTES, {event.note_id: (str(tx.connection.scalar(TEXT_OF_NOTE, {"note_id": event.note_id})),)})
    return ()


def forget_note(tx: Tx, event: ReplyWithdrawn) -> Iterable[Command]:
    """Taken back, it is its author's own again."""
    search.forget(tx.connection, NOTES, event.note_id)
    return ()


INDEXED: Mapping[type[Event], Callable[..., Iterable[Command]]] = {
    CaseOpened: index_case, CaseMatched: index_case, TicketChanged: index_case,
    NoteAdded: index_note, ReplyQueued: index_note, TicketCommented: index_note, ReplyWithdrawn: forget_note,
}  # fmt: skip


def found_cases(connection: Connection, case_ids: Sequence[int]) -> list[FoundCase]:
    """The cases, in this order."""
    wanted = sa.select(cases.c.id, cases.c.title, cases.c.state, customers.c.name)
    joined = wanted.join(customers, customers.c.id == cases.c.customer_id, isouter=True)
    rows = {row.id: row for row in connection.execute(joined.where(among(connection, cases.c.id, case_ids)))}
    there = (rows[id_] for id_ in case_ids if id_ in rows)
    return [FoundCase(id=row.id, title=row.title, state=State(row.state), customer=row.name or "") for row in there]


def found_notes(connection: Connection, note_ids: Sequence[int]) -> list[FoundNote]:
    """The notes, in this order."""
    wanted = sa.select(notes.c.id, notes.c.case_id, notes.c.body, notes.c.at)
    rows = {row["id"]: row for row in connection.execute(wanted.where(among(connection, notes.c.id, note_ids))).mappings()}
    return [FoundNote(**rows[id_]) for id_ in note_ids if id_ in rows]


def searched(connection: Connection, text: str, *, limit: int) -> list[tuple[int, str]]:
    """What a search field offers while somebody types: number and title, best first."""
    what = search.sought(text)
    page = search.page(connection, CASES, what, limit=limit) if what else None
    return [(found.id, found.title) for found in found_cases(connection, page.found)] if page else []
