"""What a feed of receivables says, payer by payer."""

from dataclasses import dataclass
from datetime import datetime

from core.engine.handling import Command
from core.people.model import Right

from .model import PayerFacts


@dataclass(frozen=True, kw_only=True)
class RecordReceivables(Command):
    """Apply a feed's facts about one payer, as they were at `as_of`. An older feed than the payer's newest changes nothing."""

    needs = Right.FEED
    connection: str
    as_of: datetime
    payer: PayerFacts
