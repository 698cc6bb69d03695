"""The one place where a statement differs by store."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(connection: Connection, table: Table) -> Any:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update` (SQLAlchemy types the two dialects apart)."""
    return insert_for(connection.dialect.name, table)


def insert_for(store: str, table: Table) -> Any:
    """The same for a store by its name, sqlite or postgresql: to build a statement once for each."""
    return sqlite.insert(table) if store == "sqlite" else postgresql.insert(table)
