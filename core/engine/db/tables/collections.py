"""The collections policy, every version of it; the ladders, one per payer and currency, and every step that was climbed."""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, String, Table, Text, text

from .base import Instant, Json, metadata, ref, row_id

policies = Table(
    "policies",
    metadata,
    row_id(),
    Column("version", String(40), nullable=False, unique=True),
    Column("since", Date, nullable=False),
    Column("rules", Json, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of the text
    Column("applied_by", String(80), nullable=False),
    Column("applied_at", Instant, nullable=False),
)

# A ladder ends when nothing is left to pay; the next debt has one of its own.
ladders = Table(
    "ladders",
    metadata,
    row_id(),
    ref("payer_id", "payers.id"),
    Column("currency", String(3), nullable=False),
    Column("policy", String(40), nullable=False),  # the version it follows until a person plans it anew
    Column("anchor", Date, nullable=False),
    Column("climbed", Integer, nullable=False),
    Column("waits", String(10), nullable=False, server_default=""),
    Column("last_on", Date),
    Column("paused_at", Instant),
    Column("paused_for", String(20), nullable=False, server_default=""),
    Column("final_amount", BigInteger),  # minor units
    Column("ended_at", Instant),
    Index(
        "uq_ladders_open", "payer_id", "currency", unique=True,
        sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
    ),
)  # fmt: skip

ladder_steps = Table(
    "ladder_steps",
    metadata,
    row_id(),
    ref("ladder_id", "ladders.id"),
    Column("name", String(40), nullable=False),
    Column("does", String(10), nullable=False),
    Column("anchor", Date, nullable=False),
    Column("planned_on", Date, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("amount", BigInteger, nullable=False),  # minor units overdue, or open for a step before the due date
    Column("detail", String(400), nullable=False, server_default=""),
)
