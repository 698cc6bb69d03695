"""What comes back, as real servers write it: which letter it is about, and whether it will still arrive."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webhooks.mail.answers import answer_of, is_automatic
from webhooks.mail.bounces import Bounce, bounces, is_report
from webhooks.mail.reading import Mail
from webhooks.reading import Unreadable

FOLDER = Path(__file__).parent / "bounces"
OURS = "n7.5f2c@partner.example"
TOLD = {
    "postfix-failed": [(True, "5.1.1 550 5.1.1 <ap@nowak.example> User doesn't exist")],
    "postfix-delayed": [(False, "4.4.1 connect to 192.0.2.7[192.0.2.7]:25: Connection timed out")],
    "exchange-failed": [(True, "5.1.10 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup")],
    "exim-failed": [(True, "Mail delivery failed: returning message to sender")],
    "headers-only-polish": [(True, "Odpowiedź serwera: 550 skrzynka nie istnieje")],
    "polish-delayed": [(False, "Wiadomości nie udało się jeszcze doręczyć (451 4.3.0 serwer zajęty).")],
    "gave-up-after-days": [(True, "4.4.7")],
    "delivered": [],
}


@pytest.mark.parametrize("name", sorted(TOLD))
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_each_server_is_understood(name: str, ends: bytes) -> None:
    mail = Mail((FOLDER / f"{name}.eml").read_bytes().replace(b"\n", ends))

    assert is_report(mail)
    assert bounces(mail) == [Bounce(message_id=OURS, permanent=permanent, said=said) for permanent, said in TOLD[name]]


def test_every_recipient_of_a_report_is_told_of() -> None:
    text, border = (FOLDER / "postfix-failed.eml").read_bytes(), b"--4FZ1x2.1795510931/mail.nowak.example\nContent-Description: Undelivered"
    second = b"Final-Recipient: rfc822; b@nowak.example\nAction: delayed\nStatus: 4.2.2\n\n"
    assert [found.permanent for found in bounces(Mail(text.replace(border, second + border)))] == [True, False]


def test_a_report_that_names_no_letter_says_nothing() -> None:
    text = (FOLDER / "exim-failed.eml").read_bytes().replace(b"Message-ID: <n7", b"X-Was: <n7")
    assert (is_report(Mail(text)), bounces(Mail(text))) == (True, [])


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\0\0\0", b"just text", b"\n\n", b"Subject: no sender\n\nx", b"From: a@b.example\n" + b"X-Long: " + b"x" * 300_000 + b"\n\nx",
        b"From: a@b.example\n" + b"Content-Type: multipart/mixed; boundary=a\n\n--a\n" * 200,
    ],
)  # fmt: skip
def test_what_is_no_mail_is_refused_with_a_reason(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        Mail(raw)


HOSTILE = [
    b"From: =?utf-8?b?!!!?= <a@b.example>\nSubject: =?no-such-charset?q?x?=\n"
    b"Content-Type: text/plain; charset=\"\xff\xfe\"\n\n\xff\xfe\x00",
    b"From: a@b.example\nContent-Type: multipart/mixed\n\nno boundary",
    b"From: a@b.example\nContent-Type: multipart/report; report-type*=utf-8''delivery-status; boundary=x\n\n--x\n"
    b"Content-Type: message/delivery-status\n\n\n\n\n--x--",
    b"From: <<<>>>,,;;@\nTo: " + b"(" * 500 + b"\nMessage-ID: <\n\nx",
    b"From: a@b.example\nContent-Type: message/rfc822\n\n" * 40 + b"x",
    b"From: a@b.example\nContent-Transfer-Encoding: base64\nContent-Type: text/plain; charset=utf-16\n\n####",
    b"From: a@b.example\nContent-Disposition: attachment; filename*=utf-7''%zz\nContent-Type: a/b/c; name*0*=x; name*1=y\n\nx",
    b"From: a@b.example\nContent-Type: text/plain; charset=idna\n\n" + b"xn--" * 2000,
    b"From: a@b.example\nContent-Transfer-Encoding: uuencode\n\nbegin 666 x\n\xff\xff\n",
    b"From: mailer-daemon@b.example\nContent-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/rfc822\n\n--x--",
]  # fmt: skip


@pytest.mark.parametrize("raw", HOSTILE)
def test_what_is_made_to_be_hard_to_read_is_read_or_refused(raw: bytes) -> None:
    try:
        mail = Mail(raw)
    except Unreadable:
        return
    assert isinstance((is_report(mail), bounces(mail), is_automatic(mail), answer_of(mail), mail.sender, mail.identity), tuple)
    assert all(c.isprintable() or c in "\n\u200c\u200d" for c in answer_of(mail))


ENDLESS = {
    "comments": b"Content-Type: text/html\n\n" + b"<!--" * 200_000,
    "tags": b"Content-Type: text/html\n\n<a " + b"x='" * 200_000,
    "brackets": b"To: " + b"(" * 9_000 + b"\n\nx",
    "parts": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 20_000,
    "quotes": b"\n" + b"> x\n" * 200_000,
    "recipients": b"Content-Type: message/delivery-status\n\n" + b"Action: failed\n\n" * 20_000,
    "codes": b"In-Reply-To: <a@b>\n\n" + b"5.1." * 200_000,
}


@pytest.mark.parametrize("name", sorted(ENDLESS))
def test_what_is_made_to_take_for_ever_does_not(name: str) -> None:
    began = time.process_time()
    mail = Mail(b"From: mailer-daemon@b.example\n" + ENDLESS[name])
    assert isinstance((is_report(mail), bounces(mail), answer_of(mail), mail.addresses("to")), tuple)
    assert time.process_time() - began < 6  # seconds of this process; minutes without the bounds


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(TOLD)), st.lists(st.tuples(st.integers(0, 3_000), st.binary(max_size=12)), max_size=6))
def test_nothing_that_is_written_makes_the_reader_fail(name: str, changes: list[tuple[int, bytes]]) -> None:
    raw = (FOLDER / f"{name}.eml").read_bytes()
    for at, more in changes:
        raw = raw[:at] + more + raw[at + len(more) // 2 :]
    try:
        mail = Mail(raw)
    except Unreadable:
        return
    assert all(found.message_id for found in bounces(mail))
    assert len(answer_of(mail)) < 25_000
