"""Everything is made and joined here, once per process; nothing happens at import."""

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from app.arrivals import Arrivals
from app.connections import Connections, Vault
from app.installations import Installations
from app.metrics import Meter
from app.settings import Settings, split
from app.watching import WatchedHomePort, WatchedPort
from bots.slack.install import App as SlackApp
from bots.slack.notifier import SlackNotifier
from bots.slack.workspaces import Workspaces
from bots.teams.auth import Keys, Trust
from bots.teams.catalog import Catalog
from bots.teams.connector import Connector, Token
from bots.teams.notifier import TeamsNotifier
from core.chat.handle import Chat
from core.chat.ports import ChatPort
from core.desk import Desk
from core.engine.clock import Clock
from core.engine.db.store import Store
from core.engine.inbox import InboxWriter
from core.suspensions.ports import SubscriptionsPort
from webhooks.partner_center.auth import Identity
from webhooks.partner_center.auth import Token as PartnerToken
from webhooks.partner_center.client import PartnerCenter

SENDERS = 16  # copies of cards on their way at once in each chat


@dataclass(frozen=True)
class Slack:
    """What the Slack face needs to answer and to notify."""

    workspaces: Workspaces
    signing_secrets: tuple[str, ...]
    installations: Installations
    oauth: SlackApp | None


@dataclass(frozen=True)
class Teams:
    """What the Teams face needs to answer and to notify."""

    trust: Trust
    keys: Keys
    connector: Connector
    catalog: Catalog


@dataclass(frozen=True)
class House:
    """One process's desk with everything it talks to."""

    settings: Settings
    store: Store
    clock: Clock
    desk: Desk
    chat: Chat
    slack: Slack | None
    teams: Teams | None
    notifiers: Mapping[str, ChatPort]
    inbox: InboxWriter
    vault: Vault
    connections: Connections
    arrivals: Arrivals
    meter: Meter
    subscriptions: SubscriptionsPort | None = None
    partner_center: PartnerCenter | None = None
    copying: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2 * SENDERS, "copies"))

    def close(self) -> None:
        """Give every connection back."""
        self.copying.shutdown()
        if self.slack:
            self.slack.workspaces.close()
        if self.partner_center:
            self.partner_center.close()
        if self.teams:
            self.teams.connector.close()
        self.inbox.close()
        self.arrivals.close()
        self.store.close()


Make = Callable[[], House]  # what every command of the command line is given


def build(settings: Settings, *, wake: Callable[[], None] = lambda: None) -> House:
    """Make the house from settings that hold together. Opens no connection yet."""
    store = Store(settings.desk_database_url.get_secret_value())
    clock = Clock(store, may_shift=settings.desk_demo)
    meter = Meter()
    meter.describe(store)
    desk = Desk(store, digest_key=digest_key(settings), wake=wake, watch=meter.command)
    vault = Vault(settings.secret_keys)
    slack, teams = _slack(settings, Installations(store, vault)), _teams(settings)
    notifiers: dict[str, ChatPort] = {}
    if slack:
        notifiers["slack"] = WatchedHomePort(SlackNotifier(slack.workspaces.client), meter, "slack")
    if teams:
        notifiers["teams"] = WatchedPort(TeamsNotifier(teams.connector), meter, "teams")
    profiles = {"slack": slack.workspaces.profile_of} if slack else {}
    partner_center = _partner_center(settings)
    chat = Chat(desk, clock.now, profiles=profiles, public_url=settings.public_url)
    return House(
        settings, store, clock, desk, chat, slack, teams, notifiers, InboxWriter(store), vault,
        Connections(store, vault), Arrivals(store), meter,
        subscriptions=partner_center, partner_center=partner_center,
    )  # fmt: skip


def digest_key(settings: Settings) -> bytes:
    """The journal's digest key, derived from the last secret key: the oldest one, which rotation keeps."""
    return hashlib.sha256(b"journal:" + settings.secret_keys[-1].encode()).digest()


def _slack(settings: Settings, installations: Installations) -> Slack | None:
    if not settings.has_slack:
        return None
    secrets = tuple(split(settings.slack_signing_secret.get_secret_value()))
    workspaces = Workspaces(settings.slack_bot_token.get_secret_value(), settings.slack_api_url, installations)
    return Slack(workspaces, secrets, installations, _slack_app(settings))


def _slack_app(settings: Settings) -> SlackApp | None:
    if not settings.has_slack_oauth:
        return None
    return SlackApp(
        client_id=settings.slack_client_id, client_secret=settings.slack_client_secret.get_secret_value(),
        authorize_url=settings.slack_authorize_url, public_url=settings.public_url,
    )  # fmt: skip


def _teams(settings: Settings) -> Teams | None:
    if not settings.has_teams:
        return None
    tenants = frozenset(split(settings.teams_tenant_id))
    trust = Trust(settings.teams_app_id, tenants, frozenset(split(settings.teams_service_hosts)))
    login = f"{settings.teams_login_url.rstrip('/')}/{split(settings.teams_tenant_id)[0]}/oauth2/v2.0/token"
    secret, graph = settings.teams_app_password.get_secret_value(), settings.teams_graph_url.rstrip("/")
    token = Token(login, settings.teams_app_id, secret)
    catalog = Catalog(graph, Token(login, settings.teams_app_id, secret, scope=f"{graph}/.default"))
    return Teams(trust, Keys(settings.teams_openid_metadata_url), Connector(token, trust), catalog)


def _partner_center(settings: Settings) -> PartnerCenter | None:
    """Two identities: the application reads; where a consent was given, its user writes, else the application does."""
    if not settings.has_partner_center:
        return None
    reads = Identity(
        tenant=settings.partner_center_tenant_id, client_id=settings.partner_center_client_id,
        client_secret=settings.partner_center_client_secret.get_secret_value(),
    )  # fmt: skip
    consent = settings.partner_center_refresh_token.get_secret_value()
    reader = PartnerToken(settings.partner_center_login_url, reads)
    writer = PartnerToken(settings.partner_center_login_url, replace(reads, refresh_token=consent)) if consent else reader
    return PartnerCenter(settings.partner_center_url, reader=reader, writer=writer)
