"""`./desk audit`: verify the journal where it is, or take it out."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from rich.progress import track
from sqlalchemy import Connection

from app.wiring import Make
from core.engine.db.tables.engine import journal, private_texts

from . import verifier
from .verifier import SEALS, faults


@click.group()
def audit() -> None:
    """The journal: who did what, when, on which facts; hash-chained, with a daily root."""


@audit.command()
@click.option("--root", default=None, help="A daily root you kept: it must be there.")
@click.pass_obj
def verify(make: Make, root: str | None) -> None:
    """Read the whole journal and say what does not fit; status 1 when anything does not."""
    house = make()
    with house.desk.reading() as connection:
        total = connection.scalar(sa.select(sa.func.count()).select_from(journal)) or 0
        rows = list(track(events(connection), description="Reading the journal", total=total, transient=True))
    wrong = list(faults(rows))
    seals = [row for row in rows if row["subject"] == SEALS]
    if root is not None and root not in {row["hash"] for row in seals}:
        wrong.append(f"No seal has the root {root}.")
    for sentence in wrong:
        click.echo(sentence)
    newest = f" Newest daily root, of {seals[-1]['data']['day']}: {seals[-1]['hash']}" if seals else " No day was sealed yet."
    if wrong:
        raise click.ClickException(f"{len(wrong)} of {len(rows)} events do not fit.{newest}")
    click.echo(f"{len(rows)} events, all as they were written.{newest}")


@audit.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--with-texts", is_flag=True, help="Names, addresses and messages too, in a file of their own.")
@click.pass_obj
def export(make: Make, folder: Path, *, with_texts: bool) -> None:
    """Write journal.jsonl and a verifier that needs only Python into FOLDER, which must be empty or new."""
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty. Nothing was written; name another.")
    house = make()
    folder.mkdir(parents=True, exist_ok=True)
    with house.desk.reading() as connection:
        written = _write(folder / "journal.jsonl", events(connection))
        texts = _write(folder / "private.jsonl", _texts(connection)) if with_texts else 0
    (folder / "verifier.py").write_text(Path(verifier.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    also = f" and {texts} texts" if with_texts else ""
    click.echo(f"{written} events{also} are in {folder}. Check them: python3 {folder}/verifier.py {folder}/journal.jsonl")


def events(connection: Connection) -> Iterator[dict[str, Any]]:
    """Every event as it is hashed, in the order it was written."""
    for row in connection.execute(sa.select(journal).order_by(journal.c.id)).mappings():
        yield {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items() if name != "id"}


def _texts(connection: Connection) -> Iterator[dict[str, Any]]:
    for row in connection.execute(sa.select(private_texts).order_by(private_texts.c.digest)).mappings():
        yield dict(row)


def _write(path: Path, rows: Iterator[dict[str, Any]]) -> int:
    number = 0
    with path.open("w", encoding="utf-8") as file:
        for number, row in enumerate(rows, 1):  # noqa: B007 (counted)
            file.write(json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n")
    return number
