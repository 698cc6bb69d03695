"""What customers owe the partner, as the partner's own accounting says it, each fact with its as-of time."""

from sqlalchemy import BigInteger, Column, Date, Integer, String, Table, Text, UniqueConstraint

from .base import Instant, Json, metadata, ref, row_id

payers = Table(
    "payers",
    metadata,
    row_id(),
    ref("customer_id", "customers.id", nullable=True),
    Column("connection", String(60), nullable=False),
    Column("external", String(80), nullable=False),
    Column("name", String(200), nullable=False),
    Column("tax_id", String(40), nullable=False, server_default=""),
    Column("as_of", Instant, nullable=False),
    UniqueConstraint("connection", "external"),
)

invoices = Table(
    "invoices",
    metadata,
    row_id(),
    ref("payer_id", "payers.id"),
    Column("number", String(80), nullable=False, index=True),
    Column("issued_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("period", String(7), nullable=False, server_default=""),  # the billing month, YYYY-MM
    Column("currency", String(3), nullable=False),
    Column("total", BigInteger, nullable=False),  # minor units
    Column("open", BigInteger),  # minor units; NULL: not in the newest open-items file, so unknown
    Column("document", String(400), nullable=False, server_default=""),
    Column("as_of", Instant, nullable=False),
    UniqueConstraint("payer_id", "number"),
)

invoice_lines = Table(
    "invoice_lines",
    metadata,
    row_id(),
    ref("invoice_id", "invoices.id"),
    Column("position", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("product", String(120), nullable=False, server_default=""),
    Column("subscription", String(80), nullable=False, server_default=""),
    Column("period_from", Date),
    Column("period_to", Date),
    Column("quantity", String(24), nullable=False),  # a decimal, written as text
    Column("net", BigInteger, nullable=False),
    Column("vat", BigInteger, nullable=False),
    UniqueConstraint("invoice_id", "position"),
)

# What feeds showed as paid of an invoice, or set off, as it grew: the sum of an invoice's is always its total less what is open.
invoice_movements = Table(
    "invoice_movements",
    metadata,
    row_id(),
    ref("invoice_id", "invoices.id"),
    Column("amount", BigInteger, nullable=False),  # minor units; negative: taken back, or a credit note used up
    Column("as_of", Instant, nullable=False),
)

# A notice to the customer with its proof. Until the ladder exists, recorded by hand.
notices = Table(
    "notices",
    metadata,
    row_id(),
    ref("case_id", "cases.id"),
    Column("kind", String(20), nullable=False),  # reminder | final
    Column("sent_on", Date, nullable=False),
    Column("recipient", String(200), nullable=False),
    Column("method", String(40), nullable=False),
    Column("proof", Text, nullable=False),
    Column("recorded_by", String(80), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("extra", Json, nullable=False),
)
