"""`./desk import receivables FILE.csv`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from app.staff import OPERATOR
from app.wiring import House, Make
from core.chat.words import Words
from core.engine.errors import DeskError
from core.receivables.applying import Plan, plan
from core.receivables.commands import RecordReceivables
from core.receivables.events import OpenAmount
from webhooks.receivables.csv import values
from webhooks.receivables.csv.events import Ask, Sheet, translate
from webhooks.receivables.csv.values import Style, Wrong


@dataclass
class Result:
    """What became of each payer."""

    applied: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def read_zone(_ctx: click.Context, _param: click.Parameter, name: str) -> ZoneInfo | None:
    """A zone by its IANA name."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.BadParameter(f"{name} is not a time zone; write it like Europe/Warsaw") from None


def read_map(_ctx: click.Context, _param: click.Parameter, pairs: tuple[str, ...]) -> dict[str, str]:
    """Reads FIELD=COLUMN."""
    found = [pair.partition("=") for pair in pairs]
    if any(not name or not column for name, _, column in found):
        raise click.BadParameter('write it as FIELD=COLUMN, such as due_on="Termin płatności"')
    return {name: column for name, _, column in found}


@click.group("import")
def imports() -> None:
    """Bring in what other systems know, from files."""


@imports.command("receivables")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--connection", default="accounting", show_default=True, help="Whose numbers these are: payers are known by it and their id.")
@click.option("--as-of", "as_of", default="", help="When the figures were true, such as 2026-11-23T08:00+01:00.")
@click.option("--zone", callback=read_zone, default="", help="The zone of moments that name none, such as Europe/Warsaw.")
@click.option("--map", "columns", multiple=True, callback=read_map, metavar="FIELD=COLUMN", help="May be given several times.")
@click.option("--decimal", "style", type=click.Choice([s.value for s in Style]), default="auto", show_default=True)
@click.option("--encoding", default="", help="Else UTF-8, and CP1250 where that does not fit.")
@click.option("--delimiter", default="", help="Else the one that makes the heading known.")
@click.option("--currency", default="", help="Where no column says it, such as PLN.")
@click.option(
    "--complete/--open-items", default=False, help="What of an open invoice that is missing: it is paid, or unknown (the default)."
)
@click.option("--preview", is_flag=True, help="Show what would change and write nothing.")
@click.pass_obj
def receivables(
    make: Make, path: Path, connection: str, as_of: str, zone: ZoneInfo | None, columns: dict[str, str], style: str,
    encoding: str, delimiter: str, currency: str, complete: bool, preview: bool,
) -> None:  # fmt: skip
    """What customers owe, from a CSV; a payer with a wrong line is left out, the others go on. docs/receivables-csv.md."""
    try:
        ask = Ask(
            connection=connection, as_of=when(as_of, path.name, zone), zone=zone, style=Style(style), encoding=encoding,
            delimiter={"tab": "\t"}.get(delimiter, delimiter), currency=values.currency(currency) if currency else "", complete=complete,
            columns=columns,
        )  # fmt: skip
        sheet = translate(path.read_bytes(), ask)
    except Wrong as error:
        raise click.ClickException(f"Nothing was imported. {error}.") from None
    house, console = make(), Console(soft_wrap=True, highlight=False)
    _say_errors(console, sheet)
    result = _preview(house, console, sheet) if preview else apply(house, track(sheet.commands, "Payers", console=console, transient=True))
    _say_result(console, sheet, result, preview=preview)
    if sheet.errors or result.refused:
        raise click.exceptions.Exit(1)


def when(as_of: str, name: str, zone: ZoneInfo | None) -> datetime | None:
    """The moment the operator gave, else the one the file's name says. Raises Wrong for one that cannot be understood."""
    return values.moment(as_of, zone) if as_of else values.moment_in_name(name, zone)


def apply(house: House, commands: Iterable[RecordReceivables]) -> Result:
    """Each payer in a transaction of its own; one that is refused does not stop the others."""
    result = Result()
    for command in commands:
        name = command.payer.external
        try:
            outcome = house.desk.do(command, OPERATOR, house.clock.now())
        except DeskError as error:
            result.refused.append((name, Words().error(error)))
        else:
            (result.unchanged if outcome.kind == "unchanged" else result.applied).append(name)
    return result


def _preview(house: House, console: Console, sheet: Sheet) -> Result:
    result, table = Result(), Table("Payer", "Invoice", "Open now", "Would be")
    with house.desk.reading() as connection:
        for command in sheet.commands:
            name = command.payer.external
            try:
                planned = plan(connection, command, house.clock.now())
            except DeskError as error:
                result.refused.append((name, Words().error(error)))
                continue
            changes = (*planned.changed, *planned.forgotten)
            (result.applied if changes and not planned.stale else result.unchanged).append(name)
            for cells in _planned_rows(name, planned, changes):
                table.add_row(*cells)
    if table.row_count:
        console.print(table)
    return result


def _planned_rows(name: str, planned: Plan, changes: Iterable[OpenAmount]) -> Iterable[tuple[str, str, str, str]]:
    if planned.stale and planned.payer is not None:
        yield name, "", "", f"nothing: known as of {planned.payer.as_of.isoformat()} already"
    for change in changes:
        yield name, change.number, _amount(change.before, change.currency, "–"), _amount(change.after, change.currency, "unknown")


def _amount(minor: int | None, currency: str, nothing: str) -> str:
    return nothing if minor is None else Words().money(minor, currency)


def _say_errors(console: Console, sheet: Sheet) -> None:
    console.print(f"Read as {sheet.encoding}, delimiter {sheet.delimiter!r}.", markup=False)
    for error in sheet.errors:
        whose = f", payer {error.payer}" if error.payer else ""
        console.print(f"Line {error.line}{whose}: {error.sentence}.", markup=False)
    if sheet.withheld:
        console.print(f"Not applied because of these lines: {', '.join(sheet.withheld)}. Correct them and import again.", markup=False)
    if sheet.held_back:
        console.print("Nothing was applied: with --complete, a line of nobody's could be any payer's open invoice.", markup=False)


def _say_result(console: Console, sheet: Sheet, result: Result, *, preview: bool) -> None:
    for name, sentence in result.refused:
        console.print(f"Payer {name}: {sentence}", markup=False)
    did = "would change" if preview else "applied"
    left = len(sheet.withheld) + len(result.refused)
    console.print(f"{len(result.applied)} payers {did}, {len(result.unchanged)} unchanged or known more newly, {left} not applied.")
    if preview:
        console.print("This was a preview: nothing was written.")
