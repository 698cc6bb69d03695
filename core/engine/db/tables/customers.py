"""Customers, whom they pay through, their Microsoft tenants and what they subscribe to."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table, UniqueConstraint, text

from .base import Instant, Json, metadata, ref, row_id

customers = Table(
    "customers",
    metadata,
    row_id(),
    Column("name", String(200), nullable=False),
    Column("folded", String(200), nullable=False, index=True),  # the name without case and diacritics, for search
    Column("tax_id", String(40), nullable=False, server_default=""),
    Column("locale", String(10), nullable=False, server_default="en"),
    Column("zone", String(60), nullable=False, server_default="Europe/Warsaw"),
    Column("country", String(2), nullable=False, server_default="PL"),
    Column("segment", String(40), nullable=False, server_default=""),
    Column("mode", String(10), nullable=False, server_default="dry_run"),
    Column("provider", String(100), nullable=False, server_default=""),  # the indirect provider, where it is by hand
)

billing_contacts = Table(
    "billing_contacts",
    metadata,
    row_id(),
    ref("customer_id", "customers.id"),
    Column("name", String(120), nullable=False),
    Column("email", String(200), nullable=False),
    UniqueConstraint("customer_id", "email"),
)

# A key of another system that stands for a customer: a ticket organisation or requestor domain, a payer, a tenant.
# Only a confirmed link counts; a guess is a row without confirmed_at and merely suggests.
links = Table(
    "links",
    metadata,
    row_id(),
    ref("customer_id", "customers.id"),
    Column("kind", String(20), nullable=False),
    Column("connection", String(60), nullable=False),
    Column("external", String(200), nullable=False),
    Column("shown", String(200), nullable=False, server_default=""),  # a tenant's domain, as Partner Center says it
    Column("confirmed_by", String(80), nullable=False, server_default=""),
    Column("confirmed_at", Instant),
    Column("read_at", Instant),  # of a tenant: as of when all of it was read last; nothing newer is known of it
    Index(
        "uq_links_confirmed", "kind", "connection", "external", unique=True,
        sqlite_where=text("confirmed_at IS NOT NULL"), postgresql_where=text("confirmed_at IS NOT NULL"),
    ),
)  # fmt: skip

subscriptions = Table(
    "subscriptions",
    metadata,
    row_id(),
    ref("customer_id", "customers.id"),
    Column("tenant", String(60), nullable=False),
    Column("external", String(60), nullable=False),
    Column("name", String(200), nullable=False),
    Column("kind", String(20), nullable=False),  # new_commerce | legacy | azure_plan | trial | addon
    Column("parent", String(60), nullable=False, server_default=""),
    Column("status", String(30), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("term", String(10), nullable=False, server_default=""),
    Column("term_end_at", Instant),
    Column("auto_renew", Boolean),
    Column("as_of", Instant, nullable=False),
    Column("since_at", Instant),  # as of when status, seats, term end, auto-renew and whether something is scheduled were first read so
    Column("raw", Json, nullable=False),
    Column("commitment_ends_on", Date),
    UniqueConstraint("tenant", "external"),
)
