"""A ticketing system: asked with its token before it is connected. Its answers go into the database, never into the settings file."""

import base64
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.settings import LOOPBACK
from app.setup.asking import Asking, Question, Wrong, step
from app.setup.chats import shaped
from app.setup.keeping import Kept
from app.staff import OPERATOR
from app.wiring import House
from core.engine.errors import DeliveryError
from core.people.commands import AddConnection
from core.people.connections import all_connections
from webhooks.kinds import KINDS
from webhooks.reading import Access
from webhooks.tickets.request_tracker.client import RequestTracker

LOCAL = "|".join(re.escape(host) for host in sorted(LOOPBACK) if ":" not in host)
ADDRESS = re.compile(rf"(https://[^\s/?#@]+|http://({LOCAL})(:\d+)?)(/[^\s?#]*)?")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}", re.ASCII)
PATIENCE = 5.0  # seconds; whoever asked waits


@dataclass(frozen=True, kw_only=True)
class System:
    """A row of what can be connected here. `own_secret`: the system makes the secret its webhooks are signed with, else the desk does."""

    kind: str
    title: str
    name: str
    user: Question
    token: str
    guide: str
    own_secret: bool
    tried: Callable[[Access], str]


def _asked(access: Access) -> str:
    with RequestTracker(access.settings["url"], access.token, patience=PATIENCE) as tracker:
        next(iter(tracker.changed(datetime.now(UTC).date())), None)
    return access.settings["user"]


def _examined(access: Access) -> str:
    examine = KINDS["tickets-zendesk"].examine
    return examine(access) if examine is not None else ""


SYSTEMS = {
    "rt": System(
        kind="tickets-rt", title="Request Tracker 5", name="helpdesk", tried=_asked, own_secret=False, guide="docs/request-tracker.md, 3",
        user=Question(name="ticketing_user", text="The user the desk acts as", default="billing-desk"),
        token="That user's token (Settings, Auth Tokens)",  # noqa: S106 (a question)
    ),
    "zendesk": System(
        kind="tickets-zendesk", title="Zendesk Support", name="zendesk", tried=_examined, own_secret=True, guide="docs/zendesk.md, 4",
        user=Question(name="ticketing_user", text="The agent's e-mail address for an API token; empty for an OAuth token", optional=True),
        token="The API token, or the OAuth access token",  # noqa: S106 (a question)
    ),
}  # fmt: skip


def ticketing(asking: Asking, kept: Kept, house: House) -> None:
    """Connect one, unless there is one. Raises DeskError for a name that is taken."""
    asking.say("\nTicketing")
    with house.desk.reading() as connection:
        known = [row.name for row in all_connections(connection) if row.kind.startswith("tickets-")]
    if known:
        asking.say(f"  {', '.join(known)} is connected already.")
        return
    ways = [*SYSTEMS, "no"]
    question = Question(
        name="ticketing", text=f"Connect a ticketing system now? ({', '.join(ways)})", default="no",
        shape=shaped(re.compile("|".join(ways)), f"Say {', '.join(ways[:-1])} or no."),
    )  # fmt: skip
    wanted = asking.answer(question, "")
    if wanted in SYSTEMS:
        _connect(asking, kept, house, SYSTEMS[wanted])
    else:
        asking.say("  Later: ./desk setup again, or ./desk connections add (docs/webhooks.md).")


def _connect(asking: Asking, kept: Kept, house: House, system: System) -> None:
    given = step(asking, Unkept(kept), system.title, _questions(system), lambda held: _try(asking, system, held))
    name, file = given["ticketing_name"], kept.path.with_name(f"{given['ticketing_name']}.webhook-secret")
    secret = given["ticketing_secret"] if system.own_secret else _made(file)
    command = AddConnection(
        name=name, kind=system.kind, settings=_settings(given), polled=KINDS[system.kind].poll is not None,
        secrets=(house.vault.seal("sign", secret), house.vault.seal("token", given["ticketing_token"])),
    )  # fmt: skip
    house.desk.do(command, OPERATOR, datetime.now(UTC))
    made = "" if system.own_secret else f" The secret its webhooks are signed with is in {file}: put it there, then delete the file."
    asking.say(f"  {name} is connected; its webhooks go to {house.settings.public_url}/webhooks/{name} ({system.guide}).{made}")


def _questions(system: System) -> list[Question]:
    found = [
        Question(
            name="ticketing_name", text="A short name for it", default=system.name, shape=shaped(NAME, "Small letters, digits, dashes.")
        ),
        Question(
            name="ticketing_url", text="Its address", shape=shaped(ADDRESS, "It begins with https:// and is the address people open.")
        ),
        system.user,
        Question(name="ticketing_token", text=system.token, secret=True),
    ]
    if system.own_secret:
        found.append(Question(name="ticketing_secret", text="The webhook's signing secret (Reveal secret)", secret=True))
    return found


def _try(asking: Asking, system: System, held: Mapping[str, str]) -> None:
    settings = _settings(held)
    if said := KINDS[system.kind].wrong(settings):
        raise Wrong(said, ("ticketing_url", "ticketing_user"))
    access = Access(name=held["ticketing_name"], settings=settings, token=held["ticketing_token"])
    try:
        user = system.tried(access)
    except DeliveryError as error:
        names = ("ticketing_token",) if "401" in error.reason or "403" in error.reason else ("ticketing_url", "ticketing_token")
        raise Wrong(f"{system.title} was asked, and {error.reason}.", names) from None
    asking.say(f"  It answers {user}.")


def _settings(held: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name in ("url", "user") if (value := held.get(f"ticketing_{name}", ""))}


def _made(file: Path) -> str:
    """A fresh secret, in a file only its owner may read."""
    secret = "whsec_" + base64.b64encode(os.urandom(32)).decode()
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as opened:
        opened.write(secret + "\n")
    return secret


class Unkept(Kept):
    """Answers that are not for the settings file."""

    def __init__(self, kept: Kept) -> None:
        super().__init__(kept.path, {})

    def get(self, name: str) -> str:
        """Nothing is there yet."""
        del name
        return ""

    def save(self, values: Mapping[str, str]) -> None:
        """Nothing of it is kept here."""
