"""An admin asks in chat how the desk does: acknowledged at once, looked at behind it, answered privately, a line for each thing."""

import threading
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

import app.sweeps
from app.examining import within
from bots.slack.manifest import SCOPES
from core.chat.findings import well
from core.engine.db.tables.engine import outbox
from core.engine.errors import DeliveryError
from core.people.commands import AddStaff, RemoveStaff
from core.people.model import Role
from playground.proxy import Fault
from tests.harness.faces import FACES, Face
from tests.harness.letters import given_up
from tests.harness.world import ADA, ANA, CHANNELS, STAFF, World


@pytest.fixture
def asked(world: World, face: Face) -> Face:
    """A desk in health, whose admin was heard from."""
    world.local_slack.scopes = tuple(SCOPES)
    world.route("slack", "question")
    world.route("teams", "question")
    world.hire(ADA, ANA)
    face.write("help", by=ADA)
    return face


def test_it_is_acknowledged_at_once_and_told_privately_when_looked_at(world: World, asked: Face) -> None:
    said = asked.type("doctor", by=ADA)

    assert "I am looking" in said
    assert "The desk’s health" not in asked.told(ADA)
    world.settle()
    told = asked.told(ADA)
    assert "The desk’s health" in told
    assert "Slack: a message was sent, changed and deleted in C0BILLING." in told
    assert "Teams: a message was sent, changed and deleted" in told
    assert "The database fits the program." in told
    assert "To mend" not in told
    slack, teams = world.local_slack.ledger.channels, world.local_teams.ledger.conversations
    assert "health" not in str(slack.get(CHANNELS["slack"])) + str(teams.get(CHANNELS["teams"]))


def test_what_is_wrong_comes_first_with_what_mends_it(world: World, asked: Face) -> None:
    world.local_slack.scopes = tuple(scope for scope in SCOPES if scope != "users:read")
    number = given_up(world)
    world.local_slack.faults = [Fault(method="chat.update", error="cant_update_message")]

    asked.type("doctor", by=ADA)
    world.settle()

    told = str(asked.told(ADA))
    assert number
    assert "3 things need mending." in told
    assert "helpdesk: deliveries given up: 1" in told
    assert "not granted: users:read" in told
    assert told.index("cannot be changed (cant_update_message)") < told.index("The database fits")


def test_it_says_what_last_came_in_and_what_never_did(world: World, asked: Face) -> None:
    slack = FACES["slack"](world)
    slack.type("help", by=ANA)
    world.house.arrivals.flush()

    asked.type("doctor", by=ADA)
    world.settle()

    told = str(asked.told(ADA))
    assert "a /billing command came in last" in told
    assert "Slack: no press of a button ever came in. If somebody pressed one" in told


def test_a_second_one_waits_for_the_first(world: World, asked: Face) -> None:
    asked.type("doctor", by=ADA)

    assert "the desk is being looked at already" in asked.type("lekarz", by=ADA)

    world.settle()
    assert "I am looking" in asked.type("doctor", by=ADA)


def test_nobody_else_has_it_looked_at(world: World, asked: Face) -> None:
    world.hire(*STAFF)

    for who in STAFF:
        if who is not ADA:
            assert "administering the desk needs a role" in asked.type("doctor", by=who)

    with world.house.desk.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(outbox)) == 0


def test_who_leaves_meanwhile_is_told_nothing(world: World, asked: Face) -> None:
    world.do(AddStaff(handle="eva", roles=(Role.ADMIN,)))
    asked.type("doctor", by=ADA)
    world.do(RemoveStaff(handle="ada"))

    world.settle()

    assert "The desk’s health" not in asked.told(ADA)


def test_who_cannot_be_told_is_given_up_after_a_few_tries_and_one_round_of_test_messages(
    world: World, asked: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.sweeps, "pause", lambda *_: timedelta(0))
    monkeypatch.setattr(world.house.notifiers[asked.name], "tell", refuses)
    asked.type("doctor", by=ADA)

    world.settle()

    assert len(world.local_slack.ledger.called("chat.delete")) == 1
    assert len(world.local_slack.ledger.called("auth.test")) <= 3 + 1  # a face asks once itself
    assert "I am looking" in asked.type("doctor", by=ADA)


def refuses(*_: object) -> str:
    raise DeliveryError("account_inactive", retry_after=0)


def test_what_takes_too_long_ends_and_says_so() -> None:
    found = list(within([well("schema"), well("schema")], patience=-1))

    assert [f.kind for f in found] == ["schema", "out_of_time"]


def test_what_came_in_is_written_by_a_thread_of_its_own(world: World, face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    world.hire(ANA)
    writers = []
    flush = world.house.arrivals.flush
    monkeypatch.setattr(world.house.arrivals, "flush", lambda: (writers.append(threading.current_thread().name), flush()))

    face.type("help", by=ANA)

    ends = time.monotonic() + 10
    while not kept(world) and time.monotonic() < ends:
        time.sleep(0.02)
    assert {name.split(":")[1] for name in kept(world)} == {face.name}
    assert set(writers) == {"arrivals"}


def kept(world: World) -> list[str]:
    with world.house.store.reading() as connection:
        return list(connection.scalars(sa.text("SELECT name FROM switches WHERE name LIKE 'heard:%'")))
