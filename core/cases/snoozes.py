"""Snoozing: whoever gets a case's private reminders asks for none until a moment, with a reason that everybody sees.

It belongs to the case and to the one person: its card and `why` say so. It ends by itself, with the customer's word, with an answer, and
when the case is closed or changes hands. It hides nothing from the others: what is missed meanwhile is said to the group, and the
queue, the card and an escalation's chain go on as ever.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from core.engine import cards, timers
from core.engine.db.bulk import among
from core.engine.db.tables.cases import snoozes
from core.engine.errors import Conflict, InvalidInput
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.timers import Timer
from core.engine.transaction import Tx
from core.people.absence import away_now, stand_in
from core.people.calendars import group_routed
from core.people.model import Right
from core.people.queries import display_name
from core.people.telling import tell

from .changing import open_case_for
from .events import (
    CaseAssigned,
    CaseHandedBack,
    CaseReleased,
    CaseResolved,
    CaseTaken,
    CollectionSettled,
    NoteSent,
    OfCase,
    TicketCommented,
)
from .model import Audience, Case
from .patience import LONGEST_SNOOZE, SNOOZES_IN_A_ROW
from .queries import roots_of

OVER = "case.snooze_over"  # the timer's kind
TIME, ASKED, CUSTOMER, ANSWERED, HANDS, CLOSED = "time", "asked", "customer", "answered", "hands", "closed"
SOMETHING_CAME = frozenset({CUSTOMER, ANSWERED, HANDS, CLOSED})  # after these a snooze is the first in a row again
REASON = 300  # characters


@dataclass(frozen=True, kw_only=True)
class Snooze:
    """Somebody wants no reminders of a case until then; the `in_a_row`th time running."""

    id: int
    case_id: int
    staff_id: int
    from_at: datetime
    until_at: datetime
    reason: str
    in_a_row: int
    ended_because: str


@dataclass(frozen=True, kw_only=True)
class SnoozeCase(Command):
    """Want no reminders of a case until a moment; while snoozed already, until another."""

    needs = Right.WORK
    case_id: int
    until: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class WakeCase(Command):
    """Want reminders of a case again before the moment."""

    needs = Right.WORK
    case_id: int


@dataclass(frozen=True, kw_only=True)
class EndSnooze(Command):
    """Time or something that came of the case ends a snooze."""

    needs = Right.RUN
    case_id: int
    because: str


@dataclass(frozen=True, kw_only=True)
class CaseSnoozed(OfCase):
    """Whoever gets its reminders wants none until then, the `in_a_row`th time running."""

    staff_id: int
    until: datetime
    reason: Private
    in_a_row: int


@dataclass(frozen=True, kw_only=True)
class SnoozeEnded(OfCase):
    """Its reminders come again: because of the time, the customer, an answer, other hands, its end, or as its snoozer wished."""

    staff_id: int
    because: str
    reason: Private


def snooze_of(connection: Connection, case_id: int) -> Snooze | None:
    """The case's snooze, while it lasts."""
    found = _last(connection, case_id)
    return found if found is not None and not found.ended_because else None


def snoozed(connection: Connection, case_ids: Collection[int], now: datetime) -> dict[int, int]:
    """Who of the cases' people wants no reminders at `now`, by case, in one statement."""
    lasting = snoozes.c.ended_at.is_(None) & (snoozes.c.until_at > now)
    rows = connection.execute(
        sa.select(snoozes.c.case_id, snoozes.c.staff_id).where(lasting, among(connection, snoozes.c.case_id, case_ids))
    )
    return {row.case_id: row.staff_id for row in rows}


def latest_end(connection: Connection, found: Case, now: datetime) -> datetime:
    """Until when it may be snoozed: the end of the last working day allowed, in the group's calendar."""
    calendar = group_routed(connection, found.kind)[1]
    day = calendar.add_working_days(calendar.local(now).date(), LONGEST_SNOOZE)
    return calendar.spans(day)[-1][1]


def snooze_case(tx: Tx, command: SnoozeCase) -> Iterable[Event]:
    """Raises InvalidInput for a moment or a reason that cannot be, Conflict when the case is closed, somebody else's, or snoozed enough."""
    found, reason = open_case_for(tx, command.case_id), command.reason.strip()
    staff_id = _must_be_theirs(tx, found)
    if not reason or len(reason) > REASON:
        raise InvalidInput("text_too_long" if reason else "field_missing", "reason", limit=REASON)
    if command.until <= tx.now:
        raise InvalidInput("until_past", "until", until=command.until)
    latest = latest_end(tx.connection, found, tx.now)
    if command.until > latest:
        raise InvalidInput("snooze_too_long", "until", days=LONGEST_SNOOZE, latest=latest, number=found.number)
    last = _last(tx.connection, found.id)
    in_a_row = 1 if last is None or last.staff_id != staff_id or last.ended_because in SOMETHING_CAME else last.in_a_row + 1
    if in_a_row > SNOOZES_IN_A_ROW:
        raise Conflict("snoozed_enough", number=found.number, times=SNOOZES_IN_A_ROW)
    _end(tx, found.id, ASKED)
    values = {"staff_id": staff_id, "until_at": command.until, "reason": reason, "in_a_row": in_a_row}
    tx.connection.execute(sa.insert(snoozes).values(case_id=found.id, from_at=tx.now, **values))
    said = {"staff_id": staff_id, "until": command.until, "reason": Private(reason), "in_a_row": in_a_row}
    return [CaseSnoozed(case_id=found.id, **said)]  # type: ignore[arg-type]  # a mixed dict


def wake_case(tx: Tx, command: WakeCase) -> Iterable[Event]:
    """Raises Conflict when it is not snoozed, or not by this person."""
    lasting = snooze_of(tx.connection, command.case_id)
    if lasting is None:
        raise Conflict("not_snoozed", number=f"C-{command.case_id}")
    if lasting.staff_id != tx.actor.staff_id:
        raise Conflict("snooze_not_yours", number=f"C-{command.case_id}", name=display_name(tx.connection, f"staff:{lasting.staff_id}"))
    return _ended(tx, command.case_id, ASKED)


def end_snooze(tx: Tx, command: EndSnooze) -> Iterable[Event]:
    """Nothing when none lasts; time ends none that was made longer meanwhile."""
    lasting = snooze_of(tx.connection, command.case_id)
    if lasting is None or (command.because == TIME and lasting.until_at > tx.now):
        return []
    return _ended(tx, command.case_id, command.because)


def begin(tx: Tx, event: CaseSnoozed) -> Iterable[Command]:
    """Its end comes by itself; everybody sees it on the card."""
    timers.schedule(tx, OVER, event.subject, due_at=event.until, rule="snooze.until")
    cards.refresh(tx, event.subject)
    return ()


def end(tx: Tx, event: SnoozeEnded) -> Iterable[Command]:
    """Who snoozed hears of it, unless they said so themselves or the case is none of theirs any more."""
    timers.cancel(tx, OVER, event.subject)
    cards.refresh(tx, event.subject)
    if event.because in (TIME, CUSTOMER):
        number = f"C-{event.case_id}"
        tell(tx, event.staff_id, f"tell.snooze_over_{event.because}", case_id=event.case_id, number=number, reason=str(event.reason))
    return ()


def end_with_word(tx: Tx, event: TicketCommented) -> Iterable[Command]:
    """The customer's word is what the pause was for, or more urgent than it."""
    return _ends(tx, event.case_id, CUSTOMER) if event.by_customer else ()


def end_with_answer(tx: Tx, event: NoteSent) -> Iterable[Command]:
    """The customer has an answer: something came of the case."""
    return _ends(tx, event.case_id, ANSWERED) if event.audience == Audience.CUSTOMER else ()


def end_with_hands(tx: Tx, event: CaseTaken | CaseAssigned | CaseReleased) -> Iterable[Command]:
    """Its reminders come to somebody else from now on."""
    return _ends(tx, event.case_id, HANDS)


def end_with_case(tx: Tx, event: CaseResolved | CaseHandedBack | CollectionSettled) -> Iterable[Command]:
    """A closed case reminds nobody."""
    return _ends(tx, event.case_id, CLOSED)


def _ends(tx: Tx, case_id: int, because: str) -> tuple[Command, ...]:
    return () if snooze_of(tx.connection, case_id) is None else (EndSnooze(case_id=case_id, because=because),)


def _must_be_theirs(tx: Tx, found: Case) -> int:
    """The actor, if the case's private reminders come to them: its owner, or whoever stands in. Raises Conflict."""
    if found.assignee_id is None:
        raise Conflict("snooze_nobodys", number=found.number)
    reminded = stand_in(away_now(tx.connection, tx.now), found.assignee_id)
    if tx.actor.staff_id is None or tx.actor.staff_id not in (reminded, found.assignee_id):
        name = display_name(tx.connection, f"staff:{found.assignee_id}")
        raise Conflict("snooze_not_yours", number=found.number, name=name)
    return tx.actor.staff_id


def _ended(tx: Tx, case_id: int, because: str) -> list[Event]:
    row = _end(tx, case_id, because)
    return [] if row is None else [SnoozeEnded(case_id=case_id, staff_id=row.staff_id, because=because, reason=Private(row.reason))]


def _end(tx: Tx, case_id: int, because: str) -> Row[Any] | None:
    lasting = (snoozes.c.case_id == case_id) & snoozes.c.ended_at.is_(None)
    ended = sa.update(snoozes).where(lasting).values(ended_at=tx.now, ended_because=because)
    return tx.connection.execute(ended.returning(snoozes.c.staff_id, snoozes.c.reason)).one_or_none()


def _last(connection: Connection, case_id: int) -> Snooze | None:
    newest = sa.select(snoozes).where(snoozes.c.case_id == case_id).order_by(snoozes.c.id.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    return None if row is None else Snooze(**{name: getattr(row, name) for name in Snooze.__dataclass_fields__})


def _roots(connection: Connection, command: SnoozeCase | WakeCase | EndSnooze) -> list[str]:
    return roots_of(connection, command.case_id)


HANDLERS: Handlers = {
    SnoozeCase: Handler(snooze_case, _roots),
    WakeCase: Handler(wake_case, _roots),
    EndSnooze: Handler(end_snooze, _roots),
}

OWN: Mapping[type[Event], Sequence[Callable[[Tx, Any], Iterable[Command]]]] = {CaseSnoozed: (begin,), SnoozeEnded: (end,)}
ENDED_BY: Mapping[type[Event], Callable[[Tx, Any], Iterable[Command]]] = {
    TicketCommented: end_with_word,
    NoteSent: end_with_answer,
    CaseTaken: end_with_hands,
    CaseAssigned: end_with_hands,
    CaseReleased: end_with_hands,
    CaseResolved: end_with_case,
    CaseHandedBack: end_with_case,
    CollectionSettled: end_with_case,
}
TIMERS: Mapping[str, Callable[[Timer], Command]] = {OVER: lambda timer: EndSnooze(case_id=timer.subject_id, because=TIME)}
