"""`./desk calendars` and `./desk targets`: which hours count, and how much of them something may take."""

import re
from datetime import date, timedelta
from itertools import groupby

import click

from app.staff import OPERATOR
from app.wiring import House, Make
from core.cases.commands import SetTarget
from core.cases.targets import Clock, all_targets
from core.cases.triage import Triage
from core.engine.calendars import Calendar, Hours
from core.people.calendars import named_calendars, read_hours
from core.people.commands import CloseDay, OpenDay, SetCalendar

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WAIT = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,2})m)?")


def read_week(_ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> tuple[tuple[Hours, ...], ...] | None:
    """Reads `mon-fri=09:00-17:00` and `sat=10:00-12:00,13:00-15:00`; days that are not named are closed, none named leaves what is."""
    if not given:
        return None
    week: dict[str, tuple[Hours, ...]] = {}
    for text in given:
        days, _, spans = text.casefold().partition("=")
        first, _, last = days.partition("-")
        try:
            named = DAYS[DAYS.index(first) : DAYS.index(last or first) + 1]
            hours = tuple(read_hours(span) for span in spans.split(","))
        except ValueError:
            raise click.BadParameter(f"“{text}” should be written like mon-fri=09:00-17:00 or sat=10:00-12:00,13:00-15:00") from None
        if not named or set(named) & set(week):
            raise click.BadParameter(f"“{text}” names days backwards or again; name each day once, mon to sun")
        week |= dict.fromkeys(named, hours)
    return tuple(week.get(day, ()) for day in DAYS)


def read_day(_ctx: click.Context, _param: click.Parameter, given: str) -> date:
    """Reads `2026-12-24`."""
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise click.BadParameter(f"“{given}” should be written like 2026-12-24") from None


def read_wait(_ctx: click.Context, _param: click.Parameter, given: str) -> timedelta:
    """Reads `4h`, `1h30m`, `45m`: of open time, so there are no days."""
    found = WAIT.fullmatch(given.casefold())
    if found is None or not any(found.groups()):
        raise click.BadParameter(f"“{given}” should be written in hours and minutes of open time, like 4h, 1h30m or 45m")
    return timedelta(hours=int(found[1] or 0), minutes=int(found[2] or 0))


def read_country(_ctx: click.Context, _param: click.Parameter, given: str | None) -> tuple[str | None, str | None]:
    """Reads `PL`, `DE-BY` and `none`."""
    if given is None:
        return None, None
    if given.casefold() == "none":
        return "", ""
    country, _, subdivision = given.upper().partition("-")
    return country, subdivision


@click.group()
def calendars() -> None:
    """Opening hours and public holidays: deadlines count open time only."""


@calendars.command("set")
@click.argument("name")
@click.option("--zone", default=None, help="Such as Europe/Warsaw.")
@click.option("--hours", "week", multiple=True, callback=read_week, help="mon-fri=09:00-17:00; may be given several times.")
@click.option("--holidays", "place", callback=read_country, default=None, help="Whose public holidays are closed: PL, DE-BY or none.")
@click.pass_obj
def set_hours(
    make: Make, name: str, zone: str | None, week: tuple[tuple[Hours, ...], ...] | None, place: tuple[str | None, str | None]
) -> None:
    """Make or change a calendar; `default` is that of every group without its own. Open deadlines follow."""
    house, (country, subdivision) = make(), place
    command = SetCalendar(name=name, zone=zone, week=week, country=country, subdivision=subdivision)
    house.desk.do(command, OPERATOR, house.clock.now())
    _show(house, name)


@calendars.command("show")
@click.pass_obj
def show(make: Make) -> None:
    """Every calendar, with the days closed by hand."""
    house = make()
    with house.desk.reading() as connection:
        names = sorted(named_calendars(connection))
    for name in names:
        _show(house, name)


@calendars.command("close-day")
@click.argument("name")
@click.argument("day", callback=read_day)
@click.argument("because")
@click.pass_obj
def close(make: Make, name: str, day: date, because: str) -> None:
    """Close a day that is no public holiday, and say why."""
    house = make()
    house.desk.do(CloseDay(name=name, day=day, because=because), OPERATOR, house.clock.now())
    _show(house, name)


@calendars.command("open-day")
@click.argument("name")
@click.argument("day", callback=read_day)
@click.pass_obj
def reopen(make: Make, name: str, day: date) -> None:
    """Take back that a day was closed by hand."""
    house = make()
    house.desk.do(OpenDay(name=name, day=day), OPERATOR, house.clock.now())
    _show(house, name)


@click.group()
def targets() -> None:
    """How much open time an answer, a resolution or somebody else's turn may take."""


@targets.command("set")
@click.argument("clock", type=click.Choice([clock.value for clock in Clock]))
@click.argument("wait", callback=read_wait)
@click.option("--source", required=True, help="Where it comes from, such as the contract: `why` shows it.")
@click.option("--warn", default=75, show_default=True, help="Per cent of the time after which a warning goes out; 0 for none.")
@click.option("--group", default="", help="For the cases of one group only.")
@click.option("--kind", default="", type=click.Choice(["", *(kind.value for kind in Triage)]), help="For one kind of question only.")
@click.pass_obj
def set_one(make: Make, clock: str, wait: timedelta, source: str, warn: int, group: str, kind: str) -> None:
    """Set a target; the narrowest one that fits a case counts. Open deadlines follow."""
    house = make()
    command = SetTarget(clock=clock, wait=wait, warn_percent=warn, source=source, group=group, triage=kind)
    house.desk.do(command, OPERATOR, house.clock.now())
    click.echo(f"{clock} is {_length(wait)} of open time now.")


@targets.command("show")
@click.pass_obj
def show_all(make: Make) -> None:
    """Every target with its source."""
    with make().desk.reading() as connection:
        for group, kind, target in all_targets(connection):
            whose = f"{group or 'every group'}, {kind or 'every kind'}"
            warning = f"warning at {target.warn_percent} %" if target.warn_percent else "no warning"
            click.echo(f"{target.clock}  {_length(target.wait)}  {warning}  {whose}  {target.source}, since {target.since}")


def _show(house: House, name: str) -> None:
    with house.desk.reading() as connection:
        found = named_calendars(connection)[name]
    place = "-".join(filter(None, (found.country, found.subdivision))) or "none"
    click.echo(f"{name}  {found.zone}  {_week(found)}  holidays {place}")
    for day, because in sorted(found.closed.items()):
        click.echo(f"  closed {day}: {because}")


def _week(found: Calendar) -> str:
    days = [(",".join(f"{one.opens:%H:%M}-{one.closes:%H:%M}" for one in hours), day) for hours, day in zip(found.week, DAYS, strict=True)]
    alike = [(hours, [day for _, day in several]) for hours, several in groupby(days, key=lambda day: day[0]) if hours]
    return " ".join(f"{several[0] if len(several) == 1 else f'{several[0]}-{several[-1]}'}={hours}" for hours, several in alike)


def _length(wait: timedelta) -> str:
    hours, minutes = divmod(wait // timedelta(minutes=1), 60)
    return "".join(f"{number}{unit}" for number, unit in ((hours, "h"), (minutes, "m")) if number)
