"""A local Zendesk and a desk that hear each other, and what a story does with them."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from werkzeug.serving import make_server

from app.receiving import access_of
from app.senders import SENDERS
from app.sweeps import sweep_outbox
from core.engine.db.tables.engine import inbox, outbox
from core.people.commands import AddConnection, ChangeConnection
from playground.zendesk.account import Ticket
from playground.zendesk.server import LocalZendesk
from tests.harness.tickets import handle as handle_now
from tests.harness.world import World
from webhooks.reading import Access
from webhooks.tickets.port import TicketPort

SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # what Zendesk's own guide tests with
USER = "desk@partner.example"


def connect(world: World, url: str, **settings: str) -> None:
    """Connect the account to the world's desk as `zendesk`."""
    vault = world.house.vault
    given = {"url": url, "user": USER, "case_field": "360001"} | settings
    given = {name: value for name, value in given.items() if value}
    secrets = (vault.seal("sign", SECRET), vault.seal("token", "t"))
    world.do(AddConnection(name="zendesk", kind="tickets-zendesk", settings=given, secrets=secrets))
    world.house.connections.forget()


@contextmanager
def listening(world: World, *, events: bool = False, **settings: str) -> Iterator[LocalZendesk]:
    """An account whose webhook calls the world's desk."""
    server = make_server("127.0.0.1", 0, world.client.application, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    hook = f"http://127.0.0.1:{server.server_port}/webhooks/zendesk"
    made = LocalZendesk(hook, SECRET, token="t", user=USER, scale=0.001, events=events)
    made.start()
    connect(world, made.url, **settings)
    yield made
    made.stop()
    server.shutdown()
    server.server_close()


def until(reached: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for what happens in another thread."""
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def handle(world: World, local: LocalZendesk) -> None:
    """Let every webhook arrive, be read, and what waits be written, until nothing comes back any more."""
    for _ in range(4):
        until(lambda: not local.deliveries.open)
        handle_now(world)


def send_once(world: World) -> None:
    """One try of what waits, however it ends, and whatever pause the try before it earned."""
    with world.house.store.writing() as connection:
        connection.execute(sa.update(outbox).where(outbox.c.state == "waiting").values(next_at=datetime.now(UTC) - timedelta(seconds=1)))
    sweep_outbox(world.house, SENDERS)


def port(world: World, **settings: str) -> TicketPort:
    """The writer of the connection, with other settings where they are given."""
    write = world.house.connections.get("zendesk").kind.write
    assert write is not None
    return write(access(world, **settings))


def access(world: World, **settings: str) -> Access:
    made = access_of(world.house, world.house.connections.get("zendesk"))
    return Access(name=made.name, settings={**made.settings, **settings}, token=made.token, known=made.known)


def said(ticket: Ticket) -> list[tuple[str, bool]]:
    """What stands in the ticket: text, and whether the customer can read it."""
    return [(event["body"], event["public"]) for audit in ticket.audits for event in audit.events if event["type"] == "Comment"]


def states(world: World) -> list[Any]:
    """How the deliveries that came ended."""
    with world.house.desk.reading() as connection:
        return list(connection.scalars(sa.select(inbox.c.state).order_by(inbox.c.id)))


def configure(world: World, **settings: str) -> None:
    """Add to the connection's settings."""
    world.do(ChangeConnection(name="zendesk", settings={**access(world).settings, **settings}))
    world.house.connections.forget()
