"""A function per command about customers."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Row

from core.engine.db.dialects import insert_into
from core.engine.db.tables.customers import billing_contacts, customers, links, subscriptions
from core.engine.errors import Conflict, InvalidInput
from core.engine.folding import folded
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx
from core.people.calendars import is_zone

from .commands import AddCustomer, ConfirmLink, RecordSubscriptions, SetCustomerLanguage, SwitchMode
from .events import CustomerAdded, CustomerLanguageSet, LinkConfirmed, ModeSwitched, SubscriptionsRecorded
from .queries import customer, linked, tenants_of
from .resources import SubscriptionFacts, facts


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
    """Switching to the present mode changes nothing. Raises NotFound."""
    before = customer(tx.connection, command.customer_id).mode
    if before == command.mode:
        return []
    tx.connection.execute(sa.update(customers).where(customers.c.id == command.customer_id).values(mode=command.mode.value))
    return [ModeSwitched(customer_id=command.customer_id, before=before.value, after=command.mode.value)]


def set_language(tx: Tx, command: SetCustomerLanguage) -> Iterable[Event]:
    """Setting what is so changes nothing. Raises NotFound."""
    before = customer(tx.connection, command.customer_id).locale
    if before == command.locale:
        return []
    tx.connection.execute(sa.update(customers).where(customers.c.id == command.customer_id).values(locale=command.locale))
    return [CustomerLanguageSet(customer_id=command.customer_id, before=before, after=command.locale)]


def record_subscriptions(tx: Tx, command: RecordSubscriptions) -> Iterable[Event]:
    """Raises Conflict when the tenant is not confirmed for this customer. A resource without id or status is left out."""
    tenant = command.tenant.casefold()
    if tenant not in tenants_of(tx.connection, command.customer_id):
        raise Conflict("tenant_not_confirmed", tenant=tenant, customer=customer(tx.connection, command.customer_id).name)
    known = {row.external: row for row in tx.connection.execute(sa.select(subscriptions).where(subscriptions.c.tenant == tenant))}
    if any(row.as_of > command.as_of for row in known.values()):
        return []
    found = {said.external: (said, dict(resource)) for resource in command.resources if (said := _readable(resource))}
    for said, raw in found.values():
        _keep(tx, command, said, raw)
    changed = [_step(known.get(external), said) for external, (said, _) in sorted(found.items())]
    absent = tuple(sorted(set(known) - set(found)))
    recorded = SubscriptionsRecorded(
        customer_id=command.customer_id, tenant=tenant, as_of=command.as_of, changed=tuple(s for s in changed if s), absent=absent
    )
    return [recorded]


def _readable(resource: Mapping[str, Any]) -> SubscriptionFacts | None:
    try:
        return facts(resource)
    except ValueError:
        return None


def _keep(tx: Tx, command: RecordSubscriptions, said: SubscriptionFacts, raw: dict[str, Any]) -> None:
    values = {
        "customer_id": command.customer_id, "tenant": command.tenant.casefold(), "as_of": command.as_of, "raw": raw,
        **{f.name: getattr(said, f.name) for f in fields(said)}, "kind": said.kind.value,
    }  # fmt: skip
    fresh = {name: kept for name, kept in values.items() if name not in ("tenant", "external")}
    statement = insert_into(tx.connection, subscriptions).values(**values)
    tx.connection.execute(statement.on_conflict_do_update(index_elements=["tenant", "external"], set_=fresh))


def _step(before: Row[Any] | None, said: SubscriptionFacts) -> str:
    """How the status went on, "" when it stayed."""
    was = before.status if before is not None else ""
    return f"{said.external}: {was} → {said.status}" if was != said.status else ""


HANDLERS: Handlers = {
    AddCustomer: Handler(add_customer, lambda _c, command: [f"customername:{folded(command.name)}"]),
    ConfirmLink: Handler(confirm_link, lambda _c, command: [f"customer:{command.customer_id}"]),
    RecordSubscriptions: Handler(record_subscriptions, lambda _c, command: [f"customer:{command.customer_id}"]),
    SetCustomerLanguage: Handler(set_language, lambda _c, command: [f"customer:{command.customer_id}"]),
    SwitchMode: Handler(switch_mode, lambda _c, command: [f"customer:{command.customer_id}"]),
}
