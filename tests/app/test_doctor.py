"""`./desk doctor` on both stores: well when all is well, and each fault staged in the stand-ins is named with what mends it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from app.cli import main
from app.doctor import examine, file_system
from bots.slack.manifest import SCOPES
from core.engine.db.tables.engine import inbox, outbox, timers
from core.people.commands import AddConnection
from playground.proxy import Fault
from tests.harness.world import CHANNELS, World

Run = Callable[..., Result]


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command on a desk in which everything is well."""
    world.local_slack.scopes = tuple(SCOPES)
    world.route("slack", "question")
    world.route("teams", "question")
    monkeypatch.setattr("app.cli.open_house", lambda: world.house)
    return lambda *words: CliRunner().invoke(main, ["doctor", *words])


def lines(result: Result, mark: str) -> list[str]:
    return [line for line in result.stdout.splitlines() if line.startswith(mark)]


def only_wrong(result: Result) -> str:
    assert result.exit_code == 1, result.output
    found = lines(result, "WRONG")
    assert len(found) == 1, result.output
    return found[0]


def put(world: World, table: sa.Table, **values: object) -> None:
    with world.house.store.writing() as connection:
        connection.execute(sa.insert(table).values(**values))


def test_a_desk_in_health_is_said_so_and_leaves_nothing_behind(world: World, run: Run) -> None:
    result = run()

    assert result.exit_code == 0, result.output
    assert lines(result, "WRONG") == []
    for said in ("Slack: a message was sent, changed and deleted", "Teams: a message was sent, changed and deleted", "every scope"):
        assert said in result.stdout
    assert not world.local_slack.ledger.channels[CHANNELS["slack"]]
    assert [call.method for call in world.local_slack.ledger.calls] == ["auth.test", "chat.postMessage", "chat.update", "chat.delete"]


def test_quietly_nothing_is_sent(world: World, run: Run) -> None:
    assert run("--quiet").exit_code == 0
    assert [call.method for call in world.local_slack.ledger.calls] == ["auth.test"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(method="auth.test", error="token_revoked"), "Slack refuses the token (token_revoked): install the app anew"),
        (Fault(method="auth.test", status=500), "Slack does not answer as it should"),
        (Fault(method="chat.postMessage", error="not_in_channel"), "nothing can be sent to C0BILLING (not_in_channel): invite the desk"),
        (Fault(method="chat.update", error="cant_update_message"), "cannot be changed (cant_update_message)"),
        (
            Fault(method="chat.delete", error="ratelimited", status=429, retry_after=3),
            "could not be deleted (ratelimited): delete it there",
        ),
    ],
)
def test_what_slack_refuses_is_named(world: World, run: Run, fault: Fault, said: str) -> None:
    world.local_slack.faults = [fault]

    assert said in only_wrong(run())


def test_a_missing_scope_and_a_needless_one_are_named(world: World, run: Run) -> None:
    world.local_slack.scopes = (*(scope for scope in SCOPES if scope != "im:write"), "files:write")

    result = run()

    assert "not granted: im:write. Paste ./desk manifest slack" in only_wrong(result)
    assert "not needed: files:write" in result.stdout


def test_a_teams_secret_that_ran_out_is_named(world: World, run: Run) -> None:
    world.local_teams.stop()

    said = "\n".join(lines(run(), "WRONG"))

    assert "TEAMS_APP_PASSWORD (has it run out?)" in said
    assert "TEAMS_OPENID_METADATA_URL" in said
    assert "Teams: nothing can be sent" in said


def test_a_clock_that_is_off_is_named_for_each_chat(world: World, run: Run) -> None:
    del run
    found = list(examine(world.house, datetime.now(UTC) + timedelta(minutes=7), sends=False))

    assert [f.kind for f in found if not f.is_well] == ["clock_wrong", "clock_wrong"]


def test_a_chat_without_a_conversation_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.route("slack", "question")
    monkeypatch.setattr("app.cli.open_house", lambda: world.house)

    assert "Teams: no group works in a conversation" in only_wrong(CliRunner().invoke(main, ["doctor"]))


def test_what_waits_too_long_is_named_room_by_room(world: World, run: Run) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=42)
    delivery = {"connection": "helpdesk", "received_at": long_ago, "headers": {}, "body": b"{}"}
    put(world, inbox, delivery_key="1", **delivery)
    put(world, outbox, lane="x", kind="x", ids={}, created_at=long_ago)
    put(world, timers, kind="x", subject="x:1", rule="x", started_at=long_ago, due_at=world.now - timedelta(minutes=42), data={})

    said = lines(run("--quiet"), "WRONG")

    assert len(said) == 3
    assert all("1 waiting, the oldest for 42 minutes: see that ./desk worker runs" in line for line in said)


def test_dead_letters_are_named_with_their_connection(world: World, run: Run) -> None:
    world.do(AddConnection(name="helpdesk", kind="tickets-rt", settings={}, secrets=(), polled=False))
    world.do(AddConnection(name="silent", kind="tickets-rt", settings={}, secrets=(), polled=False))
    put(world, inbox, connection="helpdesk", delivery_key="1", received_at=datetime.now(UTC), headers={}, body=b"x", state="dead")

    result = run("--quiet")

    assert "helpdesk: deliveries given up: 1. Why, and how to take them again: ./desk webhooks list" in only_wrong(result)
    assert "silent: no delivery yet" in result.stdout


def test_a_network_file_system_is_told_from_a_local_one() -> None:
    mounts = "/dev/sda1 / ext4 rw 0 0\nserver:/x /mnt/data nfs4 rw 0 0\n/dev/sdb /mnt ext4 rw 0 0\nbroken"

    assert file_system(Path("/mnt/data/desk.sqlite"), mounts) == "nfs4"
    assert file_system(Path("/mnt/database/desk.sqlite"), mounts) == "ext4"
    assert file_system(Path("/home/desk.sqlite"), "") == ""
