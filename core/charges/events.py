"""What happened to charges."""

from dataclasses import dataclass
from datetime import datetime

from core.customers.events import OfCustomer


@dataclass(frozen=True, kw_only=True)
class PricesRecorded(OfCustomer):
    """What these subscriptions cost the partner was read; the amounts stay in their rows."""

    as_of: datetime
    subscriptions: tuple[int, ...]
