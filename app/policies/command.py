"""`./desk policy`: a policy file is checked, applied, shown and compared."""

import difflib
from pathlib import Path

import click

from app.versions import FILE, apply_version, list_versions, read_version
from app.wiring import House, Make
from core.collections.commands import ApplyPolicy
from core.collections.exempting import unknown
from core.collections.policy import Policy
from core.collections.queries import applied, find_policy, policy_on
from core.collections.shipped import SHIPPED
from core.people.queries import members_of

from .reading import lines_of, read_policy
from .writing import write_policy

UNKNOWN = {
    "customer": "“{customer}” is no customer of ours; write the tax number, or the whole name as `./desk customers list` shows it.",
    "customers": "“{customer}” may be several customers; write the tax number, or the whole name.",
    "owner": "“{owner}” does not work here: an exemption needs somebody who answers for it, by the handle of `./desk staff list`.",
}


@click.group()
def policy() -> None:
    """The collections policy: who is reminded when, who must approve, what holds a suspension back."""


@policy.command()
@FILE
def check(file: Path) -> None:
    """Read a file and say everything that is wrong with it, line by line. Nothing is applied."""
    found, _ = _read(file)
    click.echo(f"{file} is a policy: version {found.version}, from {found.since}, {len(found.ladder)} steps. Nothing was applied.")


@policy.command()
@FILE
@click.pass_obj
def apply(make: Make, file: Path) -> None:
    """Let a version count from its day on. Requests that are open stand on other rules then, and are asked for again."""
    found, text = _read(file)
    house = make()
    _refuse_unknown(house, found, text, file)
    apply_version(house, ApplyPolicy(policy=found, text=text), found, "rules")


@policy.command()
@click.argument("version", required=False)
@click.option("--list", "only_list", is_flag=True, help="Only which versions there are.")
@click.pass_obj
def show(make: Make, version: str | None, *, only_list: bool) -> None:
    """Print a version as a file, the one in force without a name."""
    house = make()
    with house.desk.reading() as connection:
        today = house.clock.now().date()
        current = policy_on(connection, today)
        if only_list:
            versions = [SHIPPED, *(found for found, _ in applied(connection))]
            list_versions(versions, current, "steps", lambda each: str(len(each.ladder)))
            return
        texts = {found.version: text for found, text in applied(connection)}
        wanted = current.version if version is None else version
        found = find_policy(connection, wanted)
    if found is None:
        raise click.ClickException(f"There is no version {wanted}. `./desk policy show --list` names those there are.")
    click.echo(texts.get(wanted) or write_policy(found), nl=False)


@policy.command()
@FILE
@click.option("--against", default=None, help="A version; without it the one in force.")
@click.pass_obj
def diff(make: Make, file: Path, against: str | None) -> None:
    """Say rule by rule what a file would change. Nothing is applied."""
    new, _ = _read(file)
    house = make()
    with house.desk.reading() as connection:
        old = policy_on(connection, house.clock.now().date()) if against is None else find_policy(connection, against)
    if old is None:
        raise click.ClickException(f"There is no version {against}. `./desk policy show --list` names those there are.")
    before, after = (write_policy(each).splitlines() for each in (old, new))
    changed = list(difflib.unified_diff(before, after, f"in force: {old.version}", str(file), lineterm="", n=2))
    click.echo("\n".join(changed) if changed else f"{file} says the same as version {old.version}.")


def _read(file: Path) -> tuple[Policy, str]:
    return read_version(file, read_policy, "is no policy")


def _refuse_unknown(house: House, found: Policy, text: str, file: Path) -> None:
    """Raises ClickException for exemptions and quorums of whom nobody knows, with their lines; only the database can tell."""
    exempting = dict(zip(found.exemptions, lines_of(text, "exemptions"), strict=True))
    with house.desk.reading() as connection:
        faults = [(exempting[e], UNKNOWN[what].format(customer=e.customer, owner=e.owner)) for e, what in unknown(connection, found)]
        for rule, line in zip(found.quorums, lines_of(text, "quorums"), strict=True):
            kind, _, group = rule.of.partition(" ")
            if kind == "group" and not members_of(connection, group):
                faults.append((line, f"The group “{group}” is not there, or has no member: nobody could ever approve."))
    if faults:
        said = "\n".join(f"  {file}:{line}: {sentence}" for line, sentence in faults)
        raise click.ClickException(f"Nothing was applied:\n{said}")
