"""Bring a database to the newest schema, from empty or from any earlier version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from .store import Store

MIGRATIONS = Path(__file__).parent / "migrations"


def config(store: Store) -> Config:
    """Alembic's settings for this store, without a file of its own."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    made.attributes["store"] = store
    return made


def upgrade(store: Store) -> None:
    """Run every missing migration; does nothing on a current database."""
    command.upgrade(config(store), "head")


def is_current(store: Store) -> bool:
    """Whether the database is at the newest version, as `readyz` asks."""
    with store.reading() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory.from_config(config(store)).get_current_head()
