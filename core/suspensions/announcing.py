"""Telling the customer that service is back, in the ticket that a person chose or by letters to the billing contacts (`by_letter`): words
that a person looked at and confirmed first.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from core.cases.commands import DraftReply
from core.cases.events import NoteSent, ReplyDrafted
from core.cases.model import Audience, NoteState
from core.cases.notes import draft_reply, keep_note
from core.cases.queries import case, note, roots_of
from core.collections.access import letters_of_note
from core.collections.addressing import ticket_of
from core.collections.notices import ALIVE
from core.customers.queries import subscription
from core.engine.errors import Conflict
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.people.model import Right

from .by_letter import MAIL, by_mail
from .closing import record_as_told, untold
from .moving import lock_case
from .queries import suspension, suspensions_of_customer
from .restoring import keep


@dataclass(frozen=True, kw_only=True)
class DraftTelling(Command):
    """Write the words by which the customer learns that service is back. Nothing leaves before it is confirmed, as every answer. `subject`,
    `language`, and `texts`, the version that the words were prepared from, are those of a letter."""

    needs = Right.WORK
    case_id: int
    text: str
    subject: str = ""
    language: str = ""
    texts: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordAnswered(Command):
    """The ticket has that answer, or a mail server took over a letter with it."""

    needs = Right.RUN
    case_id: int
    note_id: int


def draft_telling(tx: Tx, command: DraftTelling) -> Iterable[Event]:
    """Raises Conflict when the customer knows, or there is no way to them, neither a chosen ticket nor mail; InvalidInput for no text."""
    found = case(tx.connection, command.case_id)
    ways = list(untold(tx.connection, found.id))
    if not ways:
        raise Conflict("nothing_to_tell", number=found.number)
    ticket = ticket_of(tx.connection, found)
    if ticket is None and not by_mail(tx.connection, found):
        raise Conflict("telling_has_no_way", number=found.number)
    drafted = list(draft_reply(tx, DraftReply(case_id=ticket.id, text=command.text))) if ticket is not None else _draft(tx, command)
    said = {"note": drafted[0].ids["note_id"], "subject": command.subject, "language": command.language, "texts": command.texts}
    for way in ways:
        keep(tx, way, state=way.state, answer=dict(way.answer) | said)
    return drafted


def _draft(tx: Tx, command: DraftTelling) -> list[Event]:
    note_id = keep_note(tx, command.case_id, command.text, audience=Audience.CUSTOMER, state=NoteState.DRAFT)
    return [ReplyDrafted(case_id=command.case_id, note_id=note_id)]


def record_answered(tx: Tx, command: RecordAnswered) -> Iterable[Event]:
    """Nothing happens when it was recorded by hand meanwhile."""
    ways = [way for way in untold(tx.connection, command.case_id) if way.answer.get("note") == command.note_id]
    sent = note(tx.connection, command.note_id)
    through = case(tx.connection, sent.case_id)
    reached = [each.recipient for each in letters_of_note(tx.connection, sent.id) if each.state in ALIVE]
    how = f"{through.ticket_connection} {through.ticket}" if through.ticket else f"{MAIL}{', '.join(reached)}"
    return record_as_told(tx, ways, how, by=sent.author)


def hear(tx: Tx, event: NoteSent) -> Iterable[Command]:
    """An answer left: perhaps the one by which the customer learns it."""
    customer_id = case(tx.connection, event.case_id).customer_id
    if customer_id is None:
        return []
    cases = {suspension(tx.connection, each).case_id for each in suspensions_of_customer(tx.connection, customer_id)}
    told = {each for each in cases for way in untold(tx.connection, each) if way.answer.get("note") == event.note_id}
    return [RecordAnswered(case_id=each, note_id=event.note_id) for each in sorted(told)]


def products_back(connection: Connection, case_id: int) -> list[str]:
    """The names of what is on again and the customer was not told of."""
    return [subscription(connection, way.subscription_id).name for way in untold(connection, case_id)]


def _lock(connection: Connection, command: DraftTelling) -> list[str]:
    mine = list(lock_case(connection, command))
    ticket = ticket_of(connection, case(connection, command.case_id))
    both = dict.fromkeys([*mine, *([] if ticket is None else roots_of(connection, ticket.id))])
    return sorted(both, key=lambda root: not root.startswith("customer:"))  # customers before cases, as everywhere


HANDLERS: Handlers = {
    DraftTelling: Handler(draft_telling, _lock),
    RecordAnswered: Handler(record_answered, lock_case),
}
