"""Fifty copies of a card after a click in Teams, from the click to the last copy, beside fifty bare HTTP posts to the same stand-ins.

Web and worker are the real processes. The bare posts carry a card's bytes over kept-alive connections, one per sender, and do nothing else.
"""

import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from cryptography.fernet import Fernet

from app.settings import load
from app.wiring import build
from bench.slash import free_port, wait_for
from core.cases.commands import OpenCase
from core.engine.db.migrate import upgrade
from core.engine.transaction import Actor
from core.people.commands import AddStaff, Place, SetGroup
from core.people.model import Role
from playground.slack.server import LocalSlack
from playground.teams.server import LocalTeams

MANY = 25  # conversations in each chat
ROUNDS = 7
FLOOR = 1.0  # seconds until every copy is true, at most
TEAM, TENANT = "T0001", "tenant-1"
ROOT = Path(__file__).resolve().parent.parent


def run() -> bool:
    """Print the median round and the bare posts; whether the copies are true within a second."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    slack, teams, port = LocalSlack(team=TEAM), LocalTeams(), free_port()
    slack.methods.channels.update(_channels())
    for stand_in in (slack, teams):
        stand_in.start()
    with tempfile.TemporaryDirectory() as folder:
        environment = _settings(Path(folder), slack, teams, port)
        open_case = _prepare(environment, teams)
        with _served(environment, port), httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            took = [_round(client, slack, teams, open_case) for _ in range(ROUNDS)][1:]
        bare = [_bare(slack, teams) for _ in range(ROUNDS)][1:]
    for stand_in in (slack, teams):
        stand_in.stop()
    ours, theirs = statistics.median(took), statistics.median(bare)
    print(f"copies: {2 * MANY} copies true {ours * 1e3:.0f} ms after a click in Teams ({', '.join(f'{t * 1e3:.0f}' for t in took)})")
    print(f"copies: {2 * MANY} bare posts of the same bytes to the same stand-ins take {theirs * 1e3:.0f} ms")
    print(f"copies: within {FLOOR:.0f} s: {'holds' if ours <= FLOOR else 'DOES NOT HOLD'}")
    return ours <= FLOOR


def _channels() -> list[str]:
    return [f"C{n:04d}" for n in range(MANY)]


def _threads() -> list[str]:
    return [f"19:{n}@thread.tacv2" for n in range(MANY)]


def _settings(folder: Path, slack: LocalSlack, teams: LocalTeams, port: int) -> dict[str, str]:
    return {
        "DESK_CONFIG": "/dev/null", "DESK_DATABASE_URL": f"sqlite:///{folder / 'desk.sqlite'}", "DESK_ALLOW_HOSTS": "127.0.0.1",
        "DESK_SECRET_KEY": Fernet.generate_key().decode(), "DESK_PORT": str(port), "SLACK_SIGNING_SECRET": "s",
        "SLACK_BOT_TOKEN": slack.token, "SLACK_API_URL": slack.api_url, "TEAMS_APP_ID": teams.app_id, "TEAMS_APP_PASSWORD": "secret",
        "TEAMS_TENANT_ID": TENANT, "TEAMS_OPENID_METADATA_URL": f"{teams.url}/.well-known/openidconfiguration",
        "TEAMS_LOGIN_URL": teams.url, "TEAMS_GRAPH_URL": teams.url, "TEAMS_SERVICE_HOSTS": teams.url.removeprefix("http://"),
    }  # fmt: skip


def _prepare(environment: dict[str, str], teams: LocalTeams) -> Callable[[], object]:
    """Somebody who may take cases, and fifty conversations for each; returns what opens one."""
    house, operator = build(load(environment)), Actor("system", "cli")
    upgrade(house.store)
    address = {"service_url": teams.service_url, "bot": "28:app-1"}
    places = [Place(face="slack", workspace=TEAM, external=channel, address={}) for channel in _channels()]
    places += [Place(face="teams", workspace=TENANT, external=thread, address=address) for thread in _threads()]
    ana = AddStaff(handle="ana", name="Ana Agent", roles=(Role.AGENT,), identities=(("teams", TENANT, "oid-ana"),))
    for command in (ana, SetGroup(name="everybody", routes=("question",), conversations=tuple(places))):
        house.desk.do(command, operator, datetime.now(UTC))
    return lambda: house.desk.do(OpenCase(title="Why is the invoice twice as high?"), operator, datetime.now(UTC))


def _round(client: httpx.Client, slack: LocalSlack, teams: LocalTeams, open_case: Callable[[], object]) -> float:
    """A new case everywhere, then one click on it; seconds until every copy names the one who clicked."""
    before = _held(slack, teams)
    open_case()
    _until(lambda: _held(slack, teams) == before + 2 * MANY)
    take = next(a for a in _newest_card(teams)["actions"] if a.get("verb") == "take")
    began = time.perf_counter()
    answer = client.post("/api/messages", json=_click(take, teams), headers=_signed(teams))
    answer.raise_for_status()
    _until(lambda: all("Ana Agent" in str(shown) for shown in _shown(slack, teams)))
    return time.perf_counter() - began


def _click(take: dict[str, Any], teams: LocalTeams) -> dict[str, Any]:
    """The invoke that Teams sends for a button."""
    action = {"type": "Action.Execute", "title": take["title"], "verb": take["verb"], "data": take["data"]}
    return {
        "type": "invoke", "name": "adaptiveCard/action", "value": {"action": action, "trigger": "manual"}, "id": str(time.time_ns()),
        "channelId": "msteams", "serviceUrl": teams.service_url, "recipient": {"id": "28:app-1", "name": "Billing Desk"},
        "from": {"id": "29:oid-ana", "name": "Ana Agent", "aadObjectId": "oid-ana"}, "channelData": {"tenant": {"id": TENANT}},
        "conversation": {"id": _threads()[0], "conversationType": "channel", "tenantId": TENANT}, "locale": "en-GB",
    }  # fmt: skip


def _signed(teams: LocalTeams) -> dict[str, str]:
    return {"Authorization": f"Bearer {teams.login.sign(teams.app_id, teams.service_url)}"}


def _bare(slack: LocalSlack, teams: LocalTeams) -> float:
    """The same bytes to the same places, without a desk."""
    blocks, card = slack.ledger.newest(_channels()[0])["blocks"], teams.ledger.newest(_threads()[0])
    posts = [(f"{slack.api_url}chat.postMessage", slack.token, {"channel": c, "text": "x", "blocks": blocks}) for c in _channels()]
    token = teams.login.issue()
    posts += [(f"{teams.service_url}v3/conversations/{thread}/activities", token, card) for thread in _threads()]
    with httpx.Client(timeout=30) as client, ThreadPoolExecutor(16) as pool:
        began = time.perf_counter()
        answers = pool.map(lambda p: client.post(p[0], content=json.dumps(p[2]), headers=_headers(p[1])), posts)
        if not all(answer.is_success for answer in answers):
            raise RuntimeError("a bare post was refused")
        return time.perf_counter() - began


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def _held(slack: LocalSlack, teams: LocalTeams) -> int:
    return sum(map(len, list(slack.ledger.channels.values()))) + sum(map(len, list(teams.ledger.conversations.values())))


def _shown(slack: LocalSlack, teams: LocalTeams) -> Iterator[object]:
    yield from (slack.ledger.newest(channel) for channel in _channels())
    yield from (teams.ledger.newest(thread) for thread in _threads())


def _newest_card(teams: LocalTeams) -> dict[str, Any]:
    found: dict[str, Any] = teams.ledger.newest(_threads()[0])["attachments"][0]["content"]
    return found


def _until(there: Callable[[], bool]) -> None:
    ends = time.monotonic() + 30
    while not there():
        if time.monotonic() > ends:
            raise TimeoutError("the copies never came")
        time.sleep(0.005)


@contextmanager
def _served(environment: dict[str, str], port: int) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve"],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait(timeout=90)
