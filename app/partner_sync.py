"""`./desk customers sync` and `tenants`: what Partner Center says, customer by customer, one transaction each."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy import Connection

from app.wiring import House, Make
from core.customers.commands import RecordSubscriptions
from core.customers.model import Customer, LinkKind
from core.customers.queries import customer, linked, named, tenants_of, with_tenant
from core.engine.errors import DeliveryError
from core.engine.transaction import Actor
from webhooks.partner_center.client import PartnerCenter

LOG = logging.getLogger(__name__)
CONNECTION = "partner_center"  # the connection under which Microsoft tenants are confirmed
PARTNER_CENTER = Actor(f"connection:{CONNECTION}", "webhook")
NOT_SET_UP = (
    "Partner Center is not set up; nothing was read. "
    "Give PARTNER_CENTER_TENANT_ID, PARTNER_CENTER_CLIENT_ID and PARTNER_CENTER_CLIENT_SECRET (docs/partner-center.md)."
)


@dataclass(frozen=True, kw_only=True)
class Synced:
    """What became of one tenant: how many subscriptions were read, or why none."""

    customer: str
    tenant: str
    count: int = 0
    problem: str = ""


def sync_tenant(house: House, partner_center: PartnerCenter, asked: Customer, tenant: str) -> Synced:
    """Read one tenant's subscriptions and record them."""
    try:
        found = what_is_there(house, partner_center, asked.id, tenant)
    except DeliveryError as error:
        return Synced(customer=asked.name, tenant=tenant, problem=error.reason)
    house.desk.do(found, PARTNER_CENTER, house.clock.now())
    return Synced(customer=asked.name, tenant=tenant, count=len(found.resources))


def what_is_there(house: House, partner_center: PartnerCenter, customer_id: int, tenant: str) -> RecordSubscriptions:
    """One tenant's subscriptions as of the moment before the call, and its domain. Raises DeliveryError."""
    as_of, resources = house.clock.now(), partner_center.subscriptions(tenant)
    found = RecordSubscriptions(customer_id=customer_id, tenant=tenant, as_of=as_of, resources=resources)
    try:
        return replace(found, domain=partner_center.domain(tenant))
    except DeliveryError as error:
        LOG.warning("A tenant's domain could not be read: %s", error.reason)  # only shown to people: the one that is known stays
        return found


def sync_all(house: House, partner_center: PartnerCenter, asked: Iterable[Customer], *, done: Callable[[], None]) -> list[Synced]:
    """Every confirmed tenant of these customers; `done` is called after each. One that cannot be read stops no other."""
    with house.desk.reading() as connection:
        tenants = [(one, tenant) for one in asked for tenant in tenants_of(connection, one.id)]
    report = []
    for one, tenant in tenants:
        report.append(sync_tenant(house, partner_center, one, tenant))
        done()
    return report


@click.command("sync")
@click.argument("name", default="")
@click.pass_obj
def sync(make: Make, name: str) -> None:
    """Read the subscriptions of every customer with a confirmed tenant, or of one."""
    house = make()
    partner_center = _partner_center(house)
    with house.desk.reading() as connection:
        asked = _asked(connection, name)
        total = sum(len(tenants_of(connection, one.id)) for one in asked)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Reading subscriptions", total=total)
        report = sync_all(house, partner_center, asked, done=lambda: progress.advance(task))
    house.close()
    _tell(report)


@click.command("tenants")
@click.pass_obj
def tenants(make: Make) -> None:
    """List Partner Center's customers and whom each tenant was confirmed for."""
    house = make()
    try:
        found = _partner_center(house).customers()
    except DeliveryError as error:
        raise click.ClickException(f"Partner Center could not be read: {error.reason}. Nothing was changed.") from None
    shown = Table("Tenant", "Name there", "Customer here")
    with house.desk.reading() as connection:
        for one in found:
            profile = one.get("companyProfile") or {}
            owner = linked(connection, LinkKind.TENANT, CONNECTION, str(one.get("id", "")))
            here = customer(connection, owner).name if owner else "not confirmed"
            shown.add_row(str(one.get("id", "")), str(profile.get("companyName", "")), here)
    house.close()
    Console().print(shown)


def _partner_center(house: House) -> PartnerCenter:
    if house.partner_center is None:
        raise click.ClickException(NOT_SET_UP)
    return house.partner_center


def _asked(connection: Connection, name: str) -> list[Customer]:
    """Whom to read. Raises click.ClickException when the name is nobody's, several people's, or without a tenant."""
    if not name:
        return with_tenant(connection)
    found = named(connection, name)
    if len(found) != 1:
        several = f" It could be: {', '.join(one.name for one in found)}." if found else ""
        raise click.ClickException(f"“{name}” is not one customer; nothing was read.{several}")
    if not tenants_of(connection, found[0].id):
        raise click.ClickException(f"{found[0].name} has no confirmed Microsoft tenant; nothing was read. Confirm one first.")
    return found


def _tell(report: list[Synced]) -> None:
    """A line per tenant that could not be read, then the sum; status 1 when there was one."""
    failed = [one for one in report if one.problem]
    for one in failed:
        click.echo(f"{one.customer} ({one.tenant}): not read. {one.problem}", err=True)
    click.echo(
        f"Read {sum(one.count for one in report)} subscriptions of {len(report) - len(failed)} tenants, {datetime.now(UTC):%H:%M} UTC."
    )
    if failed:
        raise click.exceptions.Exit(1)
