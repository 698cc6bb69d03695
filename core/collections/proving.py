"""What became of a notice: taken over, proven, refused, come back, withdrawn; and what that makes of its step and its ladder."""

from collections.abc import Iterable

from sqlalchemy import Connection

from core.customers.queries import today_of
from core.engine import timers
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx
from core.receivables.queries import payer

from . import rows
from .access import record_bounced, roots_of_bounced
from .commands import ProveNotice, RecordBounce, RecordCarriage, WithdrawNotice
from .events import StepDone
from .keeping import ids, lock_of_payer, plan
from .ladder import Ladder, Outcome, Waits, final_index
from .notice_events import NoticeAccepted, NoticeLate, NoticeProven, NoticeUndelivered, NoticeWithdrawn, StepUnproven
from .notices import ALIVE, DeskNotice, NoticeState, desk_notice, is_lost, is_proven, notice_called, notices_of_step, set_notice
from .policy import Does
from .ports import Carried
from .queries import policy_called

PROVES = "collections.proof"
BY_HAND = "notice:"  # how the detail of a step begins that a notice recorded by hand proved


def record_carriage(tx: Tx, command: RecordCarriage) -> Iterable[Event]:
    """Hearing it twice changes nothing. One that left although it was withdrawn meanwhile is recorded as what it is: it left."""
    found, said = desk_notice(tx.connection, command.notice_id), command.carriage.said
    if found.state not in (NoticeState.QUEUED, NoticeState.WITHDRAWN):
        return
    if command.carriage.kind is Carried.LATER:
        set_notice(tx, found, said=said)
    elif command.carriage.kind is Carried.REFUSED and found.state is NoticeState.QUEUED:
        yield from _undelivered(tx, found, NoticeState.REFUSED, said)
    elif command.carriage.kind is Carried.ACCEPTED:
        ladder = rows.ladder(tx.connection, found.ladder_id)
        policy = policy_called(tx.connection, ladder.policy)
        set_notice(tx, found, state=NoticeState.ACCEPTED.value, accepted_at=tx.now, ended_at=None, said=said)
        timers.schedule(tx, PROVES, f"notice:{found.id}", due_at=tx.now + policy.notices.proven_after, rule="notices.proven_after")
        yield NoticeAccepted(**ids(tx, ladder), notice_id=found.id, said=Private(said))


def record_bounce(tx: Tx, command: RecordBounce) -> Iterable[Event]:
    """A letter that is none of ours changes nothing, neither does one that came back before."""
    found = notice_called(tx.connection, command.message_id)
    if found is None:
        yield from record_bounced(tx, command)
        return
    if found.state not in ALIVE:
        return
    if not command.permanent:
        set_notice(tx, found, bounce=command.said)
        yield NoticeLate(**ids(tx, rows.ladder(tx.connection, found.ladder_id)), notice_id=found.id, said=Private(command.said))
        return
    yield from _undelivered(tx, found, NoticeState.BOUNCED, command.said)


def prove_notice(tx: Tx, command: ProveNotice) -> Iterable[Event]:
    """Nothing happens to one that came back before. The step is done with the notice that proves it: its gap runs from this day."""
    found = desk_notice(tx.connection, command.notice_id)
    if found.state is not NoticeState.ACCEPTED:
        return
    ladder = rows.ladder(tx.connection, found.ladder_id)
    set_notice(tx, found, state=NoticeState.PROVEN.value, proven_at=tx.now)
    yield NoticeProven(**ids(tx, ladder), notice_id=found.id)
    yield from settle_step(tx, ladder, found.step_id)


def settle_step(tx: Tx, ladder: Ladder, step_id: int) -> list[Event]:
    """The step is done today if its notices prove it; nothing happens to one that is settled."""
    step = rows.step(tx.connection, step_id)
    if ladder.waits not in (Waits.PROOF, Waits.HAND) or step.outcome not in (Outcome.SENDING, Outcome.FAILED):
        return []
    if not is_proven(step.does, notices_of_step(tx.connection, step.id)):
        return []
    today = today_of(tx.connection, payer(tx.connection, ladder.payer_id).customer_id or 0, tx.now)
    rows.close_step(tx, step.id, Outcome.PROVEN)
    rows.change(tx, ladder, waits=Waits.NOTHING.value, last_on=today)
    plan(tx, rows.ladder(tx.connection, ladder.id))
    return [StepDone(**ids(tx, ladder), step=step.name, on=today)]


def withdraw_notice(tx: Tx, command: WithdrawNotice) -> Iterable[Event]:
    """Nothing happens to one that left."""
    found = desk_notice(tx.connection, command.notice_id)
    return [] if found.state is not NoticeState.QUEUED else withdraw(tx, found)


def withdraw(tx: Tx, found: DeskNotice) -> list[Event]:
    """With the last of its step's notices the step was not taken: it is due again at once, on what is so then."""
    ladder, step = rows.ladder(tx.connection, found.ladder_id), rows.step(tx.connection, found.step_id)
    set_notice(tx, found, state=NoticeState.WITHDRAWN.value, ended_at=tx.now)
    withdrawn = NoticeWithdrawn(**ids(tx, ladder), notice_id=found.id, step=step.name)
    if ladder.waits is Waits.PROOF and not any(each.state in ALIVE for each in notices_of_step(tx.connection, step.id)):
        rows.close_step(tx, step.id, Outcome.WITHDRAWN)
        rows.change(tx, ladder, waits=Waits.NOTHING.value, climbed=ladder.climbed - 1, last_on=None)
        plan(tx, rows.ladder(tx.connection, ladder.id))
    return [withdrawn]


def _undelivered(tx: Tx, found: DeskNotice, state: NoticeState, said: str) -> Iterable[Event]:
    timers.cancel(tx, PROVES, f"notice:{found.id}")
    ladder, step = rows.ladder(tx.connection, found.ladder_id), rows.step(tx.connection, found.step_id)
    words = {"said": said} if state is NoticeState.REFUSED else {"bounce": said}
    set_notice(tx, found, state=state.value, ended_at=tx.now, **words)
    yield NoticeUndelivered(
        **ids(tx, ladder), notice_id=found.id, step=step.name, why=state.value, was_proven=found.state is NoticeState.PROVEN,
        recipient=Private(found.recipient), said=Private(said),
    )  # fmt: skip
    is_lost_now = is_lost(step.does, notices_of_step(tx.connection, step.id)) and not step.detail.startswith(BY_HAND)
    if ladder.ended_at is None and is_lost_now and _stands_on(tx.connection, ladder, step.id, step.does):
        rows.close_step(tx, step.id, Outcome.FAILED, state.value)
        back = {"climbed": (final_index(policy_called(tx.connection, ladder.policy)) or 0) + 1} if step.does == Does.FINAL else {}
        rows.change(tx, ladder, waits=Waits.HAND.value, last_on=None, **back)
        plan(tx, rows.ladder(tx.connection, ladder.id))
        yield StepUnproven(**ids(tx, ladder), step_id=step.id, step=step.name, does=step.does)


def _stands_on(connection: Connection, ladder: Ladder, step_id: int, does: str) -> bool:
    """Whether the ladder goes on from this step: its newest one, or its newest final notice, from which asking counts. A reminder that
    others followed is only told of."""
    steps = [row for row in rows.steps_of(connection, ladder.id) if row.outcome != Outcome.WITHDRAWN]
    alike = [row for row in steps if row.does == does] if does == Does.FINAL else steps
    return bool(alike) and alike[-1].id == step_id


def lock_of_notice(connection: Connection, command: RecordCarriage | ProveNotice | WithdrawNotice) -> list[str]:
    """The customer whose ladder it is."""
    return _lock(connection, desk_notice(connection, command.notice_id))


def _lock_of_bounce(connection: Connection, command: RecordBounce) -> list[str]:
    found = notice_called(connection, command.message_id)
    return roots_of_bounced(connection, command.message_id) if found is None else _lock(connection, found)


def _lock(connection: Connection, found: DeskNotice) -> list[str]:
    return lock_of_payer(connection, rows.ladder(connection, found.ladder_id).payer_id)


HANDLERS: Handlers = {
    RecordCarriage: Handler(record_carriage, lock_of_notice),
    RecordBounce: Handler(record_bounce, _lock_of_bounce),
    ProveNotice: Handler(prove_notice, lock_of_notice),
    WithdrawNotice: Handler(withdraw_notice, lock_of_notice),
}
