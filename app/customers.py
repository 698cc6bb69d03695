"""`./desk customers`: who they are, which keys of other systems stand for them, and whether real effects may reach them."""

import click
from babel import Locale

from app.staff import OPERATOR, locale
from app.wiring import House, Make
from core.customers.commands import AddContact, AddCustomer, ConfirmLink, RemoveContact, SwitchMode
from core.customers.model import Customer, LinkKind, Mode
from core.customers.queries import all_customers, billing_contacts_of, links_of, named
from core.engine.errors import InvalidInput, NotFound
from core.people.connections import all_connections
from core.receivables.queries import payers_of, unlinked_payers


def one(house: House, name: str) -> Customer:
    """The one customer of that name or tax number. Raises NotFound, InvalidInput for several."""
    with house.desk.reading() as connection:
        found = named(connection, name)
    if not found:
        raise NotFound("customer_not_found", name=name)
    if len(found) > 1:
        raise InvalidInput("customer_ambiguous", name=name, names=", ".join(c.name for c in found[:5]))
    return found[0]


def contact(_ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Reads NAME:EMAIL."""
    pairs = [text.rpartition(":") for text in given]
    if any(not name or email.count("@") != 1 for name, _, email in pairs):
        raise click.BadParameter("write it as NAME:EMAIL, such as Ala:billing@customer.example")
    return tuple((name, email) for name, _, email in pairs)


def country(_ctx: click.Context, _param: click.Parameter, given: str) -> str:
    """A country's two letters: they decide its holidays and the law its letters name."""
    if given not in Locale("en").territories or not given.isalpha() or given == "ZZ":
        raise click.BadParameter(f"“{given}” is no country. Write its two letters, such as PL. Nothing was changed.")
    return given


@click.group()
def customers() -> None:
    """Customers, their keys in other systems, dry-run and live."""


@customers.command("add")
@click.argument("name")
@click.option("--tax-id", default="")
@click.option("--locale", default="en", show_default=True, callback=locale)
@click.option("--zone", default="Europe/Warsaw", show_default=True)
@click.option("--country", default="PL", show_default=True, callback=country)
@click.option("--segment", default="")
@click.option("--contact", "contacts", multiple=True, callback=contact, metavar="NAME:EMAIL", help="Whom billing letters go to.")
@click.pass_obj
def add(
    make: Make, name: str, tax_id: str, locale: str, zone: str, country: str, segment: str, contacts: tuple[tuple[str, str], ...]
) -> None:
    """Add a customer, in dry-run."""
    house = make()
    command = AddCustomer(
        name=name, tax_id=tax_id, locale=locale, zone=zone, country=country, segment=segment, contacts=contacts
    )  # fmt: skip
    house.desk.do(command, OPERATOR, house.clock.now())
    click.echo(f"{name} is added, in dry-run.")


@customers.command("list")
@click.pass_obj
def list_all(make: Make) -> None:
    """Every customer with mode, keys and payers."""
    with make().desk.reading() as connection:
        for found in all_customers(connection):
            keys = " ".join(f"{link.kind}={link.connection}:{link.external}" for link in links_of(connection, found.id))
            fed = ", ".join(f"{p.name} as of {p.as_of.isoformat()}" for p in payers_of(connection, found.id))
            click.echo(f"{found.name}  {found.mode}  {keys or 'no links'}  {fed or 'no receivables yet'}")


@customers.command("link")
@click.argument("name")
@click.argument("kind", type=click.Choice([kind.value for kind in LinkKind]))
@click.argument("connection")
@click.argument("external")
@click.pass_obj
def link(make: Make, name: str, kind: str, connection: str, external: str) -> None:
    """Confirm that EXTERNAL at CONNECTION stands for the customer: a payer, a tenant, a requestor's address or domain."""
    house = make()
    found = one(house, name)
    command = ConfirmLink(customer_id=found.id, kind=LinkKind(kind), connection=connection, external=external)
    house.desk.do(command, OPERATOR, house.clock.now())
    click.echo(f"{kind} {connection}:{external} stands for {found.name}.")
    with house.desk.reading() as reading:
        known = {row.name for row in all_connections(reading)}
    if kind == LinkKind.TICKET_ORG and connection not in known:
        click.echo(f"No ticketing system is connected as {connection} yet: ./desk connections list")


@customers.group("contact")
def contacts_group() -> None:
    """Whom a customer's billing letters and notices go to, the first ones first."""


@contacts_group.command("add")
@click.argument("name")
@click.argument("given", metavar="NAME:EMAIL")
@click.pass_obj
def contact_add(make: Make, name: str, given: str) -> None:
    """Send the customer's letters to this person too."""
    who, _, email = given.rpartition(":")
    house = make()
    house.desk.do(AddContact(customer_id=one(house, name).id, name=who, email=email), OPERATOR, house.clock.now())
    click.echo(f"Billing letters to {name} go to {who} <{email}> too.")


@contacts_group.command("remove")
@click.argument("name")
@click.argument("email")
@click.pass_obj
def contact_remove(make: Make, name: str, email: str) -> None:
    """Send them no more letters. What was sent stays in the evidence."""
    house = make()
    house.desk.do(RemoveContact(customer_id=one(house, name).id, email=email), OPERATOR, house.clock.now())
    click.echo(f"{email} gets no more billing letters to {name}.")


@contacts_group.command("list")
@click.argument("name")
@click.pass_obj
def contact_list(make: Make, name: str) -> None:
    """Everybody they go to, in this order."""
    house = make()
    found = one(house, name)
    with house.desk.reading() as connection:
        known = billing_contacts_of(connection, found.id)
    click.echo("\n".join(f"{who} <{email}>" for who, email in known) or f"{found.name} has no billing contact: no notice can be sent.")


@customers.command("mode")
@click.argument("name")
@click.argument("mode", type=click.Choice(["live", "dry-run", "by-hand"]))
@click.option("--provider", default="", help="By hand: the indirect provider who is asked, such as ALSO.")
@click.pass_obj
def switch(make: Make, name: str, mode: str, provider: str) -> None:
    """Let real effects reach the customer, hold them back again, or leave them to a person who asks the provider."""
    if (mode == "by-hand") != bool(provider.strip()):
        raise click.ClickException('Nothing was switched: by-hand, and only that, takes --provider "NAME", whom a person asks.')
    house = make()
    found = one(house, name)
    command = SwitchMode(customer_id=found.id, mode=Mode(mode.replace("-", "_")), provider=provider)
    outcome = house.desk.do(command, OPERATOR, house.clock.now())
    click.echo(f"{found.name} was {mode} before." if outcome.kind == "unchanged" else f"{found.name} is {mode} now.")


@customers.command("payers")
@click.pass_obj
def payers(make: Make) -> None:
    """Payers that a feed named and nobody has linked: their money opens no case."""
    with make().desk.reading() as connection:
        found = unlinked_payers(connection)
    for payer in found:
        click.echo(f"{payer.connection}:{payer.external}  {payer.name}  {payer.tax_id or 'no tax number'}")
    if found:
        click.echo("Link one with: desk customers link CUSTOMER payer CONNECTION ID")
    else:
        click.echo("Every payer is linked.")
