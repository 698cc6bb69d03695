"""What changes the collections policy."""

from dataclasses import dataclass

from core.engine.handling import Command
from core.people.model import Right

from .policy import Policy


@dataclass(frozen=True, kw_only=True)
class ApplyPolicy(Command):
    """Let a version count from its day on. `text` is the file it was read from, kept to be shown as its author wrote it."""

    needs = Right.FINANCE
    policy: Policy
    text: str
