"""The workspaces the app was installed into through the desk's own page, as this process knows them: tokens opened, read again after
a few seconds, so that an installation made by one process, or ended, is known to all."""

import threading
import time
from collections.abc import Mapping
from typing import Any

import structlog
from cryptography.fernet import InvalidToken
from sqlalchemy import Row

from app.connections import AGE, Vault
from bots.slack.workspaces import Installed
from core.engine.db.store import Store
from core.people.installations import all_installations

log = structlog.get_logger(__name__)


class Installations:
    """Of Slack, by workspace."""

    def __init__(self, store: Store, vault: Vault, *, age: float = AGE) -> None:
        self._store, self._vault, self._age = store, vault, age
        self._lock = threading.Lock()
        self._known: Mapping[str, Installed] = {}
        self._read_at = -age

    def __call__(self) -> Mapping[str, Installed]:
        """Those that stand and those that ended."""
        if time.monotonic() - self._read_at < self._age:
            return self._known
        with self._lock:
            if time.monotonic() - self._read_at >= self._age:
                with self._store.reading() as connection:
                    rows = [row for row in all_installations(connection) if row.face == "slack"]
                self._known = {row.workspace: self._opened(row) for row in rows}
                self._read_at = time.monotonic()
        return self._known

    def forget(self) -> None:
        """Read again at the next question."""
        self._read_at = -self._age

    def _opened(self, row: Row[Any]) -> Installed:
        """A token sealed with a lost key is as one that was taken back: the app has to be installed anew."""
        token = ""
        if row.ended_at is None:
            try:
                token = self._vault.open(row.token)
            except InvalidToken:
                log.exception("An installation is left out: its token cannot be opened with DESK_SECRET_KEY.", workspace=row.workspace)
        return Installed(
            workspace=row.workspace, name=row.name, token=token, bot_id=str(row.details.get("bot_id", "")),
            bot_user=str(row.details.get("bot_user", "")),
        )  # fmt: skip
