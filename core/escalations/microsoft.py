"""A case at Microsoft: the packet, the number a person brings back, and a clock that asks for the answer.

Partner Center lets nobody create a service request by API (since 31 August 2020), and shows one only to who opened it
(https://learn.microsoft.com/partner-center/report-problems-with-partner-center): so the number is recorded with who opened it, and they
are reminded, in working days. What rings late, because the desk was down, rings once, and counts on from then.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.changing import open_case_for
from core.cases.model import Case
from core.cases.queries import case, roots_of
from core.customers.queries import customer
from core.engine.db.tables.cases import cases
from core.engine.db.tables.escalations import microsoft_requests as requests
from core.engine.errors import Conflict, InvalidInput
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx
from core.people.model import Right
from core.people.queries import staff_holding

from .commands import AskAboutRequest, CloseRequest, PreparePacket, RecordAnswer, RecordQuestion, RecordRequest, SolveRequest
from .events import (
    MicrosoftAnswered,
    MicrosoftAsked,
    MicrosoftSilent,
    PacketPrepared,
    RequestClosed,
    RequestOpened,
    RequestSolved,
)
from .model import FIRST_LOOK, MOST_LOOKS, NEXT_LOOK, Entry, Request, Turn
from .packet import must_be_fit
from .queries import microsoft_request, open_request_of
from .waiting import opening_in

NUMBER = re.compile(r"[0-9]{10,20}", re.ASCII)


def prepare_packet(tx: Tx, command: PreparePacket) -> Iterable[Event]:
    """A newer packet replaces one that nobody has opened a request with. Raises Conflict, InvalidInput for what must not leave."""
    found = open_case_for(tx, command.case_id)
    before = open_request_of(tx.connection, found.id)
    if found.customer_id is None:
        raise Conflict("packet_unmatched", number=found.number)
    if before is not None and before.state is not Turn.PREPARED:
        raise Conflict("microsoft_open", number=found.number, request=before.number)
    must_be_fit(tx.connection, command.door, command.packet, found, customer(tx.connection, found.customer_id))
    packet = {name: text.strip() for name, text in command.packet.fields().items()}
    values = {"state": Turn.PREPARED.value, "door": command.door.value, "packet": packet}
    request_id = _keep(tx, found.id, before, "prepared", command.door.value, values)
    private = {name: Private(text) for name, text in packet.items() if text}
    return [PacketPrepared(case_id=found.id, request_id=request_id, door=command.door.value, packet=private)]


def record_request(tx: Tx, command: RecordRequest) -> Iterable[Event]:
    """Starts Microsoft's clock. Raises Conflict when one is open or the number is another customer's, InvalidInput for no number."""
    found = open_case_for(tx, command.case_id)
    before = open_request_of(tx.connection, found.id)
    number = re.sub(r"(?i)tracking ?id|[\s#:]", "", command.number)
    if NUMBER.fullmatch(number) is None:
        raise InvalidInput("microsoft_number", "number", typed=command.number.strip())
    if before is not None and before.state is not Turn.PREPARED:
        if before.number == number:
            return []
        raise Conflict("microsoft_open", number=found.number, request=before.number)
    _must_be_ours(tx, found, number)
    next_at = opening_in(tx.connection, found.kind, FIRST_LOOK, tx.now)
    values = {"number": number, "opened_by": tx.actor.id, "opened_at": tx.now, **_their_turn(tx, next_at)}
    request_id = _keep(tx, found.id, before, "ticket", number, values)
    return [RequestOpened(case_id=found.id, request_id=request_id, number=number, next_at=next_at)]


def _must_be_ours(tx: Tx, found: Case, number: str) -> None:
    """A number recorded for another customer was mistyped, or would show one customer's matter in another's case."""
    joined = sa.select(cases.c.id, cases.c.customer_id).join(requests, requests.c.case_id == cases.c.id)
    for row in tx.connection.execute(joined.where(requests.c.number == number)):
        if row.customer_id != found.customer_id:
            raise Conflict("microsoft_number_taken", number=number, case=f"C-{row.id}")


def record_answer(tx: Tx, command: RecordAnswer) -> Iterable[Event]:
    """Stops Microsoft's clock. Raises Conflict when nobody has opened a request, InvalidInput for an empty answer."""
    found, text = _opened(tx, command.case_id), _said(command.text)
    _keep(tx, command.case_id, found, "answered", text, {"state": Turn.ANSWERED.value, "waiting_since": None, "next_at": None})
    return [MicrosoftAnswered(case_id=found.case_id, request_id=found.id, text=Private(text))]


def record_question(tx: Tx, command: RecordQuestion) -> Iterable[Event]:
    """Starts Microsoft's clock anew. Raises as `record_answer`."""
    found, text = _opened(tx, command.case_id), _said(command.text)
    next_at = opening_in(tx.connection, case(tx.connection, found.case_id).kind, FIRST_LOOK, tx.now)
    _keep(tx, command.case_id, found, "asked", text, _their_turn(tx, next_at))
    return [MicrosoftAsked(case_id=found.case_id, request_id=found.id, text=Private(text), next_at=next_at)]


def solve_request(tx: Tx, command: SolveRequest) -> Iterable[Event]:
    """Raises Conflict when nobody has opened a request."""
    found, text = _opened(tx, command.case_id), command.text.strip()
    _keep(tx, command.case_id, found, "solved", text, _over(tx, Turn.SOLVED))
    return [RequestSolved(case_id=found.case_id, request_id=found.id, text=Private(text))]


def close_request(tx: Tx, command: CloseRequest) -> Iterable[Event]:
    """Does nothing when nothing is open."""
    found = open_request_of(tx.connection, command.case_id)
    if found is None:
        return []
    _keep(tx, command.case_id, found, "closed", "", _over(tx, Turn.CLOSED))
    return [RequestClosed(case_id=found.case_id, request_id=found.id, before=found.state.value)]


def ask_about_request(tx: Tx, command: AskAboutRequest) -> Iterable[Event]:
    """Whoever opened it, else the case's owner; nobody in particular when neither works on cases any more. So many times, no more."""
    found = microsoft_request(tx.connection, command.request_id)
    if found.state is not Turn.WAITING or found.waiting_since is None:
        return []
    about, number = case(tx.connection, found.case_id), found.reminders + 1
    next_at = None if number >= MOST_LOOKS else opening_in(tx.connection, about.kind, NEXT_LOOK, tx.now)
    _write(tx, found.id, reminders=number, next_at=next_at)
    staff_id = _asked(tx, found, about)
    ids = {"case_id": found.case_id, "request_id": found.id}
    return [MicrosoftSilent(**ids, number=found.number, since=found.waiting_since, staff_id=staff_id, next_at=next_at)]


def _asked(tx: Tx, found: Request, about: Case) -> int | None:
    workers = staff_holding(tx.connection, Right.WORK)
    opener = int(found.opened_by.partition(":")[2]) if found.opened_by.startswith("staff:") else None
    return next((one for one in (opener, about.assignee_id) if one in workers), None)


def _opened(tx: Tx, case_id: int) -> Request:
    number = open_case_for(tx, case_id).number
    found = open_request_of(tx.connection, case_id)
    if found is None or found.state is Turn.PREPARED:
        raise Conflict("microsoft_none", number=number)
    return found


def _said(text: str) -> str:
    if not text.strip():
        raise InvalidInput("microsoft_what", "text")
    return text.strip()


def _their_turn(tx: Tx, next_at: datetime) -> dict[str, Any]:
    return {"state": Turn.WAITING.value, "waiting_since": tx.now, "reminders": 0, "next_at": next_at}


def _over(tx: Tx, state: Turn) -> dict[str, Any]:
    return {"state": state.value, "ended_at": tx.now, "waiting_since": None, "next_at": None}


def _keep(tx: Tx, case_id: int, before: Request | None, what: str, text: str, values: dict[str, Any]) -> int:
    """Write the columns and what was done; makes the row if it is the case's first. Returns it."""
    done = Entry(what=what, at=tx.now, by=tx.actor.id, text=text).as_json()
    if before is not None:
        _write(tx, before.id, history=[*(entry.as_json() for entry in before.history), done], **values)
        return before.id
    new = {"case_id": case_id, "packet": {}, "history": [done], **values}
    return int(tx.connection.execute(sa.insert(requests).values(**new).returning(requests.c.id)).scalar_one())


def _write(tx: Tx, request_id: int, **values: Any) -> None:
    tx.connection.execute(sa.update(requests).where(requests.c.id == request_id).values(**values))


def _roots(connection: Connection, command: PreparePacket) -> list[str]:
    return roots_of(connection, command.case_id)


HANDLERS: Handlers = {
    PreparePacket: Handler(prepare_packet, _roots),
    RecordRequest: Handler(record_request, _roots),
    RecordAnswer: Handler(record_answer, _roots),
    RecordQuestion: Handler(record_question, _roots),
    SolveRequest: Handler(solve_request, _roots),
    CloseRequest: Handler(close_request, _roots),
    AskAboutRequest: Handler(ask_about_request, lambda c, command: roots_of(c, microsoft_request(c, command.request_id).case_id)),
}
