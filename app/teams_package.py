"""`./desk teams-package`: the file that an administrator of Teams uploads."""

import re
from pathlib import Path

import click

from bots.teams.manifest import localisation, manifest, package
from core.chat.table import TABLE

APP_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@click.command("teams-package")
@click.option("--app-id", required=True, envvar="TEAMS_APP_ID", help="The application (client) id; TEAMS_APP_ID otherwise.")
@click.option("--host", required=True, help="The public host name of the desk, such as desk.example.com.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def teams_package(app_id: str, host: str, file: Path) -> None:
    """Write the Teams app package (manifest and icons) to FILE, a .zip."""
    if not APP_ID.fullmatch(app_id):
        raise click.ClickException(
            f"“{app_id}” is no application id: it looks like 00000000-0000-0000-0000-000000000000. Nothing was written."
        )
    if "/" in host or ":" in host or "." not in host:
        raise click.ClickException(f"“{host}” is no public host name: write it like desk.example.com. Nothing was written.")
    file.write_bytes(package(manifest(app_id, host, TABLE), localisation(TABLE)))
    click.echo(f"Wrote {file}. Upload it in the Teams admin center: Teams apps, Manage apps, Upload new app.")
