"""`./desk installations`: invite into the install page, list the workspaces, end one."""

import re
import secrets
from datetime import UTC, datetime, timedelta

import click

from app.staff import OPERATOR
from app.wiring import House, Make
from bots.slack.install import INSTALL, digest
from core.people.installations import EndInstallation, InviteInstallation, all_installations

HOURS = timedelta(hours=1)


def invited(house: House, life: timedelta = HOURS) -> str:
    """The address of the install page for one installation. Raises ClickException where the settings know no OAuth."""
    if not house.settings.has_slack_oauth:
        raise click.ClickException("Nothing was made: set SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and DESK_PUBLIC_URL first (docs/slack.md).")
    code = secrets.token_urlsafe(24)
    house.desk.do(InviteInstallation(digest=digest(code), expires_at=datetime.now(UTC) + life), OPERATOR, datetime.now(UTC))
    return f"{house.settings.public_url}{INSTALL}?invitation={code}"


@click.group()
def installations() -> None:
    """Slack workspaces the app is installed in through the desk's own page."""


@installations.command("invite")
@click.option("--for", "hours", type=click.IntRange(1, 72), default=1, show_default=True, help="Hours it is good.")
@click.pass_obj
def invite(make: Make, hours: int) -> None:
    """Print a link that lets whoever opens it install the app into one workspace, once."""
    link = invited(make(), timedelta(hours=hours))
    click.echo(f"{link}\nGood once, for {hours} h. Hand it only to an admin of the workspace.")


@installations.command("list")
@click.pass_obj
def listed(make: Make) -> None:
    """Every workspace, its installer and since when; tokens are never shown."""
    with make().desk.reading() as connection:
        rows = all_installations(connection)
    for row in rows:
        state = f"ended {row.ended_at.isoformat(timespec='minutes')} ({row.end_reason})" if row.ended_at else "stands"
        click.echo(f"{row.workspace}  {row.name}  by {row.installed_by}  {row.installed_at.isoformat(timespec='minutes')}  {state}")
    click.echo(f"{len(rows)} workspaces." if rows else "No workspace was installed through the desk's page.")


@installations.command("end")
@click.argument("workspace")
@click.pass_obj
def end(make: Make, workspace: str) -> None:
    """Forget a workspace's token; remove the app in Slack too, which makes it void there."""
    if not re.fullmatch(r"[TE][A-Z0-9]+", workspace):
        raise click.ClickException(f"Nothing was changed: “{workspace}” is no workspace id. Write it like T012AB3CD.")
    now = datetime.now(UTC)
    outcome = make().desk.do(EndInstallation(face="slack", workspace=workspace, reason="command line", at=now), OPERATOR, now)
    if outcome.kind == "unchanged":
        raise click.ClickException(f"Nothing was changed: no installation stands in {workspace}. See: ./desk installations list")
    click.echo(f"{workspace} is ended here. Remove the app in that workspace's settings too.")
