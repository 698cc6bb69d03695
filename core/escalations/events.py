"""What happened to escalations; each is part of its case's timeline."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.cases.events import OfCase
from core.engine.journal import Event, Private


@dataclass(frozen=True, kw_only=True)
class ChainSet(Event):
    """A group got a chain of its own, or (None) the shipped one again."""

    group_id: int
    name: str
    shape: Mapping[str, Any] | None

    @property
    def subject(self) -> str:
        """The group."""
        return f"group:{self.group_id}"


@dataclass(frozen=True, kw_only=True)
class OfEscalation(OfCase):
    """An event of a chain in flight."""

    escalation_id: int


@dataclass(frozen=True, kw_only=True)
class EscalationStarted(OfEscalation):
    """Somebody, or a missed target, asked for help."""

    reason: Private
    rule: str
    shape: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class LevelTold(OfEscalation):
    """Levels were told, the last of them at last; those before it had nobody to tell. `next_at` None: nothing more comes."""

    level: int
    staff: tuple[int, ...]
    places: tuple[int, ...]
    passed: tuple[str, ...]
    next_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class EscalationAcknowledged(OfEscalation):
    """Somebody sees to it."""

    by: str
    started_by: str


@dataclass(frozen=True, kw_only=True)
class EscalationClosed(OfEscalation):
    """Its case was closed, and with it the reason to ask."""

    by: str


@dataclass(frozen=True, kw_only=True)
class OfRequest(OfCase):
    """An event of what Microsoft was asked."""

    request_id: int


@dataclass(frozen=True, kw_only=True)
class PacketPrepared(OfRequest):
    """What Microsoft is to be asked was written down and shown to its author."""

    door: str
    packet: Mapping[str, Private]


@dataclass(frozen=True, kw_only=True)
class RequestOpened(OfRequest):
    """A person opened the request."""

    number: str
    next_at: datetime


@dataclass(frozen=True, kw_only=True)
class MicrosoftAnswered(OfRequest):
    """It is our turn."""

    text: Private


@dataclass(frozen=True, kw_only=True)
class MicrosoftAsked(OfRequest):
    """It is Microsoft's turn again."""

    text: Private
    next_at: datetime


@dataclass(frozen=True, kw_only=True)
class MicrosoftSilent(OfRequest):
    """Nobody has recorded an answer: whoever opened the request was reminded, or the group. `next_at` None: for the last time."""

    number: str
    since: datetime
    staff_id: int | None
    next_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class RequestSolved(OfRequest):
    """Nothing more is expected of Microsoft."""

    text: Private


@dataclass(frozen=True, kw_only=True)
class RequestClosed(OfRequest):
    """The case was closed."""

    before: str
