"""Telling the customer that service is back, in the ticket that a person chose or by letters to the billing contacts (`by_letter`): words
that a person looked at and confirmed first.
"""

from collections.abc import Iterable, Sequence
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
from core.engine.errors import Conflict, required
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx
from core.people.model import Right

from .by_letter import MAIL, by_mail
from .closing import record_as_told
from .events import ToldOfSuspension
from .knowing import Unheard, keep_told, unheard, write_down
from .model import Restore
from .moving import lock_case
from .queries import suspension, suspensions_of_customer


@dataclass(frozen=True, kw_only=True)
class DraftTelling(Command):
    """Write the words by which the customer learns that service is back, or off. Nothing leaves before it is confirmed, as every answer.
    `subject`, `language`, and `texts`, the version that the words were prepared from, are those of a letter."""

    needs = Right.WORK
    case_id: int
    text: str
    subject: str = ""
    language: str = ""
    texts: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordTold(Command):
    """The customer knows that service is back, or off: `how` they were told, and whom."""

    needs = Right.WORK
    case_id: int
    how: str


@dataclass(frozen=True, kw_only=True)
class RecordAnswered(Command):
    """The ticket has that answer, or a mail server took over a letter with it."""

    needs = Right.RUN
    case_id: int
    note_id: int


def draft_telling(tx: Tx, command: DraftTelling) -> Iterable[Event]:
    """Raises Conflict when the customer knows, or there is no way to them, neither a chosen ticket nor mail; InvalidInput for no text."""
    found = case(tx.connection, command.case_id)
    about = unheard(tx.connection, found.id)
    if about is None:
        raise Conflict("nothing_to_tell", number=found.number)
    ticket = ticket_of(tx.connection, found)
    if ticket is None and not by_mail(tx.connection, found):
        raise Conflict("telling_has_no_way", number=found.number)
    drafted = list(draft_reply(tx, DraftReply(case_id=ticket.id, text=command.text))) if ticket is not None else _draft(tx, command)
    said = {"note": drafted[0].ids["note_id"], "subject": command.subject, "language": command.language, "texts": command.texts}
    write_down(tx, about, said)
    return drafted


def _draft(tx: Tx, command: DraftTelling) -> list[Event]:
    note_id = keep_note(tx, command.case_id, command.text, audience=Audience.CUSTOMER, state=NoteState.DRAFT)
    return [ReplyDrafted(case_id=command.case_id, note_id=note_id)]


def record_told(tx: Tx, command: RecordTold) -> Iterable[Event]:
    """Believed: it is a person's word, kept with their name. Raises InvalidInput without how, Conflict when nothing waits for it."""
    found, how = case(tx.connection, command.case_id), required(command.how, "how")
    about = unheard(tx.connection, found.id)
    if about is None:
        raise Conflict("nothing_to_tell", number=found.number)
    return _know(tx, about, about.ways, how, by=tx.actor.id)


def record_answered(tx: Tx, command: RecordAnswered) -> Iterable[Event]:
    """Nothing happens when it was recorded by hand meanwhile."""
    about = unheard(tx.connection, command.case_id)
    if about is None or not about.is_written(command.note_id):
        return []
    sent = note(tx.connection, command.note_id)
    through = case(tx.connection, sent.case_id)
    reached = [each.recipient for each in letters_of_note(tx.connection, sent.id) if each.state in ALIVE]
    how = f"{through.ticket_connection} {through.ticket}" if through.ticket else f"{MAIL}{', '.join(reached)}"
    return _know(tx, about, [way for way in about.ways if way.answer.get("note") == sent.id], how, by=sent.author)


def _know(tx: Tx, about: Unheard, ways: Sequence[Restore], how: str, *, by: str) -> list[Event]:
    if about.off is None:
        return record_as_told(tx, ways, how, by=by)
    keep_told(tx, about.off, {**about.off.told, "told": {"how": how, "by": by, "at": tx.now.isoformat()}})
    return [ToldOfSuspension(suspension_id=about.off.id, case_id=about.off.case_id, how=Private(how))]


def hear(tx: Tx, event: NoteSent) -> Iterable[Command]:
    """An answer left: perhaps the one by which the customer learns it."""
    customer_id = case(tx.connection, event.case_id).customer_id
    if customer_id is None:
        return []
    cases = {suspension(tx.connection, each).case_id for each in suspensions_of_customer(tx.connection, customer_id)}
    told = [each for each in sorted(cases) if (about := unheard(tx.connection, each)) is not None and about.is_written(event.note_id)]
    return [RecordAnswered(case_id=each, note_id=event.note_id) for each in told]


def _lock(connection: Connection, command: DraftTelling) -> list[str]:
    mine = list(lock_case(connection, command))
    ticket = ticket_of(connection, case(connection, command.case_id))
    both = dict.fromkeys([*mine, *([] if ticket is None else roots_of(connection, ticket.id))])
    return sorted(both, key=lambda root: not root.startswith("customer:"))  # customers before cases, as everywhere


HANDLERS: Handlers = {
    DraftTelling: Handler(draft_telling, _lock),
    RecordTold: Handler(record_told, lock_case),
    RecordAnswered: Handler(record_answered, lock_case),
}
