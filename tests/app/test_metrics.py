"""`/metrics`: what was done and how the rooms stand, by a token only, without a name of anybody."""

import platform
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from app.exposing import of_worker
from app.metrics import version
from app.settings import load
from core.engine.db.tables.engine import outbox
from core.engine.errors import DeskError
from core.people.commands import RemoveStaff
from playground.proxy import Fault
from playground.slack.server import LocalSlack
from playground.teams.server import LocalTeams
from tests.harness.databases import free_port
from tests.harness.faces import FACES, Face
from tests.harness.letters import given_up
from tests.harness.questions import ask
from tests.harness.world import ADA, ANA, KEY, World, build_world

TOKEN = "a-token-of-prometheus"


@pytest.fixture
def world(database: str, local_teams: LocalTeams, local_slack: LocalSlack) -> Iterator[World]:
    made = build_world(database, local_teams, local_slack, DESK_METRICS_TOKEN=TOKEN)
    yield made
    made.house.close()


def scraped(world: World) -> dict[tuple[str, ...], float]:
    """Every sample by its name and labels; the text is read as Prometheus reads it."""
    answer = world.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return figures(answer.text)


def figures(text: str) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            name = (sample.name, *(f"{k}={v}" for k, v in sorted(sample.labels.items())))
            assert name not in found, f"{name} is told twice"
            found[name] = sample.value
    return found


def test_commands_are_counted_by_kind_face_and_what_came_of_them(world: World, face: Face) -> None:
    case_id = ask(world)
    face.type(f"take {case_id}", by=ANA)
    face.again()
    with pytest.raises(DeskError):
        world.do(RemoveStaff(handle="nobody"))

    told = scraped(world)

    assert told["desk_commands_total", "command=take_case", f"face={face.name}", "outcome=done"] == 1
    assert told["desk_commands_total", "command=take_case", f"face={face.name}", "outcome=repeated"] == 1
    assert told["desk_commands_total", "command=remove_staff", "face=cli", "outcome=refused"] == 1
    assert told["desk_refusals_total", "command=remove_staff", "face=cli", "reason=staff_not_found"] == 1
    assert told["desk_request_seconds_count", f"door={face.name}", "status=2xx"] >= 2
    store = "sqlite" if world.house.store.is_sqlite else "postgresql"
    assert told["desk_build_info", f"python={platform.python_version()}", f"store={store}", f"version={version()}"] == 1


def test_calls_to_a_chat_are_counted_by_how_they_ended(world: World) -> None:
    world.route("slack", "question")
    world.local_slack.faults = [Fault(method="chat.postMessage", error="ratelimited", status=429, retry_after=0)]
    ask(world)
    world.settle()

    assert scraped(world)["desk_call_seconds_count", "call=post", "face=slack", "outcome=limited"] == 1


def test_the_rooms_are_read_from_the_database(world: World) -> None:
    given_up(world)
    case_id = ask(world)
    with world.house.store.writing() as connection:
        at = datetime.now(UTC) - timedelta(minutes=42)
        connection.execute(sa.insert(outbox).values(lane="x", kind="x", ids={}, created_at=at))
    world.now += timedelta(days=30)

    told = scraped(world)

    assert told["desk_dead_letters",] == 1
    assert told["desk_room_given_up", "room=inbox"] == 1
    assert told["desk_room_waiting", "room=outbox"] >= 1
    assert 42 * 60 <= told["desk_room_oldest_seconds", "room=outbox"] < 43 * 60
    assert told["desk_late_cases",] == 1
    assert case_id


def test_no_label_names_anybody(world: World, face: Face) -> None:
    world.hire(ADA)
    case_id = ask(world)
    face.type(f"note {case_id} A secret remark", by=ANA)
    given_up(world)
    world.settle()

    text = world.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text

    for name in ("Nowak", "ana", "Ana", "helpdesk", "C0BILLING", "T0001", "tenant-1", "secret remark"):
        assert not re.search(rf"\b{name}\b", text), name


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}x", "Bearer żółw"])
def test_without_its_token_nothing_is_told(world: World, given: str) -> None:
    answer = world.client.get("/metrics", headers={"Authorization": given.encode().decode("latin-1")} if given else {})

    assert answer.status_code == 401
    assert "desk_" not in answer.text


def test_without_a_token_set_there_is_no_such_page(database: str, local_teams: LocalTeams, local_slack: LocalSlack) -> None:
    made = build_world(database, local_teams, local_slack)

    assert made.client.get("/metrics").status_code == 404
    assert made.client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    made.house.close()


def test_a_worker_tells_its_own_on_a_port_of_its_own_and_not_the_rooms(world: World) -> None:
    house = world.house
    port = free_port()
    object.__setattr__(house, "settings", house.settings.model_copy(update={"desk_worker_metrics_port": port}))
    FACES["slack"](world).type("help", by=ANA)

    with of_worker(house):
        refused = httpx.get(f"http://127.0.0.1:{port}/metrics")
        told = httpx.get(f"http://127.0.0.1:{port}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        with of_worker(house):  # the port is taken: the worker goes on
            pass

    assert refused.status_code == 401
    assert "desk_build_info" in told.text
    assert "desk_room_waiting" not in told.text


def test_a_database_that_is_away_is_a_503(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OSError("gone")

    monkeypatch.setattr(world.house.store, "reading", away)

    assert world.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 503


def test_the_token_may_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n", encoding="utf-8")
    given = {
        "DESK_CONFIG": "/dev/null", "DESK_SECRET_KEY": KEY, "DESK_METRICS_TOKEN_FILE": str(path), "SLACK_SIGNING_SECRET": "s",
        "SLACK_BOT_TOKEN": "t",
    }  # fmt: skip

    assert load(given).desk_metrics_token.get_secret_value() == TOKEN
    assert TOKEN not in repr(load(given))
