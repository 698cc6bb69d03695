"""Settings are checked at start, and every missing or wrong one is named at once."""

from pathlib import Path

import pytest

from app.settings import SECRETS, ConfigError, load

KEY = "k0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="  # made up; a test's name holds it, which must be the same in every process
SLACK = {"SLACK_SIGNING_SECRET": "old,new", "SLACK_BOT_TOKEN": "xoxb-1"}
BASE = {"DESK_CONFIG": "/dev/null", "DESK_SECRET_KEY": KEY}


def test_one_chat_is_enough() -> None:
    settings = load(BASE | SLACK)

    assert settings.has_slack
    assert not settings.has_teams


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    """What is misspelt, unreadable, ill formed, half there or a stranger's: one list, a line each."""
    (tmp_path / "desk.toml").write_text('slack_bot_tokn = "xoxb-1"\n')
    wrong = {
        "DESK_CONFIG": str(tmp_path / "desk.toml"), "DESK_PORT": "many", "DESK_DATABASE_URL": "mysql://x", "TEAMS_APP_ID": "a",
        "SLACK_SIGNING_SECRET_FILE": str(tmp_path / "nowhere"), "PARTNER_CENTER_URL": "http://evil.example",
    }  # fmt: skip

    with pytest.raises(ConfigError) as refused:
        load(wrong)

    assert [line.split()[1] for line in str(refused.value).splitlines()[1:]] == [
        "SLACK_BOT_TOKN", "SLACK_SIGNING_SECRET_FILE", "DESK_DATABASE_URL", "DESK_PORT", "DESK_SECRET_KEY", "Teams", "no",
        "PARTNER_CENTER_URL", "PARTNER_CENTER_URL",
    ]  # fmt: skip
    assert "is no setting: perhaps SLACK_BOT_TOKEN" in str(refused.value)
    assert "DESK_SECRET_KEY is missing: make one with ./desk secret-key" in str(refused.value)


@pytest.mark.parametrize("url", ["garbage", "", "sqlite", "mysql://secret@host"])
def test_an_address_that_is_none_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ConfigError, match="DESK_DATABASE_URL must be sqlite") as refused:
        load(BASE | SLACK | {"DESK_DATABASE_URL": url})

    assert "secret@" not in str(refused.value)


@pytest.mark.parametrize("key", ["short", "a" * 44, "ż" * 44, f"{KEY},short"])
def test_a_key_that_is_none_says_how_one_is_made(key: str) -> None:
    with pytest.raises(ConfigError, match=r"DESK_SECRET_KEY is no key: make one with \./desk secret-key"):
        load(BASE | SLACK | {"DESK_SECRET_KEY": key})


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

    with pytest.raises(ConfigError, match=r"TEAMS_GRAPH_URL names graph\.example, not the vendor's"):
        load(BASE | SLACK | {"TEAMS_GRAPH_URL": "https://graph.example"})

    allowed = load(BASE | SLACK | {"SLACK_API_URL": "http://127.0.0.1:9/api/", "DESK_ALLOW_HOSTS": "127.0.0.1"})
    assert allowed.slack_api_url == "http://127.0.0.1:9/api/"


def test_a_secret_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("xoxb-from-file\n")

    settings = load(BASE | {"SLACK_SIGNING_SECRET": "s", "SLACK_BOT_TOKEN_FILE": str(tmp_path / "token")})

    assert settings.slack_bot_token.get_secret_value() == "xoxb-from-file"


@pytest.mark.parametrize("name", SECRETS)
def test_each_secret_may_be_a_file(name: str, tmp_path: Path) -> None:
    whole = BASE | SLACK | {
        "TEAMS_APP_ID": "a", "TEAMS_APP_PASSWORD": "p", "TEAMS_TENANT_ID": "t", "PARTNER_CENTER_TENANT_ID": "t",
        "PARTNER_CENTER_CLIENT_ID": "c", "PARTNER_CENTER_CLIENT_SECRET": "s", "PARTNER_CENTER_REFRESH_TOKEN": "r",
        "DESK_DATABASE_URL": "sqlite:///x", "SLACK_CLIENT_ID": "i", "SLACK_CLIENT_SECRET": "s", "DESK_PUBLIC_URL": "https://desk.example",
        "DESK_METRICS_TOKEN": "m" * 40, "SLACK_CONFIG_TOKEN": "xoxe.xoxp-1-x",
    }  # fmt: skip
    (tmp_path / "secret").write_text(whole[name.upper()] + "\n")

    settings = load({n: v for n, v in whole.items() if n != name.upper()} | {f"{name.upper()}_FILE": str(tmp_path / "secret")})

    assert getattr(settings, name).get_secret_value() == whole[name.upper()]


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


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DESK_HOST", "localhost", "must be an IP address"), ("DESK_DATABASE_URL", "postgresql+psycopg2://u@h/d", "must be sqlite"),
        ("DESK_DATABASE_URL", "sqlite:///", "names no database"), ("DESK_DATABASE_URL", "postgresql+psycopg://u@h", "names no database"),
        ("TEAMS_SERVICE_HOSTS", "*", "every host below one"), ("TEAMS_SERVICE_HOSTS", "smba.trafficmanager.net,*.com", r"not \*\.com"),
        ("TEAMS_SERVICE_HOSTS", "https://smba.trafficmanager.net", "takes host names"), ("DESK_PORT", "0", "should be greater than"),
    ],
)  # fmt: skip
def test_a_value_that_would_fail_later_is_refused_at_start(name: str, value: str, said: str) -> None:
    with pytest.raises(ConfigError, match=f"- {name} .*{said}"):
        load(BASE | SLACK | {name: value})


def test_a_secret_given_twice_is_refused_and_a_token_alone_is_half_a_connection(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("xoxb-from-file")

    with pytest.raises(ConfigError) as refused:
        load(BASE | SLACK | {"SLACK_BOT_TOKEN_FILE": str(tmp_path / "token"), "PARTNER_CENTER_REFRESH_TOKEN": "r"})

    assert "- SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both given: keep one" in str(refused.value)
    needed = "PARTNER_CENTER_TENANT_ID, PARTNER_CENTER_CLIENT_ID, PARTNER_CENTER_CLIENT_SECRET"
    assert f"- Partner Center needs also {needed}" in str(refused.value)
