"""The collections policy: every version that was applied, as data and as its author wrote it."""

from sqlalchemy import Column, Date, String, Table, Text

from .base import Instant, Json, metadata, row_id

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
