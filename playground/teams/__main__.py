"""`python -m playground.teams`: a local Teams to click in, for any bot that speaks to Teams."""

import argparse
import os
import sys
from pathlib import Path

from playground.serving import announce, stop_signal
from playground.teams.directory import load_directory
from playground.teams.package import load_package
from playground.teams.server import LocalTeams

RENDERER = Path(".cache/npm/teams/node_modules/adaptivecards/dist")


def arguments() -> argparse.Namespace:
    """What may be set; the bot's secret only through the environment, as `TEAMS_APP_PASSWORD`."""
    parser = argparse.ArgumentParser(prog="python -m playground.teams", description=__doc__)
    parser.add_argument("--port", type=int, default=3979)
    parser.add_argument("--bot", default="http://127.0.0.1:8080/api/messages", help="where the bot listens")
    parser.add_argument("--world", type=Path, required=True, help="the people and channels, as JSON")
    parser.add_argument("--app-id", default=os.environ.get("TEAMS_APP_ID", "app-1"))
    parser.add_argument("--renderer", type=Path, default=RENDERER, help="the dist folder of the npm package adaptivecards")
    parser.add_argument("--package", type=Path, help="the app package (.zip) that is installed: its entries of a message's own menu")
    parser.add_argument("--service", default="", help="the address of a fault proxy that stands before this one")
    parser.add_argument("--limits", action="store_true", help="refuse calls above Teams' documented rates")
    return parser.parse_args()


def main() -> int:
    """Serve until stopped. The bot is told where it is installed as soon as it listens."""
    given = arguments()
    directory = load_directory(given.world)
    teams = LocalTeams(
        given.app_id, directory.tenant, directory=directory, bot_url=given.bot, secret=os.environ.get("TEAMS_APP_PASSWORD", ""),
        renderer=given.renderer.resolve(), limits=given.limits, service=given.service,
        package=load_package(given.package) if given.package else None,
    )  # fmt: skip
    stopped = stop_signal()
    teams.start(given.port)
    announce(f"Local Teams: {teams.url}")
    if not given.renderer.is_dir():
        announce(f"The card renderer is missing at {given.renderer}: cards are shown as JSON.")
    while not stopped.is_set() and not teams.client.introduce():
        stopped.wait(1)
    stopped.wait()
    teams.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
