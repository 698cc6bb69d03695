"""What Microsoft charges the partner for a subscription: the newest whole charge cycle that a reconciliation file named."""

from sqlalchemy import Column, Date, Integer, String, Table, UniqueConstraint

from .base import Instant, metadata, ref, row_id

subscription_prices = Table(
    "subscription_prices",
    metadata,
    row_id(),
    ref("subscription_id", "subscriptions.id", index=False),
    Column("unit_price", String(40), nullable=False),  # a decimal, per seat and whole cycle, in the currency of the bill
    Column("currency", String(3), nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("invoice", String(40), nullable=False, server_default=""),  # "" for charges that are not billed yet
    Column("as_of", Instant, nullable=False),
    UniqueConstraint("subscription_id"),
)
