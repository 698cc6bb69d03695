"""Whether both chats run the app that this desk's manifests describe."""

import re
from collections.abc import Iterator
from datetime import datetime

from app.wiring import House
from bots.slack.drift import drifted, exported
from bots.slack.notifier import web_client
from bots.teams.examining import package_examined
from bots.teams.manifest import contents_number, manifest
from core.chat.findings import Finding, well, wrong
from core.chat.table import TABLE
from core.engine.errors import DeliveryError

CONFIG_TOKEN = re.compile(r"xoxe\.xoxp-\S{4,500}", re.ASCII)  # https://docs.slack.dev/app-manifests/configuring-apps-with-app-manifests


def slack_drift(house: House, token: str) -> Iterator[Finding]:
    """By an app configuration token; without one, how to come by it."""
    if house.slack is None or not (found := house.slack.workspaces.all()):
        return
    if not token:
        yield well("slack_manifest_unseen")
        return
    if not CONFIG_TOKEN.fullmatch(token):
        yield wrong("slack_manifest_other_token")
        return
    workspaces = house.slack.workspaces
    try:
        _app, theirs = exported(workspaces.client(found[0]), web_client(token, workspaces.api_url, http=workspaces.http))
    except DeliveryError as error:
        ended = error.reason == "token_expired"
        yield well("slack_manifest_ended") if ended else wrong("slack_manifest_refused", reason=error.reason)
        return
    yield from drifted(theirs, house.settings.public_host, TABLE)


def teams_drift(house: House, now: datetime) -> Iterator[Finding]:
    """By what Microsoft Graph tells of the organisation's catalogue."""
    if house.teams is None:
        return
    host, app = house.settings.public_host, house.settings.teams_app_id
    if not host:
        yield well("teams_package_nowhere")
        return
    yield from package_examined(house.teams.catalog, app, contents_number(manifest(app, host, TABLE, now), TABLE))
