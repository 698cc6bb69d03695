"""What may be done about escalations."""

from dataclasses import dataclass

from core.engine.handling import Command
from core.people.model import Right

from .doors import Door
from .model import Chain, Packet, State


@dataclass(frozen=True, kw_only=True)
class SetChain(Command):
    """Give a group its own chain; None gives it the shipped one again. Those in flight keep the shape they started with."""

    needs = Right.ADMINISTER
    group: str
    chain: Chain | None


@dataclass(frozen=True, kw_only=True)
class StartEscalation(Command):
    """Ask for help with a case, level by level, until somebody acknowledges. `rule`: the clock that asks instead of a person."""

    needs = Right.WORK
    case_id: int
    reason: str
    rule: str = ""


@dataclass(frozen=True, kw_only=True)
class StartIfMissed(Command):
    """Start a chain when the case's first answer is late and its group wants that."""

    needs = Right.RUN
    case_id: int


@dataclass(frozen=True, kw_only=True)
class RaiseLevel(Command):
    """Tell the next level, or the last one once more."""

    needs = Right.RUN
    escalation_id: int


@dataclass(frozen=True, kw_only=True)
class AcknowledgeEscalation(Command):
    """Say that one sees to it. Whoever was told may, and whoever works on cases."""

    needs = Right.READ
    case_id: int


@dataclass(frozen=True, kw_only=True)
class SettleEscalation(Command):
    """End a chain because of what was done with its case: it was taken, or closed."""

    needs = Right.RUN
    case_id: int
    state: State
    by: str


@dataclass(frozen=True, kw_only=True)
class PreparePacket(Command):
    """Write down what Microsoft is to be asked. Nothing is sent: a person opens the request."""

    needs = Right.WORK
    case_id: int
    door: Door
    packet: Packet


@dataclass(frozen=True, kw_only=True)
class RecordRequest(Command):
    """Somebody opened a request at Microsoft, which gave it this number."""

    needs = Right.WORK
    case_id: int
    number: str


@dataclass(frozen=True, kw_only=True)
class RecordAnswer(Command):
    """Microsoft said something: it is our turn."""

    needs = Right.WORK
    case_id: int
    text: str


@dataclass(frozen=True, kw_only=True)
class RecordQuestion(Command):
    """We wrote to Microsoft in the request: it is their turn."""

    needs = Right.WORK
    case_id: int
    text: str


@dataclass(frozen=True, kw_only=True)
class SolveRequest(Command):
    """Nothing more is expected of Microsoft. `text`: what came of it."""

    needs = Right.WORK
    case_id: int
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class AskAboutRequest(Command):
    """Remind whoever opened the request that Microsoft has not answered."""

    needs = Right.RUN
    request_id: int


@dataclass(frozen=True, kw_only=True)
class CloseRequest(Command):
    """Expect nothing more of Microsoft: the case was closed."""

    needs = Right.RUN
    case_id: int
