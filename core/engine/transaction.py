"""What a handler is given: the open transaction, who acts, and the moment it counts as."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection


@dataclass(frozen=True)
class Actor:
    """Who acts: `staff:3`, `connection:helpdesk` or `system`, and through which face (slack, teams, cli, webhook, timer)."""

    id: str
    face: str

    @property
    def staff_id(self) -> int | None:
        """The staff member's row, if a person acts."""
        kind, _, number = self.id.partition(":")
        return int(number) if kind == "staff" else None


SYSTEM = Actor("system", "timer")


@dataclass(frozen=True, kw_only=True)
class Tx:
    """One command's transaction. `now` is the business moment (aware UTC); `real_now` the database's clock, for leases only.

    `locked`: the roots this transaction holds and the ends of their chains, which nobody else can move until it ends. `origin`: who
    set it all off, also where the desk itself acts on in their wake. `told`: who has heard of what it is about, however much follows.
    """

    connection: Connection
    actor: Actor
    now: datetime
    real_now: datetime
    command: str
    correlation: str
    digest_key: bytes
    origin: Actor = SYSTEM
    locked: dict[str, tuple[int, str]] = field(default_factory=dict, compare=False)
    told: set[tuple[int, int]] = field(default_factory=set, compare=False)

    def digest(self, text: str) -> str:
        """The keyed digest under which a private text is referenced."""
        return hmac.new(self.digest_key, text.encode(), hashlib.sha256).hexdigest()
