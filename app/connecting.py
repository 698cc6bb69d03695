"""`./desk connections` and `./desk webhooks`."""

import re
from datetime import UTC, date, datetime, time, timedelta
from getpass import getuser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from app.polling import poll
from app.settings import LOOPBACK
from app.staff import OPERATOR
from app.wiring import House, Make
from core.engine import inbox
from core.engine.errors import DeliveryError
from core.people.commands import (
    AddConnection,
    ChangeConnection,
    DiscardDelivery,
    ReplayDelivery,
    RotateSecret,
    SealedSecret,
    SwitchConnection,
)
from core.people.connections import all_connections, named_connection
from webhooks.kinds import KINDS, Kind
from webhooks.signatures import SCHEMES

SPAN = re.compile(r"([0-9]{1,5})([mhd])", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
secret_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def connections() -> None:
    """The systems of record: ticketing, accounting, Partner Center."""


@connections.command("add")
@click.argument("kind", type=click.Choice(sorted(KINDS)))
@click.argument("name")
@click.option("--secret-file", required=True, type=secret_file, help="Holds the secret its webhooks are signed with.")
@click.option("--token-file", type=secret_file, help="Holds the token the desk calls it with.")
@click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="A setting of this kind; may be given several times.")
@click.pass_obj
def add(make: Make, kind: str, name: str, secret_file: Path, token_file: Path | None, pairs: tuple[str, ...]) -> None:
    """Connect a system of record; NAME becomes part of its address."""
    if not NAME.fullmatch(name):
        raise click.ClickException("Nothing was added: a name has small letters, digits and hyphens, and at most 40 of them.")
    row = KINDS[kind]
    if row.token and token_file is None:
        raise click.ClickException(f"Nothing was added: {kind} needs --token-file, the token the desk calls it with.")
    house = make()
    secrets = [_sealed(house, row, "sign", secret_file), *([_sealed(house, row, "token", token_file)] if token_file else [])]
    command = AddConnection(name=name, kind=kind, settings=_settings(row, pairs), secrets=tuple(secrets), polled=row.poll is not None)
    house.desk.do(command, OPERATOR, datetime.now(UTC))
    click.echo(f"{name} is connected. Its webhooks go to: POST /webhooks/{name}")


@connections.command("set")
@click.argument("name")
@click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="A setting to be so from now on; may be given several times.")
@click.option("--unset", "dropped", multiple=True, metavar="KEY", help="A setting to be left out from now on.")
@click.pass_obj
def change(make: Make, name: str, pairs: tuple[str, ...], dropped: tuple[str, ...]) -> None:
    """Change settings of a connection, its filters for example; the others, and its secrets, stay as they are."""
    house = make()
    with house.desk.reading() as connection:
        row = named_connection(connection, name)
    if absent := [key for key in dropped if key not in row.settings]:
        raise click.ClickException(f"Nothing was changed: {name} has no setting {absent[0]}.")
    kept = {key: value for key, value in row.settings.items() if key not in dropped}
    settings = _settings(KINDS[row.kind], tuple(f"{key}={value}" for key, value in {**kept, **_split(pairs)}.items()), "changed")
    outcome = house.desk.do(ChangeConnection(name=name, settings=settings), OPERATOR, datetime.now(UTC))
    click.echo(
        f"{name} is as it was." if outcome.kind == "unchanged" else f"{name} is changed. Running processes hear of it within seconds."
    )


@connections.command("list")
@click.pass_obj
def list_all(make: Make) -> None:
    """Each connection, its settings, and how many secrets are live; never a secret."""
    now = datetime.now(UTC).isoformat()
    with make().desk.reading() as connection:
        for row in all_connections(connection):
            live = [kept["until"] for kept in row.secrets if not kept["until"] or kept["until"] > now]
            ending = "".join(f"  one ends {until[:16]} UTC" for until in sorted(filter(None, live)))
            settings = " ".join(f"{key}={value}" for key, value in sorted(row.settings.items()))
            click.echo(f"{row.name}  {row.kind}  {'on' if row.active else 'off'}  {len(live)} secrets{ending}  {settings}")
        if not all_connections(connection):
            click.echo("Nothing is connected yet: ./desk connections add --help")


@connections.command("rotate")
@click.argument("name")
@click.option("--secret-file", type=secret_file, help="The new secret its webhooks are signed with.")
@click.option("--token-file", type=secret_file, help="The new token the desk calls it with.")
@click.option("--for", "span", metavar="24h", help="How long the old one still holds, such as 90m, 24h or 7d.  [default: 24h]")
@click.option("--until", metavar="2026-12-01", help="Until when instead: to the end of that day (UTC), or 2026-12-01T12:00+01:00.")
@click.pass_obj
def rotate(make: Make, name: str, secret_file: Path | None, token_file: Path | None, span: str | None, until: str | None) -> None:
    """Give a newer secret; the old one holds a while longer, so that the sender can be changed in between."""
    given = [(use, path) for use, path in (("sign", secret_file), ("token", token_file)) if path is not None]
    if not given:
        raise click.ClickException("Nothing was changed: give --secret-file or --token-file.")
    now = datetime.now(UTC)
    ending = _ending(now, span, until)
    house = make()
    with house.desk.reading() as connection:
        row = named_connection(connection, name)
    sealed = [_fresh(house, row, use, path) for use, path in given]  # all of them are read before the first is changed
    for secret in sealed:
        house.desk.do(RotateSecret(name=name, secret=secret, keep_until=ending), OPERATOR, now)
    click.echo(f"{name} has a new secret; the earlier one holds until {ending.isoformat(timespec='minutes')}.")


@connections.command("poll")
@click.argument("name")
@click.pass_obj
def poll_now(make: Make, name: str) -> None:
    """Ask a ticketing system, or a mailbox, now for what its webhooks lost; it is asked every five minutes anyway."""
    try:
        outcome, named = poll(make(), name, OPERATOR)
    except DeliveryError as error:
        raise click.ClickException(f"Nothing was changed: {name} was asked, and {error.reason}. The next try is made by itself.") from None
    if outcome.kind == "unchanged":
        click.echo(f"{name} named {named} changes, none of them news.")
    else:
        click.echo(f"{name} named {named} changes. The worker reads those that are news.")


@connections.command("disable")
@click.argument("name")
@click.pass_obj
def disable(make: Make, name: str) -> None:
    """Close its door: within seconds its webhooks are answered as if it were not there."""
    make().desk.do(SwitchConnection(name=name, active=False), OPERATOR, datetime.now(UTC))
    click.echo(f"{name} is off.")


@connections.command("enable")
@click.argument("name")
@click.pass_obj
def enable(make: Make, name: str) -> None:
    """Open its door again."""
    make().desk.do(SwitchConnection(name=name, active=True), OPERATOR, datetime.now(UTC))
    click.echo(f"{name} is on.")


def _ending(now: datetime, span: str | None, until: str | None) -> datetime:
    """When the old secret ends. Raises ClickException for what cannot be read, and for a moment that has passed."""
    if span is not None and until is not None:
        raise click.ClickException("Nothing was changed: give --for or --until, not both.")
    try:
        ending = now + _span(span or "24h") if until is None else _moment(until)
    except (ValueError, OverflowError):
        wrong = f"--for {span}" if until is None else f"--until {until}"
        right = "90m, 24h or 7d" if until is None else "2026-12-01 or 2026-12-01T12:00+01:00"
        raise click.ClickException(f"Nothing was changed: “{wrong}” is not understood. Write it like {right}.") from None
    if ending < now:
        passed = ending.isoformat(timespec="minutes")
        raise click.ClickException(f"Nothing was changed: {passed} has passed. “--for 0h” ends the old one now.")
    return ending


def _span(text: str) -> timedelta:
    found = SPAN.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return timedelta(**{{"m": "minutes", "h": "hours", "d": "days"}[found.group(2)]: int(found.group(1))})


def _moment(text: str) -> datetime:
    """A moment with its zone in UTC, or the end of a day. Raises ValueError."""
    if DAY.fullmatch(text):
        return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time.min, UTC)
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError(text)
    return read.astimezone(UTC)


def _fresh(house: House, row: Any, use: str, path: Path) -> SealedSecret:
    """A secret this connection does not have yet: the one it has would be ended, and its sender locked out."""
    sealed = _sealed(house, KINDS[row.kind], use, path)
    if any(kept["use"] == use and house.vault.open(kept["cipher"]) == house.vault.open(sealed.cipher) for kept in row.secrets):
        raise click.ClickException(f"Nothing was changed: {row.name} has the secret in {path} already.")
    return sealed


def _sealed(house: House, kind: Kind, use: str, path: Path) -> SealedSecret:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise click.ClickException(f"Nothing was changed: {path} cannot be read as text.") from None
    if not text:
        raise click.ClickException(f"Nothing was changed: {path} is empty.")
    if use == "sign":
        try:
            SCHEMES[kind.scheme].key_of(text)
        except ValueError as error:
            raise click.ClickException(f"Nothing was changed: {error}") from None
    return house.vault.seal(use, text)


def _split(pairs: tuple[str, ...]) -> dict[str, str]:
    return {key: value for key, _, value in (pair.partition("=") for pair in pairs)}


def _settings(kind: Kind, pairs: tuple[str, ...], done: str = "added") -> dict[str, str]:
    """The settings given. Raises ClickException, which says that nothing was `done`."""
    given = _split(pairs)
    unknown = sorted(set(given) - {*kind.needs, *kind.may})
    missing = [name for name in kind.needs if not given.get(name)]
    if unknown:
        known = ", ".join((*kind.needs, *kind.may)) or "none"
        raise click.ClickException(f"Nothing was {done}: {', '.join(unknown)} is no setting of this kind; known are: {known}.")
    if missing:
        raise click.ClickException(f"Nothing was {done}: --set {missing[0]}=… is missing.")
    if "url" in given:
        _check_address(given["url"], done)
    if sentence := kind.wrong(given):
        raise click.ClickException(f"Nothing was {done}: {sentence}")
    return given


def _check_address(url: str, done: str) -> None:
    """The desk sends its token there: only https, or this machine."""
    parts = urlsplit(url)
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        raise click.ClickException(f"Nothing was {done}: url must begin with https:// (http:// only on this machine).")
    if parts.username or parts.query or parts.fragment:
        raise click.ClickException(f"Nothing was {done}: url must hold no user, query or fragment.")


@click.group()
def webhooks() -> None:
    """Deliveries that were given up: look at them, handle them again, or discard them."""


@webhooks.command("list")
@click.pass_obj
def dead_letters(make: Make) -> None:
    """What was given up, and why."""
    with make().desk.reading() as connection:
        letters = inbox.dead_letters(connection)
    for row in letters:
        moment = row.received_at.isoformat(timespec="seconds")
        click.echo(f"{row.id}  {row.connection}  {moment}  {row.attempts} attempts  {row.error}")
    click.echo(f"{len(letters)} given up." if letters else "Nothing was given up.")


@webhooks.command("show")
@click.argument("delivery", type=int)
@click.pass_obj
def show(make: Make, delivery: int) -> None:
    """One delivery with its body as it came: it may hold a customer's data."""
    row = _delivery(make(), delivery)
    click.echo(f"{row.id}  {row.connection}  {row.state}  key {row.delivery_key}  {row.error}")
    for name, value in sorted(row.headers.items()):
        click.echo(f"{name}: {value}")
    if row.erased_at is not None:
        click.echo(f"Its content was erased on {row.erased_at:%Y-%m-%d}: {row.size} bytes, SHA-256 {row.digest}.")
        return
    # Whoever sent it must not be able to write to the operator's terminal.
    text = row.body.decode("utf-8", errors="backslashreplace")
    click.echo("".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text))


@webhooks.command("replay")
@click.argument("delivery", type=int)
@click.pass_obj
def replay(make: Make, delivery: int) -> None:
    """Handle a dead letter once more; what it did already is not done twice."""
    make().desk.do(ReplayDelivery(delivery=delivery, by=getuser()), OPERATOR, datetime.now(UTC))
    click.echo(f"{delivery} waits for the worker again.")


@webhooks.command("discard")
@click.argument("delivery", type=int)
@click.option("--reason", default="", help="Why, for the journal.")
@click.pass_obj
def discard(make: Make, delivery: int, reason: str) -> None:
    """Never handle a dead letter; its row stays."""
    make().desk.do(DiscardDelivery(delivery=delivery, by=getuser(), reason=reason), OPERATOR, datetime.now(UTC))
    click.echo(f"{delivery} is discarded.")


def _delivery(house: House, delivery_id: int) -> Any:
    with house.desk.reading() as connection:
        row = inbox.delivery(connection, delivery_id)
    if row is None:
        raise click.ClickException(f"There is no delivery {delivery_id}.")
    return row
