"""What needs the desk itself: its ticketing system, its first admin, and whether others reach its doors."""

import base64
import hashlib
import hmac
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial

import httpx

from app.setup.asking import Asking, Question, Wrong, step
from app.setup.chats import shaped
from app.setup.keeping import Kept
from app.staff import OPERATOR
from app.wiring import House
from bots.slack.manifest import COMMAND
from core.chat.verbs.staff import HANDLE
from core.engine.errors import DeliveryError
from core.people.commands import AddConnection, AddStaff
from core.people.connections import all_connections
from core.people.model import Right, Role
from core.people.queries import staff_holding
from webhooks.tickets.request_tracker.client import RequestTracker

ADDRESS = re.compile(r"(https://[^\s/?#@]+|http://(127\.0\.0\.1|localhost)(:\d+)?)(/[^\s?#]*)?")
SLACK_USER = re.compile(r"([TE][A-Z0-9]+:[UW][A-Z0-9]+)?", re.ASCII)
TEAMS_USER = re.compile(r"([0-9A-Za-z-]+)?", re.ASCII)
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}", re.ASCII)
TIMEOUT = 5


def ticketing(asking: Asking, kept: Kept, house: House) -> None:
    """A Request Tracker, asked with the token before it is connected; the secret it signs with is made here, into a file."""
    with house.desk.reading() as connection:
        known = [row.name for row in all_connections(connection) if row.kind.startswith("tickets-")]
    if known:
        asking.say(f"\nTicketing: {', '.join(known)} is connected already.")
        return
    wanted = Question(
        name="ticketing",
        text="Connect a Request Tracker 5 now? (yes, no)",
        default="no",
        shape=shaped(re.compile("yes|no"), "Say yes or no."),
    )
    if asking.answer(wanted, "") == "no":
        asking.say("  Later: ./desk setup again, or ./desk connections add (docs/request-tracker.md).")
        return
    questions = [
        Question(name="rt_name", text="A short name for it", default="helpdesk", shape=shaped(NAME, "Small letters, digits and dashes.")),
        Question(name="rt_url", text="Its address", shape=shaped(ADDRESS, "It begins with https:// and is the address people open.")),
        Question(name="rt_user", text="The user the desk acts as", default="billing-desk"),
        Question(name="rt_token", text="That user's token (Settings, Auth Tokens)", secret=True),
    ]
    given = step(asking, Unkept(kept), "Request Tracker", questions, _asked)
    secret = "whsec_" + base64.b64encode(os.urandom(32)).decode()
    file = kept.path.with_name(f"{given['rt_name']}.webhook-secret")
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as opened:
        opened.write(secret + "\n")
    command = AddConnection(
        name=given["rt_name"], kind="tickets-rt", settings={"url": given["rt_url"], "user": given["rt_user"]}, polled=True,
        secrets=(house.vault.seal("sign", secret), house.vault.seal("token", given["rt_token"])),
    )  # fmt: skip
    house.desk.do(command, OPERATOR, datetime.now(UTC))
    asking.say(
        f"  {given['rt_name']} is connected. The secret its scrip signs with is in {file}: docs/request-tracker.md, 3, then delete it."
    )


class Unkept(Kept):
    """Answers that go into the database, not into the settings file."""

    def __init__(self, kept: Kept) -> None:
        super().__init__(kept.path, {})

    def get(self, name: str) -> str:
        """Nothing is there yet."""
        del name
        return ""

    def save(self, values: Mapping[str, str]) -> None:
        """Nothing of it is for the file."""


def _asked(held: Mapping[str, str]) -> None:
    try:
        with RequestTracker(held["rt_url"], held["rt_token"], patience=TIMEOUT) as tracker:
            next(iter(tracker.changed(datetime.now(UTC).date())), None)
    except DeliveryError as error:
        names = ("rt_token",) if "401" in error.reason else ("rt_url", "rt_token")
        raise Wrong(f"It was asked for today's tickets, and {error.reason}.", names) from None


def first_admin(asking: Asking, house: House) -> None:
    """Somebody who may put others on the staff in chat. A name or an e-mail address never makes somebody a member."""
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
