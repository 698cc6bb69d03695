"""`./desk staff` and `./desk groups`."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import click
from babel import Locale, UnknownLocaleError

from app.wiring import Make
from core.cases.model import Kind
from core.collections.hours import ROUTE as APPROVALS
from core.engine.transaction import Actor
from core.people.calendars import is_zone
from core.people.commands import AddStaff, Place, RemoveStaff, SetGroup, SetRoles
from core.people.groups import Group, all_groups
from core.people.model import ROUND_ROBIN, Role
from core.people.queries import by_handle, everyone, identities_of

# Whoever may run the command line on the desk's machine is its admin already.
OPERATOR = Actor("system", "cli")
ROUTES = sorted({*(kind.value for kind in Kind), APPROVALS})


SLACK_PERSON = re.compile(r"[TE][A-Z0-9]+:[UW][A-Z0-9]+", re.ASCII)
SLACK_PLACE = re.compile(r"[TE][A-Z0-9]+:[CGD][A-Z0-9]+", re.ASCII)
TEAMS_PERSON = re.compile(r"[0-9A-Za-z-]+:[0-9A-Za-z-]+", re.ASCII)
TEAMS_PLACE = re.compile(r"[0-9A-Za-z-]+:[!-~]+", re.ASCII)


Reader = Callable[[click.Context, click.Parameter, tuple[str, ...]], list[tuple[str, str, str]]]


def identity(face: str, shape: re.Pattern[str], example: str) -> Reader:
    """Reads WORKSPACE:ID; a name or an e-mail address where an id belongs would never be recognised, so its shape is checked."""

    def read(_ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> list[tuple[str, str, str]]:
        wrong = [text for text in given if not shape.fullmatch(text)]
        if wrong:
            raise click.BadParameter(f"“{wrong[0]}” is no such id. Write it like {example}. Nothing was changed.")
        pairs = [text.partition(":") for text in given]
        return [(face, workspace, user) for workspace, _, user in pairs]

    return read


slack_person = identity("slack", SLACK_PERSON, "T012AB3CD:U034EF5GH")
slack_place = identity("slack", SLACK_PLACE, "T012AB3CD:C056EF7GH")
teams_person = identity("teams", TEAMS_PERSON, "TENANT-ID:OBJECT-ID, both as the directory shows them")
teams_place = identity("teams", TEAMS_PLACE, "TENANT-ID:19:…@thread.tacv2")


def zone(_ctx: click.Context, _param: click.Parameter, given: str) -> str:
    """A time zone's name, or nothing."""
    if given and not is_zone(given):
        raise click.BadParameter(f"“{given}” is no time zone. Write it like Europe/Warsaw. Nothing was changed.")
    return given


def locale(_ctx: click.Context, _param: click.Parameter, given: str) -> str:
    """A language with or without its country, or nothing."""
    try:
        Locale.parse(given, sep="-") if given else None
    except (ValueError, UnknownLocaleError):
        raise click.BadParameter(f"“{given}” is no language. Write it like pl or pl-PL. Nothing was changed.") from None
    return given


@click.group()
def staff() -> None:
    """Who works here, what they may do, who they are in each chat."""


@staff.command("add")
@click.argument("handle")
@click.option("--name", default="", help="As shown on cards.")
@click.option("--role", "roles", multiple=True, type=click.Choice([r.value for r in Role]), help="May be given several times.")
@click.option("--slack", multiple=True, callback=slack_person, metavar="TEAM:USER", help="Who it is in Slack.")
@click.option("--teams", multiple=True, callback=teams_person, metavar="TENANT:OBJECT-ID", help="Who it is in Teams.")
@click.option("--locale", default="", callback=locale, help="Such as pl-PL; else what the chat says.")
@click.option("--zone", default="", callback=zone, help="Such as Europe/Warsaw; else what the chat says.")
@click.pass_obj
def add(
    make: Make, handle: str, name: str, roles: tuple[str, ...], slack: list[tuple[str, str, str]],
    teams: list[tuple[str, str, str]], locale: str, zone: str,
) -> None:  # fmt: skip
    """Add a member, or give one more roles or identities."""
    held = tuple(Role(role) for role in roles)
    command = AddStaff(handle=handle, name=name, roles=held, identities=(*slack, *teams), locale=locale, zone=zone)
    make().desk.do(command, OPERATOR, datetime.now(UTC))
    click.echo(f"{handle} is on the staff.")


@staff.command("role")
@click.argument("handle")
@click.argument("roles", nargs=-1, required=True, type=click.Choice([r.value for r in Role]))
@click.pass_obj
def role(make: Make, handle: str, roles: tuple[str, ...]) -> None:
    """Let a member hold exactly these roles."""
    house = make()
    with house.desk.reading() as connection:
        who = by_handle(connection, handle)
    house.desk.do(SetRoles(staff_id=who.id, roles=tuple(Role(name) for name in roles)), OPERATOR, datetime.now(UTC))
    click.echo(f"{handle} holds now: {', '.join(roles)}.")


@staff.command("list")
@click.pass_obj
def list_staff(make: Make) -> None:
    """Say who works here: roles, and who they are in each chat."""
    with make().desk.reading() as connection:
        for who in everyone(connection):
            roles = ", ".join(sorted(who.roles)) or "no role"
            known = ", ".join(f"{row.face} {row.workspace}:{row.user}" for row in identities_of(connection, who.id)) or "in no chat"
            click.echo(f"{who.handle}  {who.name}  {roles}  {known}")
        if not everyone(connection):
            click.echo("Nobody is on the staff yet: ./desk staff add ana --role admin --slack TEAM:USER")


@staff.command("remove")
@click.argument("handle")
@click.option("--to", "successor", default="", metavar="HANDLE", help="Who gets their open cases; else nobody has them.")
@click.pass_obj
def remove(make: Make, handle: str, successor: str) -> None:
    """Take every right and identity away."""
    make().desk.do(RemoveStaff(handle=handle, successor=successor), OPERATOR, datetime.now(UTC))
    click.echo(f"{handle} may do nothing any more.")


@click.group()
def groups() -> None:
    """Staff groups: which conversations get which cards."""


@groups.command("set")
@click.argument("name")
@click.option("--route", "routes", multiple=True, type=click.Choice(ROUTES), help="A kind of card it gets; may be given several times.")
@click.option("--member", "members", multiple=True, metavar="HANDLE", help="Who belongs to it; may be given several times.")
@click.option("--slack", multiple=True, callback=slack_place, metavar="TEAM:CHANNEL", help="Where it meets in Slack.")
@click.option("--teams", multiple=True, callback=teams_place, metavar="TENANT:PLACE", help="Where it meets in Teams.")
@click.option("--locale", default="en", show_default=True, callback=locale, help="The language of its cards.")
@click.option("--calendar", default="", help="Which opening hours it keeps; else those called default.")
@click.option("--assign", type=click.Choice([ROUND_ROBIN, "by-hand"]), help="How its new cases find an owner.")
@click.option("--most-cases", type=click.IntRange(min=0), help="Who has so many open cases is passed over; 0 for no limit.")
@click.pass_obj
def set_group(
    make: Make, name: str, routes: tuple[str, ...], members: tuple[str, ...], slack: list[tuple[str, str, str]],
    teams: list[tuple[str, str, str]], locale: str, calendar: str, assign: str | None, most_cases: int | None,
) -> None:  # fmt: skip
    """Make or change a group."""
    places = tuple(Place(face=f, workspace=w, external=e, locale=locale) for f, w, e in (*slack, *teams))
    how = "" if assign == "by-hand" else assign
    command = SetGroup(
        name=name, routes=routes or None, members=members, conversations=places, calendar=calendar, assign=how, most_cases=most_cases
    )
    make().desk.do(command, OPERATOR, datetime.now(UTC))
    click.echo(f"The group {name} is set.")


@groups.command("list")
@click.pass_obj
def list_groups(make: Make) -> None:
    """Say which groups there are: what each gets, who belongs to it, where it meets, how its cases find an owner."""
    with make().desk.reading() as connection:
        for found in all_groups(connection):
            click.echo(f"{found.name}  gets {', '.join(found.routes) or 'nothing'}")
            click.echo(f"  members: {', '.join(found.members) or 'nobody'}")
            click.echo(f"  opening hours: {found.calendar or 'default'}  new cases: {_given_out(found)}")
            for place in found.places:
                gone = "" if place.reachable else "  cannot be reached"
                click.echo(f"  {place.face} {place.workspace}:{place.external}  {place.locale}{gone}")
        if not all_groups(connection):
            click.echo("There is no group yet: ./desk groups set billing --route question --slack TEAM:CHANNEL")


def _given_out(found: Group) -> str:
    if found.assign != ROUND_ROBIN:
        return "by hand"
    return f"{ROUND_ROBIN}, at most {found.most_cases} open cases each" if found.most_cases else ROUND_ROBIN
