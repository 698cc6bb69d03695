"""Mail that comes in: an answer belongs to the case whose address it was sent to, a machine's is no answer, and nothing is lost."""

import io
from email.message import EmailMessage
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main
from app.receiving import sweep_inbox
from core.cases.commands import OpenCase, ResolveCase, TakeCase, WaitForCustomer
from core.cases.model import Case, Note, State, Told
from core.cases.queries import case, collection_case, notes_of
from playground.mail.box import Letter
from playground.mail.returning import absent, answered
from tests.harness.faces import Face
from tests.harness.mail import address_of, connect, notice, notice_queued, reminded, states
from tests.harness.questions import acting
from tests.harness.receivables import customer_with_payer, feed, invoice
from tests.harness.signing import Sender
from tests.harness.world import ANA, World
from webhooks.kinds import KINDS, MAIL
from webhooks.mail.answers import as_text, own_words


@pytest.fixture
def sender(world: World) -> Sender:
    world.hire(ANA)
    return connect(world)


@pytest.fixture
def case_id(world: World) -> int:
    """A case that waits for the customer."""
    number = world.do(OpenCase(title="Nowak, PLN")).ids["case_id"]
    world.do(TakeCase(case_id=number), acting(world, ANA))
    world.do(WaitForCustomer(case_id=number), acting(world, ANA))
    return number


def letter_to(world: World, case_id: int) -> Letter:
    """The desk's letter as it lies in the customer's mailbox."""
    made = EmailMessage()
    made["From"], made["To"], made["Message-ID"] = "Partner <billing@partner.example>", "ala@nowak.example", "<n7.5f2c@partner.example>"
    made["Reply-To"], made["Subject"], made["Auto-Submitted"] = address_of(world, case_id), "Przypomnienie", "auto-generated"
    made.set_content("Prosimy o zapłatę 123,00 zł.\n")
    return Letter(1, "billing@partner.example", "ala@nowak.example", made.as_bytes(), {}, world.now)


def plain(to: str, text: str = "Zapłacone.", **headers: str) -> bytes:
    """A message as a mail program writes it."""
    made = EmailMessage()
    given = {"From": "Ala Nowak <ala@nowak.example>", "To": to, "Subject": "Re: Przypomnienie", "Message-ID": "<r1@nowak.example>"}
    for name, value in (given | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        made[name] = value
    made.set_content(text)
    return made.as_bytes()


def about(world: World, case_id: int) -> tuple[Case, list[Note]]:
    with world.house.desk.reading() as connection:
        return case(connection, case_id), notes_of(connection, case_id)


def take(world: World, sender: Sender, message: bytes) -> None:
    assert sender.send(message, Content_Type="message/rfc822").status_code == 202
    sweep_inbox(world.house)
    world.settle()


def test_an_answer_is_the_customers_word_in_its_case(world: World, face: Face, sender: Sender, case_id: int) -> None:
    world.route(face.name, "question")
    answer = answered(letter_to(world, case_id), "Zapłaciliśmy wczoraj.\nPotwierdzenie w załączniku.", attachment="potwierdzenie.pdf")
    take(world, sender, answer)
    take(world, sender, answer)  # the same again, under another delivery

    found, [said] = about(world, case_id)
    assert found.state is State.OPEN
    assert said.body == "Zapłaciliśmy wczoraj.\nPotwierdzenie w załączniku.\n[potwierdzenie.pdf]"
    assert (said.author, said.direction, said.audience) == ("<ala@nowak.example>", "in", "customer")
    assert states(world) == [("done", ""), ("done", "")]
    assert "Zapłaciliśmy wczoraj." in face.type(f"case {case_id}", by=ANA)


def test_a_machines_answer_is_kept_and_changes_nobodys_turn(world: World, sender: Sender, case_id: int) -> None:
    take(world, sender, absent(letter_to(world, case_id)))

    found, [said] = about(world, case_id)
    assert found.state is State.WAITING
    assert ("na urlopie" in said.body, said.audience) == (True, "internal")


def test_a_colleagues_mail_is_a_remark(world: World, sender: Sender, case_id: int) -> None:
    take(world, sender, plain(address_of(world, case_id), "I called them.", From="Ana <ana@partner.example>"))
    found, [said] = about(world, case_id)
    assert (found.state, said.audience, said.body) == (State.WAITING, "internal", "I called them.")


def test_an_answer_opens_what_was_resolved(world: World, sender: Sender, case_id: int) -> None:
    world.do(ResolveCase(case_id=case_id, told=Told.YES), acting(world, ANA))
    take(world, sender, answered(letter_to(world, case_id), "Nadal się nie zgadza."))
    assert about(world, case_id)[0].state is State.OPEN


def test_an_answer_to_a_settled_debts_letter_goes_to_the_debt_of_today(world: World, sender: Sender) -> None:
    customer_with_payer(world)
    feed(world, invoice("F/1"))
    with world.house.desk.reading() as connection:
        first = collection_case(connection, 1, "PLN")
    feed(world, invoice("F/1", open=0), as_of=world.now.replace(hour=7))
    feed(world, invoice("F/1", open=0), invoice("F/2"), as_of=world.now.replace(hour=8))
    with world.house.desk.reading() as connection:
        second = collection_case(connection, 1, "PLN")
    assert first is not None
    assert second not in (first, None)

    take(world, sender, answered(letter_to(world, first), "Którą fakturę?"))

    assert states(world) == [("done", "")]
    assert [note.body for note in about(world, second or 0)[1]] == ["Którą fakturę?"]
    assert about(world, first)[0].state is State.RESOLVED


def test_the_address_is_found_wherever_servers_write_it(world: World, sender: Sender, case_id: int) -> None:
    address = f"=?utf-8?q?Rozliczenia?= <{address_of(world, case_id).upper()}>"
    take(world, sender, plain(address, Message_ID="<1@nowak.example>"))
    for number, where in enumerate(("Cc", "Delivered_To", "X_Original_To"), 2):
        given = {where: address, "Message_ID": f"<{number}@nowak.example>"}
        take(world, sender, plain("Somebody <other@partner.example>", **given))
    assert [note.body for note in about(world, case_id)[1]] == ["Zapłacone."] * 4


def test_what_belongs_to_no_case_waits_for_a_person(world: World, sender: Sender, case_id: int) -> None:
    other = world.do(OpenCase(title="Another")).ids["case_id"]
    address = address_of(world, case_id)
    unsigned, forged, guessed = "billing@partner.example", address.replace(".", "0.", 1), address.replace("+c", "+c1", 1)
    for to in (unsigned, forged, guessed, f"{address}, {address_of(world, other)}"):
        take(world, sender, plain(to))

    assert [state for state, _ in states(world)] == ["dead"] * 4
    assert ["no address" in why for _, why in states(world)] == [True, True, True, False]
    assert [about(world, number)[1] for number in (case_id, other)] == [[], []]


def test_our_own_letter_that_comes_back_is_no_news(world: World, sender: Sender, case_id: int) -> None:
    raw = letter_to(world, case_id).raw
    take(world, sender, raw.replace(b"To: ala@nowak.example", b"To: " + address_of(world, case_id).encode(), 1))
    assert (states(world), about(world, case_id)[1]) == ([("done", "")], [])


def test_a_bounce_takes_the_proof_from_the_notice(world: World, sender: Sender) -> None:
    notice_id = notice_queued(world, reminded(world))

    take(world, sender, (Path(__file__).parent / "bounces" / "postfix-delayed.eml").read_bytes())
    assert (notice(world, notice_id).state, notice(world, notice_id).bounce[:5]) == ("queued", "4.4.1")
    take(world, sender, (Path(__file__).parent / "bounces" / "postfix-failed.eml").read_bytes())
    assert (notice(world, notice_id).state, notice(world, notice_id).bounce[:5]) == ("bounced", "5.1.1")
    take(world, sender, (Path(__file__).parent / "bounces" / "exim-failed.eml").read_bytes().replace(b"n7.5f2c", b"other"))
    assert [state for state, _ in states(world)] == ["done"] * 3


def test_the_door_takes_what_a_mail_server_takes_and_no_more(world: World, sender: Sender, case_id: int) -> None:
    limit = KINDS[MAIL].limit
    message = plain(address_of(world, case_id))
    large = message + b"x" * (2 * 1024 * 1024)
    assert sender.send(large).status_code == 202
    assert sender.send(message + b"x" * limit).status_code == 413
    assert sender.send(message, webhook_signature="v1,AAAA").status_code == 401
    sweep_inbox(world.house)
    [said] = about(world, case_id)[1]
    assert len(said.body) < 21_000


def pipe(world: World, message: bytes, *arguments: str) -> tuple[int, str]:
    ended = CliRunner().invoke(main, ["mail", "receive", *arguments], input=io.BytesIO(message), obj=lambda: world.house)
    return ended.exit_code, ended.output


def test_a_mail_servers_pipe_stores_one_message(world: World, sender: Sender, case_id: int) -> None:
    del sender
    message = plain("undisclosed-recipients:;")
    assert pipe(world, message, "post", "--to", address_of(world, case_id)) == (0, "")
    assert pipe(world, message, "post", "--to", address_of(world, case_id)) == (0, "")
    sweep_inbox(world.house)
    assert (states(world), len(about(world, case_id)[1])) == ([("done", "")], 1)


def test_the_pipe_tells_the_mail_server_what_to_do(world: World, sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    del sender
    status, said = pipe(world, b"x" * (KINDS[MAIL].limit + 1), "post")
    assert (status, "bez załączników" in said) == (65, True)
    assert pipe(world, b"From: a@b.example\n\nx", "nowhere")[0] == 75

    def broken(*_: object) -> None:
        raise OSError("the disk, and a secret")

    monkeypatch.setattr(world.house.inbox, "put", broken)
    status, said = pipe(world, b"From: a@b.example\n\nx", "post")
    assert (status, "secret" in said) == (75, False)
    assert states(world) == []


QUOTED = {
    "gmail": "Tak, dziś.\n\nW dniu pon., 23 lis 2026 o 10:02 Partner <billing@partner.example>\nnapisał(a):\n\n> Prosimy\n> o zapłatę\n",
    "thunderbird": "Tak, dziś.\n\nW dniu 23.11.2026 o 10:02, Partner pisze:\n> Prosimy\n",
    "apple": "Tak, dziś.\n\nOn 23 Nov 2026, at 10:02, Partner <b@p.example> wrote:\n\n> Please pay\n\n\n",
    "outlook": "Tak, dziś.\n\nFrom: Partner <b@p.example>\nSent: Monday\nTo: Ala\nSubject: Reminder\n\nPlease pay\n",
    "outlook-pl": "Tak, dziś.\n\n________________________________\n"
    "Od: Partner <b@p.example>\nWysłano: poniedziałek\nDo: Ala\nTemat: P\n\nProsimy\n",
    "older": "Tak, dziś.\n-----Wiadomość oryginalna-----\nProsimy\n",
    "nothing quoted": "Tak, dziś.\n",
}


@pytest.mark.parametrize("program", sorted(QUOTED))
def test_the_quoted_letter_is_left_out(program: str) -> None:
    assert own_words(QUOTED[program]).replace("_", "").strip() == "Tak, dziś."


@pytest.mark.parametrize(
    "text",
    ["> Kiedy?\nDziś.\n> Ile?\nWszystko.", "Od: kiedy to liczyć?\nDo: kiedy zapłacić?", "> only quoted", "On Monday he wrote:\nwe pay"],
)
def test_what_may_be_an_answer_stays(text: str) -> None:
    assert own_words(text) == text


def test_the_words_of_a_page() -> None:
    page = (
        "<html><head><style>p{}</style><title>x</title></head><body><p>Dzień&nbsp;dobry,<br>zapłacone <b>dziś</b>.</p><script>x()</script>"
        '<div class="gmail_quote"><div>W dniu 23.11.2026 Partner pisze:<br></div>'
        "<blockquote><p>Prosimy <i>o zapłatę</i></p></blockquote></div>"
    )
    assert own_words(as_text(page)) == "Dzień dobry,\nzapłacone dziś."
