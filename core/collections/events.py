"""What happened to the collections policy."""

from dataclasses import dataclass
from datetime import date

from core.engine.journal import Event


@dataclass(frozen=True, kw_only=True)
class PolicyApplied(Event):
    """A version of the policy counts from a day on. `digest`: SHA-256 of the file it was read from."""

    policy_id: int
    version: str
    since: date
    digest: str

    @property
    def subject(self) -> str:
        """All versions together."""
        return "policy:all"
