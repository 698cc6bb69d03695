"""What holds a ladder back: nobody is reminded of money that was promised, reported as paid, or held.

None of these can be recorded yet; each is asked here once it can.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from core.receivables.model import Payer


@dataclass(frozen=True)
class Pause:
    """Why, and until which day at least; None where only a person ends it."""

    why: str
    until: date | None


def why_paused(_connection: Connection, _whose: Payer, _currency: str, _now: datetime) -> Pause | None:
    """The first thing that holds back the payer's ladder in this currency; None when nothing does."""
    return None
