"""Whether both chats run the app that this desk's manifests describe."""

import re
from collections.abc import Iterator
from datetime import datetime

from app.wiring import House
from bots.slack.drift import DRIFTED, FITS, app_of, drifted, exported, fingerprint
from bots.slack.notifier import web_client
from bots.slack.workspaces import Workspaces
from bots.teams.examining import package_examined
from bots.teams.manifest import contents_number, manifest
from core.chat.findings import Finding, well, wrong
from core.chat.table import TABLE
from core.engine.errors import DeliveryError
from core.engine.switches import remember, remembered

CONFIG_TOKEN = re.compile(r"xoxe\.xoxp-\S{4,500}", re.ASCII)  # https://docs.slack.dev/app-manifests/configuring-apps-with-app-manifests


SEEN = "slack:manifest"  # when the app was last seen to fit, and what the desk asked of it then


def slack_drift(house: House, token: str, now: datetime) -> Iterator[Finding]:
    """By an app configuration token; without one, by what is remembered of the last time, and how to come by one."""
    if house.slack is None or not house.slack.workspaces.all():
        return
    if not token:
        yield _remembered(house)
        return
    if not CONFIG_TOKEN.fullmatch(token):
        yield wrong("slack_manifest_other_token")
        return
    found = list(_compared(house, house.slack.workspaces, token))
    if found[-1].kind == FITS:
        seen = {"at": now.isoformat(), "asked": fingerprint(house.settings.public_host, TABLE)}
        house.store.attempt(lambda connection: remember(connection, SEEN, seen))
    elif any(finding.kind.startswith(DRIFTED) for finding in found):
        house.store.attempt(lambda connection: remember(connection, SEEN, None))
    yield from found


def _compared(house: House, workspaces: Workspaces, token: str) -> Iterator[Finding]:
    """Every workspace has the same app, so any one that answers will do."""
    try:
        app = app_of(workspaces.client(workspaces.all()[0]))
    except DeliveryError as error:
        yield well("slack_manifest_no_app", reason=error.reason)  # what is wrong with the bot's token is said by itself
        return
    try:
        theirs = exported(web_client(token, workspaces.api_url, http=workspaces.http), app)
    except DeliveryError as error:
        ended = error.reason == "token_expired"
        yield well("slack_manifest_ended") if ended else wrong("slack_manifest_refused", reason=error.reason)
        return
    yield from drifted(theirs, house.settings.public_host, TABLE)


def _remembered(house: House) -> Finding:
    with house.desk.reading() as connection:
        seen = remembered(connection, SEEN)
    if seen is None:
        return well("slack_manifest_unseen")
    at = datetime.fromisoformat(seen["at"])
    same = seen["asked"] == fingerprint(house.settings.public_host, TABLE)
    return well("slack_manifest_seen", at=at) if same else wrong("slack_manifest_asks_more", at=at)


def teams_drift(house: House, now: datetime) -> Iterator[Finding]:
    """By what Microsoft Graph tells of the organisation's catalogue."""
    if house.teams is None:
        return
    host, app = house.settings.public_host, house.settings.teams_app_id
    if not host:
        yield well("teams_package_nowhere")
        return
    yield from package_examined(house.teams.catalog, app, contents_number(manifest(app, host, TABLE, now), TABLE))
