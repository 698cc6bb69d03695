"""Every setting of the desk, validated at start: each missing or wrong one is named, all at once.

From `desk.toml` (or the file `DESK_CONFIG` names) and the environment, which wins. Each secret may also be a file: `…_FILE`.
"""

import os
import re
import tomllib
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")
# A host with or without its port, or every host below one: “*.com” is no such one.
SERVICE_HOST = re.compile(r"(\*\.[a-z0-9-]+\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d+)?", re.IGNORECASE)
SECRETS = (
    "desk_secret_key", "slack_signing_secret", "slack_bot_token", "slack_client_secret", "slack_config_token", "teams_app_password",
    "partner_center_client_secret",
    "partner_center_refresh_token", "desk_database_url", "desk_metrics_token",
)  # fmt: skip
VENDOR_HOSTS = {
    "slack_api_url": ("slack.com",),
    "slack_authorize_url": ("slack.com",),
    "teams_openid_metadata_url": ("login.botframework.com",),
    "teams_login_url": ("login.microsoftonline.com",),
    "teams_graph_url": ("graph.microsoft.com",),
    "partner_center_url": ("api.partnercenter.microsoft.com",),
    "partner_center_login_url": ("login.microsoftonline.com",),
}


class ConfigError(Exception):
    """The settings do not hold together; the text names every one that is missing or wrong."""


class Settings(BaseSettings):
    """Names others rely on; see docs/settings.md."""

    model_config = SettingsConfigDict(extra="ignore")

    desk_database_url: SecretStr = SecretStr("sqlite:///desk.sqlite")
    desk_host: str = Field(default="127.0.0.1", min_length=1)
    desk_port: int = Field(default=8080, ge=1, le=65535)
    desk_secret_key: SecretStr = SecretStr("")
    desk_allow_hosts: str = ""
    desk_demo: bool = False
    desk_public_url: str = ""
    desk_metrics_token: SecretStr = SecretStr("")
    desk_worker_metrics_port: int = Field(default=0, ge=0, le=65535)
    desk_threads: int = Field(default=16, ge=1, le=256)
    desk_keep_raw_days: int = Field(default=90, ge=1, le=3650)
    slack_signing_secret: SecretStr = SecretStr("")
    slack_bot_token: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"
    slack_client_id: str = ""
    slack_client_secret: SecretStr = SecretStr("")
    slack_authorize_url: str = "https://slack.com/oauth/v2/authorize"
    slack_config_token: SecretStr = SecretStr("")
    teams_app_id: str = ""
    teams_app_password: SecretStr = SecretStr("")
    teams_tenant_id: str = ""
    teams_openid_metadata_url: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    teams_login_url: str = "https://login.microsoftonline.com"
    teams_graph_url: str = "https://graph.microsoft.com"
    teams_service_hosts: str = "smba.trafficmanager.net,*.botframework.com"
    partner_center_url: str = "https://api.partnercenter.microsoft.com"
    partner_center_login_url: str = "https://login.microsoftonline.com"
    partner_center_tenant_id: str = ""
    partner_center_client_id: str = ""
    partner_center_client_secret: SecretStr = SecretStr("")
    partner_center_refresh_token: SecretStr = SecretStr("")

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource, file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        """What is handed in (the file, secret files) is the base; the environment wins over it."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings

    @field_validator("desk_secret_key")
    @classmethod
    def _keys_are_fernet(cls, value: SecretStr) -> SecretStr:
        keys = split(value.get_secret_value())
        if not keys:
            raise ValueError("is missing: make one with ./desk secret-key")
        for key in keys:
            try:
                Fernet(key)
            except ValueError:
                raise ValueError("is no key: make one with ./desk secret-key") from None
        return value

    @field_validator("desk_database_url")
    @classmethod
    def _url_is_known(cls, value: SecretStr) -> SecretStr:
        try:
            url = sa.make_url(value.get_secret_value())
        except sa.exc.ArgumentError:
            url = None
        if url is None or url.drivername not in DATABASES:
            raise ValueError("must be sqlite:///… or postgresql+psycopg://…")
        if url.database in (None, "", ":memory:"):
            raise ValueError("names no database: give a file, sqlite:///desk.sqlite, or one of a server, …/desk")
        return value

    @field_validator("desk_host")
    @classmethod
    def _host_is_an_address(cls, value: str) -> str:
        try:
            ip_address(value)
        except ValueError:
            raise ValueError("must be an IP address: 127.0.0.1, or 0.0.0.0 for every one of this machine") from None
        return value

    @field_validator("teams_service_hosts")
    @classmethod
    def _hosts_are_named(cls, value: str) -> str:
        if wrong := [host for host in split(value) if not SERVICE_HOST.fullmatch(host)]:
            raise ValueError(f"takes host names, or every host below one (*.botframework.com), not {', '.join(wrong)}")
        return value

    def problems(self, *, needs_chat: bool = True) -> list[str]:
        """What does not hold together, although each value is well formed."""
        return [*self._incomplete(needs_chat=needs_chat), *self._foreign_hosts(), *self._unreachable()]

    def _incomplete(self, *, needs_chat: bool) -> list[str]:
        """Each chat is optional, but whole; at least one is there where somebody is to be answered."""
        groups: dict[str, dict[str, SecretStr | str]] = {
            "Slack": self._slack_group(),
            "Teams": {
                "TEAMS_APP_ID": self.teams_app_id, "TEAMS_APP_PASSWORD": self.teams_app_password, "TEAMS_TENANT_ID": self.teams_tenant_id,
            },
            "Partner Center": {
                "PARTNER_CENTER_TENANT_ID": self.partner_center_tenant_id, "PARTNER_CENTER_CLIENT_ID": self.partner_center_client_id,
                "PARTNER_CENTER_CLIENT_SECRET": self.partner_center_client_secret,
            },
        }  # fmt: skip
        problems = []
        for name, wanted in groups.items():
            missing = [key for key, value in wanted.items() if not _plain(value)]
            is_begun = len(missing) < len(wanted) or (name == "Partner Center" and _plain(self.partner_center_refresh_token))
            if missing and is_begun:
                problems.append(f"{name} needs also {', '.join(missing)}")
        if needs_chat and not self.has_slack and not self.has_teams:
            problems.append("no chat is set up: give SLACK_SIGNING_SECRET and SLACK_BOT_TOKEN, or the three TEAMS_ settings, or both")
        return problems

    def _slack_group(self) -> dict[str, SecretStr | str]:
        """By a token given here, or by the desk's own install page, or by both."""
        oauth: dict[str, SecretStr | str] = {
            "SLACK_CLIENT_ID": self.slack_client_id, "SLACK_CLIENT_SECRET": self.slack_client_secret,
            "DESK_PUBLIC_URL": self.desk_public_url,
        }  # fmt: skip
        signs: dict[str, SecretStr | str] = {"SLACK_SIGNING_SECRET": self.slack_signing_secret}
        if self.slack_client_id or _plain(self.slack_client_secret):
            return signs | oauth
        return signs | {"SLACK_BOT_TOKEN": self.slack_bot_token}

    def _unreachable(self) -> list[str]:
        """Browsers are sent there, and Slack sends them back there."""
        parts = urlsplit(self.desk_public_url)
        if not self.desk_public_url:
            return []
        if parts.path.strip("/") or parts.query or parts.fragment or parts.username or not parts.hostname:
            return ["DESK_PUBLIC_URL must be the address alone, such as https://desk.example.com"]
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            return ["DESK_PUBLIC_URL must be https"]
        return []

    def _foreign_hosts(self) -> list[str]:
        """Anything but the vendors' hosts must be allowed by name in DESK_ALLOW_HOSTS; plain http only on loopback."""
        problems = []
        for name, hosts in VENDOR_HOSTS.items():
            parts = urlsplit(getattr(self, name))
            host = parts.hostname or ""
            if host not in hosts and host not in split(self.desk_allow_hosts):
                problems.append(f"{name.upper()} names {host or 'no host'}, not the vendor's: list it in DESK_ALLOW_HOSTS to allow it")
            if parts.scheme != "https" and host not in LOOPBACK:
                problems.append(f"{name.upper()} must be https")
        return problems

    @property
    def has_slack(self) -> bool:
        """Whether Slack is set up."""
        return bool(_plain(self.slack_signing_secret) and (_plain(self.slack_bot_token) or self.has_slack_oauth))

    @property
    def has_slack_oauth(self) -> bool:
        """Whether the app is installed into workspaces by the desk's own page."""
        return bool(self.slack_client_id and _plain(self.slack_client_secret) and self.desk_public_url)

    @property
    def public_url(self) -> str:
        """Where browsers reach the desk, without a slash at its end."""
        return self.desk_public_url.rstrip("/")

    @property
    def public_host(self) -> str:
        """The name others reach the desk by, as both manifests have it; "" when nobody said it."""
        return urlsplit(self.desk_public_url).hostname or ""

    @property
    def has_teams(self) -> bool:
        """Whether Teams is set up."""
        return bool(self.teams_app_id and _plain(self.teams_app_password) and self.teams_tenant_id)

    @property
    def has_partner_center(self) -> bool:
        """Whether Partner Center is connected; without it only customers who are by-hand can be suspended."""
        return bool(self.partner_center_tenant_id and self.partner_center_client_id and _plain(self.partner_center_client_secret))

    @property
    def secret_keys(self) -> list[str]:
        """The first encrypts, all decrypt."""
        return split(self.desk_secret_key.get_secret_value())


def load(environment: dict[str, str] | None = None, *, needs_chat: bool = True) -> Settings:
    """The settings; the command line alone needs no chat. Raises ConfigError naming every problem."""
    env = dict(os.environ if environment is None else environment)
    written, strange = _from_file(env)
    secrets, unread = _from_secret_files(env)
    given = written | secrets | {name.lower(): value for name, value in env.items() if name.lower() in Settings.model_fields}
    problems = [*strange, *unread]
    try:
        settings = Settings.model_validate(given) if environment is not None else Settings(**given)
    except ValidationError as error:
        # What is well formed is looked at all the same, so that nobody corrects one setting only to hear of the next.
        wrong = {str(found["loc"][0]) for found in error.errors()}
        settings = Settings.model_construct(**{name: value for name, value in given.items() if name not in wrong})
        problems += _ill_formed(error)
    problems += settings.problems(needs_chat=needs_chat)
    if problems:
        raise ConfigError("The desk cannot start. Please correct these settings:\n" + "\n".join(f"- {line}" for line in problems))
    return settings


def _ill_formed(error: ValidationError) -> list[str]:
    found = [
        (".".join(str(part) for part in each["loc"]).upper(), each["msg"].removeprefix("Value error, ").removeprefix("Input "))
        for each in error.errors()
    ]
    return [f"{name} {text[:1].lower()}{text[1:]}" for name, text in found]


def split(text: str) -> list[str]:
    """A comma-separated list."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _from_file(env: dict[str, str]) -> tuple[dict[str, Any], list[str]]:
    """What the file says, and what in it is no setting. Raises ConfigError for a file that cannot be read at all."""
    path = Path(env.get("DESK_CONFIG", "desk.toml"))
    if not path.exists():
        if "DESK_CONFIG" in env:
            raise ConfigError(f"DESK_CONFIG names {path}, and there is no such file.")
        return {}, []
    try:
        written = {name.lower(): value for name, value in tomllib.loads(path.read_text(encoding="utf-8")).items()}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from None
    strange = [name for name in written if name not in Settings.model_fields]
    return written, [f"{name.upper()} in {path} is no setting{_perhaps(name)}" for name in strange]


def _perhaps(name: str) -> str:
    near = get_close_matches(name, Settings.model_fields, n=1)
    return f": perhaps {near[0].upper()}" if near else ""


def _from_secret_files(env: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """The secrets that are files, and the files that cannot be read."""
    found, unread = {}, []
    for name in SECRETS:
        path = env.get(f"{name.upper()}_FILE")
        if path and env.get(name.upper()):
            unread.append(f"{name.upper()} and {name.upper()}_FILE are both given: keep one")
        elif path:
            try:
                found[name] = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                why = error.strerror if isinstance(error, OSError) else "it is no text"
                unread.append(f"{name.upper()}_FILE cannot be read: {why}")
    return found, unread


def _plain(value: SecretStr | str) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value
