"""Writing things down: remarks for colleagues, and answers to the customer. The two never share a command."""

import secrets
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine import outbox
from core.engine.db.tables.cases import notes
from core.engine.errors import Conflict, InvalidInput
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import SYSTEM, Tx

from .changing import change
from .commands import AddNote, DraftReply, RecordNoteFailed, RecordNoteSent, SendReply, WithdrawReply
from .events import NoteAdded, NoteFailed, NoteSent, ReplyDrafted, ReplyQueued, ReplyWithdrawn
from .messages import must_be_link
from .model import Audience, Case, Note, NoteState, State, Told
from .queries import case, heard, note, queued_reply, roots_of

REPLY_KIND, COMMENT_KIND, STATUS_KIND, CASE_KIND = "ticket.reply", "ticket.comment", "ticket.status", "ticket.case"


def keep_note(tx: Tx, case_id: int, text: str, *, audience: Audience, state: NoteState, link: str = "") -> int:
    """Insert a note of the actor's with a marker nobody else has; returns its id. Raises InvalidInput for no text or a wrong link."""
    if not text.strip():
        raise InvalidInput("text_missing", "text")
    values = {
        "case_id": case_id, "audience": audience.value, "direction": "out", "author": tx.actor.id, "body": text.strip(), "at": tx.now,
        "state": state.value, "marker": f"desk-{secrets.token_hex(8)}", "link": must_be_link(link) if link else "",
    }  # fmt: skip
    return int(tx.connection.execute(sa.insert(notes).values(**values).returning(notes.c.id)).scalar_one())


def add_note(tx: Tx, command: AddNote) -> Iterable[Event]:
    """Kept on the desk, and queued for the ticket's internal comments where there is a ticket. Raises InvalidInput, NotFound."""
    found = case(tx.connection, command.case_id)
    state = NoteState.QUEUED if found.ticket else NoteState.KEPT
    note_id = keep_note(tx, found.id, command.text, audience=Audience.INTERNAL, state=state, link=command.link)
    return [NoteAdded(case_id=found.id, note_id=note_id, text=Private(command.text.strip()))]


def draft_reply(tx: Tx, command: DraftReply) -> Iterable[Event]:
    """Nothing leaves. Raises Conflict when there is no ticket to answer, InvalidInput for an empty text."""
    found = case(tx.connection, command.case_id)
    _may_be_answered(found)
    note_id = keep_note(tx, found.id, command.text, audience=Audience.CUSTOMER, state=NoteState.DRAFT)
    return [ReplyDrafted(case_id=found.id, note_id=note_id)]


def send_reply(tx: Tx, command: SendReply) -> Iterable[Event]:
    """Queue a draft. Raises Conflict when it was sent before, another answer is on its way, or the customer wrote meanwhile."""
    draft = note(tx.connection, command.note_id)
    found = case(tx.connection, draft.case_id)
    _may_be_answered(found)
    if draft.audience is not Audience.CUSTOMER or draft.state is not NoteState.DRAFT:
        raise Conflict(f"reply_is_{draft.state}", number=found.number)
    if queued_reply(tx.connection, found.id) is not None:
        raise Conflict("reply_underway", number=found.number)
    said = heard(tx.connection, found.id)
    if said is not None and said.id > draft.id:
        raise Conflict("customer_wrote_since", number=found.number)
    settle_note(tx, draft, NoteState.QUEUED)
    taken = {"assignee_id": tx.actor.staff_id} if found.assignee_id is None else {}
    opened = {"state": State.OPEN.value} if found.state is State.NEW else {}
    change(tx, found.id, **taken, **opened)
    return [ReplyQueued(case_id=found.id, note_id=draft.id, text=Private(draft.body))]


def withdraw_reply(tx: Tx, command: WithdrawReply) -> Iterable[Event]:
    """Take the queued answer back. Raises Conflict when there is none, or when it has begun to leave."""
    found = case(tx.connection, command.case_id)
    queued = queued_reply(tx.connection, found.id)
    if queued is None:
        raise Conflict("no_reply_queued", number=found.number)
    if not take_back(tx, found, queued):
        raise Conflict("reply_left", number=found.number)
    return [ReplyWithdrawn(case_id=found.id, note_id=queued.id)]


def take_back(tx: Tx, found: Case, queued: Note) -> bool:
    """Withdraw an answer that waits to leave; False when it has begun to."""
    waiting = outbox.waiting(tx.connection, found.lane, REPLY_KIND)
    posting = next((row for row, ids in waiting.items() if ids.get("note_id") == queued.id), None)
    if posting is None or not outbox.withdraw(tx, posting):
        return False
    settle_note(tx, queued, NoteState.WITHDRAWN)
    return True


def record_note_sent(tx: Tx, command: RecordNoteSent) -> Iterable[Event]:
    """Hearing it twice changes nothing. The first answer that left is the case's first response."""
    sent = note(tx.connection, command.note_id)
    if sent.state is NoteState.SENT:
        return []
    tx.connection.execute(sa.update(notes).where(notes.c.id == sent.id).values(state=NoteState.SENT.value, external=command.external))
    if sent.audience is Audience.CUSTOMER and sent.author != SYSTEM.id:  # a notice of the desk's own answers no question
        found = case(tx.connection, sent.case_id)
        told = {"told_customer": Told.YES.value} if found.told_customer == Told.NO else {}
        change(tx, sent.case_id, responded_at=found.responded_at or tx.now, asked_again_at=None, **told)
    return [NoteSent(case_id=sent.case_id, note_id=sent.id, audience=sent.audience.value, external=command.external)]


def record_note_failed(tx: Tx, command: RecordNoteFailed) -> Iterable[Event]:
    """The note stays on the desk, marked. Hearing it twice, or after it was sent, changes nothing."""
    failed = note(tx.connection, command.note_id)
    if failed.state is not NoteState.QUEUED:
        return []
    settle_note(tx, failed, NoteState.FAILED)
    who = {"audience": failed.audience.value, "author": failed.author}
    return [NoteFailed(case_id=failed.case_id, note_id=failed.id, reason=command.reason, **who)]


def _may_be_answered(found: Case) -> None:
    if not found.ticket:
        raise Conflict("no_ticket_to_answer", number=found.number)
    if not found.requestor:
        raise Conflict("no_recipient", number=found.number)
    if found.state is State.HANDED_BACK:
        raise Conflict("case_is_handed_back", number=found.number)


def settle_note(tx: Tx, given: Note, state: NoteState) -> None:
    """Where a note is now."""
    tx.connection.execute(sa.update(notes).where(notes.c.id == given.id).values(state=state.value))


def roots_of_note(connection: Connection, command: SendReply | RecordNoteSent | RecordNoteFailed) -> list[str]:
    """The roots of the case the note belongs to."""
    case_id = connection.scalar(sa.select(notes.c.case_id).where(notes.c.id == command.note_id))
    return [] if case_id is None else roots_of(connection, case_id)


NOTE_HANDLERS: Handlers = {
    AddNote: Handler(add_note, lambda c, command: roots_of(c, command.case_id)),
    DraftReply: Handler(draft_reply, lambda c, command: roots_of(c, command.case_id)),
    SendReply: Handler(send_reply, roots_of_note),
    WithdrawReply: Handler(withdraw_reply, lambda c, command: roots_of(c, command.case_id)),
    RecordNoteSent: Handler(record_note_sent, roots_of_note),
    RecordNoteFailed: Handler(record_note_failed, roots_of_note),
}
