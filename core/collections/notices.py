"""The notices that the desk itself sends: a row for each person one goes to, from the moment its text was rendered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.model import Case
from core.engine.db.tables.collections import desk_notices, ladders
from core.engine.errors import NotFound
from core.engine.transaction import Tx

from .policy import Does


class NoticeState(StrEnum):
    """Where one notice to one person stands."""

    QUEUED = "queued"
    ACCEPTED = "accepted"  # the carrier took it over; a bounce may still come
    PROVEN = "proven"  # and none came for as long as the policy says
    REFUSED = "refused"
    BOUNCED = "bounced"  # after it was accepted, even after it was proven
    WITHDRAWN = "withdrawn"  # not sent: what it says was no longer so


class Channel(StrEnum):
    """By what a notice goes."""

    MAIL = "mail"
    TICKET = "ticket"  # a public comment of the customer's own ticket


ALIVE = frozenset({NoticeState.QUEUED, NoticeState.ACCEPTED, NoticeState.PROVEN})


@dataclass(frozen=True, kw_only=True)
class DeskNotice:
    """One notice to one person. `amount`: what it asks for, in minor units; `names_at`: when access ends at the earliest, as the final one
    says; `digest`: SHA-256 of subject and body; `said`: the carrier's answer."""

    id: int
    ladder_id: int
    step_id: int
    case_id: int | None
    note_id: int | None
    kind: str
    channel: Channel
    recipient: str
    name: str
    language: str
    texts: str
    amount: int
    names_at: datetime | None
    subject: str
    body: str
    digest: str
    message_id: str
    reply_to: str
    state: NoticeState
    queued_at: datetime
    accepted_at: datetime | None
    proven_at: datetime | None
    ended_at: datetime | None
    replaced_at: datetime | None
    said: str
    bounce: str

    @property
    def number(self) -> str:
        """As it is shown: N-3."""
        return f"N-{self.id}"


def is_proven(does: str, sent: Sequence[DeskNotice]) -> bool:
    """Whether a step's notices prove it: one reminder is enough; a final notice must be proven to everybody it went to."""
    proven = [each for each in sent if each.state is NoticeState.PROVEN]
    return bool(proven) and (does != Does.FINAL or len(proven) == len(counted(sent)))


def is_lost(does: str, sent: Sequence[DeskNotice]) -> bool:
    """Whether they can prove it no more: no reminder is on its way, or one final notice did not arrive."""
    alive = [each for each in sent if each.state in ALIVE]
    return not alive or (does == Does.FINAL and len(alive) < len(counted(sent)))


def counted(sent: Sequence[DeskNotice]) -> list[DeskNotice]:
    """Without those that were withdrawn, and those that did not arrive and whose step was sent again."""
    return [each for each in sent if each.state is not NoticeState.WITHDRAWN and each.replaced_at is None]


def desk_notice(connection: Connection, notice_id: int) -> DeskNotice:
    """The notice. Raises NotFound."""
    found = _read(connection, desk_notices.c.id == notice_id)
    if not found:
        raise NotFound("desk_notice_not_found", number=f"N-{notice_id}")
    return found[0]


def notice_called(connection: Connection, message_id: str) -> DeskNotice | None:
    """The notice with this Message-ID, brackets aside."""
    found = _read(connection, desk_notices.c.message_id == message_id.strip().strip("<>"))
    return found[0] if found else None


def notices_of_step(connection: Connection, step_id: int) -> list[DeskNotice]:
    """What the step sent, in the order it was written."""
    return _read(connection, desk_notices.c.step_id == step_id)


def notices_of_ladder(connection: Connection, ladder_id: int) -> list[DeskNotice]:
    """What all of the ladder's steps sent."""
    return _read(connection, desk_notices.c.ladder_id == ladder_id)


def notices_of_case(connection: Connection, found: Case) -> list[DeskNotice]:
    """What was sent in the case, and before it opened by the ladder it belongs to: a debt is reminded of before it is overdue."""
    mine = sa.select(desk_notices.c.ladder_id).where(desk_notices.c.case_id == found.id)
    now = (ladders.c.payer_id == found.payer_id) & (ladders.c.currency == found.currency) & ladders.c.ended_at.is_(None)
    running = desk_notices.c.ladder_id.in_(sa.select(ladders.c.id).where(now)) if not found.is_closed else sa.false()
    own = (desk_notices.c.case_id == found.id) | desk_notices.c.case_id.is_(None)
    return _read(connection, own & (desk_notices.c.ladder_id.in_(mine) | running))


def notice_of_note(connection: Connection, note_id: int) -> DeskNotice | None:
    """The notice that this public comment is."""
    found = _read(connection, desk_notices.c.note_id == note_id)
    return found[0] if found else None


def set_notice(tx: Tx, found: DeskNotice, **values: Any) -> None:
    """Set columns of the notice."""
    tx.connection.execute(sa.update(desk_notices).where(desk_notices.c.id == found.id).values(**values))


def _read(connection: Connection, match: sa.ColumnElement[bool]) -> list[DeskNotice]:
    rows = connection.execute(sa.select(desk_notices).where(match).order_by(desk_notices.c.id)).mappings()
    return [
        DeskNotice(
            **{name: row[name] for name in DeskNotice.__dataclass_fields__}
            | {"state": NoticeState(row["state"]), "channel": Channel(row["channel"])}
        )
        for row in rows
    ]
