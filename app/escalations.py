"""`./desk escalations`: whom a group's cases are escalated to, level by level."""

import re
from datetime import timedelta

import click

from app.staff import OPERATOR
from app.wiring import Make
from core.escalations.commands import SetChain
from core.escalations.model import DEFAULT, STARTS_ON, Chain, Level
from core.escalations.queries import chains

WAIT = re.compile(r"([0-9]{1,3})([hm])", re.ASCII)


def levels(_ctx: click.Context, _param: click.Parameter, given: tuple[tuple[str, str], ...]) -> tuple[Level, ...]:
    """Reads pairs of whom (separated by commas) and how long to wait (30m, 4h)."""
    return tuple(Level(whom=tuple(word.strip() for word in whom.split(",") if word.strip()), wait=wait(text)) for whom, text in given)


def wait(text: str) -> timedelta:
    """Open time: 30m or 4h."""
    found = WAIT.fullmatch(text.strip())
    if found is None:
        raise click.BadParameter(f"“{text}” is no time to wait. Write it like 30m or 4h of opening hours. Nothing was changed.")
    return timedelta(hours=int(found[1])) if found[2] == "h" else timedelta(minutes=int(found[1]))


@click.group()
def escalations() -> None:
    """Whom cases are escalated to: each group's chain of levels."""


@escalations.command("set")
@click.argument("group")
@click.option(
    "--level", "given", multiple=True, nargs=2, callback=levels, metavar="WHOM WAIT", required=True,
    help="owner, group, group:NAME, a role or @handle, several with commas; then how long to wait. One after another.",
)  # fmt: skip
@click.option("--repeat", "repeats", type=int, default=DEFAULT.repeats, show_default=True, help="How often the last level is told again.")
@click.option("--start-on", "starts_on", multiple=True, type=click.Choice(STARTS_ON), help="A missed target that starts it by itself.")
@click.pass_obj
def set_chain(make: Make, group: str, given: tuple[Level, ...], repeats: int, starts_on: tuple[str, ...]) -> None:
    """Give a group its own chain. Those in flight keep the shape they started with."""
    house = make()
    house.desk.do(SetChain(group=group, chain=Chain(levels=given, repeats=repeats, starts_on=starts_on)), OPERATOR, house.clock.now())
    click.echo(f"Cases of {group} are escalated in {len(given)} level(s) from now on.")


@escalations.command("reset")
@click.argument("group")
@click.pass_obj
def reset(make: Make, group: str) -> None:
    """Give a group the shipped chain again."""
    house = make()
    house.desk.do(SetChain(group=group, chain=None), OPERATOR, house.clock.now())
    click.echo(f"Cases of {group} are escalated as shipped from now on.")


@escalations.command("show")
@click.pass_obj
def show(make: Make) -> None:
    """Every group's chain."""
    with make().desk.reading() as connection:
        for name, chain, is_own in [*chains(connection), ("(shipped)", DEFAULT, False)]:
            click.echo(f"{name}{'' if is_own or name.startswith('(') else ' (as shipped)'}")
            for number, level in enumerate(chain.levels, 1):
                click.echo(f"  {number}. {', '.join(level.whom)}, then waits {_said(level.wait)}")
            starts = f"; starts by itself on {', '.join(chain.starts_on)}" if chain.starts_on else ""
            click.echo(f"  the last is told again {chain.repeats} time(s){starts}")


def _said(wait: timedelta) -> str:
    minutes = int(wait.total_seconds() // 60)
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"
