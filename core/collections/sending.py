"""The desk sends a step's notices: rows with their text, and the outbox rows that carry them. Nothing leaves inside the transaction."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace

import sqlalchemy as sa

from core.cases.model import Audience, NoteState
from core.cases.notes import REPLY_KIND, keep_note, take_back
from core.cases.queries import case, collection_case, note
from core.customers.model import Mode
from core.customers.queries import customer, today_of
from core.engine import outbox
from core.engine.db.tables.collections import desk_notices
from core.engine.errors import Conflict
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import SYSTEM, Tx
from core.receivables.model import NoticeKind, Position
from core.receivables.queries import payer, position

from . import rows
from .addresses import address_of_case
from .commands import ReviewNotices, SendNotice
from .drafting import Draft, WhyNot, asks_for, drafts
from .keeping import ids, lock_of_ladder, lock_of_payer
from .ladder import Ladder, Outcome, Waits
from .letters import MAIL_KIND
from .notice_events import NoticeQueued
from .notices import ALIVE, Channel, DeskNotice, NoticeState, notices_of_step, set_notice
from .pausing import why_paused
from .policy import Does, Policy, Step
from .proving import settle_step, withdraw
from .queries import policy_called


def send_step(tx: Tx, found: Ladder, step: Step, step_id: int, ready: Sequence[Draft]) -> list[Event]:
    """Queue these notices of a step that was begun; the ladder waits for their proof. An address that has one on its way gets no second."""
    alive = {each.recipient.casefold() for each in notices_of_step(tx.connection, step_id) if each.state in ALIVE}
    return [_queue(tx, found, step, step_id, each) for each in ready if each.to.email.casefold() not in alive]


def send_notice(tx: Tx, command: SendNotice) -> Iterable[Event]:
    """The step that waits for a person is sent by the desk after all, with the figures of now. Raises Conflict when none waits, in dry-run,
    while something holds it back, and where the desk cannot send it either."""
    found = rows.ladder(tx.connection, command.ladder_id)
    row = rows.waiting_step(tx.connection, found.id)
    policy = policy_called(tx.connection, found.policy)
    step = None if row is None else step_called(policy, row.name)
    if row is None or step is None or found.waits is not Waits.HAND or found.ended_at is not None:
        raise Conflict("no_notice_waits")
    whose = payer(tx.connection, found.payer_id)
    if customer(tx.connection, whose.customer_id or 0).mode is Mode.DRY_RUN:
        raise Conflict("notice_dry_run")
    if why_paused(tx.connection, whose, found.currency, tx.now, step.does) is not None:
        raise Conflict("notice_paused")
    owed = position_of(tx, found)
    ready = drafts(tx.connection, policy, step, found, owed, tx.now)
    if isinstance(ready, WhyNot):
        raise Conflict(f"notice_{ready}")
    rows.close_step(tx, row.id, Outcome.SENDING)
    named = {"final_amount": ready[0].amount} if step.does is Does.FINAL else {}
    rows.change(tx, found, waits=Waits.PROOF.value, **named)
    for each in notices_of_step(tx.connection, row.id):
        if each.state not in ALIVE:
            set_notice(tx, each, replaced_at=tx.now)
    queued = send_step(tx, found, step, row.id, ready)
    return [*queued, *settle_step(tx, rows.ladder(tx.connection, found.id), row.id)]


def review_notices(tx: Tx, command: ReviewNotices) -> Iterable[Event]:
    """What waits to leave and asks for another sum than is owed now, or for money that is promised, reported or held, is withdrawn; and
    everything to a customer in dry-run."""
    whose = payer(tx.connection, command.payer_id)
    is_dry = whose.customer_id is None or customer(tx.connection, whose.customer_id).mode is Mode.DRY_RUN
    for found in rows.ladders_sending(tx.connection, whose.id):
        row = rows.waiting_step(tx.connection, found.id)
        step = None if row is None else step_called(policy_called(tx.connection, found.policy), row.name)
        if row is None or step is None:
            continue
        owes = 0 if found.ended_at is not None else asks_for(tx.connection, step, found, position_of(tx, found))
        is_held = is_dry or why_paused(tx.connection, whose, found.currency, tx.now, step.does) is not None
        for each in notices_of_step(tx.connection, row.id):
            if each.state is NoticeState.QUEUED and (is_held or each.amount != owes) and _take_back(tx, each):
                yield from withdraw(tx, each)


def step_called(policy: Policy, name: str) -> Step | None:
    """The policy's step of that name."""
    return next((each for each in policy.ladder if each.name == name), None)


def position_of(tx: Tx, found: Ladder) -> Position:
    """What the ladder's payer owes in its currency on the customer's day."""
    whose = payer(tx.connection, found.payer_id)
    return position(tx.connection, whose.id, found.currency, today_of(tx.connection, whose.customer_id or 0, tx.now))


def lane_of(notice_id: int) -> str:
    """Each notice leaves in a lane of its own: an address that cannot be reached holds back nobody else's."""
    return f"notice:{notice_id}"


def _queue(tx: Tx, found: Ladder, step: Step, step_id: int, ready: Draft) -> Event:
    case_id = collection_case(tx.connection, found.payer_id, found.currency)
    domain = (ready.to.answers or ready.to.email).rpartition("@")[2]
    kind = NoticeKind.FINAL if step.does is Does.FINAL else NoticeKind.REMINDER
    answers = ready.to.answers
    note_id = None if ready.to.ticket_case_id is None else _comment(tx, ready.to.ticket_case_id, ready)
    values = {
        "ladder_id": found.id, "step_id": step_id, "case_id": case_id, "note_id": note_id, "kind": kind.value,
        "channel": ready.to.channel.value, "recipient": ready.to.email, "name": ready.to.name, "language": ready.language,
        "texts": ready.texts, "amount": ready.amount, "names_at": ready.names_at, "subject": ready.subject, "body": ready.body,
        "digest": ready.digest, "message_id": f"notice-{secrets.token_hex(12)}@{domain}",
        "reply_to": address_of_case(answers, case_id, tx.digest_key) if answers and case_id is not None else answers,
        "state": NoticeState.QUEUED.value, "queued_at": tx.now,
    }  # fmt: skip
    notice_id = int(tx.connection.execute(sa.insert(desk_notices).values(**values).returning(desk_notices.c.id)).scalar_one())
    if ready.to.channel is Channel.MAIL:
        outbox.enqueue(tx, MAIL_KIND, {"notice_id": notice_id}, lane=lane_of(notice_id))
    return NoticeQueued(
        **ids(tx, found), notice_id=notice_id, step=step.name, kind=kind.value, channel=ready.to.channel.value, texts=ready.texts,
        digest=ready.digest, amount=ready.amount, names_at=ready.names_at, recipient=Private(ready.to.email),
    )  # fmt: skip


def _take_back(tx: Tx, found: DeskNotice) -> bool:
    """Its outbox row; False when it has begun to leave, and then it is recorded as what becomes of it."""
    if found.note_id is not None:
        written = note(tx.connection, found.note_id)
        return take_back(tx, case(tx.connection, written.case_id), written)
    waiting = outbox.waiting(tx.connection, lane_of(found.id), MAIL_KIND)
    return bool(waiting) and all(outbox.withdraw(tx, posting) for posting in waiting)


def _comment(tx: Tx, case_id: int, ready: Draft) -> int:
    """A public comment of the ticket, written and read back as every answer is; the desk's own, whoever let it send."""
    tx = replace(tx, actor=SYSTEM)
    note_id = keep_note(tx, case_id, f"{ready.subject}\n\n{ready.body}", audience=Audience.CUSTOMER, state=NoteState.QUEUED)
    outbox.enqueue(tx, REPLY_KIND, {"note_id": note_id}, lane=case(tx.connection, case_id).lane)
    return note_id


HANDLERS: Handlers = {
    SendNotice: Handler(send_notice, lock_of_ladder),
    ReviewNotices: Handler(review_notices, lambda connection, command: lock_of_payer(connection, command.payer_id)),
}
