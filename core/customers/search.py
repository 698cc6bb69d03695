"""Finding customers by name and tax number: kept findable in the transaction that adds them."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine import search
from core.engine.db.bulk import among
from core.engine.db.tables.customers import customers
from core.engine.handling import Command
from core.engine.journal import Event
from core.engine.transaction import Tx

from .events import CustomerAdded
from .model import Customer
from .queries import customer, from_row

CUSTOMERS = "customer"


def index_customer(tx: Tx, event: CustomerAdded) -> Iterable[Command]:
    """Found by the name and the tax number, with its country's letters or without."""
    found = customer(tx.connection, event.customer_id)
    search.keep(tx.connection, CUSTOMERS, {found.id: (found.name, found.tax_id, found.tax_id.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))})
    return ()


INDEXED: Mapping[type[Event], Callable[..., Iterable[Command]]] = {CustomerAdded: index_customer}


def found_customers(connection: Connection, customer_ids: Sequence[int]) -> list[Customer]:
    """The customers, in this order."""
    wanted = sa.select(customers).where(among(connection, customers.c.id, customer_ids))
    rows = {row.id: row for row in connection.execute(wanted)}
    return [from_row(rows[id_]) for id_ in customer_ids if id_ in rows]
