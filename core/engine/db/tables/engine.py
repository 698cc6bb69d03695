"""Rows of the machinery: roots and journal, gestures, timers, inbox, outbox, cards, switches."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint, text

from .base import Instant, Json, Word, metadata, ref, row_id

# The row that is locked for a subject, which is also where its journal's chain ends.
roots = Table(
    "roots",
    metadata,
    Column("subject", String(80), primary_key=True),
    Column("seq", Integer, nullable=False, server_default="0"),
    Column("head", String(64), nullable=False, server_default=""),
    Column("sealed_seq", Integer, nullable=False, server_default="0"),  # how far the last daily root reaches
)

journal = Table(
    "journal",
    metadata,
    row_id(),
    Column("subject", String(80), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("face", String(20), nullable=False),
    Column("command", String(60), nullable=False),
    Column("event", String(60), nullable=False),
    Column("data", Json, nullable=False),
    Column("correlation", String(80), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("subject", "seq"),
)

# Names, addresses and message texts: referenced from the journal by a keyed digest, so that they can be erased.
private_texts = Table(
    "private_texts",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("body", Text, nullable=False),
)

# The outcome of a gesture under its key: the same key again renders the same outcome.
gestures = Table(
    "gestures",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("outcome", Json),
    Index("ix_gestures_at", "at"),
)

timers = Table(
    "timers",
    metadata,
    row_id(),
    Column("kind", String(60), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("nudge", Boolean, nullable=False, server_default=text("false")),
    Column("rule", String(60), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("state", Word(12), nullable=False, server_default="waiting"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lease_until", Instant),
    Column("data", Json, nullable=False),
    Index("ix_timers_due", "nudge", "due_at", "id", sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'")),
    Index(
        "uq_timers_waiting", "kind", "subject", unique=True,
        sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'"),
    ),
)  # fmt: skip

RAW = "erased_at IS NULL AND state IN ('done', 'discarded')"  # settled, and its content is still there

inbox = Table(
    "inbox",
    metadata,
    row_id(),
    Column("connection", String(60), nullable=False),
    Column("delivery_key", String(200), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", Word(12), nullable=False, server_default="new"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Instant),
    Column("lease_until", Instant),
    Column("error", String(400), nullable=False, server_default=""),
    Column("digest", String(64), nullable=False, server_default=""),  # SHA-256 of a body that was erased, and its size in bytes
    Column("size", Integer),
    Column("erased_at", Instant),
    UniqueConstraint("connection", "delivery_key"),
    Index("ix_inbox_new", "id", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")),
    Index("ix_inbox_dead", "id", sqlite_where=text("state = 'dead'"), postgresql_where=text("state = 'dead'")),
    Index("ix_inbox_raw", "received_at", sqlite_where=text(RAW), postgresql_where=text(RAW)),
)

outbox = Table(
    "outbox",
    metadata,
    row_id(),
    Column("lane", String(120), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("ids", Json, nullable=False),
    Column("priority", Integer, nullable=False, server_default="5"),
    Column("created_at", Instant, nullable=False),
    Column("state", Word(12), nullable=False, server_default="waiting"),
    Column("next_at", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lease_until", Instant),
    Column("ref", String(400), nullable=False, server_default=""),
    Column("error", String(400), nullable=False, server_default=""),
    Index(
        "ix_outbox_open", "lane", "id",
        sqlite_where=text("state IN ('waiting', 'sending')"), postgresql_where=text("state IN ('waiting', 'sending')"),
    ),
)  # fmt: skip

cards = Table(
    "cards",
    metadata,
    row_id(),
    Column("subject", String(80), nullable=False),
    Column("view", String(40), nullable=False),
    ref("conversation_id", "conversations.id"),
    Column("ref", String(400), nullable=False, server_default=""),
    Column("wanted", Integer, nullable=False, server_default="1"),
    Column("shown", Integer, nullable=False, server_default="0"),
    Column("state", Word(12), nullable=False, server_default="live"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Instant),
    Column("lease_until", Instant),
    Column("error", String(400), nullable=False, server_default=""),
    Column("called", Json, nullable=False, server_default="[]"),  # whom the copy asks to act as it is shown, by row
    UniqueConstraint("subject", "view", "conversation_id"),
    Index(
        "ix_cards_stale", "id",
        sqlite_where=text("wanted > shown AND state = 'live'"), postgresql_where=text("wanted > shown AND state = 'live'"),
    ),
    Index("ix_cards_gone", "conversation_id", sqlite_where=text("state = 'gone'"), postgresql_where=text("state = 'gone'")),
)  # fmt: skip

# Facts about the installation itself: the kill switch, the demo's clock shift, watermarks.
switches = Table(
    "switches",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("value", Json, nullable=False),
)
