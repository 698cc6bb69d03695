"""The letters by which billing contacts learn that service is back, or off: sent when a person confirmed their words, taken back in time,
carried, and what follows when they do not arrive.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from core.cases.commands import RecordNoteFailed, RecordNoteSent
from core.cases.events import ReplyQueued, ReplyWithdrawn
from core.cases.follows import UNDO
from core.cases.model import Audience, Case, Kind, NoteState
from core.cases.notes import roots_of_note, settle_note
from core.cases.queries import case, heard, note
from core.collections import access
from core.collections.addressing import Addressee, addressees
from core.collections.notices import Channel
from core.engine.errors import Conflict
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx
from core.people.model import Right
from core.people.telling import tell

from .closing import came_back
from .events import NotToldOfSuspension
from .knowing import keep_told, unheard
from .moving import lock_case
from .queries import newest_suspension_of
from .restore_events import CustomerUnreached
from .restoring import ids_of, keep

MAIL = "mail: "  # how it begins, how the customer was told, where it was by letters


@dataclass(frozen=True, kw_only=True)
class SendTelling(Command):
    """The words were looked at: they leave as letters, after the time in which it can be undone."""

    needs = Right.WORK
    note_id: int


@dataclass(frozen=True, kw_only=True)
class WithdrawTelling(Command):
    """Take the letters back before they leave."""

    needs = Right.WORK
    note_id: int


@dataclass(frozen=True, kw_only=True)
class RecordUnreached(Command):
    """No letter with these words is there or on its way: the customer does not know after all."""

    needs = Right.RUN
    case_id: int
    note_id: int


def send_telling(tx: Tx, command: SendTelling) -> Iterable[Event]:
    """A letter to each billing contact whom mail reaches. Raises Conflict when it was sent before, the customer knows, nobody can be
    reached any more, or they wrote meanwhile."""
    draft = note(tx.connection, command.note_id)
    found = case(tx.connection, draft.case_id)
    if draft.state is not NoteState.DRAFT:
        raise Conflict(f"reply_is_{draft.state}", number=found.number)
    said = words_of(tx.connection, draft.id)
    if said is None:
        raise Conflict("nothing_to_tell", number=found.number)
    to = by_mail(tx.connection, found)
    if not to:
        raise Conflict("telling_has_no_way", number=found.number)
    written = heard(tx.connection, found.id)
    if written is not None and written.id > draft.id:
        raise Conflict("customer_wrote_since", number=found.number)
    settle_note(tx, draft, NoteState.QUEUED)
    queued = access.queue(tx, found.id, draft.id, to, said, delay=UNDO)
    return [ReplyQueued(case_id=found.id, note_id=draft.id, text=Private(draft.body)), queued]


def withdraw_telling(tx: Tx, command: WithdrawTelling) -> Iterable[Event]:
    """Raises Conflict when one of the letters has begun to leave."""
    queued = note(tx.connection, command.note_id)
    number = case(tx.connection, queued.case_id).number
    if queued.state is not NoteState.QUEUED:
        raise Conflict("no_reply_queued", number=number)
    if not access.take_back(tx, queued.id):
        raise Conflict("reply_left", number=number)
    settle_note(tx, queued, NoteState.WITHDRAWN)
    return [ReplyWithdrawn(case_id=queued.case_id, note_id=queued.id)]


def by_mail(connection: Connection, found: Case) -> list[Addressee]:
    """The billing contacts whom a letter reaches now; nobody for a case of no customer."""
    if found.customer_id is None:
        return []
    reached = addressees(connection, found.customer_id, found.id).reached
    return [each for each in reached if each.channel is Channel.MAIL]


def is_letter(connection: Connection, note_id: int) -> bool:
    """Whether these words of a case go out as letters, not into a ticket."""
    written = note(connection, note_id)
    about = case(connection, written.case_id)
    return written.audience is Audience.CUSTOMER and about.kind is Kind.COLLECTION and not about.ticket


def words_of(connection: Connection, note_id: int) -> access.Words | None:
    """What the letters with these words say; None once the customer knows, or when they were written anew since."""
    written = note(connection, note_id)
    about = unheard(connection, written.case_id)
    kept = {} if about is None else about.kept
    if kept.get("note") != note_id:
        return None
    return access.Words(
        kind=about.kind if about else "", subject=kept["subject"], body=written.body, language=kept["language"], texts=kept["texts"]
    )


def record_unreached(tx: Tx, command: RecordUnreached) -> Iterable[Event]:
    """Nothing happens when they were told otherwise meanwhile."""
    off = newest_suspension_of(tx.connection, command.case_id)
    if off is not None and off.told.get("note") == command.note_id and off.told.get("told", {}).get("how", "").startswith(MAIL):
        keep_told(tx, off, {name: value for name, value in off.told.items() if name != "told"})
        return [NotToldOfSuspension(suspension_id=off.id, case_id=off.case_id)]
    ways = [way for way in came_back(tx.connection, command.case_id) if way.answer.get("note") == command.note_id]
    lost = [way for way in ways if way.answer.get("told", {}).get("how", "").startswith(MAIL)]
    for way in lost:
        keep(tx, way, state=way.state, answer={name: value for name, value in way.answer.items() if name != "told"})
    return [CustomerUnreached(**ids_of(tx, way)) for way in lost]


def carried(_tx: Tx, event: access.LetterAccepted) -> Iterable[Command]:
    """The first that is taken over: the words have left."""
    return (RecordNoteSent(note_id=event.note_id, external=f"L-{event.letter_id}"),)


def undelivered(tx: Tx, event: access.LetterUndelivered) -> Iterable[Command]:
    """While others are on their way, or there, it is only told; with the last one the customer does not know."""
    written = note(tx.connection, event.note_id)
    if not event.alive and written.state is NoteState.QUEUED:
        return [RecordNoteFailed(note_id=written.id, reason=event.why)]
    owner, (kind, _, number) = case(tx.connection, event.case_id).assignee_id, written.author.partition(":")
    for who in sorted({each for each in (owner, int(number) if kind == "staff" else None) if each is not None}):
        tell(tx, who, "tell.letter_undelivered", case_id=event.case_id, number=f"C-{event.case_id}", letter=f"L-{event.letter_id}")
    return [] if event.alive else [RecordUnreached(case_id=event.case_id, note_id=event.note_id)]


FOLLOWS: Mapping[type[Event], Sequence[Callable[[Tx, Any], Iterable[Command]]]] = {
    access.LettersQueued: (),
    access.LetterAccepted: (carried,),
    access.LetterUndelivered: (undelivered,),
}

HANDLERS: Handlers = {
    SendTelling: Handler(send_telling, roots_of_note),
    WithdrawTelling: Handler(withdraw_telling, roots_of_note),
    RecordUnreached: Handler(record_unreached, lock_case),
}
