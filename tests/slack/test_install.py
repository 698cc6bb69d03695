"""Installing the app through the desk's own pages: invited, once, in the same browser; sealed."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from pydantic import SecretStr

from app.settings import ConfigError, Settings, load
from app.wiring import build
from bots.slack.install import COOKIE
from bots.slack.manifest import SCOPES
from core.chat.ports import TokenRefused
from core.chat.words import Words
from core.engine import journal
from core.engine.db.tables.engine import journal as entries
from core.engine.db.tables.people import installations, passes
from playground.slack.server import LocalSlack
from playground.teams.server import LocalTeams
from tests.harness.installing import OTHER, begun, desk_with_pages, installed, invited, rows
from tests.harness.world import KEY, World, build_world

world = pytest.fixture(name="world")(desk_with_pages)


def with_keys(world: World, *keys: str) -> Settings:
    return world.house.settings.model_copy(update={"desk_secret_key": SecretStr(",".join(keys))})


def test_an_invited_person_sees_what_the_app_may_do_and_installs_it(world: World) -> None:
    code = invited(world)

    page = world.client.get(f"/slack/install?invitation={code}")
    assert page.status_code == 200
    assert all(f"<code>{scope}</code>" in page.text for scope in SCOPES)
    done = world.client.get(begun(world, code))

    assert done.status_code == 200
    assert "Billing Desk is installed in Other Workspace" in done.text
    assert "T0002:UINST" in done.text
    assert done.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors &#39;none&#39;" not in done.text
    assert "default-src 'none'; img-src data:" in done.headers["Content-Security-Policy"]
    (row,) = rows(world, installations)
    assert (row.workspace, row.name, row.installed_by, row.ended_at) == (OTHER, "Other Workspace", "UINST", None)
    assert row.details["bot_id"] == "BDESK"


def test_the_pages_speak_the_browser_s_language(world: World) -> None:
    page = world.client.get(f"/slack/install?invitation={invited(world)}", headers={"Accept-Language": "pl,en;q=0.5"})

    assert '<html lang="pl">' in page.text
    assert "Przejdź do Slacka" in page.text


def test_the_token_is_sealed_and_in_no_event_and_no_log(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    installed(world)

    (row,) = rows(world, installations)
    (token,) = world.local_slack.oauth.tokens
    assert token not in row.token
    assert world.house.vault.open(row.token) == token
    assert token not in str(rows(world, entries))
    said = capfd.readouterr()
    assert token not in said.out + said.err
    assert "client-secret" not in said.out + said.err
    with world.house.desk.reading() as connection:
        assert journal.broken_links(connection, f"installation:{OTHER}") == []


def test_a_rotated_key_opens_what_the_old_one_sealed(world: World, database: str) -> None:
    installed(world)
    house = build(with_keys(world, Fernet.generate_key().decode(), KEY))

    assert house.slack is not None
    assert house.slack.workspaces.client(OTHER).token in world.local_slack.oauth.tokens
    house.close()


def test_a_lost_key_takes_only_its_installation_along(world: World) -> None:
    installed(world)
    house = build(with_keys(world, Fernet.generate_key().decode()))

    assert house.slack is not None
    with pytest.raises(TokenRefused, match="not_installed"):
        house.slack.workspaces.client(OTHER)
    assert house.slack.workspaces.client("T0001").token == world.local_slack.token
    house.close()


@pytest.mark.parametrize("code", ["", "made-up", "x" * 5000])
def test_nobody_gets_further_without_an_invitation(world: World, code: str) -> None:
    for answer in (
        world.client.get("/slack/install", query_string={"invitation": code}),
        world.client.post("/slack/install", data={"invitation": code}),
    ):
        assert answer.status_code == 403
        assert "This page needs an invitation" in answer.text
        assert code not in answer.text or not code

    assert rows(world, passes) == []


def test_an_invitation_is_good_once_and_not_for_ever(world: World) -> None:
    installed(world)
    assert world.client.get("/slack/install?invitation=an-invitation").status_code == 403
    assert world.client.post("/slack/install", data={"invitation": "an-invitation"}).status_code == 403

    invited(world, "old", hours=-0.01)
    assert world.client.get("/slack/install?invitation=old").status_code == 403


def test_looking_at_the_page_spends_nothing(world: World) -> None:
    code = invited(world)
    for _ in range(3):
        assert world.client.get(f"/slack/install?invitation={code}").status_code == 200

    assert world.client.get(begun(world, code)).status_code == 200


def test_a_state_is_good_once(world: World) -> None:
    back = begun(world, invited(world))
    cookie = world.client.get_cookie(COOKIE, path="/slack/oauth_redirect")
    assert cookie is not None
    assert world.client.get(back).status_code == 200

    world.client.set_cookie(COOKIE, cookie.value, path="/slack/oauth_redirect")
    again = world.client.get(back)

    assert again.status_code == 400
    assert "Nothing was installed" in again.text
    assert len(world.local_slack.ledger.called("oauth.v2.access")) == 1


def test_a_state_ends_after_ten_minutes(world: World) -> None:
    back = begun(world, invited(world))
    with world.house.store.writing() as connection:
        past = datetime.now(UTC) - timedelta(seconds=1)
        connection.execute(sa.update(passes).where(passes.c.kind == "state").values(expires_at=past))

    assert world.client.get(back).status_code == 400
    assert world.local_slack.ledger.called("oauth.v2.access") == []
    assert rows(world, installations) == []


def test_another_browser_s_state_is_refused(world: World) -> None:
    back = begun(world, invited(world))
    world.client.delete_cookie(COOKIE, path="/slack/oauth_redirect")

    for cookie in (None, "", "x.y", "ż.y"):
        if cookie is not None:
            world.client.set_cookie(COOKIE, cookie, path="/slack/oauth_redirect")
        assert world.client.get(back).status_code == 400

    assert rows(world, installations) == []
    assert world.local_slack.ledger.called("oauth.v2.access") == []


def test_the_cookie_is_for_one_page_and_no_script(world: World) -> None:
    sent = world.client.post("/slack/install", data={"invitation": invited(world)})

    cookie = sent.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/slack/oauth_redirect" in cookie
    state = parse_qs(urlsplit(sent.headers["Location"]).query)["state"][0]
    assert state not in str(rows(world, passes))


def test_who_declines_is_told_that_nothing_was_installed_and_may_try_again(world: World) -> None:
    world.local_slack.oauth.declines = True
    code = invited(world)
    assert "You did not agree, so nothing was installed" in world.client.get(begun(world, code)).text
    assert rows(world, installations) == []

    world.local_slack.oauth.declines = False
    assert world.client.get(begun(world, code)).status_code == 200


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"is_enterprise_install": True}, "single workspaces only"),
        ({"team": None}, "single workspaces only"),
        ({"refresh_token": "xoxe-1", "expires_in": 43200}, "Token rotation is on"),
        ({"team": {"id": "T9999", "name": "Liar"}}, "Slack did not install the app"),
    ],
)
def test_what_the_desk_cannot_act_with_is_not_kept(world: World, more: dict[str, Any], said: str) -> None:
    world.local_slack.oauth.more = more

    page = world.client.get(begun(world, invited(world)))

    assert page.status_code == 400
    assert said in page.text
    assert rows(world, installations) == []


def test_a_wrong_client_secret_and_a_slack_that_is_away_are_named(world: World) -> None:
    world.local_slack.oauth.client_secret = "another"
    assert "Slack says: bad_client_secret" in world.client.get(begun(world, invited(world))).text

    back = begun(world, invited(world, "again"))
    world.local_slack.stop()
    assert "Slack does not answer" in world.client.get(back).text


def test_without_the_settings_there_is_no_page(database: str, local_teams: LocalTeams, local_slack: LocalSlack) -> None:
    made = build_world(database, local_teams, local_slack)

    assert made.client.get("/slack/install").status_code == 404
    assert made.client.get("/slack/oauth_redirect").status_code == 404
    made.house.close()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"DESK_PUBLIC_URL": ""}, "Slack needs also DESK_PUBLIC_URL"),
        ({"SLACK_CLIENT_SECRET": ""}, "Slack needs also SLACK_CLIENT_SECRET"),
        ({"DESK_PUBLIC_URL": "http://desk.example.com"}, "DESK_PUBLIC_URL must be https"),
        ({"DESK_PUBLIC_URL": "https://desk.example.com/desk"}, "DESK_PUBLIC_URL must be the address alone"),
        ({"SLACK_AUTHORIZE_URL": "https://slack.example.com/x"}, "SLACK_AUTHORIZE_URL names slack.example.com"),
    ],
)
def test_settings_that_do_not_hold_together_are_named(given: dict[str, str], said: str) -> None:
    good = {
        "DESK_CONFIG": "/dev/null", "DESK_SECRET_KEY": KEY, "SLACK_SIGNING_SECRET": "s", "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "c", "DESK_PUBLIC_URL": "https://desk.example.com/",
    }  # fmt: skip
    assert load(good).public_url == "https://desk.example.com"

    with pytest.raises(ConfigError, match=said):
        load(good | given)


@pytest.mark.parametrize("language", ["en", "pl"])
def test_every_scope_says_what_it_is_for(language: str) -> None:
    assert all(Words(language).say(f"scope.{scope}") for scope in SCOPES)
