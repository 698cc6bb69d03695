"""The one place where a statement differs by store."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(connection: Connection, table: Table) -> Any:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update` (SQLAlchemy types the two dialects apart)."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
