"""Whom a customer's billing letters go to."""

from collections.abc import Iterable

import sqlalchemy as sa

from core.engine.db.tables.customers import billing_contacts
from core.engine.errors import Conflict, InvalidInput, NotFound
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx

from .commands import AddContact, RemoveContact
from .events import ContactAdded, ContactRemoved
from .queries import customer, is_billing_contact


def add_contact(tx: Tx, command: AddContact) -> Iterable[Event]:
    """Raises InvalidInput for what is no address or a missing name, Conflict for an address that is there, NotFound."""
    customer(tx.connection, command.customer_id)
    name, email = command.name.strip(), command.email.strip()
    if not name:
        raise InvalidInput("name_missing", "name")
    if email.count("@") != 1 or not all(email.split("@")) or not email.isprintable() or " " in email:
        raise InvalidInput("notice_address", "recipient", typed=email)
    if is_billing_contact(tx.connection, command.customer_id, email):
        raise Conflict("contact_exists", email=email)
    tx.connection.execute(sa.insert(billing_contacts).values(customer_id=command.customer_id, name=name, email=email))
    return [ContactAdded(customer_id=command.customer_id, name=Private(name), email=Private(email))]


def remove_contact(tx: Tx, command: RemoveContact) -> Iterable[Event]:
    """What was sent to them stays in the evidence. Raises NotFound for an address that is not there."""
    known = sa.select(billing_contacts).where(billing_contacts.c.customer_id == command.customer_id)
    found = [row for row in tx.connection.execute(known) if row.email.casefold() == command.email.strip().casefold()]
    if not found:
        raise NotFound("contact_not_found", email=command.email)
    tx.connection.execute(sa.delete(billing_contacts).where(billing_contacts.c.id == found[0].id))
    return [ContactRemoved(customer_id=command.customer_id, email=Private(found[0].email))]


HANDLERS: Handlers = {
    AddContact: Handler(add_contact, lambda _c, command: [f"customer:{command.customer_id}"]),
    RemoveContact: Handler(remove_contact, lambda _c, command: [f"customer:{command.customer_id}"]),
}
