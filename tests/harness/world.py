"""The desk as its users meet it: a house on a fresh database, its doors, and a face to type and click in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.fernet import Fernet

from app.copies import sweep_cards
from app.homes import sweep_homes
from app.senders import SENDERS
from app.settings import load
from app.sweeps import sweep_nudges, sweep_outbox, sweep_timers
from app.web import build_web
from app.wiring import House, build
from core.engine.handling import Command, Outcome
from core.engine.transaction import Actor
from core.people.commands import AddStaff, Place, SetGroup
from core.people.model import RIGHTS, Right, Role
from playground.slack.server import LocalSlack
from playground.teams.server import LocalTeams
from tests.harness.outgoing import answering
from tests.harness.parity import NOTES

OPERATOR = Actor("system", "cli")
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
KEY = Fernet.generate_key().decode()
TEAM, TENANT = "T0001", "tenant-1"
CHANNELS = {"slack": "C0BILLING", "teams": "19:billing@thread.tacv2"}


CALLED: dict[str, str] = {}  # the name that Slack shows for a mention, by identity


@dataclass(frozen=True)
class Persona:
    """A person with an identity in each chat."""

    handle: str
    name: str
    roles: tuple[Role, ...]

    def __post_init__(self) -> None:
        CALLED[self.slack] = self.name

    @property
    def slack(self) -> str:
        return f"U{self.handle.upper()}"

    @property
    def teams(self) -> str:
        return f"oid-{self.handle}"


ANA = Persona("ana", "Ana Agent", (Role.AGENT,))
BEN = Persona("ben", "Ben Approver", (Role.APPROVER,))
FAY = Persona("fay", "Fay Finance", (Role.FINANCE,))
VIC = Persona("vic", "Vic Viewer", (Role.VIEWER,))
ADA = Persona("ada", "Ada Admin", (Role.ADMIN,))
DORA = Persona("dora", "Dora Unlinked", ())
STAFF = (ANA, BEN, FAY, VIC, ADA)


def who_may(right: Right) -> Persona:
    """Somebody with the right: an agent when there is a choice."""
    return next(p for p in (ANA, *STAFF) if any(right in RIGHTS[role] for role in p.roles))


@dataclass
class World:
    """One partner's desk. `now` is the business moment; it only moves when a test moves it."""

    house: House
    local_teams: LocalTeams
    local_slack: LocalSlack
    now: datetime = field(default_factory=lambda: datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    locale: str = ""  # in which everybody reads; else what their chat says of them
    called: Callable[[str], str] = str  # what people's names become

    def __post_init__(self) -> None:
        self.house.chat._clock = lambda: self.now
        self.house.clock.now = lambda: self.now  # type: ignore[method-assign]  # a test's own in its place
        NOTES.watch(self.house.chat)
        web = build_web(self.house)
        web.wsgi_app = answering(web.wsgi_app)  # type: ignore[method-assign,assignment]  # as Flask documents for middleware
        self.client = web.test_client()

    def do(self, command: Command, actor: Actor = OPERATOR, key: str | None = None) -> Outcome:
        """Carry a command out as the operator, or as somebody else."""
        return self.house.desk.do(command, actor, self.now, key=key)

    def move(self, **by: float) -> None:
        """Let business time pass, and what falls due happen."""
        self.now += timedelta(**by)
        self.settle()

    def settle(self) -> None:
        """Run the sweeps until nothing is left to do."""
        for _ in range(100):
            if (
                not sweep_timers(self.house)
                + sweep_nudges(self.house)
                + sweep_outbox(self.house, SENDERS)
                + sweep_cards(self.house)
                + sweep_homes(self.house)
            ):
                return
        raise AssertionError("the sweeps never come to rest")

    def hire(self, *people: Persona) -> None:
        """Put people on the staff, known in both chats."""
        for person in people:
            identities = (("slack", TEAM, person.slack), ("teams", TENANT, person.teams))
            known = {"name": self.called(person.name), "locale": self.locale, "zone": "Europe/Warsaw"}
            self.do(AddStaff(handle=person.handle, roles=person.roles, identities=identities, **known))

    def route(self, face: str, *kinds: str) -> None:
        """Send these kinds of card to the face's billing channel."""
        workspace = {"slack": TEAM, "teams": TENANT}[face]
        address = {"service_url": self.local_teams.service_url, "bot": "28:app-1"} if face == "teams" else {}
        place = Place(face=face, workspace=workspace, external=CHANNELS[face], locale=self.locale or "en", address=address)
        self.do(SetGroup(name=f"billing-{face}", routes=kinds, conversations=(place,)))


def build_world(database: str, local_teams: LocalTeams, local_slack: LocalSlack, **more: str) -> World:
    """A house with both chats, talking to stand-ins on loopback only; `more` settings connect further ones."""
    settings = load(
        {
            "DESK_CONFIG": "/dev/null", "DESK_DATABASE_URL": database, "DESK_SECRET_KEY": KEY, "DESK_DEMO": "1",
            "DESK_ALLOW_HOSTS": "127.0.0.1", "SLACK_SIGNING_SECRET": SIGNING_SECRET, "SLACK_BOT_TOKEN": local_slack.token,
            "SLACK_API_URL": local_slack.api_url, "TEAMS_APP_ID": "app-1", "TEAMS_APP_PASSWORD": "secret", "TEAMS_TENANT_ID": TENANT,
            "TEAMS_OPENID_METADATA_URL": f"{local_teams.url}/.well-known/openidconfiguration", "TEAMS_LOGIN_URL": local_teams.url,
            "TEAMS_GRAPH_URL": local_teams.url,
            "TEAMS_SERVICE_HOSTS": local_teams.url.removeprefix("http://"), **more,
        }
    )  # fmt: skip
    return World(build(settings), local_teams, local_slack)
