"""What happened to the notices that the desk sends."""

from dataclasses import dataclass
from datetime import datetime

from core.cases.events import OfCase
from core.engine.journal import Private

from .events import OfLadder


@dataclass(frozen=True, kw_only=True)
class NoticeQueued(OfLadder):
    """The desk wrote a notice to one person. `texts`: the version it was made from; `digest`: SHA-256 of its subject and body; `names_at`:
    when access ends at the earliest, as the final one says."""

    notice_id: int
    step: str
    kind: str
    channel: str
    texts: str
    digest: str
    amount: int
    names_at: datetime | None
    recipient: Private


@dataclass(frozen=True, kw_only=True)
class TicketChosen(OfCase):
    """The case's notices go into the ticket of that question case."""

    ticket_case_id: int


@dataclass(frozen=True, kw_only=True)
class NoticeAccepted(OfLadder):
    """Its carrier took it over, and said so in these words."""

    notice_id: int
    said: Private


@dataclass(frozen=True, kw_only=True)
class NoticeProven(OfLadder):
    """Accepted, and no bounce came for as long as the policy says."""

    notice_id: int


@dataclass(frozen=True, kw_only=True)
class NoticeLate(OfLadder):
    """Its recipient's server goes on trying."""

    notice_id: int
    said: Private


@dataclass(frozen=True, kw_only=True)
class NoticeUndelivered(OfLadder):
    """It was refused, or came back. `was_proven`: it had counted until now."""

    notice_id: int
    step: str
    why: str
    was_proven: bool
    recipient: Private
    said: Private


@dataclass(frozen=True, kw_only=True)
class NoticeWithdrawn(OfLadder):
    """It did not leave: what it says was no longer so."""

    notice_id: int
    step: str


@dataclass(frozen=True, kw_only=True)
class StepUnproven(OfLadder):
    """A step's notices prove it no more: a person sends it, or the desk again when its recipients are right."""

    step_id: int
    step: str
    does: str
