"""A desk whose pages install its app in Slack, and the way through them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import sqlalchemy as sa

from bots.slack.install import digest
from core.people.installations import InviteInstallation
from playground.slack.server import LocalSlack
from playground.teams.server import LocalTeams
from tests.harness.world import World, build_world

OTHER = "T0002"


def desk_with_pages(database: str, local_teams: LocalTeams, local_slack: LocalSlack) -> Iterator[World]:
    """A desk that is reached by browsers, and has a token of the environment as well."""
    made = build_world(database, local_teams, local_slack, **oauth(local_slack))
    yield made
    made.house.close()


def oauth(local_slack: LocalSlack) -> dict[str, str]:
    return {
        "SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "client-secret", "DESK_PUBLIC_URL": "http://localhost",
        "SLACK_AUTHORIZE_URL": f"{local_slack.url}/oauth/v2/authorize",
    }  # fmt: skip


def invited(world: World, code: str = "an-invitation", *, hours: float = 1) -> str:
    world.do(InviteInstallation(digest=digest(code), expires_at=datetime.now(UTC) + timedelta(hours=hours)))
    return code


def begun(world: World, code: str) -> str:
    """Press the button; where Slack's consent page sends the browser back to."""
    sent = world.client.post("/slack/install", data={"invitation": code})
    assert sent.status_code == 303, sent.text
    answer = httpx.get(sent.headers["Location"], follow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix("http://localhost")


def installed(world: World, code: str = "an-invitation") -> Any:
    made = world.client.get(begun(world, invited(world, code)))
    assert made.status_code == 200, made.text
    return made


def rows(world: World, table: sa.Table) -> list[Any]:
    with world.house.desk.reading() as connection:
        return list(connection.execute(sa.select(table)))
