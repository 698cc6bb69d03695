"""Migrations lead from empty to exactly the tables the code declares."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from core.engine.db.migrate import is_current, upgrade
from core.engine.db.store import Store
from core.engine.db.tables import metadata
from tests.harness.databases import Databases


def test_an_empty_database_becomes_current_and_differs_in_nothing(databases: dict[str, Databases], store_kind: str) -> None:
    store = Store(databases[store_kind].empty())
    assert not is_current(store)

    upgrade(store)

    assert is_current(store)
    with store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    store.close()
