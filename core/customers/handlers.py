"""A function per command about customers."""

from collections.abc import Iterable

import sqlalchemy as sa

from core.engine.db.dialects import insert_into
from core.engine.db.tables.customers import billing_contacts, customers, links
from core.engine.errors import Conflict, InvalidInput
from core.engine.folding import folded
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx
from core.people.calendars import is_zone

from . import reading
from .commands import AddCustomer, ConfirmLink, SetCustomerLanguage, SwitchMode
from .events import CustomerAdded, CustomerLanguageSet, LinkConfirmed, ModeSwitched
from .model import Mode
from .queries import customer, linked


def add_customer(tx: Tx, command: AddCustomer) -> Iterable[Event]:
    """Raises InvalidInput for an empty name or an unknown zone, Conflict for a customer that exists."""
    name = command.name.strip()
    if not name:
        raise InvalidInput("name_missing", "name")
    if not is_zone(command.zone):
        raise InvalidInput("zone_unknown", "zone", zone=command.zone)
    if tx.connection.scalar(sa.select(customers.c.id).where(customers.c.folded == folded(name))):
        raise Conflict("customer_exists", name=name)
    values = {
        "name": name, "folded": folded(name), "tax_id": "".join(c for c in command.tax_id if c.isalnum()), "locale": command.locale,
        "zone": command.zone, "country": command.country, "segment": command.segment,
    }  # fmt: skip
    customer_id = int(tx.connection.execute(sa.insert(customers).values(**values).returning(customers.c.id)).scalar_one())
    for contact, email in command.contacts:
        tx.connection.execute(sa.insert(billing_contacts).values(customer_id=customer_id, name=contact, email=email))
    return [CustomerAdded(customer_id=customer_id, name=Private(name))]


def confirm_link(tx: Tx, command: ConfirmLink) -> Iterable[Event]:
    """Confirming what is confirmed changes nothing. Raises Conflict when the key stands for another customer."""
    external = command.external.casefold()
    owner = linked(tx.connection, command.kind, command.connection, external)
    if owner == command.customer_id:
        return []
    if owner is not None:
        raise Conflict("link_taken", external=external, customer=customer(tx.connection, owner).name)
    values = {
        "customer_id": command.customer_id, "kind": command.kind.value, "connection": command.connection, "external": external,
        "confirmed_by": tx.actor.id, "confirmed_at": tx.now,
    }  # fmt: skip
    tx.connection.execute(insert_into(tx.connection, links).values(**values))
    shown = {"kind": command.kind.value, "connection": command.connection, "external": Private(external)}
    return [LinkConfirmed(customer_id=command.customer_id, **shown)]  # type: ignore[arg-type]  # a mixed dict of str and Private


def switch_mode(tx: Tx, command: SwitchMode) -> Iterable[Event]:
    """Switching to the present mode changes nothing. Raises NotFound; InvalidInput by hand without a provider."""
    was, provider = customer(tx.connection, command.customer_id), command.provider.strip()
    if command.mode is Mode.BY_HAND and not provider:
        raise InvalidInput("field_missing", "provider")
    if (was.mode, was.provider) == (command.mode, provider):
        return []
    values = {"mode": command.mode.value, "provider": provider}
    tx.connection.execute(sa.update(customers).where(customers.c.id == command.customer_id).values(**values))
    return [ModeSwitched(customer_id=command.customer_id, before=was.mode.value, after=command.mode.value, provider=provider)]


def set_language(tx: Tx, command: SetCustomerLanguage) -> Iterable[Event]:
    """Setting what is so changes nothing. Raises NotFound."""
    before = customer(tx.connection, command.customer_id).locale
    if before == command.locale:
        return []
    tx.connection.execute(sa.update(customers).where(customers.c.id == command.customer_id).values(locale=command.locale))
    return [CustomerLanguageSet(customer_id=command.customer_id, before=before, after=command.locale)]


HANDLERS: Handlers = {
    **reading.HANDLERS,
    AddCustomer: Handler(add_customer, lambda _c, command: [f"customername:{folded(command.name)}"]),
    ConfirmLink: Handler(confirm_link, lambda _c, command: [f"customer:{command.customer_id}"]),
    SetCustomerLanguage: Handler(set_language, lambda _c, command: [f"customer:{command.customer_id}"]),
    SwitchMode: Handler(switch_mode, lambda _c, command: [f"customer:{command.customer_id}"]),
}
