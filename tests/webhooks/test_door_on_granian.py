"""The door behind the real server: what a WSGI test client cannot send, such as chunks, repeated headers and a body that never ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
import sqlalchemy as sa

from core.engine.db.tables.engine import inbox
from tests.harness.databases import free_port
from tests.harness.signing import Sender, connect
from tests.harness.world import KEY, World
from webhooks.receive import LIMIT

pytestmark = pytest.mark.slow

BODY = b'{"type":"ticket.create","data":{"ticket_id":1,"transaction_id":34}}'


@dataclass
class Served:
    """A desk's web process on loopback."""

    port: int
    sender: Sender

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhooks/helpdesk"


@pytest.fixture
def served(world: World) -> Iterator[Served]:
    """`app.wsgi` under granian, on the world's database."""
    sender = connect(world)
    port = free_port()
    environment = os.environ | {
        "DESK_CONFIG": "/dev/null", "DESK_DATABASE_URL": world.house.settings.desk_database_url.get_secret_value(), "DESK_SECRET_KEY": KEY,
        "SLACK_SIGNING_SECRET": "not-used", "SLACK_BOT_TOKEN": "xoxb-not-used", "DESK_PORT": str(port),
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "app.cli", "web"], env=environment, start_new_session=True)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2)
            break
        except httpx.TransportError:
            time.sleep(0.1)
    yield Served(port, sender)
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(20)


def test_chunks_repeats_and_lies_about_length_get_their_refusal_and_a_good_delivery_its_202(world: World, served: Served) -> None:
    def post(content: object, headers: object) -> int:
        return httpx.post(served.url, content=content, headers=headers, timeout=20).status_code  # type: ignore[arg-type]  # headers as pairs: one stands twice

    headers = served.sender.headers(BODY, delivery="plain")
    assert post(BODY, headers) == 202
    assert post(BODY, headers) == 202

    # Chunked: read like any other, and cut off at the limit.
    assert post(iter([BODY[:10], BODY[10:]]), served.sender.headers(BODY, delivery="chunked")) == 202
    assert post(iter([b"x" * 65536] * 40), served.sender.headers(BODY)) == 413
    assert post(b" " * (LIMIT + 1), served.sender.headers(BODY)) == 413

    # A header sent twice is not the header that was signed.
    twice = [*served.sender.headers(BODY).items(), ("webhook-signature", "v1,AAAA")]
    assert post(BODY, twice) == 401
    assert post(b"\xff\xfe\x00", served.sender.headers(b"\xff\xfe\x00", delivery="bytes")) == 202
    assert post(BODY, {"webhook-id": "x" * 10_000, "webhook-timestamp": "1", "webhook-signature": "v1,"}) == 401

    with world.house.desk.reading() as connection:
        assert set(connection.scalars(sa.select(inbox.c.delivery_key))) == {"plain", "chunked", "bytes"}


def test_a_body_that_ends_early_is_no_delivery_and_leaves_the_server_alive(world: World, served: Served) -> None:
    headers = served.sender.headers(BODY)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection(("127.0.0.1", served.port)) as raw:
        raw.sendall(f"POST /webhooks/helpdesk HTTP/1.1\r\nHost: x\r\n{head}Content-Length: 5000\r\n\r\n".encode() + BODY)

    assert httpx.post(served.url, content=BODY, headers=served.sender.headers(BODY, delivery="after"), timeout=20).status_code == 202
    with world.house.desk.reading() as connection:
        assert set(connection.scalars(sa.select(inbox.c.delivery_key))) == {"after"}
