"""`./desk import subscriptions FILE`: what customers subscribe to, where no Partner Center can be read (indirect resellers)."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from app.partner_sync import CONNECTION, PARTNER_CENTER
from app.wiring import House, Make
from core.customers.commands import RecordSubscriptions
from core.customers.model import LinkKind, Mode
from core.customers.queries import customer, linked

NEEDED = ("tenant", "subscription", "product", "kind", "status", "seats", "term_end")
ALSO = ("parent", "auto_renew")
PRODUCTS = {"new_commerce": "OnlineServicesNCE", "legacy": "OnlineServices", "addon": "OnlineServicesNCE"}
STATUSES = ("active", "suspended", "expired", "deleted")
TICKS = {"yes": True, "no": False, "": None}


class Unreadable(Exception):
    """Why a file is not imported at all, or a line of it."""


@dataclass(frozen=True)
class Line:
    """One subscription, in Partner Center's own words, of a tenant."""

    tenant: str
    resource: Mapping[str, Any]


@click.command("subscriptions")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def subscriptions(make: Make, path: Path) -> None:
    """What customers who are by-hand subscribe to, all of each tenant's, from a CSV. docs/partner-center.md."""
    try:
        found = read(path.read_text("utf-8-sig"))
    except (Unreadable, UnicodeDecodeError) as error:
        raise click.ClickException(f"Nothing was imported: {error}.") from None
    house = make()
    by_tenant = defaultdict(list)
    for line in found:
        by_tenant[line.tenant].append(line.resource)
    left_out = [said for tenant, resources in sorted(by_tenant.items()) if (said := _record(house, tenant, resources))]
    click.echo(f"{len(by_tenant) - len(left_out)} of {len(by_tenant)} tenants recorded.")
    for said in left_out:
        click.echo(said, err=True)
    if left_out:
        raise click.exceptions.Exit(1)


def read(text: str) -> list[Line]:
    """Every line of the file. Raises Unreadable, naming the first line that is wrong: half a tenant would look like the whole."""
    heading = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=heading.count))
    missing = [name for name in NEEDED if name not in (rows.fieldnames or ())]
    if missing:
        raise Unreadable(f"the file has no column {', '.join(missing)}; it needs {', '.join(NEEDED)} and may have {', '.join(ALSO)}")
    return [_line(row, number) for number, row in enumerate(rows, 2)]


def _line(row: Mapping[str, str | None], number: int) -> Line:
    said = {name: (row.get(name) or "").strip() for name in (*NEEDED, *ALSO)}
    kind, status, seats = said["kind"].casefold(), said["status"].casefold(), said["seats"]
    if not said["tenant"] or not said["subscription"]:
        raise Unreadable(f"line {number} names no tenant or no subscription")
    if kind not in PRODUCTS or (kind == "addon") != bool(said["parent"]):
        raise Unreadable(f"line {number}: kind is {', '.join(PRODUCTS)}, and an addon, only that, has a parent")
    if status not in STATUSES or not (seats.isascii() and seats.isdigit()) or said["auto_renew"].casefold() not in TICKS:
        raise Unreadable(f"line {number}: status is {', '.join(STATUSES)}, seats a number, auto_renew yes, no or empty")
    resource: dict[str, Any] = {
        "id": said["subscription"], "friendlyName": said["product"], "status": status, "quantity": int(seats),
        "productType": {"id": PRODUCTS[kind]}, "parentSubscriptionId": said["parent"], "commitmentEndDate": _day(said["term_end"], number),
        "autoRenewEnabled": TICKS[said["auto_renew"].casefold()],
    }  # fmt: skip
    return Line(said["tenant"].casefold(), resource)


def _day(written: str, number: int) -> str:
    """As Partner Center names a term's last day, in UTC; "" where there is none."""
    if not written:
        return ""
    try:
        return datetime.strptime(written, "%Y-%m-%d").replace(tzinfo=UTC).isoformat()
    except ValueError:
        raise Unreadable(f"line {number}: term_end is written like 2027-03-31, or empty") from None


def _record(house: House, tenant: str, resources: Iterable[Mapping[str, Any]]) -> str:
    """Why the tenant was left out, "" when it was not."""
    now = house.clock.now()
    with house.desk.reading() as connection:
        owner = linked(connection, LinkKind.TENANT, CONNECTION, tenant)
        whose = None if owner is None else customer(connection, owner)
    if whose is None:
        return f"{tenant}: left out, nobody confirmed whose tenant it is (desk customers link NAME tenant {CONNECTION} {tenant})."
    if whose.mode is not Mode.BY_HAND:
        return f"{tenant}: left out, {whose.name} is not by-hand (desk customers mode NAME by-hand --provider PROVIDER)."
    house.desk.do(RecordSubscriptions(customer_id=whose.id, tenant=tenant, as_of=now, resources=tuple(resources)), PARTNER_CENTER, now)
    return ""
