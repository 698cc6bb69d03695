"""The door of the systems of record: what is verified is on disk before the answer, everything else gets its refusal and leaves nothing."""

import io
import json
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.receiving import sweep_inbox
from core.engine.db.tables.engine import inbox
from core.people.commands import RotateSecret, SwitchConnection
from tests.harness.signing import SECRET, Sender, connect
from tests.harness.world import World
from webhooks.receive import LIMIT

BODY = b'{"type":"ticket.create","data":{"ticket_id":1,"transaction_id":34}}'


@pytest.fixture
def sender(world: World) -> Sender:
    return connect(world)


def stored(world: World) -> list[Any]:
    with world.house.desk.reading() as connection:
        return list(connection.execute(sa.select(inbox).order_by(inbox.c.id)))


def test_a_signed_delivery_is_stored_raw_before_it_is_answered_and_no_credential_with_it(world: World, sender: Sender) -> None:
    answer = sender.send(BODY, delivery="msg_1", Authorization="Bearer hush", X_Other="x")

    assert (answer.status_code, answer.data) == (202, b"")
    (row,) = stored(world)
    assert (row.connection, row.delivery_key, row.body, row.state) == ("helpdesk", "msg_1", BODY, "new")
    assert set(row.headers) == {"content-type", "webhook-id", "webhook-timestamp", "secret"}


def test_the_same_delivery_again_is_thanked_for_and_stays_one(world: World, sender: Sender) -> None:
    answers = [sender.send(BODY, delivery="msg_1").status_code for _ in range(3)]

    assert answers == [202, 202, 202]
    assert len(stored(world)) == 1


def test_fifty_copies_at_once_become_one_row(world: World, sender: Sender) -> None:
    headers = sender.headers(BODY, delivery="msg_1")
    statuses: list[int] = []
    start = threading.Barrier(50)

    def post() -> None:
        start.wait()
        statuses.append(world.client.application.test_client().post("/webhooks/helpdesk", data=BODY, headers=headers).status_code)

    threads = [threading.Thread(target=post) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [202] * 50
    assert len(stored(world)) == 1


def test_an_unknown_connection_is_not_there(world: World, sender: Sender) -> None:
    for path in ("/webhooks/nobody", "/webhooks/", "/webhooks/helpdesk/", "/webhooks/helpdesk/x", "/webhooks/%00", "/webhooks/Helpdesk"):
        assert world.client.post(path, data=BODY, headers=sender.headers(BODY)).status_code == 404, path
    assert stored(world) == []


def test_only_post_is_taken(world: World, sender: Sender) -> None:
    for method in ("get", "put", "delete", "patch", "options"):
        answer = getattr(world.client, method)("/webhooks/helpdesk")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST"), method


def test_unsigned_stale_early_or_wrongly_signed_is_refused_without_a_reason(world: World, sender: Sender) -> None:
    now = time.time()
    refused = [
        world.client.post("/webhooks/helpdesk", data=BODY),
        sender.send(BODY, at=now - 310),
        sender.send(BODY, at=now + 310),
        sender.send(BODY, webhook_signature="v1,AAAA"),
        sender.send(BODY, webhook_id="another"),
        Sender(world, secret="whsec_" + "B" * 44).send(BODY),
    ]

    assert [(answer.status_code, answer.data) for answer in refused] == [(401, b"")] * len(refused)
    assert stored(world) == []


def test_the_signature_of_one_connection_opens_no_other(world: World, sender: Sender) -> None:
    connect(world, name="other", secret="whsec_" + "C" * 44)

    assert Sender(world, connection="other", secret=SECRET).send(BODY).status_code == 401
    assert stored(world) == []


def test_a_body_above_one_mebibyte_is_too_large_and_one_just_below_is_not(world: World, sender: Sender) -> None:
    assert sender.send(b" " * (LIMIT + 1)).status_code == 413
    assert stored(world) == []
    assert sender.send(b" " * LIMIT).status_code == 202


@pytest.mark.parametrize("length", ["-1", "1e3", "x", "+5", "9" * 30])
def test_a_length_that_is_no_number_is_a_bad_request_or_too_large(world: World, sender: Sender, length: str) -> None:
    statuses: list[str] = []
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/webhooks/helpdesk", "CONTENT_LENGTH": length, "wsgi.input": None}

    world.client.application.wsgi_app(environ, lambda status, _headers: statuses.append(status))

    assert statuses == ["400 Bad Request"]


def hostile() -> Iterable[bytes]:
    """Bodies that break parsers."""
    yield b""
    yield b"\xff\xfe\x00not utf-8"
    yield b"\xef\xbb\xbf" + BODY
    yield b"[" * 200_000
    yield b'{"a":' * 100_000
    yield b'{"type":"x","data":{"ticket_id":1,"ticket_id":"2"}}'
    yield b'{"type":"x","data":{"ticket_id":1e400}}'
    yield b'{"type":"x","data":{"ticket_id":-5}}'
    yield b'{"type":"x","data":{"ticket_id":"../../admin"}}'
    yield b'{"type":"x","data":{"ticket_id":' + b"9" * 5000 + b"}}"
    yield b"\x00" * 100
    yield b'"\\ud800"'
    yield json.dumps({"type": "x", "data": None}).encode()
    yield b"null"


def test_a_signed_body_nobody_can_read_becomes_a_dead_letter_with_a_sentence_and_the_rest_goes_on(world: World, sender: Sender) -> None:
    bodies = list(hostile())
    statuses = {sender.send(body).status_code for body in bodies}

    sweep_inbox(world.house)

    assert statuses == {202}
    rows = stored(world)
    assert [row.state for row in rows] == ["dead"] * len(bodies)
    assert all(row.error.endswith(".") for row in rows)
    assert [row.body for row in rows] == bodies


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    headers=st.dictionaries(
        st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature", "content-type", "content-encoding", "authorization"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60),
    ),
    body=st.binary(max_size=200),
    path=st.sampled_from(["helpdesk", "nobody", "helpdesk/x"]),
)
def test_no_request_at_random_gets_in_or_breaks_the_door(
    world: World, sender: Sender, headers: dict[str, str], body: bytes, path: str
) -> None:
    statuses: list[str] = []
    environ: dict[str, Any] = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    environ |= {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/webhooks/{path}",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    world.client.application.wsgi_app(environ, lambda status, _headers: statuses.append(status))

    assert statuses in (["401 Unauthorized"], ["404 Not Found"])


def test_while_the_secret_is_rotated_both_are_taken_and_later_only_the_new_one(world: World, sender: Sender) -> None:
    newer = "whsec_" + "D" * 44
    rotation = RotateSecret(
        name="helpdesk", secret=world.house.vault.seal("sign", newer), keep_until=datetime.now(UTC) + timedelta(seconds=1)
    )
    world.do(rotation)
    world.house.connections.forget()

    both = [Sender(world, secret=secret).send(BODY, delivery=secret[-5:]).status_code for secret in (SECRET, newer)]
    time.sleep(1.1)
    later = [Sender(world, secret=secret).send(BODY, delivery=secret[-6:]).status_code for secret in (SECRET, newer)]

    assert (both, later) == ([202, 202], [401, 202])


def test_a_disabled_connection_is_not_there(world: World, sender: Sender) -> None:
    world.do(SwitchConnection(name="helpdesk", active=False))
    world.house.connections.forget()

    assert sender.send(BODY).status_code == 404


def test_secrets_are_encrypted_at_rest(world: World, sender: Sender) -> None:
    with world.house.desk.reading() as connection:
        dumped = str(connection.execute(sa.text("SELECT secrets FROM connections")).all())
        journal = str(connection.execute(sa.text("SELECT data FROM journal")).all())

    assert SECRET not in dumped + journal
    assert "1-14-token" not in dumped + journal


def test_when_the_database_does_not_take_it_the_sender_is_asked_to_try_again(world: World, sender: Sender) -> None:
    assert sender.send(BODY).status_code == 202  # the connection is known from here on
    with world.house.store.writing() as connection:
        connection.execute(sa.text("DROP TABLE inbox"))

    answer = sender.send(BODY)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
