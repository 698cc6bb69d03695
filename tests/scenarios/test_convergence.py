"""A change made anywhere is true on the copies in both chats: a ticket, a payment, a timer, the targets, the policy, the command line."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from werkzeug.serving import make_server

from app.cli import main
from app.policies.writing import write_policy
from app.receiving import sweep_inbox
from app.senders import SENDERS
from app.sweeps import sweep_outbox
from core.collections.shipped import SHIPPED
from core.engine.db.tables.engine import cards as copies
from core.engine.db.tables.people import conversations
from playground.accounting.server import LocalAccounting
from playground.partner_center.server import PartnerCenter as LocalPartnerCenter
from playground.ticketing.server import Ticketing
from tests.harness.accounting import connected_books, snapshot
from tests.harness.faces import FACES, Face, Seen, seen_in_slack, seen_in_teams
from tests.harness.questions import ask
from tests.harness.receivables import customer_with_payer
from tests.harness.signing import SECRET, connect
from tests.harness.supervised import until
from tests.harness.suspensions import ripe
from tests.harness.world import ANA, CHANNELS, World


@pytest.fixture
def both(world: World) -> dict[str, Face]:
    """Both chats get every case's card."""
    for name in FACES:
        world.route(name, "question", "collection", "approval")
    return {name: made(world) for name, made in FACES.items()}


@pytest.fixture
def listening(world: World) -> Iterator[Ticketing]:
    """A ticketing system and a desk that hear each other over HTTP."""
    server = make_server("127.0.0.1", 0, world.client.application, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    made = Ticketing(f"http://127.0.0.1:{server.server_port}/webhooks/helpdesk", SECRET, token="t", user="csp-bot", scale=0.001)
    made.start()
    connect(world, token="t", url=made.url, case_field="BillingCaseId")
    yield made
    made.stop()
    server.shutdown()
    server.server_close()


@pytest.fixture
def books(world: World) -> Iterator[LocalAccounting]:
    with connected_books(world) as local:
        yield local


def cards(both: dict[str, Face]) -> list[Seen]:
    """The newest card's copy in each chat, whatever was said below it since."""
    world = next(iter(both.values())).world
    newest = sa.select(copies.c.ref, conversations.c.face).join(conversations, conversations.c.id == copies.c.conversation_id)
    with world.house.desk.reading() as connection:
        refs = {row.face: row.ref for row in connection.execute(newest.order_by(copies.c.id))}
    slack = world.local_slack.ledger.channels[CHANNELS["slack"]][refs["slack"]]
    teams = world.local_teams.ledger.conversations[CHANNELS["teams"]][refs["teams"]]
    return [seen_in_slack(slack, place=CHANNELS["slack"]), seen_in_teams(teams, place=CHANNELS["teams"], reference=refs["teams"])]


def everywhere(both: dict[str, Face], text: str) -> bool:
    """The newest card of both chats says so."""
    return all(text in card for card in cards(both))


def nowhere(both: dict[str, Face], text: str) -> bool:
    return not any(text in card for card in cards(both))


def hear(world: World, local: Ticketing) -> None:
    """Let every webhook arrive, be read, and its cards be drawn."""
    until(lambda: len(local.deliveries.log) >= sum(len(t.history) for t in local.ledger.tickets.values()))
    while sweep_inbox(world.house) + sweep_outbox(world.house, SENDERS):
        continue
    world.settle()


def delivered(world: World, books: LocalAccounting) -> None:
    """Everything the books sent was delivered, read and drawn."""
    assert books.deliveries is not None
    sent = books.deliveries.messages
    until(lambda: all(message.delivered for message in sent))
    sweep_inbox(world.house)
    world.settle()


def command_line(world: World, monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr("app.cli.open_house", lambda: world.house)
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == 0, result.output
    world.settle()


def test_what_happens_in_the_ticket(world: World, both: dict[str, Face], listening: Ticketing) -> None:
    world.hire(ANA)
    ticket = listening.ledger.open("ap@nowak.test", "Billed twice", "Please look.")
    hear(world, listening)
    assert everywhere(both, "Billed twice")
    both["teams"].click(both["teams"].channel(), "Wait for the customer", by=ANA)
    world.settle()
    assert everywhere(both, "Waiting")

    listening.ledger.add(ticket, "Correspond", "ap@nowak.test", "It was two seats, sorry.")
    hear(world, listening)

    assert everywhere(both, "It was two seats, sorry.")
    assert nowhere(both, "Waiting")


def test_what_the_accounting_says(world: World, both: dict[str, Face], books: LocalAccounting) -> None:
    customer_with_payer(world)
    books.load([snapshot()])
    delivered(world, books)
    assert everywhere(both, "123.00")

    books.pay("K-1", "F/1")
    delivered(world, books)

    assert everywhere(both, "Resolved")


def test_a_cooling_off_that_ends(world: World, both: dict[str, Face], local: LocalPartnerCenter) -> None:
    story = ripe(world, local)
    story.approved(both["teams"])
    assert all("Stop" in card.buttons for card in cards(both))

    story.cool_off()
    story.settle_for()

    assert story.status() == "suspended"
    assert not any("Stop" in card.buttons for card in cards(both))
    assert everywhere(both, "suspended")


def test_an_answer_that_is_missed(world: World, both: dict[str, Face]) -> None:
    ask(world)
    world.settle()
    assert everywhere(both, "First answer due")

    world.move(hours=5)

    assert everywhere(both, "First answer MISSED")


def test_other_targets_and_other_hours(world: World, both: dict[str, Face], monkeypatch: pytest.MonkeyPatch) -> None:
    ask(world)
    world.settle()
    before = [str(card) for card in cards(both)]

    command_line(world, monkeypatch, "targets", "set", "first_response", "2h", "--source", "Our contract")
    sooner = [str(card) for card in cards(both)]
    assert all(old != new for old, new in zip(before, sooner, strict=True))

    command_line(world, monkeypatch, "calendars", "set", "default", "--hours", "mon-fri=12:00-20:00")
    assert all(old != new for old, new in zip(sooner, [str(card) for card in cards(both)], strict=True))


def test_another_policy(
    world: World, both: dict[str, Face], local: LocalPartnerCenter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    story = ripe(world, local)
    story.propose(both["slack"])
    assert all("Approve" in card.buttons for card in cards(both))
    file = tmp_path / "ours.yaml"
    file.write_text(
        write_policy(SHIPPED).replace(f"version: {SHIPPED.version}", "version: ours-1").replace("approvals: 1", "approvals: 2"),
        encoding="utf-8",
    )

    command_line(world, monkeypatch, "policy", "apply", str(file))

    assert everywhere(both, f"{SHIPPED.version} → ours-1")


def test_who_leaves_by_the_command_line(world: World, both: dict[str, Face], monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = ask(world)
    both["slack"].type(f"take {case_id}", by=ANA)
    world.settle()
    assert everywhere(both, ANA.name)

    command_line(world, monkeypatch, "staff", "remove", "ana")

    assert nowhere(both, ANA.name)
    assert all("Take" in card.buttons for card in cards(both))
