"""Notices on their way: through the outbox to a real mail server, at least once, always under the same Message-ID."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.doctor import connected
from app.mailing import MOST_ATTEMPTS, without_words
from app.senders import SENDERS
from app.sweeps import sweep_outbox
from core.chat.words import Words
from core.customers.commands import SwitchMode
from core.customers.model import Mode
from core.engine.db.tables.engine import outbox
from playground.mail.smtp import MailServer
from tests.harness.mail import connect, notice, notice_queued, reminded, serving
from tests.harness.world import World


@pytest.fixture
def server() -> Iterator[MailServer]:
    with serving() as made:
        yield made


@pytest.fixture
def notice_id(world: World, server: MailServer) -> int:
    case_id = reminded(world)
    connect(world, server.port)
    return notice_queued(world, case_id)


def send(world: World) -> tuple[str, str]:
    """One try of the notice, whatever pause or lease the try before it left; how its row stands then."""
    ready = {"next_at": datetime.now(UTC) - timedelta(seconds=1), "lease_until": None}
    mine = outbox.c.kind == "notice.mail"
    with world.house.store.writing() as connection:
        connection.execute(sa.update(outbox).where(mine).values(**ready))
    sweep_outbox(world.house, {"notice.mail": SENDERS["notice.mail"]})
    with world.house.store.reading() as connection:
        row = connection.execute(sa.select(outbox).where(mine)).one()
    return row.state, row.error


def pause_after(world: World, tried: int) -> float:
    """For how many seconds the notice is left alone after so many tries."""
    mine = outbox.c.kind == "notice.mail"
    with world.house.store.writing() as connection:
        connection.execute(sa.update(outbox).where(mine).values(attempts=tried - 1))
    send(world)
    with world.house.store.reading() as connection:
        until = connection.scalar(sa.select(outbox.c.next_at).where(mine))
        return float((until - world.house.store.real_now(connection)).total_seconds())


def ids(server: MailServer) -> list[str]:
    return [str(letter.message["Message-ID"]) for letter in server.box.letters]


def test_a_notice_leaves_once_and_the_servers_word_is_kept(world: World, server: MailServer, notice_id: int) -> None:
    assert send(world) == ("sent", "")
    assert (notice(world, notice_id).state, notice(world, notice_id).said) == ("accepted", "250 2.0.0 Ok: queued as 4FZ1x2")
    assert ids(server) == ["<n7.5f2c@partner.example>"]
    assert server.box.letters[0].text == "Prosimy o zapłatę 123,00 zł.\n"


def test_later_is_later_and_a_refusal_is_for_people(world: World, server: MailServer, notice_id: int) -> None:
    server.faults.answers["RCPT"] = "450 4.2.0 <ala@nowak.example> greylisted"
    assert send(world) == ("waiting", "the mail server answered 450 4.2.0")  # what operators see names nobody
    found = notice(world, notice_id)
    assert (found.state, found.said) == ("queued", "450 4.2.0 <ala@nowak.example> greylisted")

    waits = [pause_after(world, tried) for tried in (2, 14)]
    assert 290 < waits[0] < 310  # seconds: at least as long as greylisting takes
    assert 2_800 < waits[1] < 4_400

    server.faults.answers["RCPT"] = "550 5.1.1 no such user"
    assert send(world)[0] == "sent"
    assert (notice(world, notice_id).state, notice(world, notice_id).said) == ("refused", "550 5.1.1 no such user")


def test_a_server_that_is_away_for_too_long_is_given_up(world: World, server: MailServer, notice_id: int) -> None:
    server.faults.answers["EHLO"] = "421 4.3.2 away"
    with world.house.store.writing() as connection:
        connection.execute(sa.update(outbox).where(outbox.c.kind == "notice.mail").values(attempts=MOST_ATTEMPTS - 1))
    assert send(world)[0] == "sent"
    assert (notice(world, notice_id).state, notice(world, notice_id).said[:21]) == ("refused", "given up after 24 tri")


def test_a_line_that_breaks_after_the_text_repeats_the_letter_under_its_name(world: World, server: MailServer, notice_id: int) -> None:
    server.faults.takes_first = True
    server.faults.breaks.add("TEXT")
    assert send(world)[0] == "waiting"
    assert notice(world, notice_id).state == "queued"

    server.faults.breaks.clear()
    assert send(world)[0] == "sent"
    assert ids(server) == ["<n7.5f2c@partner.example>"] * 2
    assert notice(world, notice_id).state == "accepted"


def test_what_may_not_go_any_more_does_not(world: World, server: MailServer, notice_id: int) -> None:
    world.do(SwitchMode(customer_id=1, mode=Mode.DRY_RUN))
    assert send(world)[0] == "sent"
    assert (notice(world, notice_id).state, ids(server)) == ("withdrawn", [])


def test_without_a_mail_server_it_waits_for_one(world: World, server: MailServer) -> None:
    notice_queued(world, reminded(world))
    assert send(world) == ("waiting", "no mail server is connected (docs/mail.md)")
    connect(world, server.port)
    assert send(world)[0] == "sent"


def test_a_process_that_dies_while_it_sends_sends_again(world: World, server: MailServer, notice_id: int, tmp_path: Path) -> None:
    """A worker of its own claims the row, the server takes the text, and the worker dies before it hears so."""
    server.faults.takes_first = True
    server.faults.hangs.add("TEXT")
    script = tmp_path / "worker.py"
    script.write_text(
        "from app.settings import load\nfrom app.wiring import build\nfrom app.sweeps import sweep_outbox\n"
        "from app.senders import SENDERS\nsweep_outbox(build(load()), {'notice.mail': SENDERS['notice.mail']})\n",
        encoding="utf-8",
    )
    settings = world.house.settings
    environment = os.environ | {
        "PYTHONPATH": ".", "DESK_CONFIG": "/dev/null", "DESK_DATABASE_URL": settings.desk_database_url.get_secret_value(),
        "DESK_SECRET_KEY": settings.desk_secret_key.get_secret_value(), "DESK_DEMO": "1", "SLACK_SIGNING_SECRET": "s" * 32,
        "SLACK_BOT_TOKEN": "xoxb-1",
    }  # fmt: skip
    with world.house.store.writing() as connection:
        connection.execute(sa.update(outbox).values(next_at=datetime.now(UTC) - timedelta(seconds=1)))
    worker = subprocess.Popen([sys.executable, str(script)], env=environment)
    deadline = time.monotonic() + 30
    while not server.box.letters and time.monotonic() < deadline and worker.poll() is None:
        time.sleep(0.05)
    worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    assert len(ids(server)) == 1
    with world.house.store.reading() as connection:
        assert connection.scalar(sa.select(outbox.c.state).where(outbox.c.kind == "notice.mail")) == "sending"
    assert notice(world, notice_id).state == "queued"

    server.faults.hangs.clear()
    assert send(world) == ("sent", "")
    assert ids(server) == ["<n7.5f2c@partner.example>"] * 2
    assert send(world) == ("sent", "")
    assert len(ids(server)) == 2


def test_the_doctor_says_in_a_sentence_how_letters_would_leave(world: World, server: MailServer) -> None:
    connect(world, server.port)
    assert [found.said(Words()) for found in connected(world.house)] == [
        "post: the desk can call it, as billing@partner.example (unprotected)."
    ]
    server.faults.answers["MAIL"] = "550 5.7.60 not as this sender"
    [found] = connected(world.house)
    assert (found.is_well, "550 5.7.60 not as this sender" in found.said(Words())) == (False, True)
    assert server.box.letters == []


def test_what_the_log_keeps_of_a_servers_words_is_its_code() -> None:
    assert without_words("450 4.2.0 <ala@nowak.example> greylisted") == "the mail server answered 450 4.2.0"
    assert without_words("550 ala@nowak.example unknown") == "the mail server answered 550"
    assert without_words("it cannot be reached (TimeoutError)") == "it cannot be reached (TimeoutError)"
