"""What may be done about cases."""

from dataclasses import dataclass

from core.engine.handling import Command
from core.people.model import Right

from .model import Kind


@dataclass(frozen=True, kw_only=True)
class OpenCase(Command):
    """Open a case by hand, from a form."""

    needs = Right.WORK
    title: str
    customer_id: int | None = None
    triage: str = ""
    text: str = ""
    kind: Kind = Kind.QUESTION


@dataclass(frozen=True, kw_only=True)
class OpenCollection(Command):
    """Open the collection case of a payer and currency; there is at most one that is not resolved."""

    needs = Right.RUN
    customer_id: int
    payer_id: int
    currency: str
    title: str


@dataclass(frozen=True, kw_only=True)
class SettleCollection(Command):
    """Resolve a collection case: nothing is overdue any more."""

    needs = Right.RUN
    case_id: int
