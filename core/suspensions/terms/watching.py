"""Watching the ends of terms: whose, when people are warned, and that nobody is once the decision stands in Partner Center.

Watched are subscriptions that are suspended, and those of customers with an open collection case: Microsoft bills a whole new term when one
renews, also to a customer who does not pay (https://learn.microsoft.com/partner-center/customers/create-a-new-subscription).
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.model import Kind
from core.cases.queries import open_cases_of
from core.collections.queries import policy_on
from core.customers.model import Subscription
from core.customers.queries import calendar_of, customer, subscription
from core.engine import timers
from core.engine.calendars import Calendar
from core.engine.db.tables.suspensions import suspension_items, suspensions
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.suspensions.moving import lock_case

from .commands import TellTermEnds, WarnOfTermEnd, WatchTermEnds
from .deciding import write
from .events import TermEndLookedUp, TermEndNeared, TermEndRead, TermEndsUndone
from .model import TermEnd
from .queries import term_end_of, term_ends_of, term_of

WARNS, CHASES = "term_end.warns", "term_end.chases"
SUSPENDED = "suspended"
MORNING = time(9)  # by the customer's clock, on a working day there
FRESH = timedelta(hours=1)  # what was read longer ago is read again before anybody is warned
ANSWERS_WITHIN = timedelta(minutes=10)  # how long Partner Center is waited for: a warning that may be stale is better than none
CHASED_EVERY = timedelta(days=7)


def watch_term_ends(tx: Tx, command: WatchTermEnds) -> Iterable[Event]:
    """Nothing is planned for what nobody watches."""
    watched = _watched(tx.connection, command.customer_id)
    for read, end in term_ends_of(tx.connection, command.customer_id):
        case_id = watched.get(read.id)
        if case_id is None:
            _forget(tx, read)
            continue
        _plan(tx, read, end)
        if end.says != end.heard:
            write(tx, read, heard=end.says.value)
            yield TermEndRead(
                case_id=case_id, subscription_id=read.id, ends_at=end.ends_at, before=end.heard, after=end.says.value,
                decided=end.decided or "",
            )  # fmt: skip


def tell_term_ends(tx: Tx, command: TellTermEnds) -> Iterable[Event]:
    """Does nothing for what stands again, was decided otherwise meanwhile, or has no day to act by; its card alone tells of that."""
    ends = [term_end_of(tx.connection, subscription(tx.connection, each)) for each in command.subscription_ids]
    undone = tuple(end.subscription_id for end in ends if end is not None and end.contradicts and end.ends_at is not None)
    return [TermEndsUndone(case_id=command.case_id, subscription_ids=undone)] if undone else []


def warn_of_term_end(tx: Tx, command: WarnOfTermEnd) -> Iterable[Event]:
    """Once per term and day of the policy; does nothing when the term moved, nobody watches it any more, or the decision stands."""
    read = subscription(tx.connection, command.subscription_id)
    end, case_id = term_end_of(tx.connection, read), _watched(tx.connection, read.customer_id).get(read.id)
    if end is None or case_id is None or command.term != term_of(read) or not _is_pending(end, tx.now) or command.days in end.warned:
        return []
    about = {"case_id": case_id, "subscription_id": read.id}
    if not command.looked and read.as_of < tx.now - FRESH:
        at = tx.now + ANSWERS_WITHIN
        return [TermEndLookedUp(**about, ends_at=end.ends_at, term=command.term, days=command.days, warns_at=at)]
    if command.days:
        days = policy_on(tx.connection, tx.now.date()).term_end.warn_days
        write(tx, read, warned=sorted({*end.warned, *(each for each in days if each >= command.days)}, reverse=True))
    _plan(tx, read, term_end_of(tx.connection, read) or end, chased=not command.days)
    is_off = read.status == SUSPENDED
    return [
        TermEndNeared(
            **about, ends_at=end.ends_at, days=command.days, decided=end.decided or "", says=end.says.value, suspended=is_off
        )
    ]  # fmt: skip


def day_of_warning(calendar: Calendar, zone: ZoneInfo, ends_at: datetime, days: int) -> datetime:
    """The customer's morning so many days before the term's last day; the working day before where that is none."""
    day = ends_at.astimezone(zone).date() - timedelta(days=days)
    while not calendar.is_working_day(day):
        day -= timedelta(days=1)
    return _morning(day, zone)


def _plan(tx: Tx, read: Subscription, end: TermEnd, *, chased: bool = False) -> None:
    if not _is_pending(end, tx.now):
        _forget(tx, read)
        return
    calendar, zone = calendar_of(tx.connection, read.customer_id), ZoneInfo(customer(tx.connection, read.customer_id).zone)
    _plan_warning(tx, read, end, calendar, zone)
    if read.status != SUSPENDED or end.decided is None:
        timers.cancel(tx, CHASES, _subject(read))
    elif chased or not timers.is_waiting(tx.connection, CHASES, _subject(read)):
        first = tx.now.astimezone(zone).date() + (CHASED_EVERY if chased else timedelta(days=1))
        _set(tx, CHASES, read, 0, _morning(calendar.add_working_days(first, 0), zone))


def _plan_warning(tx: Tx, read: Subscription, end: TermEnd, calendar: Calendar, zone: ZoneInfo) -> None:
    """The next of the policy's days; of several that have passed only the last."""
    open_days = [each for each in policy_on(tx.connection, tx.now.date()).term_end.warn_days if each not in end.warned]
    if end.ends_at is None or not open_days:
        timers.cancel(tx, WARNS, _subject(read))
        return
    due = {each: day_of_warning(calendar, zone, end.ends_at, each) for each in open_days}
    passed = [each for each in open_days if due[each] <= tx.now]
    days = min(passed) if passed else max(open_days)
    _set(tx, WARNS, read, days, max(due[days], tx.now))


def _is_pending(end: TermEnd, now: datetime) -> bool:
    """Whether something is still to be said or set before the end, which has not come."""
    return not end.is_kept and end.ends_at is not None and end.ends_at > now


def _watched(connection: Connection, customer_id: int) -> dict[int, int]:
    """subscription → the collection case it is watched for: that of its newest request if it is suspended, else the customer's oldest open
    one."""
    collecting = [found.id for found in open_cases_of(connection, customer_id) if found.kind is Kind.COLLECTION]
    joined = sa.select(suspension_items.c.subscription_id, suspensions.c.case_id).join(
        suspensions, suspensions.c.id == suspension_items.c.suspension_id
    )
    asked = {row.subscription_id: row.case_id for row in connection.execute(
        joined.where(suspensions.c.customer_id == customer_id).order_by(suspension_items.c.id)
    )}  # fmt: skip
    found: dict[int, int] = {}
    for read, _ in term_ends_of(connection, customer_id):
        case_id = asked.get(read.id) if read.status == SUSPENDED else None
        case_id = case_id or (collecting[0] if collecting else None)
        if case_id is not None and read.status in (SUSPENDED, "active"):
            found[read.id] = case_id
    return found


def _forget(tx: Tx, read: Subscription) -> None:
    for kind in (WARNS, CHASES):
        timers.cancel(tx, kind, _subject(read))


def _set(tx: Tx, kind: str, read: Subscription, days: int, at: datetime) -> None:
    data = {"term": term_of(read), "days": days, "looked": False}
    timers.schedule(tx, kind, _subject(read), due_at=at, rule="term_end_warn_days" if days else "term_end_chase", data=data)


def _subject(read: Subscription) -> str:
    return f"subscription:{read.id}"


def _morning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, MORNING, tzinfo=zone)


def _lock_term(connection: Connection, command: WarnOfTermEnd) -> list[str]:
    return _lock_watched(connection, subscription(connection, command.subscription_id).customer_id)


def _lock_watched(connection: Connection, customer_id: int) -> list[str]:
    return [f"customer:{customer_id}", *(f"case:{each}" for each in sorted(set(_watched(connection, customer_id).values())))]


HANDLERS: Handlers = {
    WatchTermEnds: Handler(watch_term_ends, lambda connection, command: _lock_watched(connection, command.customer_id)),
    TellTermEnds: Handler(tell_term_ends, lock_case),
    WarnOfTermEnd: Handler(warn_of_term_end, _lock_term),
}
