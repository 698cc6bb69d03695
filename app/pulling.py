"""The outbox kind `receivables.pull`: ask the accounting system what a payer owes now, before something is decided on older facts."""

from functools import partial

import structlog

from app.connections import Connected
from app.wiring import House
from core.desk import Settles
from core.engine import outbox
from core.engine.errors import NotFound
from core.engine.outbox import Posting
from core.engine.transaction import Actor
from core.receivables.queries import payer
from webhooks.receivables.standard.client import Accounting

log = structlog.get_logger(__name__)
KIND = "receivables-standard"


def pull_receivables(house: House, posting: Posting) -> None:
    """Raises NotFound for a payer that is gone, DeliveryError when the accounting system does not answer.

    Where there is nobody to ask the wish is settled: the suspension's card says what is missing, and the next feed is looked at by itself.
    """
    with house.desk.reading() as connection:
        asked = payer(connection, int(posting.ids["payer_id"]))
    connected = _askable(house, asked.connection)
    if connected is None:
        log.info("This accounting sends its facts by itself and cannot be asked for newer ones.", payer=asked.id)
        house.store.attempt(partial(outbox.sent, posting_id=posting.id))
        return
    with Accounting(connected.name, connected.settings["url"], connected.token) as accounting:
        found = accounting.pull(asked.external)
    house.desk.do(found, Actor(f"connection:{connected.name}", "webhook"), house.clock.now(), settles=Settles("outbox", posting.id))


def _askable(house: House, name: str) -> Connected | None:
    """The connection, if it has an address to ask at; files and mere webhooks have none."""
    try:
        connected = house.connections.get(name)
    except NotFound:
        return None
    return connected if connected.kind_name == KIND and connected.settings.get("url") else None


SENDERS = {"receivables.pull": pull_receivables}
