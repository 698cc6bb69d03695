"""Requests to switch subscriptions off, the votes on them, the process per subscription, and restores."""

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint, text

from .base import Instant, Json, metadata, ref, row_id

suspensions = Table(
    "suspensions",
    metadata,
    row_id(),
    ref("customer_id", "customers.id"),
    ref("case_id", "cases.id"),
    Column("state", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("proposed_by", String(80), nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("cooling_until", Instant),
    Column("round", Integer, nullable=False, server_default="1"),
    Column("facts", Integer, nullable=False, server_default="1"),  # rises only when a listed fact changes
    Column("bound", Json, nullable=False),  # the listed facts as they were shown
    Column("ended_by", String(80), nullable=False, server_default=""),
    Column("ended_at", Instant),
    Column("end_reason", Text, nullable=False, server_default=""),
    Column("missing", Json, nullable=False),  # what the last look could not know
    Column("wanted", Text, nullable=False, server_default=""),  # the changes an approver asked for last
    Column("wanted_by", String(80), nullable=False, server_default=""),
    Column("wanted_at", Instant),
    Column("revised_at", Instant),  # when the proposer answered that; none while they have not
    Column("short", Integer, nullable=False, server_default="0"),  # approvals that nobody present can give
    Column("told", Json, nullable=False, server_default="{}"),  # how the customer hears that access is off
    Index(
        "uq_suspensions_open", "case_id", unique=True,
        sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
    ),
)  # fmt: skip

votes = Table(
    "votes",
    metadata,
    row_id(),
    ref("suspension_id", "suspensions.id"),
    Column("round", Integer, nullable=False),
    ref("staff_id", "staff.id"),
    Column("verdict", String(10), nullable=False),
    Column("at", Instant, nullable=False),
    Column("face", String(20), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    UniqueConstraint("suspension_id", "round", "staff_id"),
)

# Who may decide a request, who is asked, who watches: three sets, kept as they change, so that it can be said who could have.
suspension_people = Table(
    "suspension_people",
    metadata,
    row_id(),
    ref("suspension_id", "suspensions.id"),
    ref("staff_id", "staff.id"),
    Column("part", String(10), nullable=False),  # decides | asked | watches
    ref("instead_of", "staff.id", nullable=True, index=False),  # asked because this member is away
    Column("since_at", Instant, nullable=False),
    Column("until_at", Instant),
    Index(
        "uq_suspension_people_standing", "suspension_id", "staff_id", "part", unique=True,
        sqlite_where=text("until_at IS NULL"), postgresql_where=text("until_at IS NULL"),
    ),
)  # fmt: skip

# One process per subscription of a request.
suspension_items = Table(
    "suspension_items",
    metadata,
    row_id(),
    ref("suspension_id", "suspensions.id"),
    ref("subscription_id", "subscriptions.id"),
    Column("state", String(20), nullable=False),
    Column("looked_at", Instant),
    Column("request_id", String(40), nullable=False, server_default=""),
    Column("correlation_id", String(40), nullable=False, server_default=""),
    Column("snapshot", Json, nullable=False),
    Column("answer", Json, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("sent_at", Instant),
    Column("called_at", Instant),  # when the call that counts for its day began
    Column("done_at", Instant),
    UniqueConstraint("suspension_id", "subscription_id"),
)

# Who set the curfew aside for a case.
curfew_lifts = Table(
    "curfew_lifts",
    metadata,
    row_id(),
    ref("case_id", "cases.id"),
    Column("by", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("reason", Text, nullable=False),
)

# Who said until when the bank was checked for a case.
bank_attests = Table(
    "bank_attests",
    metadata,
    row_id(),
    ref("case_id", "cases.id"),
    Column("by", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("checked", Text, nullable=False),
)

restores = Table(
    "restores",
    metadata,
    row_id(),
    ref("case_id", "cases.id"),
    ref("subscription_id", "subscriptions.id"),
    Column("state", String(20), nullable=False),  # proposed | sending | accepted | verifying | restored | failed | unknown
    Column("reason", Text, nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("request_id", String(40), nullable=False, server_default=""),
    Column("correlation_id", String(40), nullable=False, server_default=""),
    Column("snapshot", Json, nullable=False),
    Column("answer", Json, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("done_at", Instant),
    Index(
        "uq_restores_open", "subscription_id", unique=True,
        sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL"),
    ),
)  # fmt: skip

# What is to become of a subscription when its term ends, said for that term alone; and what people were told of it.
term_ends = Table(
    "term_ends",
    metadata,
    row_id(),
    ref("subscription_id", "subscriptions.id", index=False),
    Column("term", String(40), nullable=False),  # its last moment; "" where Partner Center does not say
    Column("decision", String(10), nullable=False, server_default=""),  # cancel | renew | extend
    Column("decided_by", String(80), nullable=False, server_default=""),
    Column("decided_at", Instant),
    Column("seats", Integer),  # how many it was decided about
    Column("heard", String(10), nullable=False, server_default=""),  # what Partner Center would do, as people know it
    Column("warned", Json, nullable=False),  # how many days before the end they were warned
    UniqueConstraint("subscription_id", "term"),
)
