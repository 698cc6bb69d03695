"""`./desk setup`: every answer is tried against the chat or system itself; what was right is kept; a wrong one teaches; nothing leaks."""

import os
import pty
import select
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from werkzeug.serving import make_server

from app.cli import main
from app.settings import load
from app.setup.asking import Terminal
from app.setup.command import run as walk
from app.setup.keeping import Kept
from app.web import build_web
from app.wiring import build
from bots.slack.manifest import SCOPES
from core.engine.db.tables.people import connections, grants, identities
from playground.proxy import Fault
from playground.slack.server import LocalSlack
from playground.teams.server import LocalTeams
from playground.ticketing.server import Ticketing
from playground.zendesk.server import LocalZendesk
from tests.harness.databases import free_port
from tests.harness.signing import SECRET

APP, DIRECTORY = "11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"
SIGNING, BOT, PASSWORD, RT_TOKEN = "8f742231b10e8888abcd99eeeeee85a5", "xoxb-test-token", "teams-password-value", "1-14-rt-token"
SECRETS = (SIGNING, BOT, PASSWORD, RT_TOKEN, "client-secret", "zendesk-token")
ROOT = Path(__file__).resolve().parent.parent.parent
Run = Callable[..., Result]


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    made = LocalSlack(token=BOT)
    made.scopes = tuple(SCOPES)
    made.oauth.client_id = "11111.22222"
    made.start()
    yield made
    made.stop()


@pytest.fixture
def teams() -> Iterator[LocalTeams]:
    made = LocalTeams(app_id=APP, tenant=DIRECTORY, secret=PASSWORD)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def tickets() -> Iterator[Ticketing]:
    made = Ticketing("http://127.0.0.1:9/webhooks/helpdesk", SECRET, token=RT_TOKEN)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def zendesk() -> Iterator[LocalZendesk]:
    made = LocalZendesk("http://127.0.0.1:9/", SECRET, token="zendesk-token")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def place(tmp_path: Path, slack: LocalSlack, teams: LocalTeams, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose settings file names the stand-ins, as an administrator of another cloud would."""
    lines = {
        "desk_database_url": f"sqlite:///{tmp_path}/desk.sqlite", "desk_allow_hosts": "127.0.0.1", "slack_api_url": slack.api_url,
        "slack_authorize_url": f"{slack.url}/oauth/v2/authorize", "teams_login_url": teams.url,
        "teams_graph_url": teams.url,
        "teams_openid_metadata_url": f"{teams.url}/.well-known/openidconfiguration",
    }  # fmt: skip
    text = "# written by hand\n" + "".join(f'{name} = "{value}"\n' for name, value in lines.items())
    (tmp_path / "desk.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("DESK_CONFIG", str(tmp_path / "desk.toml"))
    return tmp_path


def answers(tickets: Ticketing | None = None, **more: str) -> dict[str, str]:
    given = {
        "desk_public_url": f"http://127.0.0.1:{free_port()}", "chats": "both", "slack_signing_secret": SIGNING, "slack_install": "token",
        "slack_bot_token": BOT, "teams_app_id": APP, "teams_tenant_id": DIRECTORY, "teams_app_password": PASSWORD, "ticketing": "no",
        "admin": "ada", "admin_name": "Ada Admin", "admin_slack": "T0001:UADA", "admin_teams": "oid-ada",
    }  # fmt: skip
    if tickets is not None:
        given |= {"ticketing": "rt", "ticketing_url": tickets.url, "ticketing_token": RT_TOKEN}
    return {**given, **more}


@pytest.fixture
def run(place: Path) -> Run:
    """The command with these answers; nothing secret is ever in what it says."""

    def invoke(given: dict[str, str]) -> Result:
        file = place / "answers.toml"
        file.write_text("".join(f'{name} = "{value}"\n' for name, value in given.items()), encoding="utf-8")
        result = CliRunner().invoke(main, ["setup", "--answers", str(file)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        for secret in SECRETS:
            assert secret not in result.output
        return result

    return invoke


def settings(place: Path) -> dict[str, object]:
    return tomllib.loads((place / "desk.toml").read_text(encoding="utf-8"))


@contextmanager
def served(place: Path, given: dict[str, str], **environment: str) -> Iterator[None]:
    """The desk, listening at its public address."""
    house = build(load({"DESK_CONFIG": str(place / "desk.toml"), **environment}))
    port = int(given["desk_public_url"].rpartition(":")[2])
    server = make_server("127.0.0.1", port, build_web(house), threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield
    server.shutdown()
    server.server_close()
    house.close()


def read(place: Path, table: sa.Table) -> list[object]:
    house = build(load({"DESK_CONFIG": str(place / "desk.toml")}))
    with house.desk.reading() as connection:
        rows = list(connection.execute(sa.select(table)))
    house.close()
    return rows


def test_a_desk_is_set_up_from_a_file_of_answers(place: Path, run: Run, tickets: Ticketing) -> None:
    result = run(answers(tickets))

    assert result.exit_code == 0, result.output
    assert "Slack: every scope of the manifest was granted." in result.output
    assert "The login gives the app a token." in result.output
    assert "helpdesk is connected" in result.output
    assert "ada is an admin" in result.output
    assert (place / "slack-manifest.json").exists()
    assert (place / "billing-desk-teams.zip").read_bytes().startswith(b"PK")
    assert (place / "helpdesk.webhook-secret").read_text(encoding="utf-8").startswith("whsec_")
    assert [oct((place / name).stat().st_mode & 0o777) for name in ("desk.toml", "helpdesk.webhook-secret")] == ["0o600", "0o600"]
    assert (place / "desk.toml").read_text(encoding="utf-8").startswith("# written by hand\n")
    assert load({"DESK_CONFIG": str(place / "desk.toml")}).has_slack
    assert len(read(place, connections)) == 1
    assert [row.role for row in read(place, grants)] == ["admin"]  # type: ignore[attr-defined]  # a row of the database
    assert {(row.face, row.workspace) for row in read(place, identities)} == {("slack", "T0001"), ("teams", DIRECTORY)}  # type: ignore[attr-defined]  # a row of the database


def test_it_goes_on_where_it_ended_and_loses_nothing(place: Path, run: Run, tickets: Ticketing) -> None:
    wrong = run(answers(tickets, teams_app_password="not-it"))
    assert wrong.exit_code == 1
    assert "The client secret is not the one of this app" in wrong.output
    assert "not-it" not in wrong.output
    assert settings(place)["slack_bot_token"] == BOT
    assert "teams_app_id" not in settings(place)

    good = run({name: value for name, value in answers(tickets).items() if not name.startswith("slack_")})

    assert good.exit_code == 0, good.output
    assert settings(place)["teams_app_password"] == PASSWORD
    key = settings(place)["desk_secret_key"]
    again = run({})
    assert again.exit_code == 0, again.output
    assert "There is an admin already" in again.output
    assert "helpdesk is connected already" in again.output
    assert settings(place)["desk_secret_key"] == key
    assert len(read(place, connections)) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"desk_public_url": "http://desk.example.com"}, "desk_public_url in answers.toml: It begins with https://"),
        ({"chats": "irc"}, "Say slack, teams or both."),
        ({"slack_signing_secret": "xoxb-1"}, "A signing secret is 32 digits and letters a to f."),
        ({"slack_bot_token": "xoxp-person"}, "A bot's token begins with xoxb-"),
        ({"slack_bot_token": "xoxb-other"}, "Slack refuses the token (invalid_auth)"),
        ({"teams_app_id": "billing"}, "It looks like 00000000-"),
        ({"teams_app_id": DIRECTORY}, "The tenant knows no such application"),
        ({"teams_tenant_id": APP}, "There is no such tenant"),
        ({"admin": "Ada Admin"}, "Small letters and digits, such as ana."),
        ({"admin_slack": "ada@example.com"}, "Write it like T012AB3CD:U034EF5GH."),
        ({"admin_slack": "", "admin_teams": ""}, "must be known in one chat at least"),
        ({"slack_install": "page", "slack_client_id": "1"}, "A client id is two numbers and a dot."),
        (
            {"slack_install": "page", "slack_client_id": "33333.44444", "slack_client_secret": "x"},
            "Slack knows no app with this client id.",
        ),
        (
            {"slack_install": "page", "slack_client_id": "11111.22222", "slack_client_secret": "wrong"},
            "The client secret is not the one of this app.",
        ),
        ({"ticketing": "perhaps"}, "Say rt, zendesk or no."),
    ],
)
def test_a_wrong_answer_is_taught_and_what_was_right_is_kept(run: Run, place: Path, given: dict[str, str], said: str) -> None:
    result = run(answers(**given))

    assert result.exit_code == 1
    assert said in result.output
    assert "is kept" in result.output
    assert settings(place)["desk_secret_key"]


def test_a_missing_scope_and_a_token_of_another_request_tracker_are_named(run: Run, slack: LocalSlack, tickets: Ticketing) -> None:
    slack.scopes = tuple(scope for scope in SCOPES if scope != "im:write")
    assert "not granted: im:write" in run(answers(tickets)).output

    slack.scopes = tuple(SCOPES)
    result = run(answers(tickets, ticketing_token="of-another"))
    assert result.exit_code == 1
    assert "Request Tracker 5 was asked, and" in result.output
    assert "of-another" not in result.output


def test_a_zendesk_is_connected_when_its_token_is_an_agent_s(run: Run, place: Path, zendesk: LocalZendesk) -> None:
    given = answers(
        ticketing="zendesk", ticketing_url=zendesk.url, ticketing_user="desk@partner.example", ticketing_token="zendesk-token",
        ticketing_secret="zendesk-signing-secret",
    )  # fmt: skip
    assert "user takes the e-mail address" in run({**given, "ticketing_user": "desk"}).output
    wrong = run({**given, "ticketing_token": "not-it"})
    assert "Zendesk Support was asked, and" in wrong.output
    assert "not-it" not in wrong.output

    result = run(given)

    assert result.exit_code == 0, result.output
    assert "It answers desk@partner.example." in result.output
    assert "zendesk is connected; its webhooks go to" in result.output
    assert not (place / "zendesk.webhook-secret").exists()
    assert "zendesk-signing-secret" not in result.output
    assert [row.kind for row in read(place, connections)] == ["tickets-zendesk"]  # type: ignore[attr-defined]  # a row of the database


def test_a_chat_that_is_away_is_no_wrong_answer(run: Run, slack: LocalSlack, place: Path) -> None:
    slack.faults = [Fault(method="auth.test", status=500)]

    assert "Slack does not answer as it should" in run(answers()).output
    assert run(answers()).exit_code == 0


def test_what_is_missing_or_unknown_in_the_file_is_named(run: Run, place: Path) -> None:
    assert "slack_bot_tokn" in run(answers() | {"slack_bot_tokn": "x"}).output
    assert not (place / "desk.sqlite").exists()

    result = run({name: value for name, value in answers().items() if name != "teams_tenant_id"})
    assert "teams_tenant_id is missing in answers.toml: Directory (tenant) ID" in result.output

    (place / "broken.toml").write_text("= 1", encoding="utf-8")
    assert "is not TOML" in CliRunner().invoke(main, ["setup", "--answers", str(place / "broken.toml")]).output
    assert "cannot be read" in CliRunner().invoke(main, ["setup", "--answers", str(place / "none.toml")]).output


def test_without_anybody_to_ask_it_says_so(place: Path) -> None:
    result = CliRunner().invoke(main, ["setup"])

    assert result.exit_code == 1
    assert "give --answers FILE" in result.output


def test_the_install_page_s_link_is_made_when_the_app_is_in_no_workspace(run: Run, place: Path) -> None:
    given = answers(slack_install="page", slack_client_id="11111.22222", slack_client_secret="client-secret")
    given.pop("slack_bot_token")

    result = run(given)

    assert result.exit_code == 0, result.output
    assert f"{given['desk_public_url']}/slack/install?invitation=" in result.output
    assert "slack_bot_token" not in settings(place)


def test_the_doors_are_tried_at_the_public_address(run: Run, place: Path, tickets: Ticketing) -> None:
    given = answers(tickets)
    assert "cannot be reached from here" in run(given).output

    with served(place, given):
        found = run({}).output

    assert "WRONG" not in found, found
    for path in ("/readyz", "/slack/events", "/api/messages", "/webhooks/helpdesk"):
        assert f"{given['desk_public_url']}{path} answers." in found


def test_a_desk_with_another_signing_secret_at_the_address_is_noticed(run: Run, place: Path) -> None:
    given = answers()
    run(given)
    with served(place, given, SLACK_SIGNING_SECRET="f" * 32):
        found = run({}).output

    assert f"WRONG  {given['desk_public_url']}/slack/events does not answer as this desk would" in found


def test_the_environment_s_settings_are_believed_and_not_written(run: Run, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT)
    given = answers()
    given.pop("slack_bot_token")

    assert run(given).exit_code == 0
    assert "slack_bot_token" not in settings(place)


def test_a_settings_file_that_is_no_toml_is_left_alone(run: Run, place: Path) -> None:
    (place / "desk.toml").write_text("not toml", encoding="utf-8")

    assert "is not TOML" in run(answers()).output
    assert (place / "desk.toml").read_text(encoding="utf-8") == "not toml"


def test_settings_behind_a_table_and_odd_values_are_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "desk.toml"
    path.write_text('desk_host = "0.0.0.0"\n[other]\nx = 1\n', encoding="utf-8")
    kept = Kept(path, {})

    kept.save({"teams_app_password": 'a"b\\c\nż', "desk_host": "127.0.0.1"})
    kept.save({"teams_app_password": "second"})

    assert tomllib.loads(path.read_text(encoding="utf-8")) == {
        "desk_host": "127.0.0.1", "teams_app_password": "second", "other": {"x": 1},
    }  # fmt: skip


def test_a_person_at_a_terminal_is_asked_again_until_it_is_right(place: Path) -> None:
    @click.command()
    def asked() -> None:
        walk(Terminal(), Kept(place / "desk.toml", {}))

    typed = [
        "desk.example.com", "http://127.0.0.1:9", "slack", "oops", SIGNING, "token", "xoxb-wrong-one", BOT, "no", "Ada", "ada",
        "Ada Admin", "somebody", "T0001:UADA",
    ]  # fmt: skip
    result = CliRunner().invoke(asked, input="\n".join(typed) + "\n")

    assert result.exit_code == 0, result.output
    assert result.output.count("Not yet.") == 5
    assert "Slack refuses the token (invalid_auth)" in result.output
    for secret in (*SECRETS, "oops", "xoxb-wrong-one"):
        assert secret not in result.output
    assert [row.role for row in read(place, grants)] == ["admin"]  # type: ignore[attr-defined]  # a row of the database


def test_a_real_terminal_echoes_no_secret(place: Path) -> None:
    master, slave = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DESK_CONFIG": str(place / "desk.toml")}
    process = subprocess.Popen([sys.executable, "-m", "app.cli", "setup"], stdin=slave, stdout=slave, stderr=slave, env=environment)
    os.close(slave)
    said = [
        ("desk.example.com:", "http://127.0.0.1:9"), ("both)", "slack"), ("Signing secret", SIGNING), ("token, page", "token"),
        ("OAuth Token", BOT), ("ticketing system now", ""),
    ]  # fmt: skip
    try:
        seen = ""
        for prompt, typed in said:
            seen = _until(master, seen, prompt)
            time.sleep(0.2)  # the terminal is set to echo nothing just after the prompt is written
            os.write(master, f"{typed}\n".encode())
        seen = _until(master, seen, "Short name")
    finally:
        process.terminate()
        process.wait(timeout=20)
        os.close(master)

    assert SIGNING not in seen
    assert BOT not in seen
    assert settings(place)["slack_bot_token"] == BOT


def _until(master: int, seen: str, prompt: str) -> str:
    ends = time.monotonic() + 60
    while prompt not in seen:
        assert time.monotonic() < ends, seen
        if select.select([master], [], [], 1)[0]:
            seen += os.read(master, 4096).decode(errors="replace")
    return seen
