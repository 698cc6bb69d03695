"""What needs the desk itself: its first admin, and whether others reach its doors."""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

import httpx

from app.setup.asking import Asking, Question, Wrong
from app.setup.chats import shaped
from app.staff import OPERATOR
from app.wiring import House
from bots.slack.manifest import COMMAND
from core.people.commands import AddStaff
from core.people.connections import all_connections
from core.people.model import HANDLE, Right, Role
from core.people.queries import staff_holding

SLACK_USER = re.compile(r"([TE][A-Z0-9]+:[UW][A-Z0-9]+)?", re.ASCII)
TEAMS_USER = re.compile(r"([0-9A-Za-z-]+)?", re.ASCII)
TIMEOUT = 5


def first_admin(asking: Asking, house: House) -> None:
    """Somebody who may put others on the staff in chat. A name or an e-mail address never makes somebody a member. Raises Wrong for one
    who is known in no chat."""
    with house.desk.reading() as connection:
        if staff_holding(connection, Right.ADMINISTER):
            asking.say("\nThere is an admin already; others are put on the staff in chat: staff add.")
            return
    asking.say("\nThe first admin")
    handle = asking.answer(
        Question(name="admin", text="Short name, such as ana", shape=shaped(HANDLE, "Small letters and digits, such as ana.")), ""
    )
    name = asking.answer(Question(name="admin_name", text="Full name", default=handle), "")
    identities = [found for find in (_slack_identity, _teams_identity) if (found := find(asking, house)) is not None]
    if not identities:
        raise Wrong("The first admin must be known in one chat at least: give admin_slack or admin_teams.", ("admin_slack", "admin_teams"))
    command = AddStaff(handle=handle, name=name, roles=(Role.ADMIN,), identities=tuple(identities))
    house.desk.do(command, OPERATOR, datetime.now(UTC))
    asking.say(f"  {handle} is an admin. In Slack type {COMMAND} help, in Teams write help to Billing Desk.")


def _slack_identity(asking: Asking, house: House) -> tuple[str, str, str] | None:
    if house.slack is None:
        return None
    question = Question(
        name="admin_slack", text="In Slack: WORKSPACE:MEMBER (profile, ⋮, Copy member ID); empty if not there", optional=True,
        shape=shaped(SLACK_USER, "Write it like T012AB3CD:U034EF5GH."),
    )  # fmt: skip
    workspace, _, user = asking.answer(question, "").partition(":")
    return ("slack", workspace, user) if user else None


def _teams_identity(asking: Asking, house: House) -> tuple[str, str, str] | None:
    if house.teams is None:
        return None
    question = Question(
        name="admin_teams", text="In Teams: the object id from Entra ID; empty if not there", optional=True,
        shape=shaped(TEAMS_USER, "The object id, as the directory shows it."),
    )  # fmt: skip
    user = asking.answer(question, "")
    tenant = house.settings.teams_tenant_id.partition(",")[0].strip()
    return ("teams", tenant, user) if user else None


def doors(house: House) -> Iterator[tuple[bool, str]]:
    """Whether each door answers at the public address as only this desk would: (is it so, a sentence)."""
    base = house.settings.public_url
    with house.desk.reading() as connection:
        names = [row.name for row in all_connections(connection) if row.active]
    tried: list[tuple[str, Callable[[httpx.Client], bool]]] = [(f"{base}/readyz", lambda http: http.get("/readyz").status_code == 200)]
    if house.slack is not None:
        secrets = house.slack.signing_secrets
        tried.append((f"{base}/slack/events", lambda http: _challenged(http, secrets[0])))
    if house.teams is not None:
        tried.append((f"{base}/api/messages", lambda http: http.post("/api/messages", json={"type": "typing"}).status_code == 401))
    tried += [(f"{base}/webhooks/{name}", partial(_refuses, path=f"/webhooks/{name}")) for name in names]
    with httpx.Client(base_url=base, timeout=TIMEOUT) as http:
        for address, answers in tried:
            try:
                is_ours, said = answers(http), "does not answer as this desk would: is it an older one, or with other settings?"
            except httpx.HTTPError as error:
                is_ours, said = False, f"cannot be reached from here ({type(error).__name__})."
            yield is_ours, f"{address} {'answers.' if is_ours else said}"


def _refuses(http: httpx.Client, path: str) -> bool:
    """A connection's door that is there takes nothing unsigned."""
    return http.post(path).status_code == 401


def _challenged(http: httpx.Client, secret: str) -> bool:
    """Slack's own first question, signed with the secret that was given. https://docs.slack.dev/reference/events/url_verification"""
    body = json.dumps({"type": "url_verification", "challenge": "setup", "token": ""}).encode()
    stamp = str(int(time.time()))
    made = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={made}", "Content-Type": "application/json"}
    answer = http.post("/slack/events", content=body, headers=headers)
    return answer.status_code == 200 and "setup" in answer.text
