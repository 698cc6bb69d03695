"""Migrations lead from empty to exactly the tables the code declares."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from core.engine.db.migrate import is_current, upgrade
from core.engine.db.store import Store
from core.engine.db.tables import metadata
from tests.harness.databases import Databases


def is_beside(name: str | None) -> bool:
    """What finds words is made beside its table by each store in its own way; no metadata can tell of it."""
    return (name or "").startswith("search_words") or name == "ix_search_entries_words"


def test_an_empty_database_becomes_current_and_differs_in_nothing(databases: dict[str, Databases], store_kind: str) -> None:
    store = Store(databases[store_kind].empty())
    assert not is_current(store)

    upgrade(store)

    assert is_current(store)
    with store.reading() as connection:
        made = MigrationContext.configure(connection, opts={"include_name": lambda name, kind, _parents: not is_beside(name)})
        assert compare_metadata(made, metadata) == []
    store.close()
