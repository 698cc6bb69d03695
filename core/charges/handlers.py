"""Recording what subscriptions cost the partner."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from core.engine.db.dialects import insert_into
from core.engine.db.tables.charges import subscription_prices
from core.engine.db.tables.customers import subscriptions
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx

from .commands import Charged, RecordPrices
from .events import PricesRecorded


def record_prices(tx: Tx, command: RecordPrices) -> Iterable[Event]:
    """Keeps the newest whole cycle of each subscription; what was never read from Partner Center is left out."""
    found = sa.select(subscriptions.c.id, subscriptions.c.tenant, subscriptions.c.external).where(
        subscriptions.c.customer_id == command.customer_id
    )
    rows = {(row.tenant, row.external): row.id for row in tx.connection.execute(found)}
    kept: list[int] = []
    for each in sorted(command.charged, key=lambda charged: charged.first):
        row = rows.get((each.tenant.casefold(), each.subscription.casefold()))
        if row is not None and _keep(tx, row, each, command.as_of):
            kept.append(row)
    return [PricesRecorded(customer_id=command.customer_id, as_of=command.as_of, subscriptions=tuple(sorted(set(kept))))] if kept else []


def _keep(tx: Tx, row: int, each: Charged, as_of: datetime) -> bool:
    """Whether it is newer than, or other than, what was known."""
    values = {
        "unit_price": str(each.unit), "currency": each.currency, "first": each.first, "last": each.last, "quantity": each.quantity,
        "invoice": each.invoice,
    }  # fmt: skip
    mine = sa.select(subscription_prices).where(subscription_prices.c.subscription_id == row)
    known = tx.connection.execute(mine).mappings().one_or_none()
    if known is not None and (each.first < known["first"] or as_of < known["as_of"] or all(known[n] == v for n, v in values.items())):
        return False
    statement = insert_into(tx.connection, subscription_prices).values(subscription_id=row, as_of=as_of, **values)
    tx.connection.execute(statement.on_conflict_do_update(index_elements=["subscription_id"], set_={"as_of": as_of, **values}))
    return True


HANDLERS: Handlers = {RecordPrices: Handler(record_prices, lambda _c, command: [f"customer:{command.customer_id}"])}
