"""The connections to systems of record as this process knows them: decrypted, and read again when they are older than a few seconds."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Row

from core.engine.db.store import Store
from core.engine.errors import NotFound
from core.people.commands import SealedSecret
from core.people.connections import all_connections
from webhooks.kinds import KINDS, Kind
from webhooks.receive import Listening
from webhooks.signatures import SCHEMES, Secret

log = structlog.get_logger(__name__)
AGE = 5.0  # seconds a process may go on with what it last read: how long a rotated or disabled secret outlives the change


@dataclass(frozen=True, kw_only=True)
class Connected:
    """An active connection. `token` is the newest secret the desk calls out with, or "" where it calls nobody."""

    name: str
    kind: Kind
    kind_name: str
    settings: Mapping[str, str]
    signing: tuple[Secret, ...]
    token: str = field(repr=False)


class Vault:
    """Seals and opens secrets with the desk's own keys: the first seals, all open."""

    def __init__(self, keys: list[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, use: str, text: str) -> SealedSecret:
        """The secret as it may be kept."""
        return SealedSecret(use=use, cipher=self._fernet.encrypt(text.encode()).decode())

    def open(self, cipher: str) -> str:
        """The secret. Raises InvalidToken when none of the keys sealed it."""
        return self._fernet.decrypt(cipher.encode()).decode()


class Connections:
    """The active connections by name, one read for all of them: a sender that guesses names costs no query."""

    def __init__(self, store: Store, vault: Vault, *, age: float = AGE) -> None:
        self._store = store
        self._vault = vault
        self._age = age
        self._lock = threading.Lock()
        self._known: dict[str, tuple[Connected, Listening]] = {}
        self._read_at = -age

    def listening(self, name: str) -> Listening | None:
        """What the webhook door needs, or None for an unknown or disabled name."""
        found = self._current().get(name)
        return None if found is None else found[1]

    def get(self, name: str) -> Connected:
        """The active connection. Raises NotFound."""
        found = self._current().get(name)
        if found is None:
            raise NotFound("connection_not_found", name=name)
        return found[0]

    def forget(self) -> None:
        """Read again at the next question."""
        self._read_at = -self._age

    def _current(self) -> dict[str, tuple[Connected, Listening]]:
        if time.monotonic() - self._read_at < self._age:
            return self._known
        with self._lock:
            if time.monotonic() - self._read_at >= self._age:
                with self._store.reading() as connection:
                    rows = [row for row in all_connections(connection) if row.active and row.kind in KINDS]
                opened = ((row.name, self._tried(row)) for row in rows)
                self._known = {name: found for name, found in opened if found is not None}
                self._read_at = time.monotonic()
        return self._known

    def _tried(self, row: Row[Any]) -> tuple[Connected, Listening] | None:
        """One connection whose secrets were sealed with a lost key must not take the others with it."""
        try:
            return self._opened(row)
        except (InvalidToken, ValueError):
            log.exception("A connection is left out: its secrets cannot be opened with DESK_SECRET_KEY.", connection=row.name)
            return None

    def _opened(self, row: Row[Any]) -> tuple[Connected, Listening]:
        kind = KINDS[row.kind]
        scheme = SCHEMES[kind.scheme]
        signing = tuple(
            Secret(id=kept["id"], key=scheme.key_of(self._vault.open(kept["cipher"])), until=_moment(kept["until"]))
            for kept in row.secrets
            if kept["use"] == "sign"
        )
        tokens = [kept["cipher"] for kept in row.secrets if kept["use"] == "token"]
        token = self._vault.open(tokens[-1]) if tokens else ""
        connected = Connected(name=row.name, kind=kind, kind_name=row.kind, settings=row.settings, signing=signing, token=token)
        return connected, Listening(name=row.name, scheme=scheme, secrets=signing, limit=kind.limit)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
