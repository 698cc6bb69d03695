"""Finding a case while somebody types."""

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine.db.tables.cases import cases
from core.engine.db.tables.customers import customers
from core.engine.folding import folded


def searched(connection: Connection, text: str, *, limit: int) -> list[tuple[int, str]]:
    """Cases by the beginning of their number, or a part of their title or customer's name: number and title, newest first."""
    digits = text.strip().casefold().removeprefix("c-")
    if digits.isascii() and digits.isdigit():
        found = sa.cast(cases.c.id, sa.String).startswith(digits, autoescape=True)
    else:
        in_title = sa.func.lower(cases.c.title).contains(text.strip().lower(), autoescape=True)
        found = in_title | customers.c.folded.contains(folded(text), autoescape=True)
    named = sa.select(cases.c.id, cases.c.title).join(customers, customers.c.id == cases.c.customer_id, isouter=True)
    return [(row.id, row.title) for row in connection.execute(named.where(found).order_by(cases.c.id.desc()).limit(limit))]
