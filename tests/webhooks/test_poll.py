"""What webhooks failed to tell is found by asking: from a watermark on, once, and without a clock of ours."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from app.connecting import connections
from app.receiving import sweep_inbox
from core.engine.db.tables.cases import cases, notes
from core.engine.db.tables.engine import inbox, journal, outbox
from core.people.commands import SwitchConnection
from core.people.polling import watermark
from playground.ticketing.ledger import Ticket
from playground.ticketing.server import Ticketing
from tests.harness.signing import SECRET
from tests.harness.world import ADA, World


@pytest.fixture
def local(world: World, tmp_path: Any) -> Iterator[Ticketing]:
    """A ticketing system connected from the command line, none of whose webhooks ever arrive."""
    made = Ticketing("http://127.0.0.1:9/webhooks/helpdesk", SECRET, token="t", user="csp-bot")
    made.deliveries.send = lambda *_: None  # type: ignore[method-assign]  # a test's own in its place
    made.start()
    world.now = datetime.now(UTC)  # the command line's own clock, by which the first asking is planned
    secret, token = tmp_path / "secret", tmp_path / "token"
    secret.write_text(SECRET)
    token.write_text("t")
    options = ("--secret-file", str(secret), "--token-file", str(token), "--set", f"url={made.url}", "--set", "user=csp-bot")
    assert run(world, "add", "tickets-rt", "helpdesk", *options).exit_code == 0
    world.house.connections.forget()
    yield made
    made.stop()


def run(world: World, *words: str) -> Result:
    return CliRunner().invoke(connections, list(words), obj=lambda: world.house)


def ask(local: Ticketing, subject: str, *, ago: float = 60) -> Ticket:
    """A customer opens a ticket, so many seconds ago."""
    ticket = local.ledger.open("ap@nowak.test", subject, f"{subject}?")
    ticket.history[-1] = replace(ticket.history[-1], at=ticket.history[-1].at - timedelta(seconds=ago))
    return ticket


def titles(world: World) -> list[str]:
    while sweep_inbox(world.house):
        continue
    with world.house.desk.reading() as connection:
        return list(connection.scalars(sa.select(cases.c.title).order_by(cases.c.id)))


def count(world: World, what: Any) -> int:
    with world.house.desk.reading() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(what)) or 0)


def test_a_lost_ticket_becomes_its_case_by_the_timer_and_a_second_asking_finds_nothing_new(world: World, local: Ticketing) -> None:
    ask(local, "Billed twice")
    assert titles(world) == []

    world.move(minutes=6)
    assert titles(world) == ["Billed twice"]

    world.move(minutes=6)
    world.move(minutes=6)
    assert titles(world) == ["Billed twice"]
    assert (count(world, inbox), count(world, notes)) == (1, 1)


def test_what_changed_later_is_news_and_what_is_known_is_not_told_twice(world: World, local: Ticketing) -> None:
    ticket = ask(local, "Billed twice")
    run(world, "poll", "helpdesk")
    titles(world)

    entry = local.ledger.add(ticket, "Correspond", "ap@nowak.test", "Anybody there?")
    ticket.history[-1] = replace(entry, at=entry.at - timedelta(seconds=30))
    told = run(world, "poll", "helpdesk")
    titles(world)

    assert "helpdesk named 1 changes. The worker reads those that are news." in told.output
    with world.house.desk.reading() as connection:
        assert list(connection.scalars(sa.select(notes.c.body).order_by(notes.c.id))) == ["Billed twice?", "Anybody there?"]
    assert "none of them news" in run(world, "poll", "helpdesk").output


def test_a_ticket_that_still_changes_is_left_for_the_next_time_and_then_read(world: World, local: Ticketing) -> None:
    ticket = ask(local, "Hot", ago=-3600)  # by that system's clock it changes within this second, whatever ours says
    run(world, "poll", "helpdesk")
    assert titles(world) == []

    ticket.history[-1] = replace(ticket.history[-1], at=ticket.history[-1].at - timedelta(seconds=3660))
    run(world, "poll", "helpdesk")
    assert titles(world) == ["Hot"]


def test_one_older_than_the_connection_is_left_alone(world: World, local: Ticketing) -> None:
    ask(local, "Last week", ago=7 * 86_400)
    ask(local, "This morning", ago=3 * 3600)

    run(world, "poll", "helpdesk")

    assert titles(world) == []


def test_after_a_long_absence_everything_since_the_watermark_is_found(world: World, local: Ticketing) -> None:
    # Given a desk that asked four days ago for the last time
    for number in range(130):
        ask(local, f"T{number}", ago=4 * 86_400 - 600 * number)
    with world.house.store.writing() as connection:
        long_ago = (min(t.history[0].at for t in local.ledger.tickets.values()) - timedelta(minutes=30)).isoformat()
        values = {"name": "poll:helpdesk", "value": long_ago}
        connection.execute(sa.insert(sa.table("switches", sa.column("name"), sa.column("value", sa.JSON))).values(**values))

    # When it asks again, then none of the pages is missing, in the order in which they changed.
    run(world, "poll", "helpdesk")
    assert titles(world) == [f"T{number}" for number in range(130)]
    with world.house.desk.reading() as connection:
        assert watermark(connection, "helpdesk") == max(t.history[0].at for t in local.ledger.tickets.values())


def test_two_that_ask_at_once_store_each_change_once(world: World, local: Ticketing) -> None:
    for number in range(5):
        ask(local, f"T{number}")
    start = threading.Barrier(4)

    def asking() -> None:
        start.wait()
        run(world, "poll", "helpdesk")

    threads = [threading.Thread(target=asking) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert count(world, inbox) == 5
    assert sorted(titles(world)) == [f"T{number}" for number in range(5)]


def test_a_system_that_is_away_is_asked_again_and_its_watermark_waits(world: World, local: Ticketing) -> None:
    local.stop()
    told = run(world, "poll", "helpdesk")
    world.move(minutes=6)
    world.move(minutes=6)

    assert told.exit_code == 1
    assert "Nothing was changed: helpdesk was asked, and it cannot be reached" in told.output
    with world.house.desk.reading() as connection:
        assert watermark(connection, "helpdesk") is None
        asked = connection.execute(sa.select(outbox.c.state, outbox.c.attempts).where(outbox.c.kind == "connection.poll")).all()
    assert [row.state for row in asked] == ["waiting"]  # one wish, however often the timer came


def test_one_that_is_switched_off_is_not_asked_and_again_when_it_is_on(world: World, local: Ticketing) -> None:
    ask(local, "Billed twice")
    world.do(SwitchConnection(name="helpdesk", active=False))
    world.house.connections.forget()
    world.move(minutes=6)
    assert "no active connection called “helpdesk”" in str(said(world, "poll", "helpdesk"))
    assert titles(world) == []

    world.do(SwitchConnection(name="helpdesk", active=True))
    world.house.connections.forget()
    world.move(minutes=6)
    assert titles(world) == ["Billed twice"]


def test_what_asking_found_is_in_the_journal_and_finding_nothing_is_not(world: World, local: Ticketing) -> None:
    world.hire(ADA)
    run(world, "poll", "helpdesk")
    ask(local, "Billed twice")
    run(world, "poll", "helpdesk")
    run(world, "poll", "helpdesk")

    with world.house.desk.reading() as connection:
        told = connection.execute(sa.select(journal.c.actor, journal.c.data).where(journal.c.event == "connection_polled")).all()
    assert [(row.actor, row.data["found"]) for row in told] == [("system", 1)]


def said(world: World, *words: str) -> str:
    """What a refused command says, as the launcher prints it."""
    from app.cli import Sentences

    group = Sentences(name="desk", commands={"connections": connections})
    return CliRunner().invoke(group, ["connections", *words], obj=lambda: world.house).output
