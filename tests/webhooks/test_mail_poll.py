"""A mailbox that is read: what is for a case or is a report is taken once, the rest stays where it is and is nobody's business here."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main
from app.receiving import access_of, sweep_inbox
from core.cases.commands import OpenCase
from core.cases.queries import notes_of
from core.engine.errors import DeliveryError
from core.people.commands import AddConnection
from playground.mail.imap import Folder, Server
from tests.harness.mail import address_of, certificate, microsoft_login, notice_queued, reminded, states
from tests.harness.signing import SECRET
from tests.harness.world import World
from webhooks.mail import polling
from webhooks.mail.mailbox import Mailbox
from webhooks.mail.settings import server_of, wrong

BOUNCES = Path(__file__).parent / "bounces"


def now() -> datetime:
    """This moment, and not that of the run's beginning: the poll reads what came since it was first asked."""
    return datetime.now(UTC)


@dataclass
class Desk:
    """A world whose connection `post` also reads the folder."""

    world: World
    folder: Folder
    settings: dict[str, str]

    def poll(self) -> str:
        said = CliRunner().invoke(main, ["connections", "poll", "post"], obj=lambda: self.world.house)
        sweep_inbox(self.world.house)
        return said.output

    def notes(self, case_id: int) -> list[str]:
        with self.world.house.desk.reading() as connection:
            return [note.body for note in reversed(notes_of(connection, case_id))]


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Iterator[Desk]:
    authority, context = certificate(tmp_path, "localhost")
    folder = Folder({"billing": "zażółć"})
    server = Server(folder, context)
    server.start()
    settings = {
        "host": "127.0.0.1", "port": "9", "from": "billing@partner.example", "user": "billing", "imap": f"localhost:{server.port}",
        "ca": str(authority),
    }  # fmt: skip
    vault = world.house.vault
    secrets = (vault.seal("sign", SECRET), vault.seal("token", "zażółć"))
    world.do(AddConnection(name="post", kind="mail", settings=settings, secrets=secrets, polled=True))
    yield Desk(world, folder, settings)
    server.stop()


def plain(to: str, identity: str, text: str, more: str = "") -> bytes:
    return f"From: ala@nowak.example\nTo: {to}\nMessage-ID: <{identity}@nowak.example>\n{more}Subject: Re\n\n{text}\n".encode()


def test_what_concerns_the_desk_is_taken_once(desk: Desk) -> None:
    assert desk.poll() == "post named 0 changes, none of them news.\n"  # from now on
    case_id = desk.world.do(OpenCase(title="Nowak, PLN")).ids["case_id"]
    address = address_of(desk.world, case_id)
    desk.folder.add(plain(address, "old", "Before the desk asked."), now() - timedelta(days=3))
    desk.folder.add(plain(address, "1", "Zapłacone."), now())
    desk.folder.add(plain("billing@partner.example", "2", "A new order, please."), now())
    desk.folder.add(b"no header at all", now())
    desk.folder.add(plain(address.replace("+c", "+c9"), "3", "Forged."), now())
    desk.folder.add((BOUNCES / "exim-failed.eml").read_bytes(), now())

    assert desk.poll() == "post named 3 changes. The worker reads those that are news.\n"
    assert desk.notes(case_id) == ["Zapłacone."]
    assert sorted(state for state, _ in states(desk.world)) == ["dead", "done", "done"]

    desk.folder.asked.clear()
    assert desk.poll() == "post named 0 changes, none of them news.\n"
    assert not [each for each in desk.folder.asked if "BODY.PEEK[]" in each]  # nothing is read twice
    desk.folder.validity += 1  # the folder was made anew: its numbers mean other messages
    desk.poll()
    assert desk.notes(case_id) == ["Zapłacone."]


def test_an_answer_to_the_sender_is_found_by_the_letter_it_names(desk: Desk) -> None:
    desk.poll()
    case_id = reminded(desk.world)
    notice_queued(desk.world, case_id, "n9.77@partner.example")
    named = "In-Reply-To: <n9.77@partner.example>\nAuto-Submitted: auto-replied\n"
    desk.folder.add(plain("billing@partner.example", "1", "Urlop do 8 maja.", named), now())
    desk.folder.add(plain("billing@partner.example", "2", "Już płacę.", "In-Reply-To: <n9.77@partner.example>\n"), now())
    desk.folder.add(plain("billing@partner.example", "3", "Guessed.", "In-Reply-To: <n9.78@partner.example>\n"), now())
    desk.poll()
    assert desk.notes(case_id) == ["Urlop do 8 maja.", "Już płacę."]


def test_what_is_too_much_at_once_comes_in_parts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.poll()
    case_id = desk.world.do(OpenCase(title="Nowak, PLN")).ids["case_id"]
    monkeypatch.setattr(polling, "MOST", 2_000)
    monkeypatch.setattr(polling, "LARGEST", 1_500)
    for number in range(3):
        text = f"Part {number}.\n" + "x" * 5_000 if number == 1 else f"Part {number}."
        desk.folder.add(plain(address_of(desk.world, case_id), str(number), text), now())
    for _ in range(3):
        desk.poll()
    assert [body.splitlines()[0] for body in desk.notes(case_id)] == ["Part 0.", "Part 1.", "Part 2."]
    assert len(desk.notes(case_id)[1]) < 1_500


def test_a_mailbox_that_cannot_be_read_is_said_in_a_sentence(desk: Desk) -> None:
    access = access_of(desk.world.house, desk.world.house.connections.get("post"))

    def said(**settings: str) -> str:
        with pytest.raises(DeliveryError) as caught:
            polling.poll(replace(access, settings=access.settings | settings, token=settings.get("password", access.token)), now())
        return caught.value.reason

    assert said(folder="Nowhere") == "the mailbox has no folder Nowhere"
    assert said(password="wrong") == "the mailbox does not let the desk in (error)"
    assert said(imap="localhost:9") == "the mailbox cannot be reached (ConnectionRefusedError)"
    assert "certificate is not good" in said(ca="")
    desk.folder.hangs = True
    desk.folder.add(plain("billing+x@partner.example", "1", "x"), now())
    with pytest.raises(DeliveryError, match="did not answer"), Mailbox(server_of(access), patience=0.5) as mailbox:
        mailbox.since(now())


def test_a_mailbox_of_microsoft_365_is_read_by_a_token(desk: Desk) -> None:
    access = access_of(desk.world.house, desk.world.house.connections.get("post"))
    desk.folder.tokens["tok-1"] = "billing"
    with microsoft_login() as login:
        named = {"tenant": "contoso", "client": "app", "login": login}
        assert polling.poll(replace(access, settings=access.settings | named, token="s3"), now()).hints == ()
        with pytest.raises(DeliveryError, match="AADSTS7000215"):
            polling.poll(replace(access, settings=access.settings | named), now())


def test_settings_of_a_mailbox() -> None:
    good = {"host": "h.example", "from": "a@b.example", "user": "a", "imap": "imap.b.example"}
    assert [wrong(good), wrong(good | {"imap": "imap.b.example:1993"})] == ["", ""]
    assert wrong(good | {"imap": "imap.b.example:many"}).startswith("imap takes")
    assert wrong(good | {"user": ""}).startswith("imap reads")
    assert wrong(good | {"folder": 'x"\r\n'}).startswith("folder takes")
