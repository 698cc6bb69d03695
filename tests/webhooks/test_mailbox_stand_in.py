"""The mailbox of the demo: a letter of the desk lies in it, and what is pressed there comes back through the signed door."""

import threading
from collections.abc import Iterator

import httpx
import pytest
from werkzeug.serving import make_server

from app.receiving import sweep_inbox
from core.cases.queries import notes_of
from playground.mail.server import Mailbox
from tests.harness.mail import connect, notice, notice_queued, reminded, states
from tests.harness.signing import SECRET
from tests.harness.world import World


@pytest.fixture
def mailbox(world: World) -> Iterator[Mailbox]:
    """A mailbox whose provider posts to the world's desk, and by which that desk sends."""
    server = make_server("127.0.0.1", 0, world.client.application, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    made = Mailbox(f"http://127.0.0.1:{server.server_port}/webhooks/post", SECRET)
    made.start()
    connect(world, made.smtp.port)
    yield made
    made.stop()
    server.shutdown()
    server.server_close()


def press(mailbox: Mailbox, path: str, **form: str) -> str:
    answer = httpx.post(f"{mailbox.url}{path}", data=form, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def test_what_is_pressed_on_a_letter_reaches_the_notice_and_the_case(world: World, mailbox: Mailbox) -> None:
    case_id = reminded(world)
    first = notice_queued(world, case_id)
    world.settle()
    page = httpx.get(mailbox.url).text
    assert ("Przypomnienie" in page, "Prosimy o zapłatę 123,00 zł." in page) == (True, True)

    assert "→ answered" in press(mailbox, "/letters/1/answer", text="Zapłacimy jutro.", attachment="przelew.pdf")
    assert "→ answered by a machine" in press(mailbox, "/letters/1/absent")
    press(mailbox, "/letters/1/delay")
    sweep_inbox(world.house)
    assert notice(world, first).state == "accepted"
    press(mailbox, "/letters/1/bounce")
    sweep_inbox(world.house)

    assert states(world) == [("done", "")] * 4
    assert (notice(world, first).state, notice(world, first).bounce[:5]) == ("bounced", "5.1.1")
    with world.house.desk.reading() as connection:
        said = [(note.body.splitlines(), note.audience) for note in reversed(notes_of(connection, case_id))]
    assert said[0] == (["Zapłacimy jutro.", "[przelew.pdf]"], "customer")
    assert said[1][1] == "internal"

    press(mailbox, "/server", **{"is": "refusing"})
    second = notice_queued(world, case_id, "n8.aa@partner.example")
    world.settle()
    assert notice(world, second).state == "refused"


@pytest.mark.parametrize(("path", "status"), [("/letters/9/bounce", 404), ("/letters/1/burn", 404), ("/letters/1/answer", 404)])
def test_it_does_nothing_for_a_letter_that_is_not_there(path: str, status: int) -> None:
    made = Mailbox("http://127.0.0.1:9/", SECRET)
    made.start()
    assert httpx.post(f"{made.url}{path}").status_code == status
    made.stop()
