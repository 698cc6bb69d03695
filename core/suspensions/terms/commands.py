"""What may be done about the end of a term."""

from dataclasses import dataclass

from core.engine.handling import Command
from core.people.model import Right


@dataclass(frozen=True, kw_only=True)
class DecideTermEnd(Command):
    """Say what is to become of these subscriptions of a collection case's customer when their terms end: cancel, renew or extend."""

    needs = Right.PROPOSE
    case_id: int
    subscription_ids: tuple[int, ...]
    choice: str


@dataclass(frozen=True, kw_only=True)
class WatchTermEnds(Command):
    """Compare what Partner Center would do at the ends of a customer's terms with what was decided, and plan whom to warn when."""

    needs = Right.RUN
    customer_id: int


@dataclass(frozen=True, kw_only=True)
class TellTermEnds(Command):
    """Of these subscriptions what was decided stood, and was read to stand no more."""

    needs = Right.RUN
    case_id: int
    subscription_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class WarnOfTermEnd(Command):
    """The end of `term` is so many days away, or, with `days` 0, a decision still waits to be carried out.

    `looked`: Partner Center was asked just now, whether it answered or not.
    """

    needs = Right.RUN
    subscription_id: int
    term: str
    days: int
    looked: bool
