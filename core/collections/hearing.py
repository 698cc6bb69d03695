"""A notice that a person recorded with its proof: the step that waited for it is done."""

from collections.abc import Iterable

from core.cases.queries import case
from core.customers.queries import today_of
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.receivables.model import Notice, NoticeKind
from core.receivables.queries import notices_of

from . import rows
from .commands import HearNotice
from .events import StepDone
from .keeping import ids, lock_of_payer, plan
from .ladder import Ladder, Outcome, Waits
from .policy import Does


def hear_notice(tx: Tx, command: HearNotice) -> Iterable[Event]:
    """Nothing happens unless the ladder waits for a notice of this kind, to a billing contact, sent since the step was begun."""
    found = case(tx.connection, command.case_id)
    if found.payer_id is None or found.customer_id is None:
        return []
    waiting = rows.ladder_of(tx.connection, found.payer_id, found.currency)
    notice = next((each for each in notices_of(tx.connection, found.id) if each.id == command.notice_id), None)
    if waiting is None or notice is None or waiting.waits is not Waits.HAND or not _fits(tx, waiting, notice):
        return []
    step = rows.waiting_step(tx.connection, waiting.id)
    if step is None:
        return []
    rows.close_step(tx, step.id, Outcome.PROVEN, f"notice:{notice.id}")
    rows.change(tx, waiting, waits=Waits.NOTHING.value, last_on=min(notice.sent_on, today_of(tx.connection, found.customer_id, tx.now)))
    plan(tx, rows.ladder(tx.connection, waiting.id))
    return [StepDone(**ids(tx, waiting), step=step.name, on=notice.sent_on)]


def _fits(tx: Tx, waiting: Ladder, notice: Notice) -> bool:
    step = rows.waiting_step(tx.connection, waiting.id)
    if step is None or not notice.to_contact or not notice.proof.strip():
        return False
    wanted = NoticeKind.FINAL if step.does == Does.FINAL else NoticeKind.REMINDER
    return notice.kind is wanted and notice.sent_on >= step.begun_at.date()


HANDLERS: Handlers = {
    HearNotice: Handler(hear_notice, lambda connection, command: lock_of_payer(connection, case(connection, command.case_id).payer_id or 0))
}
