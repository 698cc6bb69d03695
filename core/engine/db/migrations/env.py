"""Alembic's entry: runs migrations on the store it was handed."""

from alembic import context

from core.engine.db.store import Store
from core.engine.db.tables import metadata

store: Store = context.config.attributes["store"]

with store.writing() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=store.is_sqlite, transactional_ddl=False)
    context.run_migrations()
