"""Reading cases."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from core.customers.model import Customer
from core.customers.queries import customer
from core.engine.cards import HELD_BACK, HeldBack
from core.engine.db.bulk import among
from core.engine.db.tables.cases import case_watchers, cases, notes, snoozes
from core.engine.db.tables.customers import billing_contacts, customers, links
from core.engine.db.tables.escalations import escalations, microsoft_requests
from core.engine.db.tables.people import staff
from core.engine.errors import NotFound
from core.engine.transaction import SYSTEM

from .model import CLOSED, Audience, Case, Kind, Note, NoteState, Standing, State

OPEN_STATES = tuple(state.value for state in State if state not in CLOSED)

# Asked whenever a case is shown, so built once: building a statement costs more than running it.
CASE = sa.select(cases).where(cases.c.id == sa.bindparam("case_id"))
COLLECTIONS = sa.select(cases.c.currency, cases.c.id).where(
    cases.c.kind == Kind.COLLECTION.value, cases.c.state != State.RESOLVED.value, cases.c.payer_id == sa.bindparam("of_payer")
)
LATE = HELD_BACK.subquery("late")
SHOWN = (
    sa.select(
        cases,
        customers.c.name.label("customer_name"),
        staff.c.name.label("assignee_name"),
        LATE.c.copies,
        LATE.c.until,
        sa.exists().where(escalations.c.case_id == cases.c.id).label("escalated"),
        sa.exists().where(microsoft_requests.c.case_id == cases.c.id).label("at_microsoft"),
        sa.exists().where(case_watchers.c.case_id == cases.c.id).label("watched"),
        sa.exists().where(snoozes.c.case_id == cases.c.id, snoozes.c.ended_at.is_(None)).label("snoozed"),
    )
    .outerjoin_from(cases, customers, customers.c.id == cases.c.customer_id)
    .outerjoin(staff, staff.c.id == cases.c.assignee_id)
    .join(LATE, sa.true())
    .where(cases.c.id == sa.bindparam("case_id"))
)
NOTES = (
    sa.select(notes)
    .where(notes.c.case_id == sa.bindparam("case_id"), notes.c.state != NoteState.DRAFT, notes.c.state != NoteState.WITHDRAWN)
    .order_by(notes.c.id.desc())
)
OPEN_CASE_SUBJECTS = sa.select(sa.literal("case:").concat(sa.cast(cases.c.id, sa.String))).where(cases.c.state.in_(OPEN_STATES))


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A case with what its card says of others: its customer's name, its assignee's, its cards' late copies; and whether anybody watches
    it, it was ever escalated or taken to Microsoft, or is snoozed, as most are not, so that nothing more need be asked."""

    case: Case
    customer: str | None
    assignee: str | None
    late: HeldBack | None
    escalated: bool
    at_microsoft: bool
    watched: bool
    snoozed: bool


def case(connection: Connection, case_id: int) -> Case:
    """The case. Raises NotFound."""
    row = connection.execute(CASE, {"case_id": case_id}).one_or_none()
    if row is None:
        raise NotFound("case_not_found", number=f"C-{case_id}")
    return from_row(row)


def standings(connection: Connection, case_ids: Sequence[int]) -> dict[int, Standing]:
    """Where those of the cases stand that there are."""
    wanted = sa.select(*(cases.c[name] for name in Standing._fields)).where(among(connection, cases.c.id, case_ids))
    rows = connection.execute(wanted)
    return {id_: Standing(id_, Kind(kind), State(state), *rest) for id_, kind, state, *rest in rows}


def case_shown(connection: Connection, case_id: int) -> Shown:
    """The case with what its card says of others. Raises NotFound."""
    row = connection.execute(SHOWN, {"case_id": case_id, "subject": f"case:{case_id}"}).one_or_none()
    if row is None:
        raise NotFound("case_not_found", number=f"C-{case_id}")
    late = HeldBack(copies=row.copies, until=row.until) if row.copies else None
    asked = {"escalated": row.escalated, "at_microsoft": row.at_microsoft, "watched": row.watched, "snoozed": row.snoozed}
    return Shown(case=from_row(row), customer=row.customer_name, assignee=row.assignee_name, late=late, **asked)


def open_cases_of(connection: Connection, customer_id: int) -> list[Case]:
    """The customer's cases with something left to do, the oldest first."""
    match = (cases.c.customer_id == customer_id) & cases.c.state.in_(OPEN_STATES)
    return [from_row(row) for row in connection.execute(sa.select(cases).where(match).order_by(cases.c.opened_at, cases.c.id))]


def questions_naming(connection: Connection, customer_id: int, texts: Sequence[str]) -> list[int]:
    """The customer's question cases with something left to do, in whose title or notes one of the texts stands, case aside."""
    if not texts:
        return []
    match = (cases.c.customer_id == customer_id) & (cases.c.kind == Kind.QUESTION.value) & cases.c.state.in_(OPEN_STATES)
    written = sa.select(cases.c.id, cases.c.title, notes.c.body).outerjoin(notes, notes.c.case_id == cases.c.id).where(match)
    sought = [text.casefold() for text in texts]
    rows = connection.execute(written.order_by(cases.c.id))
    return list(dict.fromkeys(row.id for row in rows if any(each in f"{row.title}\n{row.body or ''}".casefold() for each in sought)))


def collection_case(connection: Connection, payer_id: int, currency: str) -> int | None:
    """The one collection case of this payer and currency that is not resolved."""
    return collection_cases(connection, payer_id).get(currency)


def collection_cases(connection: Connection, payer_id: int) -> dict[str, int]:
    """The payer's collection cases that are not resolved, by currency: one in each at most."""
    return {row.currency: row.id for row in connection.execute(COLLECTIONS, {"of_payer": payer_id})}


def roots_of(connection: Connection, case_id: int) -> list[str]:
    """What to lock to change a case: its customer first, then itself."""
    customer_id = connection.scalar(sa.select(cases.c.customer_id).where(cases.c.id == case_id))
    return [f"case:{case_id}"] if customer_id is None else [f"customer:{customer_id}", f"case:{case_id}"]


def note(connection: Connection, note_id: int) -> Note:
    """The note. Raises NotFound."""
    row = connection.execute(sa.select(notes).where(notes.c.id == note_id)).one_or_none()
    if row is None:
        raise NotFound("note_not_found")
    return _note(row)


def notes_of(connection: Connection, case_id: int) -> list[Note]:
    """What colleagues wrote, what the customer wrote, and what was answered, the newest first; drafts are their author's own."""
    return [_note(row) for row in connection.execute(NOTES, {"case_id": case_id})]


def heard(connection: Connection, case_id: int) -> Note | None:
    """What the customer wrote last."""
    match = (notes.c.case_id == case_id) & (notes.c.direction == "in") & (notes.c.audience == Audience.CUSTOMER)
    row = connection.execute(sa.select(notes).where(match).order_by(notes.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _note(row)


def queued_reply(connection: Connection, case_id: int) -> Note | None:
    """The answer that was confirmed and has not left for certain; a notice of the desk's own is none."""
    match = (notes.c.case_id == case_id) & (notes.c.state == NoteState.QUEUED) & (notes.c.audience == Audience.CUSTOMER)
    match &= notes.c.author != SYSTEM.id
    row = connection.execute(sa.select(notes).where(match).order_by(notes.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _note(row)


def unsent_reply(connection: Connection, case_id: int, author: str) -> Note | None:
    """What the author wrote last to the customer and did not send, or took back; None when their last answer went out."""
    match = (
        (notes.c.case_id == case_id) & (notes.c.author == author) & (notes.c.audience == Audience.CUSTOMER) & (notes.c.direction == "out")
    )
    row = connection.execute(sa.select(notes).where(match).order_by(notes.c.id.desc()).limit(1)).one_or_none()
    found = None if row is None else _note(row)
    return found if found is not None and found.state in (NoteState.DRAFT, NoteState.WITHDRAWN, NoteState.FAILED) else None


def guesses(connection: Connection, found: Case) -> Sequence[Customer]:
    """Customers an unmatched case may belong to: an unconfirmed link, or a billing contact at the same domain. Only to suggest."""
    address = found.requestor.casefold().strip()
    domain = address.partition("@")[2]
    keys = [key for key in (address, domain) if key]
    if not keys:
        return []
    by_link = sa.select(links.c.customer_id).where(links.c.external.in_(keys), links.c.confirmed_at.is_(None))
    by_contact = sa.select(billing_contacts.c.customer_id).where(sa.func.lower(billing_contacts.c.email).endswith(f"@{domain or address}"))
    either = sa.or_(customers.c.id.in_(by_link), customers.c.id.in_(by_contact))
    found_ids = connection.scalars(sa.select(customers.c.id).where(either).order_by(customers.c.folded).limit(5)).all()
    return [customer(connection, customer_id) for customer_id in found_ids]


def from_row(row: sa.Row[tuple[object, ...]]) -> Case:
    """A row of the cases as what it says."""
    fields = {name: getattr(row, name) for name in Case.__dataclass_fields__} | {"kind": Kind(row.kind), "state": State(row.state)}
    return Case(**fields)


def _note(row: sa.Row[tuple[object, ...]]) -> Note:
    fields = {name: getattr(row, name) for name in Note.__dataclass_fields__}
    return Note(**fields | {"audience": Audience(row.audience), "state": NoteState(row.state)})
