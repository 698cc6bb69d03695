"""Single remembered values under a name, for what is worth no table of its own."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine.db.dialects import insert_into
from core.engine.db.tables.engine import switches


def remembered(connection: Connection, name: str) -> Any:
    """What is kept under the name; None for nothing."""
    return connection.scalar(sa.select(switches.c.value).where(switches.c.name == name))


def remember(connection: Connection, name: str, value: Any) -> None:
    """Keep it instead of what was kept; None forgets."""
    if value is None:
        connection.execute(sa.delete(switches).where(switches.c.name == name))
        return
    kept = insert_into(connection, switches).values(name=name, value=value)
    connection.execute(kept.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
