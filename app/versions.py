"""What the files have in common of which every version stays, the policy's and the notices' texts: read, applied and listed."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import click
from rich.console import Console
from rich.table import Table

from app.policies.nodes import Faulty
from app.staff import OPERATOR
from app.wiring import House
from core.collections.commands import ApplyPolicy, ApplyTexts
from core.collections.policy import Policy
from core.collections.texts import Texts

V = TypeVar("V", Policy, Texts)
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


def read_version(file: Path, reader: Callable[[str], V], otherwise: str) -> tuple[V, str]:
    """What the file says, and its text. Raises ClickException with every fault and its line; `otherwise`: what the file is then."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not UTF-8. Save it as UTF-8; nothing was applied.") from None
    try:
        return reader(text), text
    except Faulty as faulty:
        said = "\n".join(f"  {file}:{fault.line}: {fault.sentence}" for fault in faulty.faults)
        raise click.ClickException(f"{file} {otherwise}; nothing was applied:\n{said}") from None


def apply_version(house: House, command: ApplyPolicy | ApplyTexts, found: Policy | Texts, same: str) -> None:
    """Apply it, and say so; `same`: what nothing of changes when it was applied before."""
    if house.desk.do(command, OPERATOR, house.clock.now()).kind == "unchanged":
        click.echo(f"Version {found.version} is applied already, with the same {same}. Nothing was changed.")
    else:
        click.echo(f"Version {found.version} counts from {found.since} on.")


def list_versions(versions: Iterable[V], current: V | None, column: str, shown: Callable[[V], str]) -> None:
    """A row each, the one in force marked; `column` and what is shown in it tell how they differ."""
    table = Table("version", "from", "title", column, "")
    for each in versions:
        table.add_row(each.version, str(each.since), each.title, shown(each), "in force" if each == current else "")
    Console().print(table)
