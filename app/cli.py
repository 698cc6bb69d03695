"""`./desk …`: the command line of the desk."""

import sys
from datetime import UTC, datetime
from typing import Any

import click
from cryptography.fernet import Fernet
from rich.console import Console

from app.audit.command import audit
from app.calendars import calendars, targets
from app.charges import charges
from app.connecting import connections, webhooks
from app.customers import customers
from app.doctor import doctor
from app.escalations import escalations
from app.feeds import imports
from app.installing import installations
from app.logs import set_up
from app.mailing import mail
from app.manifests import manifests, teams
from app.notices.command import notices
from app.opened import opened
from app.partner_sync import sync, tenants
from app.policies.command import policy
from app.settings import ConfigError, load
from app.setup.command import setup
from app.staff import groups, staff
from app.subscriptions import subscriptions
from app.wiring import House, Make
from core.engine.errors import DeskError


class Sentences(click.Group):
    """Errors as sentences: a wrong setting or a refusal is no traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a ConfigError or DeskError ends with its sentence and status 2."""
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            raise click.ClickException(str(error)) from None
        except DeskError as error:
            from core.chat.words import Words  # noqa: PLC0415 (only a refused command needs the catalogues)

            raise click.ClickException(Words().error(error)) from None


@click.group(cls=Sentences)
@click.pass_context
def main(ctx: click.Context) -> None:
    """Billing Desk: the billing desk of a Microsoft CSP partner, in Slack and in Teams."""
    ctx.obj = ctx.obj or open_house  # whoever runs several commands in one process may bring a house of their own


def open_house() -> House:
    """The house by the settings, its database current. A desk without a chat yet has a command line all the same."""
    return opened(load(needs_chat=False))


@main.command("secret-key")
def secret_key() -> None:
    """Make a key for DESK_SECRET_KEY."""
    click.echo(Fernet.generate_key().decode())


@main.command()
@click.pass_obj
def migrate(make: Make) -> None:
    """Bring the database to the newest schema."""
    make()
    click.echo("The database is current.")


@main.command()
def web() -> None:
    """Run the web process: all doors."""
    from app.serving import run_web  # noqa: PLC0415 (the server is only loaded where it runs)

    set_up()
    run_web(load())


@main.command()
def worker() -> None:
    """Run the worker process: timers, outbox, cards."""
    from app.serving import run_worker  # noqa: PLC0415 (the scheduler is only loaded where it runs)

    set_up()
    run_worker(load())


@main.command()
def serve() -> None:
    """Run web and worker together; stops both on Ctrl-C."""
    from app.serving import run_both  # noqa: PLC0415 (as above)

    set_up()
    sys.exit(run_both(load()))


@main.command()
def demo() -> None:
    """Run the story in front of you: the real desk, two chats to click in, stand-ins for everything else."""
    from app.demo.stage import Show  # noqa: PLC0415 (only the demo needs its world)

    Show(main, Console()).run()


@main.command()
@click.pass_obj
def now(make: Make) -> None:
    """Print the business moment and the real one."""
    house = make()
    click.echo(f"business {house.clock.now().isoformat()}  real {datetime.now(UTC).isoformat()}")


main.add_command(setup)
main.add_command(doctor)
main.add_command(staff)
main.add_command(groups)
main.add_command(escalations)
main.add_command(calendars)
main.add_command(targets)
main.add_command(policy)
main.add_command(notices)
main.add_command(audit)
customers.add_command(sync)
customers.add_command(tenants)
main.add_command(customers)
main.add_command(connections)
main.add_command(webhooks)
main.add_command(mail)
main.add_command(installations)
imports.add_command(charges)
imports.add_command(subscriptions)
main.add_command(imports)
main.add_command(manifests)
main.add_command(teams, "teams-package")  # what it was called first

if __name__ == "__main__":
    main(prog_name="./desk")
