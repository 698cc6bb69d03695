"""What may be done about charges."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from core.engine.handling import Command
from core.people.model import Right


@dataclass(frozen=True, kw_only=True)
class Charged:
    """A whole charge cycle of one subscription, from `first` to `last`: what a seat cost in it, in the currency of the partner's bill."""

    tenant: str
    subscription: str
    unit: Decimal
    currency: str
    first: date
    last: date
    quantity: int
    invoice: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordPrices(Command):
    """What Microsoft charged for subscriptions of one customer, as known at `as_of`. An older cycle or reading changes nothing."""

    needs = Right.FEED
    customer_id: int
    as_of: datetime
    charged: tuple[Charged, ...]
