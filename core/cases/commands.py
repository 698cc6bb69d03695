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
