"""Cases, their notes and answers."""

from sqlalchemy import Column, Date, Index, Integer, String, Table, Text, UniqueConstraint, text

from .base import Instant, Json, Word, metadata, ref, row_id

cases = Table(
    "cases",
    metadata,
    row_id(),
    Column("kind", Word(20), nullable=False),  # question | collection
    Column("state", Word(20), nullable=False),
    Column("triage", String(30), nullable=False, server_default=""),
    Column("triage_by", String(80), nullable=False, server_default=""),
    Column("title", String(300), nullable=False),
    ref("customer_id", "customers.id", nullable=True),
    ref("assignee_id", "staff.id", nullable=True),
    Column("ticket_connection", String(60), nullable=False, server_default=""),
    Column("ticket", String(80), nullable=False, server_default=""),
    Column("ticket_seen", String(80), nullable=False, server_default=""),  # the ticket's own last-changed mark when it was last read
    Column("requestor", String(200), nullable=False, server_default=""),
    ref("payer_id", "payers.id", nullable=True),
    Column("currency", String(3), nullable=False, server_default=""),
    Column("opened_at", Instant, nullable=False),
    Column("responded_at", Instant),
    Column("asked_again_at", Instant),  # since when the customer waits for an answer to what they wrote after ours
    Column("waiting_since", Instant),
    Column("waiting_on", String(12), nullable=False, server_default=""),  # customer | microsoft
    Column("resolved_at", Instant),
    Column("told_customer", String(20), nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("extra", Json, nullable=False),
    Index(
        "uq_cases_ticket", "ticket_connection", "ticket", unique=True,
        sqlite_where=text("ticket <> ''"), postgresql_where=text("ticket <> ''"),
    ),
    Index(
        "uq_cases_collection", "payer_id", "currency", unique=True,
        sqlite_where=text("kind = 'collection' AND state <> 'resolved'"),
        postgresql_where=text("kind = 'collection' AND state <> 'resolved'"),
    ),
    Index("ix_cases_open", "opened_at", sqlite_where=text("state <> 'resolved'"), postgresql_where=text("state <> 'resolved'")),
    sqlite_autoincrement=True,
)  # fmt: skip

# A remark of the staff, a comment that came from the ticket, or an answer to the customer.
notes = Table(
    "notes",
    metadata,
    row_id(),
    ref("case_id", "cases.id"),
    Column("audience", String(12), nullable=False),  # internal | customer
    Column("direction", String(4), nullable=False),  # out | in
    Column("author", String(120), nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", String(12), nullable=False, server_default="kept"),  # kept | queued | sent | withdrawn | failed
    Column("marker", String(80), nullable=False, server_default="", index=True),
    Column("external", String(80), nullable=False, server_default=""),
    Column("link", String(500), nullable=False, server_default=""),  # to the chat message it was made of
)

# Who is told of what matters in a case.
case_watchers = Table(
    "case_watchers",
    metadata,
    row_id(),
    ref("case_id", "cases.id", index=False),
    ref("staff_id", "staff.id"),
    Column("since_at", Instant, nullable=False),
    Column("set_by", String(80), nullable=False),
    UniqueConstraint("case_id", "staff_id"),
)

# What somebody waits for: reckoned when something changes, only compared when it rings. Without `due_at` it stands still.
case_clocks = Table(
    "case_clocks",
    metadata,
    row_id(),
    ref("case_id", "cases.id", index=False),
    Column("clock", String(30), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("wait_minutes", Integer, nullable=False),  # of open time; which target that was, who set it and since when:
    Column("source", String(200), nullable=False),
    Column("since", Date, nullable=False),
    Column("left_minutes", Integer, nullable=False),
    Column("due_at", Instant),
    Column("ended_at", Instant),
    Index(
        "uq_case_clocks_open", "case_id", "clock", unique=True,
        sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
    ),
    Index("ix_case_clocks_case", "case_id"),
    Index("ix_case_clocks_due", "due_at", sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
)  # fmt: skip

# From when until when the case was somebody else's turn, or closed.
case_pauses = Table(
    "case_pauses",
    metadata,
    row_id(),
    ref("case_id", "cases.id"),
    Column("why", String(12), nullable=False),  # customer | microsoft | closed
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

# Who wants no reminders of a case until when, and why; one that lasts for each case.
snoozes = Table(
    "snoozes",
    metadata,
    row_id(),
    ref("case_id", "cases.id"),
    ref("staff_id", "staff.id"),
    Column("from_at", Instant, nullable=False),
    Column("until_at", Instant, nullable=False),
    Column("reason", String(300), nullable=False),
    Column("in_a_row", Integer, nullable=False),
    Column("ended_at", Instant),
    Column("ended_because", String(12), nullable=False, server_default=""),
    Index("uq_snoozes_lasting", "case_id", unique=True, sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
)

# Targets that an admin set; the narrowest one that fits counts, the shipped ones where none does.
targets = Table(
    "targets",
    metadata,
    row_id(),
    Column("clock", String(30), nullable=False),
    Column("group_name", String(60), nullable=False, server_default=""),  # "" for every group
    Column("triage", String(30), nullable=False, server_default=""),  # "" for every kind of question
    Column("wait_minutes", Integer, nullable=False),
    Column("warn_percent", Integer, nullable=False),
    Column("source", String(200), nullable=False),
    Column("since", Date, nullable=False),
    UniqueConstraint("clock", "group_name", "triage"),
)

# Links to files about a case, about a customer, or about all of them (neither): of one use, for ten minutes, known by a digest only.
file_passes = Table(
    "file_passes",
    metadata,
    Column("digest", String(64), primary_key=True),
    ref("case_id", "cases.id", nullable=True),
    ref("customer_id", "customers.id", nullable=True),
    Column("file", String(20), nullable=False),
    Column("form", String(8), nullable=False),
    Column("locale", String(10), nullable=False),
    Column("zone", String(60), nullable=False),
    Column("expires_at", Instant, nullable=False),  # by the real clock
)
