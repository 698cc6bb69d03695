"""How old the books may be when the desk sends a notice (`notices.books_within` of the policy): nobody who has paid long ago is reminded
because the accounting system fell silent. A notice that a person sends is theirs to judge; they are shown how old the books are.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from core.customers.queries import calendar_of
from core.engine.calendars import Calendar
from core.engine.db.tables.collections import ladders
from core.engine.db.tables.receivables import payers
from core.receivables.model import Payer

from .pausing import Pause
from .policy import Policy

BOOKS = "books"
SAME_SILENCE = timedelta(days=1)  # payers of one silent accounting system were not all heard in the same minute


def are_old(calendar: Calendar, as_of: datetime, at: datetime, within: int) -> bool:
    """Whether more than `within` banking days of the calendar lie between the day of the books and that of `at`; 0 never asks."""
    return within > 0 and calendar.add_working_days(calendar.local(as_of).date(), within) < calendar.local(at).date()


def old_books(connection: Connection, policy: Policy, whose: Payer, at: datetime) -> Pause | None:
    """What holds back a notice of the desk's to this payer at `at`; only a newer feed ends it. None while the books are young enough."""
    if whose.customer_id is None or not policy.notices.books_within:
        return None
    old = are_old(calendar_of(connection, whose.customer_id), whose.as_of, at, policy.notices.books_within)
    return Pause(BOOKS, None) if old else None


def is_known_silence(connection: Connection, whose: Payer, ladder_id: int) -> bool:
    """Whether another ladder of the same accounting system waits already for books newer than about these."""
    waiting = sa.select(ladders.c.id).join(payers, payers.c.id == ladders.c.payer_id)
    same = (payers.c.connection == whose.connection) & (payers.c.as_of >= whose.as_of - SAME_SILENCE)
    held = (ladders.c.paused_for == BOOKS) & ladders.c.ended_at.is_(None) & (ladders.c.id != ladder_id)
    return connection.execute(waiting.where(same, held).limit(1)).first() is not None
