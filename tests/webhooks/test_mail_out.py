"""Letters out, to a real mail server that takes them, refuses them, asks to come back, hangs, trickles, and breaks the line."""

import email
import time
from collections.abc import Iterator
from dataclasses import replace
from email.policy import default
from pathlib import Path

import pytest

from core.collections.ports import Carried
from core.engine.errors import DeliveryError
from playground.mail.smtp import MailServer
from tests.harness.mail import LETTER, access, certificate, microsoft_login, serving
from webhooks.mail.checking import examine
from webhooks.mail.client import MailServer as Client
from webhooks.mail.settings import Tls, usual, wrong


@pytest.fixture
def server() -> Iterator[MailServer]:
    with serving() as made:
        yield made


def test_a_letter_arrives_whole_and_names_the_way_back(server: MailServer) -> None:
    carriage = Client(access(server)).send(LETTER)

    assert (carriage.kind, carriage.said) == (Carried.ACCEPTED, "250 2.0.0 Ok: queued as 4FZ1x2")
    [found] = server.box.letters
    assert (found.sender, found.recipient) == ("billing@partner.example", "ap@nowak.example")
    assert found.envelope == {
        "RET": "HDRS", "ENVID": "n7.5f2c@partner.example", "NOTIFY": "FAILURE,DELAY", "ORCPT": "rfc822;ap@nowak.example",
    }  # fmt: skip
    read = found.message
    assert read["Subject"] == LETTER.subject
    assert str(read["From"]) == '"Partner Sp. z o.o." <billing@partner.example>'
    assert LETTER.reply_to in read["Reply-To"]
    assert (read["Message-ID"], read["Auto-Submitted"]) == (f"<{LETTER.message_id}>", "auto-generated")
    assert (read["Content-Language"], read["Content-Transfer-Encoding"]) == ("pl", "quoted-printable")
    assert abs(read["Date"].datetime.timestamp() - time.time()) < 60
    assert not [name for name in read if name.startswith(("List-", "Precedence", "X-"))]
    assert found.text == LETTER.body  # the line that is only a dot as well
    assert found.raw.isascii()
    assert max(len(row) for row in found.raw.splitlines()) <= 100


def test_bounces_go_where_answers_go(server: MailServer) -> None:
    assert Client(access(server, answers="desk@in.partner.example")).send(LETTER).kind is Carried.ACCEPTED
    [found] = server.box.letters
    assert (found.sender, "<billing@partner.example>" in found.message["From"]) == ("desk@in.partner.example", True)


def test_a_server_without_extensions_is_told_nothing_it_did_not_offer() -> None:
    with serving(dsn=False, utf8=False) as server:
        assert Client(access(server)).send(LETTER).kind is Carried.ACCEPTED
        assert server.box.letters[0].envelope == {}


@pytest.mark.parametrize(
    ("step", "answer", "kind"),
    [
        ("RCPT", "550 5.1.1 no such user", Carried.REFUSED),
        ("RCPT", "450 4.2.0 greylisted, come back", Carried.LATER),
        ("DATA", "554 5.7.1 no", Carried.REFUSED),
        ("TEXT", "552 5.7.0 looks like spam", Carried.REFUSED),
        ("TEXT", "451 4.3.0 try later", Carried.LATER),
        ("EHLO", "421 4.3.2 shutting down", Carried.LATER),
        ("MAIL", "550 5.7.60 client may not send as this sender", Carried.LATER),  # our settings: they can be mended meanwhile
        ("RCPT", "nonsense", Carried.LATER),
        ("RCPT", "550 " + "x" * 3000, Carried.REFUSED),
    ],
)
def test_what_the_server_answers_is_what_became_of_it(server: MailServer, step: str, answer: str, kind: Carried) -> None:
    server.faults.answers[step] = answer
    carriage = Client(access(server)).send(LETTER)

    assert carriage.kind is kind
    assert answer[:20] in carriage.said or answer == "nonsense"
    assert len(carriage.said) <= 400
    assert (carriage.retry_after > 0) == (kind is Carried.LATER and answer != "nonsense")
    assert server.box.letters == []


@pytest.mark.parametrize("step", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_before_the_text_nothing_has_happened(server: MailServer, step: str) -> None:
    server.faults.breaks.add(step)
    assert Client(access(server)).send(LETTER).kind is Carried.LATER


@pytest.mark.parametrize("fault", ["breaks", "hangs", "trickles"])
@pytest.mark.parametrize("took", [True, False])
def test_after_the_text_nobody_knows(server: MailServer, fault: str, *, took: bool) -> None:
    getattr(server.faults, fault).add("TEXT")
    server.faults.takes_first = took
    with pytest.raises(DeliveryError) as caught:
        Client(access(server), patience=0.5).send(LETTER)

    assert (caught.value.unknown, caught.value.permanent) == (True, False)
    assert len(server.box.letters) == took


@pytest.mark.parametrize("step", ["EHLO", "RCPT"])
@pytest.mark.parametrize("fault", ["hangs", "trickles"])
def test_a_server_that_never_ends_is_left_in_time(server: MailServer, fault: str, step: str) -> None:
    getattr(server.faults, fault).add(step)
    began = time.monotonic()

    assert Client(access(server), patience=0.5).send(LETTER).kind is Carried.LATER
    assert time.monotonic() - began < 3


def test_nobody_there_is_no_refusal() -> None:
    with serving() as gone:
        pass
    carriage = Client(access(gone)).send(LETTER)
    assert (carriage.kind, carriage.said) == (Carried.LATER, "it cannot be reached (ConnectionRefusedError)")


@pytest.mark.parametrize("implicit", [False, True])
def test_a_password_only_travels_protected(tmp_path: Path, *, implicit: bool) -> None:
    authority, context = certificate(tmp_path, "localhost")
    with serving(tls=context, implicit=implicit, users={"desk": "zażółć"}) as server:
        known = {"host": "localhost", "ca": str(authority), "user": "desk", "tls": "implicit" if implicit else "starttls"}
        assert Client(access(server, token="zażółć", **known)).send(LETTER).kind is Carried.ACCEPTED
        assert examine(access(server, token="zażółć", **known)) == f"billing@partner.example ({'TLS' if implicit else 'STARTTLS'})"

        refused = Client(access(server, token="wrong", **known)).send(LETTER)
        assert (refused.kind, refused.said[:3]) == (Carried.LATER, "535")
        stranger = Client(access(server, token="zażółć", **{**known, "ca": ""})).send(LETTER)
        assert (stranger.kind, "certificate is not good" in stranger.said) == (Carried.LATER, True)
        other = Client(access(server, token="zażółć", **{**known, "host": "127.0.0.1"})).send(LETTER)
        assert "certificate is not good for 127.0.0.1" in other.said
        assert len(server.box.letters) == 1


def test_without_starttls_nothing_is_said(server: MailServer) -> None:
    carriage = Client(access(server, tls="starttls", user="desk"), patience=2).send(LETTER)
    assert (carriage.kind, "offers no STARTTLS" in carriage.said) == (Carried.LATER, True)
    with pytest.raises(DeliveryError, match="offers no STARTTLS"):
        examine(access(server, tls="starttls"))


def test_no_letter_can_add_a_header_or_a_recipient(server: MailServer) -> None:
    client = Client(access(server, name="Evil\r\nBcc: all@nowak.example"))
    nasty = replace(
        LETTER, subject="Hello\r\nBcc: all@nowak.example\r\n\r\n<b>", body="a\r\n.\r\nMAIL FROM:<x@y.example>\r\n\0\x1b[2J", language="pl\n"
    )
    assert client.send(nasty).kind is Carried.ACCEPTED

    [found] = server.box.letters
    assert found.message["Bcc"] is None
    assert found.message["Subject"] == "Hello Bcc: all@nowak.example <b>"
    assert found.text == "a\n.\nMAIL FROM:<x@y.example>\n[2J\n"


@pytest.mark.parametrize(
    "address",
    [
        "", "nowak.example", "@nowak.example", "ap@", "a p@nowak.example", "ap@nowak.example\r\nRCPT TO:<x@y.example>",
        "<ap@nowak.example>",
        '"ap x"@nowak.example', "ap@nowak.example, all@nowak.example", "ap@nowak..example", "ap@-.example", f"{'a' * 65}@nowak.example",
        "ap@nowak.example>", "ap@[127.0.0.1]", ".ap@nowak.example", "ap@@nowak.example",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_before_the_server_is_called(address: str) -> None:
    with serving() as gone:
        pass
    for letter in (replace(LETTER, recipient=address), replace(LETTER, reply_to=address)):
        refused = Client(access(gone)).send(letter)
        assert refused.kind is Carried.REFUSED
        assert address not in refused.said or not address


def test_domains_and_addresses_beyond_ascii(server: MailServer) -> None:
    client = Client(access(server))
    assert client.send(replace(LETTER, recipient="ap@Żółw.example")).kind is Carried.ACCEPTED
    assert client.send(replace(LETTER, recipient="księgowość@żółw.example")).kind is Carried.ACCEPTED
    assert [letter.recipient for letter in server.box.letters] == ["ap@xn--w-uga1v8h.example", "księgowość@xn--w-uga1v8h.example"]
    with serving(utf8=False) as older:
        refused = Client(access(older)).send(replace(LETTER, recipient="księgowość@żółw.example"))
        assert (refused.kind, "before its @" in refused.said) == (Carried.REFUSED, True)


def test_long_words_survive_folding(server: MailServer) -> None:
    long = replace(
        LETTER, message_id=f"{'n' * 100}@partner.example", subject="Ostateczne wezwanie do zapłaty – " * 8 + "Ż" * 120,
        reply_to=f"billing+c123456789012345678.{'a' * 20}@{'bardzo-dluga-nazwa' * 3}.example", body="ż" * 5000 + "\n",
    )  # fmt: skip
    assert Client(access(server)).send(long).kind is Carried.ACCEPTED
    read = email.message_from_bytes(server.box.letters[0].raw, policy=default)
    assert (read["Message-ID"].strip(), read["Subject"]) == (f"<{long.message_id}>", long.subject[:400])
    assert long.reply_to in read["Reply-To"]
    assert server.box.letters[0].text == long.body


@pytest.mark.parametrize(
    ("settings", "begins"),
    [
        ({"host": "bad host"}, "host takes"), ({"port": "0"}, "port takes"), ({"port": "99999"}, "port takes"),
        ({"port": "٢٥"}, "port takes"),
        ({"tls": "yes"}, "tls takes"), ({"tls": "none", "user": "desk"}, "tls=none is for"), ({"from": "billing"}, "from takes"),
        ({"answers": "a@b.example, c@d.example"}, "answers takes"), ({"ca": "/nowhere.pem"}, "ca takes"), ({}, ""),
        ({"tls": "none"}, ""), ({"tls": "none", "user": "desk", "host": "localhost"}, ""),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_with_a_sentence(settings: dict[str, str], begins: str) -> None:
    said = wrong({"host": "smtp.partner.example", "from": "billing@partner.example"} | settings)
    assert said.startswith(begins)
    assert bool(said) == bool(begins)


def test_the_line_is_protected_unless_it_stays_on_this_machine() -> None:
    found = [
        usual(*given)
        for given in (("smtp.partner.example", 0), ("smtp.partner.example", 25), ("smtp.partner.example", 465), ("127.0.0.1", 25))
    ]
    assert found == [Tls.STARTTLS, Tls.STARTTLS, Tls.IMPLICIT, Tls.NONE]


def test_microsoft_365_is_given_a_token_instead_of_a_password(tmp_path: Path) -> None:
    authority, context = certificate(tmp_path, "localhost")
    with microsoft_login() as login, serving(tls=context, users={}) as server:
        known = {
            "host": "localhost", "ca": str(authority), "tls": "starttls", "user": "billing@partner.example", "tenant": "contoso",
            "client": "app", "login": login,
        }  # fmt: skip
        assert wrong(access(server, **known).settings) == ""
        refused = Client(access(server, token="s3", **known)).send(LETTER)
        assert (refused.kind, refused.said[:3]) == (Carried.LATER, "535")
        server.tokens["tok-1"] = "billing@partner.example"
        assert Client(access(server, token="s3", **known)).send(LETTER).kind is Carried.ACCEPTED

        without = Client(access(server, token="s4", **known)).send(LETTER)
        assert (without.kind, without.said) == (Carried.LATER, "Microsoft's login gave no token: AADSTS7000215")
    assert wrong(known | {"from": "a@b.example", "login": "http://login.example"}).startswith("login takes")
    assert wrong({"host": "h.example", "from": "a@b.example", "client": "app"}).startswith("tenant and client")
