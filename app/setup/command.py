"""`./desk setup`: the order of the steps."""

import os
import re
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import click
from cryptography.fernet import Fernet

from app.installing import invited
from app.logs import set_up
from app.opened import opened
from app.settings import load
from app.setup import desk
from app.setup.asking import Answers, Asking, Question, Terminal, Wrong, step
from app.setup.chats import shaped, slack, teams
from app.setup.keeping import Kept
from app.setup.ticketing import ticketing
from app.wiring import House

PUBLIC = re.compile(r"https://[^\s/?#@]+/?|http://(127\.0\.0\.1|localhost)(:\d+)?/?")
CHATS = re.compile(r"slack|teams|both")
KNOWN = frozenset(
    {
        "desk_public_url", "chats", "slack_signing_secret", "slack_install", "slack_bot_token", "slack_client_id", "slack_client_secret",
        "teams_app_id", "teams_tenant_id", "teams_app_password", "ticketing", "ticketing_name", "ticketing_url", "ticketing_user",
        "ticketing_token", "ticketing_secret", "admin", "admin_name", "admin_slack", "admin_teams",
    }
)  # fmt: skip


@click.command()
@click.option("--answers", type=click.Path(dir_okay=False, path_type=Path), help="A TOML file of answers, instead of asking.")
def setup(answers: Path | None) -> None:
    """Set the desk up step by step: chats, a ticketing system, the first admin. Run it again to go on where it ended."""
    set_up()
    asking = Terminal() if answers is None else Answers(_read(answers), answers.name)
    if answers is None and not sys.stdin.isatty():
        raise click.ClickException("Nobody is there to ask: run it at a terminal, or give --answers FILE (docs/operations.md).")
    kept = Kept(Path(os.environ.get("DESK_CONFIG", "desk.toml")), os.environ)
    asking.say(
        f"Each answer is tried for real and then kept in {kept.path}, which only you may read. Ctrl-C ends; run setup again to go on."
    )
    run(asking, kept)


def run(asking: Asking, kept: Kept) -> None:
    """Every step, those that are done already only looked at again."""
    if not kept.get("desk_secret_key"):
        kept.save({"desk_secret_key": Fernet.generate_key().decode()})
        asking.say(f"A key that encrypts what is secret in the database was made: {kept.path} and the database belong together.")
    host = _address(asking, kept)
    for chat in _chats(asking, kept):
        (slack if chat == "slack" else teams)(asking, kept, host)
    house = opened(load({**os.environ, "DESK_CONFIG": str(kept.path)}))
    try:
        asking.say("\nThe database is there and current.")
        ticketing(asking, kept, house)
        _admin(asking, house)
        _last(asking, house)
    finally:
        house.close()


def _address(asking: Asking, kept: Kept) -> str:
    question = Question(
        name="desk_public_url", text="The address others reach the desk at, such as https://desk.example.com",
        shape=shaped(PUBLIC, "It begins with https:// and has no path."),
    )  # fmt: skip
    held = step(asking, kept, "Where the desk is reached", [question], lambda _held: None)
    return urlsplit(held["desk_public_url"]).hostname or ""


def _chats(asking: Asking, kept: Kept) -> tuple[str, ...]:
    there = [chat for chat, name in (("slack", "slack_signing_secret"), ("teams", "teams_app_id")) if kept.get(name)]
    have = "both" if len(there) == 2 else ""
    question = Question(
        name="chats",
        text="Which chats? (slack, teams, both)",
        default=there[0] if there else "both",
        shape=shaped(CHATS, "Say slack, teams or both."),
    )
    wanted = asking.answer(question, have)
    return ("slack", "teams") if wanted == "both" else (wanted,)


def _admin(asking: Asking, house: House) -> None:
    while True:
        try:
            return desk.first_admin(asking, house)
        except Wrong as wrong:
            asking.teach(wrong)


def _last(asking: Asking, house: House) -> None:
    """What only a running desk can show, and what comes next."""
    asking.say("\nThe doors")
    found = list(desk.doors(house))
    for is_ours, sentence in found:
        asking.say(f"  {'well ' if is_ours else 'WRONG'}  {sentence}")
    if not all(is_ours for is_ours, _ in found):
        asking.say("  Start the desk (./desk serve) behind your reverse proxy, then run ./desk setup again: it only looks.")
    if house.slack is not None and house.slack.oauth is not None and not house.slack.workspaces.all():
        asking.say(f"\nInstall the app: open this once, within an hour, as an admin of the workspace:\n  {invited(house)}")
    asking.say("\nNext: ./desk groups set billing --route question --slack WORKSPACE:CHANNEL, then ./desk doctor.")


def _read(path: Path) -> dict[str, str]:
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror}. Nothing was done.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise click.ClickException(f"{path} is not TOML. Nothing was done.") from None
    unknown = sorted(set(given) - KNOWN)
    if unknown:
        raise click.ClickException(
            f"{path} answers what is never asked: {', '.join(unknown)}. Nothing was done. Asked are: {', '.join(sorted(KNOWN))}."
        )
    return {name: str(value) for name, value in given.items()}
