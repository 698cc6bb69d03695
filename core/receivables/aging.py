"""How old what is open is: per currency, customer by customer, each by the days at that customer's."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine.db.tables.customers import customers
from core.engine.db.tables.receivables import invoices, payers

BUCKETS = ("not_due", "1_30", "31_60", "61_90", "90_up")
LIMITS = (0, 30, 60, 90)  # days late up to which each but the last goes

OPEN = (
    sa.select(
        payers.c.customer_id, customers.c.name, customers.c.zone, invoices.c.currency, invoices.c.due_on,
        sa.func.sum(sa.case((invoices.c.open > 0, invoices.c.open), else_=0)).label("owed"),
        sa.func.sum(sa.case((invoices.c.open < 0, invoices.c.open), else_=0)).label("credit"),
        sa.func.sum(sa.case((invoices.c.open.is_(None), 1), else_=0)).label("unknown"),
        sa.func.min(payers.c.as_of).label("heard"),
    )
    .join(payers, payers.c.id == invoices.c.payer_id)
    .join(customers, customers.c.id == payers.c.customer_id)
    .where(sa.or_(invoices.c.open.is_(None), invoices.c.open != 0))
    .group_by(payers.c.customer_id, customers.c.name, customers.c.zone, invoices.c.currency, invoices.c.due_on)
)  # fmt: skip


@dataclass(kw_only=True)
class Aged:
    """Of one customer, or of several together, in one currency: minor units by bucket. `credit` is negative and in no bucket; `unknown`
    counts invoices of which the newest feed does not say; `as_of` is the oldest of the feeds it is made of."""

    currency: str
    customer_id: int | None = None
    name: str = ""
    as_of: datetime
    buckets: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BUCKETS, 0))
    credit: int = 0
    unknown: int = 0

    @property
    def owed(self) -> int:
        """What is open without credits."""
        return sum(self.buckets.values())

    @property
    def overdue(self) -> int:
        """What of it is late."""
        return self.owed - self.buckets["not_due"]


def aging(connection: Connection, now: datetime, *, customer_id: int | None = None) -> list[Aged]:
    """A line per customer and currency with something open, by currency, the most overdue first."""
    wanted = OPEN if customer_id is None else OPEN.where(payers.c.customer_id == customer_id)
    found: dict[tuple[int, str], Aged] = {}
    for row in connection.execute(wanted):
        whose = (row.customer_id, row.currency)
        line = found.setdefault(whose, Aged(currency=row.currency, customer_id=row.customer_id, name=row.name, as_of=row.heard))
        today = now.astimezone(ZoneInfo(row.zone)).date()
        line.buckets[bucket(row.due_on, today)] += int(row.owed)
        line.credit += int(row.credit)
        line.unknown += int(row.unknown)
        line.as_of = min(line.as_of, row.heard)
    return sorted(found.values(), key=lambda line: (line.currency, -line.overdue, -line.owed, line.name))


def together(lines: Iterable[Aged]) -> list[Aged]:
    """One line per currency: never added up across currencies."""
    found: dict[str, Aged] = {}
    for line in lines:
        whole = found.setdefault(line.currency, Aged(currency=line.currency, as_of=line.as_of))
        for name, amount in line.buckets.items():
            whole.buckets[name] += amount
        whole.credit += line.credit
        whole.unknown += line.unknown
        whole.as_of = min(whole.as_of, line.as_of)
    return [found[currency] for currency in sorted(found)]


def bucket(due_on: date, today: date) -> str:
    """Where something due that day stands: late from the day after it."""
    late = (today - due_on).days
    return next((name for name, limit in zip(BUCKETS, LIMITS, strict=False) if late <= limit), BUCKETS[-1])
