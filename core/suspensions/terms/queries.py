"""Reading what was decided about the ends of terms."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from core.customers.model import Subscription
from core.customers.queries import resources_of, subscriptions_of
from core.customers.terms import AtTermEnd, at_term_end
from core.engine.db.tables.suspensions import term_ends
from core.suspensions.queries import resource_of

from .model import TermEnd, is_asked


def term_end_of(connection: Connection, read: Subscription) -> TermEnd | None:
    """Where the end of its present term stands; None for a subscription of which nothing is asked."""
    return _term_end(connection, read, resource_of(connection, read.id)) if is_asked(read) else None


def term_ends_of(connection: Connection, customer_id: int) -> list[tuple[Subscription, TermEnd]]:
    """Every subscription of the customer of which it is asked, by name."""
    resources = resources_of(connection, customer_id)
    asked = [read for read in subscriptions_of(connection, customer_id) if is_asked(read)]
    return [(read, _term_end(connection, read, resources[read.id])) for read in asked]


def term_of(read: Subscription) -> str:
    """The term's own key: a decision is for one term, and falls with it when the subscription renews."""
    return read.term_end_at.isoformat() if read.term_end_at else ""


def _term_end(connection: Connection, read: Subscription, resource: Mapping[str, Any]) -> TermEnd:
    mine = (term_ends.c.subscription_id == read.id) & (term_ends.c.term == term_of(read))
    row = connection.execute(sa.select(term_ends).where(mine)).one_or_none()
    decision = row.decision if row is not None else ""
    return TermEnd(
        subscription_id=read.id, ends_at=read.term_end_at, says=at_term_end(resource), as_of=read.since_at or read.as_of,
        decided=AtTermEnd(decision) if decision else None,
        decided_by=row.decided_by if row is not None else "",
        decided_at=row.decided_at if row is not None else None,
        seats=row.seats if row is not None else None,
        heard=row.heard if row is not None else "",
        warned=tuple(row.warned) if row is not None else (),
    )  # fmt: skip
