"""What changes the collections policy."""

from dataclasses import dataclass

from core.engine.handling import Command
from core.people.model import Right

from .policy import Policy


@dataclass(frozen=True, kw_only=True)
class KeepLadders(Command):
    """See which of the payer's currencies need a ladder, count each from its earliest unpaid due date, end those that are settled."""

    needs = Right.RUN
    payer_id: int


@dataclass(frozen=True, kw_only=True)
class ClimbLadder(Command):
    """Take the next step if its day has come and nothing holds it back: one step at most."""

    needs = Right.RUN
    ladder_id: int


@dataclass(frozen=True, kw_only=True)
class StartLadder(Command):
    """Let a ladder begin whose debts are older than the desk: a person looked at them."""

    needs = Right.WORK
    ladder_id: int


@dataclass(frozen=True, kw_only=True)
class ReplanLadder(Command):
    """Let a ladder follow the policy in force now instead of the version it began with."""

    needs = Right.FINANCE
    ladder_id: int


@dataclass(frozen=True, kw_only=True)
class RestartLadders(Command):
    """The customer was switched from dry-run to live: what was only rehearsed is climbed for real, from the first step on."""

    needs = Right.RUN
    customer_id: int


@dataclass(frozen=True, kw_only=True)
class ApplyPolicy(Command):
    """Let a version count from its day on. `text` is the file it was read from, kept to be shown as its author wrote it."""

    needs = Right.FINANCE
    policy: Policy
    text: str


@dataclass(frozen=True, kw_only=True)
class HearNotice(Command):
    """A notice was recorded by hand: the ladder may have waited for it."""

    needs = Right.RUN
    case_id: int
    notice_id: int
