"""`./desk doctor` compares what both chats run with what this desk would make: a line for each difference, and for what cannot be seen."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli import main
from app.drift import slack_drift, teams_drift
from bots.slack.manifest import manifest as slack_manifest
from bots.teams.catalog import Catalog
from bots.teams.connector import Token
from bots.teams.manifest import manifest as teams_manifest
from bots.teams.versions import contents, contents_of, order, version
from core.chat.findings import Finding
from core.chat.ports import TokenRefused
from core.chat.table import TABLE
from core.chat.words import Words
from playground.proxy import Fault
from playground.slack.methods import APP
from playground.slack.server import TOKEN
from tests.harness.world import World

HOST = "desk.example.com"
GOOD, ENDED = "xoxe.xoxp-1-good", "xoxe.xoxp-1-ended"
NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
Json = dict[str, Any]


@pytest.fixture
def store_kind() -> str:
    """One is enough: nothing here is kept."""
    return "sqlite"


@pytest.fixture
def desk(world: World) -> World:
    """A desk that knows its address, whose app in Slack an admin may edit."""
    world.house.settings.desk_public_url = f"https://{HOST}"
    world.local_slack.apps.tokens = {GOOD: True, ENDED: False}
    world.local_slack.apps.manifests[APP] = deepcopy(slack_manifest(HOST, TABLE, Words("en")))
    return world


def slack(world: World, token: str = GOOD) -> list[Finding]:
    return list(slack_drift(world.house, token, NOON))


def said(found: list[Finding], *, is_well: bool = False) -> list[str]:
    return [finding.said(Words()) for finding in found if finding.is_well is is_well]


@pytest.mark.parametrize("language", ["en", "pl"])
def test_an_app_made_from_our_manifest_has_not_drifted_whatever_it_is_called(desk: World, language: str) -> None:
    app = desk.local_slack.apps.manifests[APP] = deepcopy(slack_manifest(HOST, TABLE, Words(language)))
    app["display_information"]["name"] = app["features"]["bot_user"]["display_name"] = "Rachunki"
    del app["settings"]["org_deploy_enabled"]  # Slack leaves out what is off
    app["settings"]["event_subscriptions"]["bot_events"].reverse()

    assert said(slack(desk), is_well=True) == [f"Slack: the app runs with the manifest that ./desk manifest slack --host {HOST} makes."]


def lose_scope(app: Json) -> None:
    app["oauth_config"]["scopes"]["bot"].remove("im:write")


def lose_event(app: Json) -> None:
    app["settings"]["event_subscriptions"]["bot_events"].remove("app_home_opened")


def lose_command(app: Json) -> None:
    app["features"]["slash_commands"] = []


def lose_shortcut(app: Json) -> None:
    app["features"]["shortcuts"].pop()


def lose_redirect(app: Json) -> None:
    del app["oauth_config"]["redirect_urls"]


def move_command(app: Json) -> None:
    app["features"]["slash_commands"][0]["url"] = "https://old.example.com/slack/events"


def switch_off_presses(app: Json) -> None:
    app["settings"]["interactivity"] = {"is_enabled": False}


def rotate_tokens(app: Json) -> None:
    app["settings"]["token_rotation_enabled"] = True


def keep_an_old_hint(app: Json) -> None:
    app["features"]["slash_commands"][0]["usage_hint"] = "queue | case"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lose_scope, "does not ask for the scopes im:write: paste ./desk manifest slack --host desk.example.com"),
        (lose_event, "does not subscribe to app_home_opened"),
        (lose_command, "has no command /billing"),
        (lose_shortcut, "lacks in a message’s menu: “Add to case”"),
        (lose_redirect, "does not allow the redirect address https://desk.example.com/slack/oauth_redirect"),
        (
            move_command,
            'features.slash_commands./billing.url is "https://old.example.com/slack/events" and should be "https://desk.example.com/',
        ),
        (switch_off_presses, "settings.interactivity.is_enabled is false and should be true"),
        (rotate_tokens, "settings.token_rotation_enabled is true and should be false"),
        (keep_an_old_hint, "features.slash_commands./billing.usage_hint is the text of another version"),
    ],
)
def test_each_difference_is_one_line_with_what_mends_it(desk: World, change: Callable[[Json], None], line: str) -> None:
    change(desk.local_slack.apps.manifests[APP])

    found = said(slack(desk))

    assert len(found) == 1, found
    assert line in found[0]
    assert "./desk manifest slack" in found[0]


def test_what_the_app_has_besides_is_named_and_is_no_fault(desk: World) -> None:
    desk.local_slack.apps.manifests[APP]["oauth_config"]["scopes"]["bot"].append("files:write")

    found = slack(desk)

    assert said(found) == []
    assert "asks for scopes the desk does not use: files:write." in said(found, is_well=True)[0]


def test_a_desk_that_does_not_know_its_address_takes_the_app_s(desk: World) -> None:
    desk.house.settings.desk_public_url = ""
    assert [finding.kind for finding in slack(desk)] == ["slack_manifest"]

    desk.local_slack.apps.manifests[APP]["settings"] = {"socket_mode_enabled": True}
    assert [finding.kind for finding in slack(desk)] == ["slack_manifest_nowhere"]


@pytest.mark.parametrize(
    ("token", "kind", "is_well"),
    [
        ("", "slack_manifest_unseen", True),
        (ENDED, "slack_manifest_ended", True),
        ("xoxe.xoxp-1-strange", "slack_manifest_refused", False),
        ("xoxe-1-refresh", "slack_manifest_other_token", False),
        (TOKEN, "slack_manifest_other_token", False),
    ],
)
def test_without_a_good_token_it_says_that_nothing_was_compared(desk: World, token: str, kind: str, is_well: bool) -> None:
    assert [(finding.kind, finding.is_well) for finding in slack(desk, token)] == [(kind, is_well)]
    if kind in ("slack_manifest_unseen", "slack_manifest_other_token"):
        assert desk.local_slack.ledger.calls == []


def test_without_a_token_it_says_when_the_app_last_fitted_and_that_the_desk_asks_more_since(desk: World) -> None:
    assert [finding.kind for finding in slack(desk)] == ["slack_manifest"]

    assert "was last compared Sat 28 Nov 2026 13:00 CET and fitted" in said(slack(desk, ""), is_well=True)[0]
    slack(desk, ENDED)
    assert [finding.kind for finding in slack(desk, "")] == ["slack_manifest_seen"]
    desk.house.settings.desk_public_url = "https://new.example.com"  # as an update of the desk, or a move, would have it
    assert "then see that it fits" in said(slack(desk, ""))[0]

    assert said(slack(desk)), "it does not fit the new address"
    assert [finding.kind for finding in slack(desk, "")] == ["slack_manifest_unseen"]


def test_a_bot_whose_token_is_refused_is_not_taken_for_a_fault_of_the_other_token(desk: World) -> None:
    desk.local_slack.faults = [Fault(method="auth.test", error="account_inactive")]

    assert [(f.kind, f.params) for f in slack(desk)] == [("slack_manifest_no_app", {"reason": "account_inactive"})]


def test_a_token_that_may_not_edit_this_app_is_named(desk: World) -> None:
    desk.local_slack.apps.manifests = {"A2": {}}

    assert "(app_not_found)" in said(slack(desk))[0]


def test_the_command_takes_the_token_from_a_file_and_shows_it_nowhere(desk: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.cli.open_house", lambda: desk.house)
    file = tmp_path / "token"
    run = lambda: CliRunner().invoke(main, ["doctor", "--quiet", "--slack-config-token-file", str(file)])  # noqa: E731 (four times)

    assert "cannot be read" in run().output
    file.write_text("\n", encoding="utf-8")
    assert "is empty. Nothing was looked at." in run().output
    file.write_text(f"{GOOD}\n", encoding="utf-8")
    assert "well   Slack: the app runs with the manifest" in run().output
    lose_scope(desk.local_slack.apps.manifests[APP])
    told = run()
    assert "WRONG  Slack: the app does not ask for the scopes im:write" in told.output
    assert told.exit_code == 1
    assert GOOD not in told.output


def teams(world: World) -> list[Finding]:
    return list(teams_drift(world.house, NOON))


def published(world: World, made_at: datetime, host: str = HOST) -> str:
    text = str(teams_manifest("app-1", host, TABLE, made_at)["version"])
    world.local_teams.graph.publish("app-1", text)
    return text


def test_a_published_package_of_the_same_contents_is_well_whenever_it_was_made(desk: World) -> None:
    desk.local_teams.graph.granted = True
    published(desk, NOON - timedelta(days=300), host="old.example.com")
    fresh = published(desk, NOON - timedelta(days=200))
    desk.local_teams.graph.publish("app-1", "99.1.1", "submitted")

    assert [(finding.kind, finding.params) for finding in teams(desk)] == [("teams_package", {"version": fresh})]


def test_a_package_of_other_contents_is_named_with_what_mends_it(desk: World) -> None:
    desk.local_teams.graph.granted = True
    published(desk, NOON - timedelta(days=300))
    old = published(desk, NOON - timedelta(days=200), host="old.example.com")

    assert said(teams(desk)) == [
        f"Teams: the published package ({old}) is not what this version of the desk makes: ./desk manifest teams, then upload the file in"
        " the Teams admin center (the app, Upload file)."
    ]


def test_the_version_of_before_says_nothing_of_its_contents_and_is_old(desk: World) -> None:
    desk.local_teams.graph.granted = True
    desk.local_teams.graph.publish("app-1", "1.0.0")

    assert [finding.kind for finding in teams(desk) if not finding.is_well] == ["teams_package_old"]


def test_what_graph_does_not_show_is_said_and_is_no_fault(desk: World) -> None:
    assert "AppCatalog.Read.All" in said(teams(desk), is_well=True)[0]

    desk.local_teams.graph.granted = True
    assert [(f.kind, f.is_well) for f in teams(desk)] == [("teams_package_unlisted", True)]

    desk.local_teams.graph.status = 503
    assert [(f.kind, f.is_well) for f in teams(desk)] == [("teams_package_away", True)]

    desk.house.settings.desk_public_url = ""
    assert [(f.kind, f.is_well) for f in teams(desk)] == [("teams_package_nowhere", True)]


def test_the_token_of_the_connector_is_not_the_one_for_graph(desk: World) -> None:
    local = desk.local_teams
    local.graph.granted = True
    ours = Catalog(local.url, Token(f"{local.url}/{local.tenant}/oauth2/v2.0/token", local.app_id, "secret"))

    with pytest.raises(TokenRefused):
        ours.published("app-1")


def test_a_version_rises_with_time_and_its_last_number_says_what_is_inside() -> None:
    one, other = contents({"id": "a", "version": "x"}, {}), contents({"id": "b"}, {})

    assert one == contents({"version": "y", "id": "a"}, {}) != other
    assert contents({"id": "a"}, {"name.short": "Biurko"}) != one != contents({"id": "a"}, {}, b"picture")
    assert order(version(one, NOON)) < order(version(other, NOON + timedelta(minutes=1))) < order(version(one, NOON + timedelta(days=40)))
    assert order("1.0.0") < order(version(0, datetime(2026, 1, 1, tzinfo=UTC)))
    assert contents_of(version(one, NOON)) == one
    assert [contents_of(text) for text in ("1.0.0", "2.1", "draft", "", "1.0.²")] == [-1] * 5
