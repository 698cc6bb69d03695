"""Staff, what they may do, who they are in each chat, and the conversations they work in."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from .base import Instant, Json, metadata, ref, row_id

staff = Table(
    "staff",
    metadata,
    row_id(),
    Column("handle", String(60), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("locale", String(10), nullable=False, server_default=""),
    Column("zone", String(60), nullable=False, server_default=""),
    Column("chat_locale", String(20), nullable=False, server_default=""),  # what their chat's own profile said at first contact
    Column("chat_zone", String(60), nullable=False, server_default=""),
    Column("active", Boolean, nullable=False, server_default=text("true")),
)

grants = Table(
    "grants",
    metadata,
    row_id(),
    ref("staff_id", "staff.id"),
    Column("role", String(20), nullable=False),
    UniqueConstraint("staff_id", "role"),
)

identities = Table(
    "identities",
    metadata,
    row_id(),
    ref("staff_id", "staff.id"),
    Column("face", String(20), nullable=False),
    Column("workspace", String(80), nullable=False),
    Column("user", String(120), nullable=False),
    Column("address", Json, nullable=False),  # how to reach the person privately there: learnt from their own messages
    UniqueConstraint("face", "workspace", "user"),
)

# A code that links a further chat to a member: the first part finds it, the second is kept as a keyed digest only.
link_codes = Table(
    "link_codes",
    metadata,
    row_id(),
    Column("staff_id", BigInteger().with_variant(Integer, "sqlite"), ForeignKey("staff.id"), nullable=False, unique=True),
    Column("selector", String(8), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("expires_at", Instant, nullable=False),  # by the real clock
    Column("wrong", Integer, nullable=False, server_default="0"),
)

# Who is away until when, and who stands in; one that has not ended per member.
absences = Table(
    "absences",
    metadata,
    row_id(),
    ref("staff_id", "staff.id"),
    Column("from_at", Instant, nullable=False),
    Column("until_at", Instant, nullable=False),
    ref("delegate_id", "staff.id", nullable=True),
    Column("set_by", String(80), nullable=False),
    Column("ended_at", Instant),
    Index(
        "uq_absences_standing", "staff_id", unique=True, sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")
    ),
)  # fmt: skip

# What a member wants of a kind of private message, and when they are not to be disturbed: a row for what they chose themselves.
preferences = Table(
    "preferences",
    metadata,
    row_id(),
    ref("staff_id", "staff.id"),
    Column("kind", String(20), nullable=False),
    Column("way", String(20), nullable=False),
    UniqueConstraint("staff_id", "kind"),
)

# Private messages that wait for the end of quiet hours, or for the morning's digest; told once, and then no longer.
held_messages = Table(
    "held_messages",
    metadata,
    row_id(),
    ref("staff_id", "staff.id"),
    Column("until", String(10), nullable=False),  # quiet | digest
    Column("said", Json, nullable=False),  # as in the outbox row it would have been
    Column("held_at", Instant, nullable=False),
    Column("told_at", Instant),
    Index("ix_held_messages_waiting", "staff_id", sqlite_where=text("told_at IS NULL"), postgresql_where=text("told_at IS NULL")),
)


# Opening hours and holidays under a name. The one called `default` counts for groups without their own.
calendars = Table(
    "calendars",
    metadata,
    row_id(),
    Column("name", String(60), nullable=False, unique=True),
    Column("zone", String(60), nullable=False),
    Column("week", Json, nullable=False),  # a list of spans such as 09:00-17:00 for each day, Monday first
    Column("country", String(2), nullable=False),
    Column("subdivision", String(10), nullable=False),
    Column("closed", Json, nullable=False),  # days closed by hand: date → why
)

groups = Table(
    "groups",
    metadata,
    row_id(),
    Column("name", String(60), nullable=False, unique=True),
    Column("zone", String(60), nullable=False, server_default="Europe/Warsaw"),
    ref("calendar_id", "calendars.id", nullable=True),
    Column("routes", Json, nullable=False),  # the kinds of card this group gets: question, collection, approval …
    Column("assign", String(20), nullable=False, server_default=""),  # how its new cases find an owner: round-robin, or by hand
    Column("most_cases", Integer),  # a member with so many open cases is passed over
)

group_members = Table(
    "group_members",
    metadata,
    row_id(),
    ref("group_id", "groups.id"),
    ref("staff_id", "staff.id"),
    Column("turn_at", Instant),  # when a case was given to them in turn last
    UniqueConstraint("group_id", "staff_id"),
)

conversations = Table(
    "conversations",
    metadata,
    row_id(),
    Column("face", String(20), nullable=False),
    Column("workspace", String(80), nullable=False),
    Column("external", String(200), nullable=False),
    Column("address", Json, nullable=False),  # the face's own columns: service URL, bot id, team …
    ref("group_id", "groups.id", nullable=True),
    Column("locale", String(10), nullable=False, server_default="en"),
    Column("zone", String(60), nullable=False, server_default="Europe/Warsaw"),
    Column("reachable", Boolean, nullable=False, server_default=text("true")),
    Column("seen_at", Instant),
    UniqueConstraint("face", "workspace", "external"),
)

# Who opened their home in a chat that has one, and what it shows: published anew when the journal went on and the page changed.
homes = Table(
    "homes",
    metadata,
    row_id(),
    ref("staff_id", "staff.id"),
    Column("face", String(20), nullable=False),
    Column("workspace", String(80), nullable=False),
    Column("user", String(120), nullable=False),
    Column("page", Integer, nullable=False, server_default="1"),
    Column("looked", BigInteger, nullable=False, server_default="-1"),  # the journal's newest row when it was last drawn
    Column("digest", String(64), nullable=False, server_default=""),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Instant),
    Column("lease_until", Instant),
    UniqueConstraint("face", "workspace", "user"),
)

# The app as it was installed into a chat's workspace through the desk's own page; a token from the environment has no row.
installations = Table(
    "installations",
    metadata,
    row_id(),
    Column("face", String(20), nullable=False),
    Column("workspace", String(80), nullable=False),
    Column("name", String(120), nullable=False),
    Column("token", Text, nullable=False),  # encrypted with DESK_SECRET_KEY; "" once it ended
    Column("details", Json, nullable=False),  # the bot's ids, the granted scopes
    Column("installed_by", String(120), nullable=False),
    Column("installed_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("end_reason", String(60), nullable=False, server_default=""),
    UniqueConstraint("face", "workspace"),
)

# What may be used once on the way to an installation, by the digest of its code: an invitation of an admin, and the state of one try.
passes = Table(
    "passes",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("expires_at", Instant, nullable=False),  # by the real clock
)

connections = Table(
    "connections",
    metadata,
    row_id(),
    Column("name", String(60), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),
    Column("settings", Json, nullable=False),
    Column("secrets", Json, nullable=False),  # [{id, cipher, until}], each encrypted with DESK_SECRET_KEY
    Column("active", Boolean, nullable=False, server_default=text("true")),
)
