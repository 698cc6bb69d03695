"""The house with its database current, or a sentence why not: every process and command begins here."""

from contextlib import suppress

import sqlalchemy as sa
from alembic.util import CommandError

from app.settings import ConfigError, Settings
from app.wiring import House, build
from core.engine.db.migrate import upgrade


def opened(settings: Settings) -> House:
    """Raises ConfigError for a database that cannot be reached, opened, or was made by a newer desk."""
    house = build(settings)
    try:
        upgrade(house.store)
    except (sa.exc.OperationalError, OSError, CommandError) as error:
        with suppress(OSError):  # where no lock file can be made there is none to give back
            house.close()
        raise ConfigError(_told(error)) from error
    return house


def _told(error: Exception) -> str:
    """With the database's own first line: it names hosts and files, and no password."""
    if isinstance(error, CommandError):
        return f"The database is not of this version of the desk: {error}. Nothing was changed."
    said = error.orig if isinstance(error, sa.exc.OperationalError) else error
    reason = str(said).strip().partition("\n")[0].rstrip(".")
    return f"The database that DESK_DATABASE_URL names cannot be used: {reason}. Nothing was started."
