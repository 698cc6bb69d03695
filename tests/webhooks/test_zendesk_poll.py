"""What Zendesk's webhooks failed to tell is found in its export: from a watermark on, by its cursor, once, and only what concerns us."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from app.connecting import connections
from core.engine.db.tables.cases import cases
from core.engine.db.tables.engine import inbox
from core.people.polling import watermark
from playground.zendesk.account import Ticket
from playground.zendesk.server import LocalZendesk
from tests.harness.tickets import case_of, handle, notes_of
from tests.harness.world import ANA, World
from tests.harness.zendesk import SECRET, USER
from webhooks.tickets.zendesk import client


@pytest.fixture
def zendesk(world: World, tmp_path: Any) -> Iterator[LocalZendesk]:
    """An account connected from the command line, none of whose webhooks ever arrive; its clock is minutes past every change."""
    world.hire(ANA)
    made = LocalZendesk("http://127.0.0.1:9/", SECRET, token="t", user=USER)
    made.deliveries.silent = True
    made.start()
    world.now = datetime.now(UTC)  # the command line's own clock, by which the first asking is planned
    secret, token = tmp_path / "secret", tmp_path / "token"
    secret.write_text(SECRET)
    token.write_text("t")
    options = ("--secret-file", str(secret), "--token-file", str(token), "--set", f"url={made.url}", "--set", f"user={USER}")
    assert run(world, "add", "tickets-zendesk", "zendesk", *options, "--set", "group=7001").exit_code == 0
    world.house.connections.forget()
    yield made
    made.stop()


def run(world: World, *words: str) -> Result:
    return CliRunner().invoke(connections, list(words), obj=lambda: world.house)


def ask(zendesk: LocalZendesk, subject: str, *, ago: float = 120, **values: Any) -> Ticket:
    """A customer writes in, so many seconds ago."""
    ticket = zendesk.account.open("ap@nowak.test", subject, f"{subject}?", **values)
    return changed(ticket, ago=ago)


def changed(ticket: Ticket, *, ago: float) -> Ticket:
    ticket.updated_at = ticket.noted_at = (datetime.now(UTC) - timedelta(seconds=ago)).replace(microsecond=0)
    return ticket


def titles(world: World) -> list[str]:
    handle(world)
    with world.house.desk.reading() as connection:
        return list(connection.scalars(sa.select(cases.c.title).order_by(cases.c.id)))


def deliveries(world: World) -> int:
    with world.house.desk.reading() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(inbox)) or 0)


def exports(zendesk: LocalZendesk) -> int:
    return sum("incremental" in path for _, path, _ in zendesk.calls)


def test_a_lost_ticket_becomes_its_case_by_the_timer_and_a_second_asking_finds_nothing_new(world: World, zendesk: LocalZendesk) -> None:
    ask(zendesk, "Billed twice")
    assert titles(world) == []

    world.move(minutes=6)
    assert titles(world) == ["Billed twice"]
    for _ in range(2):
        world.move(minutes=6)
        assert titles(world) == ["Billed twice"]


def test_what_is_lost_of_a_known_ticket_is_read_its_deletion_too(world: World, zendesk: LocalZendesk) -> None:
    ticket = ask(zendesk, "Billed twice", ago=300)
    run(world, "poll", "zendesk")
    titles(world)

    zendesk.account.say(ticket, zendesk.account.user("ap@nowak.test"), "Anybody there?")
    changed(ticket, ago=200)
    assert "named 1 changes. The worker reads" in run(world, "poll", "zendesk").output
    titles(world)
    assert [note.body for note in notes_of(world, str(ticket.id))] == ["Billed twice?", "Anybody there?"]
    assert "none of them news" in run(world, "poll", "zendesk").output

    # What became a case is followed wherever it is moved, and to its end.
    zendesk.account.change(ticket, zendesk.desk, group_id=7002, subject="Moved")
    changed(ticket, ago=150)
    run(world, "poll", "zendesk")
    assert titles(world) == ["Moved"]
    zendesk.account.delete(ticket)
    changed(ticket, ago=100)
    run(world, "poll", "zendesk")
    titles(world)
    assert case_of(world, str(ticket.id)).extra["ticket_status"] == "deleted"


def test_a_ticket_of_others_costs_not_even_a_reading(world: World, zendesk: LocalZendesk) -> None:
    ask(zendesk, "Broken phone", group_id=7002)
    deleted = ask(zendesk, "Never seen", group_id=7002)
    zendesk.account.delete(deleted)
    changed(deleted, ago=100)

    assert "named 0 changes" in run(world, "poll", "zendesk").output
    assert titles(world) == []
    assert deliveries(world) == 0
    assert [path for _, path, _ in zendesk.calls] == ["/api/v2/incremental/tickets/cursor"]


def test_the_last_minute_is_left_for_the_next_time(world: World, zendesk: LocalZendesk) -> None:
    ask(zendesk, "Hot", ago=20)
    run(world, "poll", "zendesk")
    assert titles(world) == []

    zendesk.account.ahead = timedelta(minutes=2)
    run(world, "poll", "zendesk")
    assert titles(world) == ["Hot"]


def test_one_older_than_the_connection_is_left_alone(world: World, zendesk: LocalZendesk) -> None:
    ask(zendesk, "Last week", ago=7 * 86_400)

    run(world, "poll", "zendesk")
    assert titles(world) == []


def test_after_a_long_absence_the_cursor_is_followed_and_what_is_too_much_goes_on_next_time(
    world: World, zendesk: LocalZendesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a desk that was away for four days, pages of three, and two pages a time
    monkeypatch.setattr(client, "EXPORTED", 3)
    monkeypatch.setattr(client, "MOST_EXPORTS", 2)
    for number in range(10):
        ask(zendesk, f"T{number}", ago=4 * 86_400 - 7200 * number)
    away_since = (zendesk.account.tickets[1].noted_at - timedelta(minutes=30)).isoformat()
    with world.house.store.writing() as connection:
        values = {"name": "poll:zendesk", "value": away_since}
        connection.execute(sa.insert(sa.table("switches", sa.column("name"), sa.column("value", sa.JSON))).values(**values))

    # When it asks again, then it gets as far as it may, in order,
    run(world, "poll", "zendesk")
    assert titles(world) == [f"T{number}" for number in range(6)]
    assert exports(zendesk) == 2
    with world.house.desk.reading() as connection:
        assert watermark(connection, "zendesk") == zendesk.account.tickets[6].noted_at

    # and goes on from there.
    run(world, "poll", "zendesk")
    assert titles(world) == [f"T{number}" for number in range(10)]


def test_many_tickets_noted_within_one_second_are_all_found(world: World, zendesk: LocalZendesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "EXPORTED", 3)
    for number in range(8):
        changed(ask(zendesk, f"T{number}"), ago=120)
    for ticket in zendesk.account.tickets.values():
        ticket.noted_at = zendesk.account.tickets[1].noted_at

    run(world, "poll", "zendesk")

    assert sorted(titles(world)) == [f"T{number}" for number in range(8)]


def test_a_limit_or_an_outage_is_said_and_the_watermark_waits(world: World, zendesk: LocalZendesk) -> None:
    ask(zendesk, "Billed twice")
    for kind, status in (("limit", 429), ("away", 503)):
        zendesk.faults.stage(kind)
        told = run(world, "poll", "zendesk")
        assert told.exit_code == 1
        assert f"Nothing was changed: zendesk was asked, and it answered {status}" in told.output
        with world.house.desk.reading() as connection:
            assert watermark(connection, "zendesk") is None

    run(world, "poll", "zendesk")
    assert titles(world) == ["Billed twice"]


def test_asking_again_and_again_stays_below_the_exports_own_limit_or_is_told_so(world: World, zendesk: LocalZendesk) -> None:
    said = [run(world, "poll", "zendesk").exit_code for _ in range(11)]
    assert said == [0] * 10 + [1]
