"""`./desk notices`: a file of notices' texts is checked, looked at, applied and shown."""

from collections.abc import Iterator
from pathlib import Path

import click
from sqlalchemy import Connection

from app.versions import FILE, apply_version, list_versions, read_version
from app.wiring import Make
from core.collections.commands import ApplyTexts
from core.collections.examples import example_access, example_final
from core.collections.queries import applied_texts, texts_on
from core.collections.texts import NAMES, OF_ACCESS, Texts
from core.collections.wording import fill
from core.customers.queries import all_customers

from .reading import read_texts, unread


@click.group()
def notices() -> None:
    """The texts of the notices that the desk sends to customers who owe."""


@notices.command()
@FILE
def check(file: Path) -> None:
    """Read a file and say everything that is wrong with it, line by line. Nothing is applied."""
    found, _ = _read(file)
    click.echo(f"{file} may be applied: version {found.version}, from {found.since}, in {_languages(found)}. Nothing was applied.")
    _warn(unread(found))


@notices.command()
@FILE
@click.pass_obj
def apply(make: Make, file: Path) -> None:
    """Let a version count from its day on. Notices that were sent keep the words they were sent with."""
    found, text = _read(file)
    house = make()
    apply_version(house, ApplyTexts(texts=found, text=text), found, "words")
    with house.desk.reading() as connection:
        _warn([*unread(found), *_speechless(connection, found)])


@notices.command()
@click.argument("version", required=False)
@click.option("--list", "only_list", is_flag=True, help="Only which versions there are.")
@click.pass_obj
def show(make: Make, version: str | None, *, only_list: bool) -> None:
    """Print a version as its file, the one in force without a name."""
    house = make()
    with house.desk.reading() as connection:
        known = applied_texts(connection)
        current = texts_on(connection, house.clock.now().date())
    if only_list:
        list_versions((each for each, _ in known), current, "languages", _languages)
        return
    wanted = version or (current.version if current else None)
    text = next((text for each, text in known if each.version == wanted), None)
    if text is None:
        none = "No texts are in force: the desk sends no notices. Start from docs/notices.yaml."
        raise click.ClickException(none if version is None else f"There is no version {version}. `./desk notices show --list` names them.")
    click.echo(text, nl=False)


@notices.command()
@FILE
@click.option("--language", default=None, help="Only in this language.")
@click.option("--notice", default=None, help="Only this one, such as final.")
@click.option("--country", default="PL", show_default=True, help="Whose law is quoted.")
@click.option("--currency", default="PLN", show_default=True)
def preview(file: Path, language: str | None, notice: str | None, country: str, currency: str) -> None:
    """Print the notices filled in with an example's figures. In chat, `preview 104` shows a customer's own."""
    found, _ = _read(file)
    shown = 0
    for tongue in found.tongues:
        for wording in tongue.wordings:
            if language in (None, tongue.language) and notice in (None, wording.name):
                is_access = wording.name in OF_ACCESS
                given = example_access(tongue) if is_access else example_final(found, tongue, country.upper(), currency.upper())
                subject, body = fill(wording, given)
                click.echo(f"── {tongue.language}, {wording.name} ──\n{subject}\n\n{body}\n")
                shown += 1
    if not shown:
        names = ", ".join(dict.fromkeys((*NAMES, *(each.name for tongue in found.tongues for each in tongue.wordings))))
        raise click.ClickException(f"There is no such notice. The file is in {_languages(found)} and has: {names}.")


def _read(file: Path) -> tuple[Texts, str]:
    return read_version(file, read_texts, "holds no texts that may be sent")


def _languages(found: Texts) -> str:
    return ", ".join(each.language for each in found.tongues)


def _speechless(connection: Connection, found: Texts) -> Iterator[str]:
    """Customers to whom nothing can be sent in their language."""
    lacking: dict[str, int] = {}
    for each in all_customers(connection):
        if found.tongue(each.locale) is None:
            lacking[each.locale] = lacking.get(each.locale, 0) + 1
    for locale, count in sorted(lacking.items()):
        yield f"{count} of the customers read {locale}, for which there are no texts: a person sends them their notices."


def _warn(sentences: Iterator[str] | list[str]) -> None:
    for sentence in sentences:
        click.echo(f"Note: {sentence}", err=True)
