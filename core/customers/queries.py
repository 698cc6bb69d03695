"""Finding customers and what belongs to them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from core.engine.calendars import Calendar
from core.engine.db.tables.customers import billing_contacts, customers, links, subscriptions
from core.engine.errors import NotFound
from core.engine.folding import folded
from core.people.calendars import has_holidays

from .model import Customer, Link, LinkKind, Mode, Subscription

# Asked whenever something of a customer's is shown, so built once: building a statement costs more than running it.
CUSTOMER = sa.select(customers).where(customers.c.id == sa.bindparam("customer_id"))


def customer(connection: Connection, customer_id: int) -> Customer:
    """The customer. Raises NotFound."""
    row = connection.execute(CUSTOMER, {"customer_id": customer_id}).one_or_none()
    if row is None:
        raise NotFound("customer_not_found", name=customer_id)
    return from_row(row)


def calendar_of(connection: Connection, customer_id: int) -> Calendar:
    """Office hours in the customer's zone and the public holidays of their country. Raises NotFound."""
    found = customer(connection, customer_id)
    return Calendar(zone=found.zone, country=found.country if has_holidays(found.country) else "")


def named(connection: Connection, text: str, *, limit: int = 10) -> list[Customer]:
    """Customers by tax number, exact name or part of a name, best first, case and diacritics aside."""
    sought = folded(text)
    digits = "".join(c for c in text if c.isdigit())
    if len(digits) >= 8:
        whole = "".join(c for c in text if c.isalnum()).upper()  # with its country's letters or without: PL527… is 527…
        rows = connection.execute(sa.select(customers).where(customers.c.tax_id.in_({digits, whole, f"PL{digits}"}))).all()
        if rows:
            return [from_row(row) for row in rows]
    if not sought:
        return []
    exact = connection.execute(sa.select(customers).where(customers.c.folded == sought)).all()
    if exact:
        return [from_row(row) for row in exact]
    part = customers.c.folded.contains(sought, autoescape=True)
    return [from_row(row) for row in connection.execute(sa.select(customers).where(part).order_by(customers.c.folded).limit(limit))]


def begun_alike(connection: Connection, text: str, *, limit: int = 1000) -> dict[str, str]:
    """Names of customers that begin with the same letter, by each folded name and its first word: what a misspelt one is compared with."""
    sought = folded(text)
    alike = customers.c.folded.startswith(sought[:1], autoescape=True)
    rows = connection.execute(sa.select(customers.c.folded, customers.c.name).where(alike).order_by(customers.c.folded).limit(limit)).all()
    whole = {row.folded: row.name for row in rows}
    return {row.folded.partition(" ")[0]: row.name for row in reversed(rows)} | whole if sought else {}


def linked(connection: Connection, kind: LinkKind, connection_name: str, external: str) -> int | None:
    """The customer this key was confirmed to stand for; a guess is never taken."""
    match = (links.c.kind == kind) & (links.c.connection == connection_name) & (links.c.external == external.casefold())
    return connection.scalar(sa.select(links.c.customer_id).where(match, links.c.confirmed_at.is_not(None)))


def tenants_of(connection: Connection, customer_id: int) -> list[str]:
    """The Microsoft tenants confirmed for the customer."""
    match = (links.c.customer_id == customer_id) & (links.c.kind == LinkKind.TENANT) & links.c.confirmed_at.is_not(None)
    return sorted(connection.scalars(sa.select(links.c.external).where(match)))


def with_tenant(connection: Connection) -> list[Customer]:
    """Every customer with a confirmed tenant, by name."""
    confirmed = sa.select(links.c.customer_id).where(links.c.kind == LinkKind.TENANT, links.c.confirmed_at.is_not(None))
    return [
        from_row(row) for row in connection.execute(sa.select(customers).where(customers.c.id.in_(confirmed)).order_by(customers.c.folded))
    ]


def customers_in(connection: Connection, segment: str) -> list[int]:
    """Every customer of the segment."""
    return list(connection.scalars(sa.select(customers.c.id).where(customers.c.segment == segment).order_by(customers.c.id)))


def all_customers(connection: Connection) -> list[Customer]:
    """Everybody, by name."""
    return [from_row(row) for row in connection.execute(sa.select(customers).order_by(customers.c.folded, customers.c.id))]


def links_of(connection: Connection, customer_id: int) -> list[Link]:
    """The confirmed keys of other systems that stand for the customer."""
    mine = sa.select(*(links.c[name] for name in Link.__dataclass_fields__)).where(links.c.customer_id == customer_id)
    ordered = mine.where(links.c.confirmed_at.is_not(None)).order_by(links.c.kind, links.c.connection, links.c.external)
    return [Link(**{**row, "kind": LinkKind(row["kind"])}) for row in connection.execute(ordered).mappings()]


def today_of(connection: Connection, customer_id: int, now: datetime) -> date:
    """The day it is at the customer's at `now`. Raises NotFound."""
    return now.astimezone(ZoneInfo(customer(connection, customer_id).zone)).date()


def is_billing_contact(connection: Connection, customer_id: int, said: str, *, by_name: bool = False) -> bool:
    """Whether billing letters to the customer go to this address, case aside; `by_name`: one on paper to somebody of that name, too,
    whatever place stands behind it."""
    known = connection.execute(
        sa.select(billing_contacts.c.email, billing_contacts.c.name).where(billing_contacts.c.customer_id == customer_id)
    ).all()
    if said.strip().casefold() in {row.email.casefold() for row in known}:
        return True
    name = f"{folded(said.partition(',')[0])} "
    return by_name and any(name.startswith(f"{folded(row.name)} ") for row in known if row.name.strip())


def billing_contacts_of(connection: Connection, customer_id: int) -> list[tuple[str, str]]:
    """Whom billing letters go to, as (name, address), in the order they were added."""
    mine = sa.select(billing_contacts.c.name, billing_contacts.c.email).where(billing_contacts.c.customer_id == customer_id)
    return [(row.name, row.email) for row in connection.execute(mine.order_by(billing_contacts.c.id))]


def confirmed_links(connection: Connection, customer_id: int) -> list[tuple[str, str, str]]:
    """What was confirmed to stand for the customer: (kind, connection, key)."""
    match = (links.c.customer_id == customer_id) & links.c.confirmed_at.is_not(None)
    found = sa.select(links.c.kind, links.c.connection, links.c.external).where(match)
    return [(row.kind, row.connection, row.external) for row in connection.execute(found.order_by(links.c.kind, links.c.id))]


def subscriptions_of(connection: Connection, customer_id: int) -> list[Subscription]:
    """The customer's subscriptions as last read, by name."""
    rows = connection.execute(
        sa.select(subscriptions).where(subscriptions.c.customer_id == customer_id).order_by(subscriptions.c.name, subscriptions.c.id)
    )
    return [_subscription(row) for row in rows]


def resources_of(connection: Connection, customer_id: int) -> dict[int, Mapping[str, Any]]:
    """Each of the customer's subscriptions as Partner Center last gave it, every field, by our own id."""
    raw = sa.select(subscriptions.c.id, subscriptions.c.raw).where(subscriptions.c.customer_id == customer_id)
    return {row.id: row.raw for row in connection.execute(raw)}


def subscription(connection: Connection, subscription_id: int) -> Subscription:
    """The subscription as last read. Raises NotFound."""
    row = connection.execute(sa.select(subscriptions).where(subscriptions.c.id == subscription_id)).one_or_none()
    if row is None:
        raise NotFound("subscription_not_found", name=subscription_id)
    return _subscription(row)


def from_row(row: Row[tuple[object, ...]]) -> Customer:
    """A row of the customers as what it says."""
    fields = {name: getattr(row, name) for name in ("id", "name", "tax_id", "locale", "zone", "country", "segment", "provider")}
    return Customer(**fields, mode=Mode(row.mode))


def _subscription(row: Row[tuple[object, ...]]) -> Subscription:
    return Subscription(**{name: getattr(row, name) for name in Subscription.__dataclass_fields__})
