"""A local accounting system connected to a world's desk, both over real HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import make_server

from core.people.commands import AddConnection
from playground.accounting.deliveries import Deliveries
from playground.accounting.server import LocalAccounting
from tests.harness.signing import SECRET
from tests.harness.world import World

PACE = 0.001


def snapshot(payer: str = "K-1", *invoices: dict[str, Any], **given: Any) -> dict[str, Any]:
    """A payer as the books hold it, with one overdue invoice of 123.00 PLN unless others are given."""
    return {"payer": {"id": payer, "name": "Nowak sp. z o.o.", "tax_id": "526-025-02-74"}, "invoices": list(invoices) or [bill()]} | given


def bill(number: str = "F/1", **given: Any) -> dict[str, Any]:
    """An invoice with a line, as it is sent."""
    line = {"text": "Microsoft 365 E3", "quantity": "2", "net": "100.00", "vat": "23.00", "subscription": "S1"}
    facts = {"number": number, "issued_on": "2026-10-01", "due_on": "2026-10-15", "currency": "PLN", "total": "123.00", "open": "123.00"}
    return facts | {"lines": [line]} | given


@contextmanager
def connected_books(world: World) -> Iterator[LocalAccounting]:
    """Books that send to the desk and can be asked by it, as the connection `books`; their clock is the world's."""
    desk = make_server("127.0.0.1", 0, world.client.application, threaded=True)
    threading.Thread(target=desk.serve_forever, args=(0.02,), daemon=True).start()
    deliveries = Deliveries(f"http://127.0.0.1:{desk.server_port}/webhooks/books", SECRET, pace=PACE)
    local = LocalAccounting("books-token", deliveries)
    local.now = lambda: world.now  # type: ignore[method-assign]  # a test's own in its place
    local.start()
    connect_books(world, url=local.url)
    try:
        yield local
    finally:
        local.stop()
        desk.shutdown()
        desk.server_close()


def connect_books(world: World, **settings: str) -> None:
    """The connection `books`."""
    vault = world.house.vault
    secrets = (vault.seal("sign", SECRET), vault.seal("token", "books-token"))
    world.do(AddConnection(name="books", kind="receivables-standard", settings=settings, secrets=secrets))
    world.house.connections.forget()
