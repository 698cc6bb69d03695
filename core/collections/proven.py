"""Which of the desk's own notices count: what a request to suspend may stand on."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from core.cases.model import Case
from core.customers.queries import customer

from . import rows
from .ladder import Outcome
from .notices import DeskNotice, NoticeState, notices_of_step
from .policy import Does


def proven_by_desk(connection: Connection, found: Case) -> list[dict[str, Any]]:
    """The proven notices of the ladder that runs, as facts: reminders, and the newest final one, once everybody it went to has it. An
    earlier final notice named another sum or another day, and counts no more."""
    ladder = None if found.payer_id is None else rows.ladder_of(connection, found.payer_id, found.currency)
    if ladder is None or found.customer_id is None:
        return []
    zone = ZoneInfo(customer(connection, found.customer_id).zone)
    steps = rows.steps_of(connection, ladder.id)
    finals = [row for row in steps if row.does == Does.FINAL and row.outcome != Outcome.WITHDRAWN]
    counting = [row for row in steps if row.does == Does.REMIND or (row in finals[-1:] and row.outcome == Outcome.PROVEN)]
    return [fact for row in counting for fact in _facts(notices_of_step(connection, row.id), zone)]


def _facts(sent: Sequence[DeskNotice], zone: ZoneInfo) -> list[dict[str, Any]]:
    """Those of one step. A step proven to its last recipient later than to its first is as old as the last."""
    proven = [each for each in sent if each.state is NoticeState.PROVEN]
    proven_on = max((_day(each.proven_at, zone) for each in proven), default=None)
    names = max((_day(each.names_at, zone) for each in proven if each.names_at is not None), default=None)
    return [
        {
            "id": each.number, "kind": each.kind, "sent_on": _day(each.accepted_at, zone).isoformat(), "method": each.channel.value,
            "proven_on": proven_on.isoformat() if proven_on else "", "names": names.isoformat() if names else "", "amount": each.amount,
        }
        for each in proven
    ]  # fmt: skip


def _day(at: datetime | None, zone: ZoneInfo) -> date:
    if at is None:
        raise ValueError("a proven notice was accepted at some moment")
    return at.astimezone(zone).date()
