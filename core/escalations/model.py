"""What a chain of escalation is: whom each level tells, how long it waits for an answer, and what is known of one in flight.

Waits are open time (business hours): a chain that ran through the night would have told everybody by the morning.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from core.people.model import Role

OWNER, GROUP = "owner", "group"  # whoever has the case; the group that gets such cases
PERSON, NAMED_GROUP = "@", "group:"  # @ana; group:leads
MOST_LEVELS, MOST_REPEATS = 8, 5
SHORTEST, LONGEST = timedelta(minutes=15), timedelta(hours=80)
FIRST_RESPONSE_MISSED = "first_response_missed"
STARTS_ON = (FIRST_RESPONSE_MISSED,)  # missed targets that may start a chain by themselves


class State(StrEnum):
    """`exhausted`: every level was told as often as it may be, and nobody has answered for it; it can still be acknowledged."""

    RUNNING = "running"
    EXHAUSTED = "exhausted"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"  # the case was


class Passed(StrEnum):
    """Why somebody of a level was not told."""

    NOBODY = "nobody"  # the case has no owner, the group no conversation and no members, the role no holder
    STARTED_IT = "started_it"  # they know
    AWAY = "away"


@dataclass(frozen=True, kw_only=True)
class Level:
    """Whom to tell, and for how much open time to wait for an acknowledgement before the next level."""

    whom: tuple[str, ...]
    wait: timedelta


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Levels in order. `repeats`: how often the last one is told again. `starts_on`: what starts it without a person."""

    levels: tuple[Level, ...]
    repeats: int = 1
    starts_on: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        levels = [{"whom": list(level.whom), "minutes": int(level.wait.total_seconds() // 60)} for level in self.levels]
        return {"levels": levels, "repeats": self.repeats, "starts_on": list(self.starts_on)}


def chain_from(shape: Mapping[str, Any]) -> Chain:
    """A chain as `as_json` wrote it."""
    levels = tuple(Level(whom=tuple(each["whom"]), wait=timedelta(minutes=each["minutes"])) for each in shape["levels"])
    return Chain(levels=levels, repeats=shape["repeats"], starts_on=tuple(shape["starts_on"]))


# The desk's own default, since 2026-11-01: who has it, then their group, then who answers for money, then who runs the desk.
DEFAULT = Chain(
    levels=(
        Level(whom=(OWNER,), wait=timedelta(hours=1)),
        Level(whom=(GROUP,), wait=timedelta(hours=2)),
        Level(whom=(Role.FINANCE.value,), wait=timedelta(hours=4)),
        Level(whom=(Role.ADMIN.value,), wait=timedelta(hours=8)),
    )
)


@dataclass(frozen=True, kw_only=True)
class Telling:
    """One level as it was told: to whom, and who was passed over and why (`owner` → `nobody`)."""

    level: int
    at: datetime
    staff: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    passed: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "level": self.level, "at": self.at.isoformat(), "staff": list(self.staff), "places": list(self.places),
            "passed": dict(self.passed),
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """A chain in flight, or one that ended. `level` counts from 1; 0 before the first was told."""

    id: int
    case_id: int
    state: State
    chain: Chain
    reason: str
    rule: str
    started_by: str
    started_at: datetime
    level: int
    repeats: int
    next_at: datetime | None
    told: tuple[Telling, ...]
    ended_by: str
    ended_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether somebody may still acknowledge it."""
        return self.ended_at is None

    @property
    def reached(self) -> frozenset[int]:
        """Everybody who was told privately."""
        return frozenset(staff_id for telling in self.told for staff_id in telling.staff)


class Turn(StrEnum):
    """Where a request to Microsoft is."""

    PREPARED = "prepared"  # a packet was written; nobody has opened a request with it yet
    WAITING = "waiting"  # it is Microsoft's turn
    ANSWERED = "answered"  # it is ours
    SOLVED = "solved"
    CLOSED = "closed"  # the case was


@dataclass(frozen=True, kw_only=True)
class Packet:
    """What a person wrote for Microsoft; every field is theirs."""

    summary: str
    details: str
    tried: str
    tenant: str = ""
    products: str = ""
    invoices: str = ""
    incident: str = ""

    def fields(self) -> Mapping[str, str]:
        """Every field by name."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that was done about a request: prepared, ticket, asked, answered, solved."""

    what: str
    at: datetime
    by: str
    text: str = ""

    def as_json(self) -> dict[str, str]:
        """As it is kept."""
        return {"what": self.what, "at": self.at.isoformat(), "by": self.by, "text": self.text}


@dataclass(frozen=True, kw_only=True)
class Request:
    """What Microsoft was asked for a case. `waiting_since`: since when it is Microsoft's turn; `next_at`: when somebody is reminded."""

    id: int
    case_id: int
    state: Turn
    door: str
    packet: Mapping[str, str]
    number: str
    opened_by: str
    opened_at: datetime | None
    waiting_since: datetime | None
    reminders: int
    next_at: datetime | None
    history: tuple[Entry, ...]
    ended_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether something is still expected of it."""
        return self.ended_at is None


# Microsoft answers what is not broken within a business day (https://learn.microsoft.com/partner-center/report-problems-on-behalf-of-a-customer);
# the desk's own default, since 2026-11-01: ask after two working days, then every three, five times.
FIRST_LOOK, NEXT_LOOK, MOST_LOOKS = 2, 3, 5
