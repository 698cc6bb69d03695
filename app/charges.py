"""`./desk import charges FILE`: what Microsoft charges the partner, from a reconciliation file, customer by customer."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import Connection

from app.partner_sync import CONNECTION, PARTNER_CENTER
from app.wiring import House, Make
from core.charges.commands import Charged, RecordPrices
from core.customers.model import LinkKind
from core.customers.queries import linked
from webhooks.partner_center.reconciliation import Unreadable, read


@click.command("charges")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def charges(make: Make, path: Path) -> None:
    """What a seat costs you at Microsoft: a reconciliation of new commerce licences, CSV or JSON lines. docs/partner-center.md."""
    try:
        found = read(path.read_bytes())
    except Unreadable as error:
        raise click.ClickException(f"Nothing was imported: {error}.") from None
    house = make()
    now = house.clock.now()
    with house.desk.reading() as connection:
        by_customer, foreign = _by_customer(connection, found.charged)
    changed = sum(_record(house, customer_id, lines, now) for customer_id, lines in sorted(by_customer.items()))
    click.echo(
        f"{changed} of {len(by_customer)} customers have other prices now; {found.others} lines say nothing of a whole charge cycle."
    )
    if foreign:
        click.echo(f"{foreign} lines are of tenants that nobody confirmed for a customer: left out.")
    if found.wrong:
        click.echo(f"Lines that cannot be read, left out: {', '.join(map(str, found.wrong[:20]))}.", err=True)
        raise click.exceptions.Exit(1)


def _by_customer(connection: Connection, charged: Iterable[Charged]) -> tuple[dict[int, list[Charged]], int]:
    """The lines by whose tenant they are, and how many are nobody's."""
    tenants: dict[str, int | None] = {}
    found: dict[int, list[Charged]] = defaultdict(list)
    foreign = 0
    for each in charged:
        if each.tenant not in tenants:
            tenants[each.tenant] = linked(connection, LinkKind.TENANT, CONNECTION, each.tenant)
        owner = tenants[each.tenant]
        if owner is None:
            foreign += 1
        else:
            found[owner].append(each)
    return found, foreign


def _record(house: House, customer_id: int, lines: list[Charged], now: datetime) -> bool:
    outcome = house.desk.do(RecordPrices(customer_id=customer_id, as_of=now, charged=tuple(lines)), PARTNER_CENTER, now)
    return outcome.kind != "unchanged"
