"""Escalations: chains as groups set them, those in flight, each with the shape it started with, and what Microsoft was asked."""

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint, text

from .base import Instant, Json, metadata, ref, row_id

# A group without a row has the shipped chain.
escalation_chains = Table(
    "escalation_chains",
    metadata,
    row_id(),
    ref("group_id", "groups.id", index=False),
    Column("shape", Json, nullable=False),  # levels, repeats, starts_on
    Column("set_at", Instant, nullable=False),
    UniqueConstraint("group_id"),
)

escalations = Table(
    "escalations",
    metadata,
    row_id(),
    ref("case_id", "cases.id"),
    Column("state", String(20), nullable=False),  # running | exhausted | acknowledged | closed
    Column("shape", Json, nullable=False),  # the chain as it was when this one started
    Column("reason", Text, nullable=False, server_default=""),
    Column("rule", String(60), nullable=False, server_default=""),  # the clock that started it; "" for a person
    Column("started_by", String(80), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("level", Integer, nullable=False, server_default="0"),  # the level reached, from 1
    Column("repeats", Integer, nullable=False, server_default="0"),  # how often the last level was told again
    Column("next_at", Instant),
    Column("told", Json, nullable=False),  # each level with whom it reached and when, oldest first
    Column("ended_by", String(80), nullable=False, server_default=""),
    Column("ended_at", Instant),
    Index(
        "uq_escalations_open", "case_id", unique=True,
        sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
    ),
)  # fmt: skip

# What a person asks of Microsoft for a case: the packet, the number it got there, and what came of it.
microsoft_requests = Table(
    "microsoft_requests",
    metadata,
    row_id(),
    ref("case_id", "cases.id"),
    Column("state", String(20), nullable=False),  # prepared | waiting | answered | solved | closed
    Column("door", String(30), nullable=False, server_default=""),
    Column("packet", Json, nullable=False),
    Column("number", String(40), nullable=False, server_default="", index=True),
    Column("opened_by", String(80), nullable=False, server_default=""),
    Column("opened_at", Instant),
    Column("waiting_since", Instant),  # since when it is Microsoft's turn
    Column("reminders", Integer, nullable=False, server_default="0"),
    Column("next_at", Instant),
    Column("history", Json, nullable=False),  # what was done, by whom and when, oldest first
    Column("ended_at", Instant),
    Index(
        "uq_microsoft_requests_open", "case_id", unique=True,
        sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
    ),
)  # fmt: skip
