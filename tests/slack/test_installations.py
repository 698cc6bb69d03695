"""What was installed: each workspace with its own token, ended by Slack or by hand, by nobody else."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli import main
from app.doctor import examine
from bots.slack.install import digest
from core.chat.ports import Place, TokenRefused
from core.chat.views import NoteView
from core.chat.words import Words
from core.engine.db.tables.people import installations, passes
from core.engine.errors import NotAllowed
from core.engine.transaction import Actor
from core.people.installations import BeginInstallation, EndInstallation, InviteInstallation, RecordInstallation, SpendState
from playground.slack.server import LocalSlack
from playground.teams.server import LocalTeams
from tests.harness.installing import OTHER, desk_with_pages, installed, oauth, rows
from tests.harness.slack_face import SlackFace
from tests.harness.world import ADA, ANA, STAFF, Persona, World, build_world

world = pytest.fixture(name="world")(desk_with_pages)


def event(world: World, kind: str, *, at: float | None = None, team: str = OTHER, **more: object) -> int:
    body = {
        "type": "event_callback", "team_id": team, "api_app_id": "A1", "event_id": f"Ev{kind}{time.time_ns()}",
        "event_time": int(time.time() if at is None else at), "event": {"type": kind, **more},
    }  # fmt: skip
    answer = SlackFace(world).deliver(json.dumps(body), "application/json")
    return int(answer.status_code)


def test_each_workspace_is_written_to_with_its_own_token(world: World) -> None:
    installed(world)
    world.local_slack.methods.channels.add("C2")
    (token,) = world.local_slack.oauth.tokens

    assert world.house.slack is not None
    assert world.house.slack.workspaces.client(OTHER).token == token
    assert world.house.slack.workspaces.client("T0001").token == world.local_slack.token
    place = Place(workspace=OTHER, conversation="C2", address={})
    assert world.house.notifiers["slack"].post(place, NoteView(title="Hello"), Words())
    world.house.slack.workspaces.client(OTHER).auth_test()


def test_a_person_of_an_installed_workspace_is_answered_without_asking_who_we_are(world: World) -> None:
    world.hire(ANA)
    installed(world)
    before = len(world.local_slack.ledger.called("auth.test"))
    face = SlackFace(world)
    body = face.command("help", ANA).replace("team_id=T0001", f"team_id={OTHER}")

    answer = face.deliver(body)

    assert answer.status_code == 200
    assert "I do not know you yet" in answer.text
    assert len(world.local_slack.ledger.called("auth.test")) == before


@pytest.mark.parametrize(("kind", "more"), [("app_uninstalled", {}), ("tokens_revoked", {"tokens": {"bot": ["UDESK"], "oauth": []}})])
def test_slack_ends_an_installation_and_the_admins_hear_of_it(world: World, kind: str, more: dict[str, Any]) -> None:
    world.hire(ADA)
    installed(world)

    assert event(world, kind, **more) == 200
    world.house.slack.installations.forget()  # type: ignore[union-attr]  # this world has Slack

    (row,) = rows(world, installations)
    assert row.end_reason == kind
    assert row.token == ""
    with pytest.raises(TokenRefused):
        world.house.slack.workspaces.client(OTHER)  # type: ignore[union-attr]  # this world has Slack
    body = SlackFace(world).command("help", ANA).replace("team_id=T0001", f"team_id={OTHER}")
    assert SlackFace(world).deliver(body).status_code == 200
    world.settle()
    assert "The app was removed from Other Workspace in Slack" in SlackFace(world).told(ADA)
    installed(world, "anew")
    assert [row.ended_at for row in rows(world, installations)] == [None]


def test_old_news_and_a_person_s_token_end_nothing(world: World) -> None:
    installed(world)

    assert event(world, "app_uninstalled", at=time.time() - 3600) == 200
    assert event(world, "tokens_revoked", tokens={"oauth": ["UINST"], "bot": []}) == 200
    assert event(world, "tokens_revoked", tokens=["odd"]) == 200
    assert event(world, "app_uninstalled", team="T4444") == 200

    assert [row.ended_at for row in rows(world, installations)] == [None]


@pytest.mark.parametrize("who", STAFF, ids=lambda who: who.handle)
def test_only_an_admin_invites_and_nobody_records_or_ends_by_themselves(world: World, who: Persona) -> None:
    world.hire(who)
    installed(world)
    actor, now = Actor("staff:1", "slack"), datetime.now(UTC)
    sealed = world.house.vault.seal("token", "xoxb-stolen")
    forbidden = [
        RecordInstallation(
            face="slack", workspace=OTHER, name="Mine", token=sealed, details={}, installed_by="U1", invitation=digest("an-invitation")
        ),
        EndInstallation(face="slack", workspace=OTHER, reason="mine", at=now),
        BeginInstallation(invitation=digest("an-invitation"), state=digest("state")),
        SpendState(state=digest("state")),
    ]  # fmt: skip
    if who is not ADA:
        forbidden.append(InviteInstallation(digest=digest("mine"), expires_at=now + timedelta(hours=1)))

    for command in forbidden:
        with pytest.raises(NotAllowed):
            world.do(command, actor)

    assert [row.ended_at for row in rows(world, installations)] == [None]
    assert rows(world, passes) == []


def test_a_desk_without_a_token_of_its_own_lives_by_its_installations(
    database: str, local_teams: LocalTeams, local_slack: LocalSlack
) -> None:
    made = build_world(database, local_teams, local_slack, SLACK_BOT_TOKEN="", **oauth(local_slack))
    assert [f.kind for f in examine(made.house, datetime.now(UTC), sends=False) if not f.is_well] == ["slack_nowhere"]
    body = SlackFace(made).command("help", ANA)
    answer = SlackFace(made).deliver(body)
    assert answer.status_code == 200
    assert "I do not know you" not in answer.text

    local_slack.oauth.team = "T0001"
    installed(made)
    made.hire(ANA)
    assert "What you may do here" in SlackFace(made).type("help", by=ANA)
    made.house.close()


def test_the_command_line_invites_lists_and_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.cli.open_house", lambda: world.house)
    run = CliRunner()

    link = run.invoke(main, ["installations", "invite", "--for", "2"]).output.splitlines()[0]
    assert world.client.get(link.removeprefix("http://localhost")).status_code == 200
    assert "No workspace was installed" in run.invoke(main, ["installations", "list"]).output
    installed(world)
    (token,) = world.local_slack.oauth.tokens
    listed = run.invoke(main, ["installations", "list"]).output
    assert "T0002  Other Workspace  by UINST" in listed
    assert token not in listed
    assert run.invoke(main, ["installations", "end", "other"]).exit_code == 1
    assert "T0002 is ended here" in run.invoke(main, ["installations", "end", OTHER]).output
    assert run.invoke(main, ["installations", "end", OTHER]).exit_code == 1
    assert "ended" in run.invoke(main, ["installations", "list"]).output
