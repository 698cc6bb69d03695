"""`./desk manifest slack|teams`: what an administrator of each chat pastes or uploads."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import click

from bots.slack import manifest as slack_app
from bots.teams.manifest import localisation, manifest, package
from core.chat.table import TABLE
from core.chat.words import LANGUAGES, Words

APP_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
HOST = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.IGNORECASE)


def checked_host(_context: click.Context, _option: click.Parameter, host: str) -> str:
    """A name others can reach, not an address with a scheme or a port. Raises ClickException."""
    if not HOST.fullmatch(host):
        raise click.ClickException(f"“{host}” is no public host name: write it like desk.example.com. Nothing was written.")
    return host


host_option = click.option(
    "--host", required=True, callback=checked_host, help="The public host name of the desk, such as desk.example.com."
)


@click.group("manifest")
def manifests() -> None:
    """Make the app manifests of both chats from the desk's own table of verbs."""


@manifests.command("slack")
@host_option
@click.option("--language", type=click.Choice(LANGUAGES), default="en", help="Of the command's hint and description.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def slack(host: str, language: str, file: Path | None) -> None:
    """Print Slack's manifest (JSON), or write it to FILE."""
    made = json.dumps(slack_app.manifest(host, TABLE, Words(language)), indent=2, ensure_ascii=False)
    if file is None:
        click.echo(made)
        return
    file.write_text(made + "\n", encoding="utf-8")
    click.echo(f"Wrote {file}. Paste it at https://api.slack.com/apps: Create New App, From a manifest.")


@click.command("teams")
@click.option("--app-id", required=True, envvar="TEAMS_APP_ID", help="The application (client) id; TEAMS_APP_ID otherwise.")
@host_option
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def teams(app_id: str, host: str, file: Path) -> None:
    """Write the Teams app package (manifest, Polish words, icons) to FILE, a .zip."""
    if not APP_ID.fullmatch(app_id):
        raise click.ClickException(
            f"“{app_id}” is no application id: it looks like 00000000-0000-0000-0000-000000000000. Nothing was written."
        )
    file.write_bytes(package(manifest(app_id, host, TABLE, datetime.now(UTC)), localisation(TABLE)))
    click.echo(f"Wrote {file}. Upload it in the Teams admin center: Teams apps, Manage apps, Upload new app.")


manifests.add_command(teams)
