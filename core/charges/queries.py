"""Reading what subscriptions cost the partner."""

from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine.db.tables.charges import subscription_prices

from .prices import Price
from .proration import Cycle


def price_of(connection: Connection, subscription_id: int) -> Price | None:
    """The newest whole cycle's price; None while no reconciliation named one."""
    mine = sa.select(subscription_prices).where(subscription_prices.c.subscription_id == subscription_id)
    row = connection.execute(mine).one_or_none()
    if row is None:
        return None
    return Price(
        unit=Decimal(row.unit_price), currency=row.currency, cycle=Cycle(first=row.first, last=row.last), quantity=row.quantity,
        invoice=row.invoice, as_of=row.as_of,
    )  # fmt: skip
