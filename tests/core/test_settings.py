"""Settings are checked at start, and every missing or wrong one is named at once."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from app.settings import ConfigError, load

KEY = Fernet.generate_key().decode()
SLACK = {"SLACK_SIGNING_SECRET": "old,new", "SLACK_BOT_TOKEN": "xoxb-1"}
BASE = {"DESK_CONFIG": "/dev/null", "DESK_SECRET_KEY": KEY}


def test_one_chat_is_enough() -> None:
    settings = load(BASE | SLACK)

    assert settings.has_slack
    assert not settings.has_teams


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        load({"DESK_CONFIG": "/dev/null", "DESK_PORT": "many", "DESK_DATABASE_URL": "mysql://x", "TEAMS_APP_ID": "a"})

    for name in ("DESK_PORT", "DESK_DATABASE_URL", "DESK_SECRET_KEY"):
        assert name in str(refused.value)


def test_half_a_chat_names_what_is_missing() -> None:
    with pytest.raises(ConfigError, match="Teams needs also TEAMS_APP_PASSWORD, TEAMS_TENANT_ID"):
        load(BASE | SLACK | {"TEAMS_APP_ID": "a"})


def test_no_chat_at_all_is_refused() -> None:
    with pytest.raises(ConfigError, match="no chat is set up"):
        load(BASE)


def test_a_foreign_host_must_be_allowed_by_name_and_plain_http_only_on_loopback() -> None:
    with pytest.raises(ConfigError, match=r"SLACK_API_URL names 127\.0\.0\.1, not the vendor's"):
        load(BASE | SLACK | {"SLACK_API_URL": "http://127.0.0.1:9/api/"})
    with pytest.raises(ConfigError, match="SLACK_API_URL must be https"):
        load(BASE | SLACK | {"SLACK_API_URL": "http://slack.example/api/", "DESK_ALLOW_HOSTS": "slack.example"})

    allowed = load(BASE | SLACK | {"SLACK_API_URL": "http://127.0.0.1:9/api/", "DESK_ALLOW_HOSTS": "127.0.0.1"})
    assert allowed.slack_api_url == "http://127.0.0.1:9/api/"


def test_a_secret_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("xoxb-from-file\n")

    settings = load(BASE | {"SLACK_SIGNING_SECRET": "s", "SLACK_BOT_TOKEN_FILE": str(tmp_path / "token")})

    assert settings.slack_bot_token.get_secret_value() == "xoxb-from-file"


def test_a_file_of_settings_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    path = tmp_path / "desk.toml"
    path.write_text(f'desk_port = 9000\ndesk_host = "127.0.0.2"\ndesk_secret_key = "{KEY}"\n')

    settings = load({"DESK_CONFIG": str(path), "DESK_PORT": "9001"} | SLACK)

    assert (settings.desk_port, settings.desk_host) == (9001, "127.0.0.2")


def test_a_missing_or_broken_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("= nothing")

    with pytest.raises(ConfigError, match="there is no such file"):
        load({"DESK_CONFIG": str(tmp_path / "absent.toml")})
    with pytest.raises(ConfigError, match="is not TOML"):
        load({"DESK_CONFIG": str(tmp_path / "broken.toml")})


def test_secrets_are_not_shown() -> None:
    assert "xoxb-1" not in repr(load(BASE | SLACK))
