"""Finding what a person means by something else than its number: a case by its invoice or ticket link, a colleague by name or mention.

Looked up only where a plain number or handle was not typed, so that the usual command costs nothing more.
"""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.queries import case
from core.engine.db.tables.cases import cases
from core.engine.db.tables.receivables import invoices, payers
from core.engine.errors import Ambiguous, InvalidInput, NotFound
from core.engine.folding import folded
from core.people.connections import all_connections
from core.people.model import Member
from core.people.queries import by_handle, by_identity, by_private_address

from .numbering import NUMBER

LINK = re.compile(r"https?://\S+", re.IGNORECASE)
INVOICE_LIMIT = 80


def case_meant(connection: Connection, text: str, field: str) -> int:
    """The case of an invoice's number or of a ticket's link. Raises Ambiguous, InvalidInput for anything else, NotFound."""
    if LINK.fullmatch(text):
        return _one_case(connection, _of_link(connection, text), text, field, missing="link_without_case")
    found = _of_invoice(connection, text)
    if found is None:
        raise InvalidInput("not_a_case", field, typed=text)
    return _one_case(connection, found, text, field, missing="invoice_without_case")


def customers_of_invoice(connection: Connection, text: str) -> list[int]:
    """Whose invoice that number is: usually one customer's."""
    named = sa.select(payers.c.customer_id).join(invoices, invoices.c.payer_id == payers.c.id).where(_numbered(text))
    return sorted(set(connection.scalars(named.where(payers.c.customer_id.is_not(None)))))


def is_invoice(connection: Connection, text: str) -> bool:
    """Whether any invoice has that number."""
    return bool(connection.scalar(sa.select(sa.exists().where(_numbered(text)))))


def customer_of_case(connection: Connection, text: str, field: str) -> list[int]:
    """Whose case has that number, if one has. Raises InvalidInput for a case that was not matched to a customer yet."""
    written = NUMBER.fullmatch(text.lstrip("#"))
    row = written and connection.execute(sa.select(cases.c.customer_id).where(cases.c.id == int(written[1]))).one_or_none()
    if not written or row is None or text[:1] in "sS":
        return []
    if row.customer_id is None:
        raise InvalidInput("case_without_customer", field, number=written[1])
    return [row.customer_id]


def colleague(connection: Connection, text: str, among: Sequence[Member], *, face: str, workspace: str, field: str) -> int:
    """A mention, a handle, or a part of the name of one of those `among` whom a name is looked for. Raises Ambiguous, InvalidInput."""
    mentioned = text.removeprefix("@")
    found = _mentioned(connection, face, workspace, mentioned) if text.startswith("@") else None
    if found is not None:
        return found.id
    try:
        return by_handle(connection, text).id
    except NotFound:
        pass  # then it is a name
    sought = folded(mentioned)
    named = [each for each in among if sought and f" {sought}" in f" {folded(each.name)}"]
    exact = [each for each in named if folded(each.name) == sought]
    if len(exact or named) == 1:
        return (exact or named)[0].id
    if named:
        raise Ambiguous("staff_ambiguous", field, name=text, readings=[(each.handle, each.name) for each in named])
    raise InvalidInput("staff_not_found", field, name=text)


def _mentioned(connection: Connection, face: str, workspace: str, user: str) -> Member | None:
    return by_identity(connection, face, workspace, user) or by_private_address(connection, face, workspace, user)


def _numbered(text: str) -> sa.ColumnElement[bool]:
    return invoices.c.number.in_({text[:INVOICE_LIMIT], text.upper()[:INVOICE_LIMIT]})


def _of_invoice(connection: Connection, text: str) -> list[int] | None:
    """The collection cases of the invoice's payer and currency, those with something left to do first; None for no such invoice."""
    known = connection.execute(sa.select(invoices.c.payer_id, invoices.c.currency).where(_numbered(text))).all()
    if not known:
        return None
    pairs = sa.or_(*((cases.c.payer_id == row.payer_id) & (cases.c.currency == row.currency) for row in known))
    rows = connection.execute(sa.select(cases.c.id, cases.c.state, cases.c.payer_id).where(pairs).order_by(cases.c.id.desc())).all()
    unsettled = [row.id for row in rows if row.state != "resolved"]
    return unsettled or [max(row.id for row in rows if row.payer_id == payer) for payer in dict.fromkeys(row.payer_id for row in rows)]


def _of_link(connection: Connection, text: str) -> list[int]:
    """Cases of tickets whose number stands in the link, of a connection reached at that very host."""
    parts = urlsplit(text)
    numbers = set(re.findall(r"\d{1,18}", f"{parts.path}?{parts.query}#{parts.fragment}", re.ASCII))
    hosts = {row.name: urlsplit(str(row.settings.get("url", ""))).netloc for row in all_connections(connection)}
    names = [name for name, host in hosts.items() if host and host == parts.netloc]
    if not numbers or not names:
        return []
    match = cases.c.ticket_connection.in_(names) & cases.c.ticket.in_(numbers)
    return list(connection.scalars(sa.select(cases.c.id).where(match).order_by(cases.c.id)))


def _one_case(connection: Connection, found: list[int], text: str, field: str, *, missing: str) -> int:
    if not found:
        raise InvalidInput(missing, field, typed=text)
    if len(found) == 1:
        return found[0]
    readings = [(f"C-{each}", f"C-{each} {case(connection, each).title}") for each in found]
    raise Ambiguous("case_ambiguous", field, typed=text, readings=readings)
