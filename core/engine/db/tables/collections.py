"""The collections policy and the notices' texts, every version of them; the ladders, their steps and the notices they send; what holds back
collecting, as people recorded it."""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, String, Table, Text, UniqueConstraint, text

from .base import Instant, Json, metadata, ref, row_id


def versions(name: str, reads: str) -> Table:
    """Every version of a file that was applied, as its author wrote it; `reads`: the column of what it was read as."""
    return Table(
        name,
        metadata,
        row_id(),
        Column("version", String(40), nullable=False, unique=True),
        Column("since", Date, nullable=False),
        Column(reads, Json, nullable=False),
        Column("text", Text, nullable=False),
        Column("digest", String(64), nullable=False),  # SHA-256 of the text
        Column("applied_by", String(80), nullable=False),
        Column("applied_at", Instant, nullable=False),
    )


policies = versions("policies", "rules")
notice_texts = versions("notice_texts", "texts")

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

# A notice that the desk sends, to one person, as it was rendered; what became of it is its evidence.
desk_notices = Table(
    "desk_notices",
    metadata,
    row_id(),
    ref("ladder_id", "ladders.id"),
    ref("step_id", "ladder_steps.id"),
    ref("case_id", "cases.id", nullable=True),  # NULL: nothing was overdue yet, so there was no case
    ref("note_id", "notes.id", nullable=True),  # of one that went out as a public comment of a ticket
    Column("kind", String(20), nullable=False),  # reminder | final
    Column("channel", String(10), nullable=False),  # mail | ticket
    Column("recipient", String(200), nullable=False),
    Column("name", String(120), nullable=False),
    Column("language", String(10), nullable=False),
    Column("texts", String(40), nullable=False),  # the version of the texts it was made from
    Column("amount", BigInteger, nullable=False),  # minor units it asks for
    Column("names_at", Instant),  # when access ends at the earliest, as the final one says
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of subject and body
    Column("message_id", String(200), nullable=False, unique=True),
    Column("reply_to", String(200), nullable=False, server_default=""),
    Column("state", String(12), nullable=False),  # queued | accepted | proven | refused | bounced | withdrawn
    Column("queued_at", Instant, nullable=False),
    Column("accepted_at", Instant),
    Column("proven_at", Instant),
    Column("ended_at", Instant),
    Column("replaced_at", Instant),  # it did not arrive, and its step was sent again
    Column("said", Text, nullable=False, server_default=""),  # what the carrier answered
    Column("bounce", Text, nullable=False, server_default=""),
)

# What the owner of an exemption was told of its end, once, whichever version of the policy says it.
exemptions_told = Table(
    "exemptions_told",
    metadata,
    row_id(),
    Column("whom", String(120), nullable=False),  # customer:7, or a segment
    Column("until", Date, nullable=False),
    Column("stage", String(10), nullable=False),  # soon | last | over
    Column("told_at", Instant, nullable=False),
    UniqueConstraint("whom", "until", "stage"),
)

# A letter to one person about access: that it is off, or back. Its words are a note of the case, which a person confirmed.
access_letters = Table(
    "access_letters",
    metadata,
    row_id(),
    ref("case_id", "cases.id"),
    ref("note_id", "notes.id"),
    Column("kind", String(12), nullable=False),  # suspended | restored
    Column("recipient", String(200), nullable=False),
    Column("name", String(120), nullable=False),
    Column("language", String(10), nullable=False),
    Column("texts", String(40), nullable=False, server_default=""),  # the version of the texts; "" for the desk's own words
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of subject and body
    Column("message_id", String(200), nullable=False, unique=True),
    Column("reply_to", String(200), nullable=False),
    Column("state", String(12), nullable=False),  # queued | accepted | refused | bounced | withdrawn
    Column("queued_at", Instant, nullable=False),
    Column("accepted_at", Instant),
    Column("ended_at", Instant),
    Column("said", Text, nullable=False, server_default=""),  # what the carrier answered
    Column("bounce", Text, nullable=False, server_default=""),
)

# A payment that somebody says was made. Only a feed says what is paid.
reported_payments = Table(
    "reported_payments",
    metadata,
    row_id(),
    ref("customer_id", "customers.id"),
    ref("payer_id", "payers.id"),
    Column("currency", String(3), nullable=False),
    Column("amount", BigInteger, nullable=False),  # minor units
    Column("paid_on", Date, nullable=False),
    Column("proof", Text, nullable=False),
    Column("until", Date, nullable=False),  # the last day of the banking days it is waited for
    Column("before", Json, nullable=False),  # open amounts by invoice when it was reported
    Column("before_as_of", Instant, nullable=False),
    Column("state", String(20), nullable=False),  # open | confirmed | not_found | withdrawn
    Column("by", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Column("ended_as_of", Instant),  # of the feed that settled it
    Column("ended_by", String(80), nullable=False, server_default=""),
    Column("ended_at", Instant),
    Column("end_reason", Text, nullable=False, server_default=""),
)

promises = Table(
    "promises",
    metadata,
    row_id(),
    ref("customer_id", "customers.id"),
    ref("payer_id", "payers.id"),
    Column("currency", String(3), nullable=False),
    Column("amount", BigInteger, nullable=False),  # minor units
    Column("promised_on", Date, nullable=False),
    Column("how", Text, nullable=False),
    Column("judge_from", Date, nullable=False),  # no feed of an earlier day judges it
    Column("before", Json, nullable=False),  # open amounts by invoice when it was given
    Column("before_as_of", Instant, nullable=False),
    Column("came", BigInteger),  # minor units the feed that judged it showed as paid towards it
    Column("state", String(20), nullable=False),  # open | kept | partly | broken | withdrawn | replaced
    Column("by", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Column("ended_as_of", Instant),  # of the feed that judged it
    Column("ended_by", String(80), nullable=False, server_default=""),
    Column("ended_at", Instant),
    Column("end_reason", Text, nullable=False, server_default=""),
)

# What a customer does not accept of an invoice, or of one of its lines.
disputes = Table(
    "disputes",
    metadata,
    row_id(),
    ref("customer_id", "customers.id"),
    ref("payer_id", "payers.id"),
    ref("invoice_id", "invoices.id"),
    Column("line", Integer),  # its position; NULL for the whole invoice
    Column("currency", String(3), nullable=False),
    Column("amount", BigInteger, nullable=False),  # minor units
    Column("reason", Text, nullable=False),
    Column("state", String(20), nullable=False),  # open | accepted | credited | rejected | withdrawn
    Column("before", BigInteger),  # the invoice's total when it was accepted, minor units
    Column("by", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Column("overridden_by", String(80), nullable=False, server_default=""),
    Column("override_reason", Text, nullable=False, server_default=""),
    Column("ended_as_of", Instant),  # of the feed that showed the credit
    Column("ended_by", String(80), nullable=False, server_default=""),
    Column("ended_at", Instant),
    Column("end_reason", Text, nullable=False, server_default=""),
)

holds = Table(
    "holds",
    metadata,
    row_id(),
    ref("customer_id", "customers.id"),
    ref("payer_id", "payers.id", nullable=True),  # NULL: all of the customer's
    Column("kind", String(20), nullable=False),  # legal | insolvency | goodwill
    Column("since", Date, nullable=False),
    Column("until", Date),  # the last day; NULL: until somebody releases it
    Column("reason", Text, nullable=False),
    Column("state", String(20), nullable=False),  # open | released | over
    Column("by", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Column("ended_by", String(80), nullable=False, server_default=""),
    Column("ended_at", Instant),
    Column("end_reason", Text, nullable=False, server_default=""),
)
