"""Until when what a customer bought can be cancelled or reduced, what comes back, and which way costs the partner least."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from core.charges.cycles import first_cycle
from core.charges.levers import Lever, Way
from core.charges.windows import Act, Refund, Window, windows
from core.chat.values import Link, Moment, Text, Value
from core.chat.views import CustomerView, Fact, Section, Table, Tone
from core.chat.words import Words
from core.customers.model import Subscription
from core.customers.queries import customer, resources_of, subscriptions_of

MOST = 10  # subscriptions shown one by one, those whose windows close first
SOON = timedelta(hours=48)
ACTIVE = "active"
NO_WINDOWS = frozenset({"trial", "azure_plan", "other"})


@dataclass(frozen=True)
class Open:
    """A subscription with something still to be done about it, the first to close first."""

    read: Subscription
    resource: Mapping[str, Any]
    found: list[Window]


def windows_view(connection: Connection, words: Words, customer_id: int, now: datetime) -> CustomerView:
    """What can still be cancelled or reduced at `now`, the first to close first; then what cannot, and why. Raises NotFound."""
    known, resources = subscriptions_of(connection, customer_id), resources_of(connection, customer_id)
    looked = [
        Open(read, resources[read.id], windows(resources[read.id], now) if read.status == ACTIVE else []) for read in known
    ]  # fmt: skip
    still = sorted((each for each in looked if each.found), key=lambda each: each.found[0].until)
    closed = [each.read for each in looked if not each.found]
    shown = still[:MOST]
    return CustomerView(
        title=words.say("windows.title", customer=customer(connection, customer_id).name),
        status=_status(words, known, still),
        tone=Tone.WARNING if still else Tone.NEUTRAL,
        sections=(*(_section(words, each, now) for each in shown), *_rules(words, shown)),
        tables=_closed(words, closed),
        footnotes=_footnotes(words, still, known),
    )


def lever_lines(words: Words, found: Iterable[Lever]) -> Iterator[str]:
    """One line each, with the day of its rule."""
    for each in found:
        says = f"lever.{each.way}" if each.until is not None else f"lever.{each.way}.unknown"
        line = words.count(says, each.quantity, until=each.until) if each.way is Way.REDUCE else words.say(says, until=each.until or "")
        yield f"{line} ({_authority(words, each)})"


def _authority(words: Words, found: Window | Lever) -> str:
    return words.say("windows.stated") if found.stated else words.say("windows.by_rule", day=words.day(found.dated))


def _status(words: Words, known: list[Subscription], still: list[Open]) -> str:
    if not known:
        return words.say("windows.never_read")
    return words.say("windows.until", until=still[0].found[0].until) if still else words.say("windows.all_closed")


def _section(words: Words, one: Open, now: datetime) -> Section:
    lines = tuple(
        Text(f"{_line(words, one, each, now)} ({_authority(words, each)}){_back_today(words, one, each, now)}") for each in one.found
    )
    facts = (Fact(words.say("fact.seats"), Text(str(one.read.quantity))), Fact(words.say("fact.as_of"), Moment(one.read.as_of)))
    return Section(title=one.read.name, lines=lines, facts=facts, tone=Tone.WARNING if one.found[0].until - now < SOON else Tone.NEUTRAL)


def _line(words: Words, one: Open, each: Window, now: datetime) -> str:
    return words.count(
        f"windows.{each.act}.{each.refund}", each.quantity or one.read.quantity, until=each.until, left=_left(words, each.until - now)
    )  # fmt: skip


def _back_today(words: Words, one: Open, each: Window, now: datetime) -> str:
    """How many days of the first charge cycle would come back today, in UTC as Microsoft counts; "" where that cannot be told."""
    cycle = first_cycle(one.resource) if (each.act, each.refund) == (Act.CANCEL, Refund.PRORATED) else None
    today = now.astimezone(UTC).date()
    if cycle is None or not cycle.first <= today <= cycle.last:
        return ""
    return words.say("windows.back_today", back=cycle.left_on(today), days=cycle.days)


def _left(words: Words, left: timedelta) -> str:
    """In hours and minutes up to two days, then in days and hours: these days are of 24 hours."""
    minutes = max(int(left.total_seconds() // 60), 1)
    if left < SOON:
        return words.duration(timedelta(minutes=minutes))
    return words.count("windows.days", left.days, hours=words.duration(timedelta(hours=left.seconds // 3600)))


def _rules(words: Words, shown: list[Open]) -> tuple[Section, ...]:
    """Every rule that was used, and where it is written."""
    used = {each.rule: each for one in shown for each in one.found}
    links: tuple[Value, ...] = tuple(
        Link(words.say(f"windows.rule.{name}", day=words.day(each.dated)), each.source) for name, each in sorted(used.items())
    )
    return (Section(title=words.say("windows.rules"), lines=links),) if links else ()


def _closed(words: Words, closed: list[Subscription]) -> tuple[Table, ...]:
    columns = tuple(words.say(f"windows.column.{name}") for name in ("subscription", "why", "term_end"))
    rows = tuple((Text(read.name, quoted=True), Text(_why(words, read)), _ends(words, read)) for read in closed)
    return (Table(title=words.say("windows.closed"), columns=columns, rows=rows),) if rows else ()


def _why(words: Words, read: Subscription) -> str:
    if read.status != ACTIVE:
        return words.say("windows.why.status", status=words.named("subscription.status", read.status))
    return words.say(f"windows.why.{read.kind}" if read.kind in NO_WINDOWS else "windows.why.closed")


def _ends(words: Words, read: Subscription) -> Value:
    return Text(words.say("windows.no_term_end")) if read.term_end_at is None else Moment(read.term_end_at)


def _footnotes(words: Words, still: list[Open], known: list[Subscription]) -> tuple[Text, ...]:
    further = len(still) - MOST
    more = (Text(words.count("windows.further", further)),) if further > 0 else ()
    return (*more, Text(words.say("windows.advice"))) if known else ()
