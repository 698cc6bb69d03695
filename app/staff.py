"""`./desk staff` and `./desk groups`."""

from collections.abc import Callable
from datetime import UTC, datetime

import click

from app.wiring import House
from core.engine.transaction import Actor
from core.people.commands import AddStaff, Place, RemoveStaff, SetGroup
from core.people.model import Role

# Whoever may run the command line on the desk's machine is its admin already.
OPERATOR = Actor("system", "cli")


def identity(face: str) -> Callable[[click.Context, click.Parameter, tuple[str, ...]], list[tuple[str, str, str]]]:
    """Reads WORKSPACE:USER."""

    def read(_ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> list[tuple[str, str, str]]:
        pairs = [text.partition(":") for text in given]
        if any(not workspace or not user for workspace, _, user in pairs):
            raise click.BadParameter("write it as WORKSPACE:USER, such as T012:U034")
        return [(face, workspace, user) for workspace, _, user in pairs]

    return read


@click.group()
def staff() -> None:
    """Who works here, what they may do, who they are in each chat."""


@staff.command("add")
@click.argument("handle")
@click.option("--name", default="", help="As shown on cards.")
@click.option("--role", "roles", multiple=True, type=click.Choice([r.value for r in Role]), help="May be given several times.")
@click.option("--slack", multiple=True, callback=identity("slack"), metavar="TEAM:USER")
@click.option("--teams", multiple=True, callback=identity("teams"), metavar="TENANT:OBJECT-ID")
@click.option("--locale", default="", help="Such as pl-PL; else what the chat says.")
@click.option("--zone", default="", help="Such as Europe/Warsaw; else what the chat says.")
@click.pass_obj
def add(
    make: Callable[[], House], handle: str, name: str, roles: tuple[str, ...], slack: list[tuple[str, str, str]],
    teams: list[tuple[str, str, str]], locale: str, zone: str,
) -> None:  # fmt: skip
    """Add a member, or give one more roles or identities."""
    held = tuple(Role(role) for role in roles)
    command = AddStaff(handle=handle, name=name, roles=held, identities=(*slack, *teams), locale=locale, zone=zone)
    make().desk.do(command, OPERATOR, datetime.now(UTC))
    click.echo(f"{handle} is on the staff.")


@staff.command("remove")
@click.argument("handle")
@click.pass_obj
def remove(make: Callable[[], House], handle: str) -> None:
    """Take every right and identity away."""
    make().desk.do(RemoveStaff(handle=handle), OPERATOR, datetime.now(UTC))
    click.echo(f"{handle} may do nothing any more.")


@click.group()
def groups() -> None:
    """Staff groups: which conversations get which cards."""


@groups.command("set")
@click.argument("name")
@click.option("--route", "routes", multiple=True, help="question, collection, approval")
@click.option("--member", "members", multiple=True)
@click.option("--slack", multiple=True, callback=identity("slack"), metavar="TEAM:CHANNEL")
@click.option("--teams", multiple=True, callback=identity("teams"), metavar="TENANT:CONVERSATION")
@click.option("--locale", default="en")
@click.pass_obj
def set_group(
    make: Callable[[], House], name: str, routes: tuple[str, ...], members: tuple[str, ...], slack: list[tuple[str, str, str]],
    teams: list[tuple[str, str, str]], locale: str,
) -> None:  # fmt: skip
    """Make or change a group."""
    places = tuple(Place(face=f, workspace=w, external=e, locale=locale) for f, w, e in (*slack, *teams))
    command = SetGroup(name=name, routes=routes or None, members=members, conversations=places)
    make().desk.do(command, OPERATOR, datetime.now(UTC))
    click.echo(f"The group {name} is set.")
