"""Taking a step: one at a time, on facts as they are now, and only when nothing holds it back."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from core.customers.model import Mode
from core.customers.queries import customer, today_of
from core.engine import timers
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.receivables.model import Position
from core.receivables.queries import payer, position

from . import rows
from .commands import ClimbLadder
from .drafting import Draft, WhyNot, drafts
from .events import LadderPaused, LadderResumed, LadderSteppedBack, StepBegun, StepDone
from .freshness import old_books
from .hours import askable_on
from .keeping import CLIMBS, ids, lock_of_ladder, moment_on, plan
from .ladder import Coming, Ladder, Outcome, Waits, coming, final_index, needs_new_final
from .pausing import Pause, why_paused
from .policy import Asks, Does, Policy, Sender
from .queries import policy_called
from .sending import send_step
from .standing import split
from .stillness import longest_pause

NOTICES = frozenset({Does.REMIND, Does.FINAL})


def climb_ladder(tx: Tx, command: ClimbLadder) -> Iterable[Event]:
    """Nothing happens before the step's day, below the threshold, or while something holds it back; then it wakes again."""
    found = rows.ladder(tx.connection, command.ladder_id)
    policy = policy_called(tx.connection, found.policy)
    whose = payer(tx.connection, found.payer_id)
    next_one = coming(policy, found)
    if found.ended_at is not None or whose.customer_id is None or next_one is None or found.waits in (Waits.START, Waits.PROOF, Waits.HAND):
        return
    owed = position(tx.connection, whose.id, found.currency, today_of(tx.connection, whose.customer_id, tx.now))
    if moment_on(tx.connection, whose, next_one.on) > tx.now or _too_little(tx, policy, owed, next_one):
        _wake_later(tx, found, next_one)
        return
    if (pause := why_paused(tx.connection, whose, found.currency, tx.now, next_one.step.does)) is not None:
        yield from _pause(tx, found, next_one, pause)
        return
    if next_one.step.does is Does.ASK and _needs_new_final(tx, policy, found, owed):
        yield from _step_back(tx, policy, found)
        found = rows.ladder(tx.connection, found.id)
        next_one = coming(policy, found) or next_one
    if next_one.step.does is Does.ASK and askable_on(tx.connection, policy, whose.customer_id, owed.today) > owed.today:
        _wake_later(tx, found, next_one)
        return
    ready = _ready(tx, policy, found, next_one, owed)
    if ready is WhyNot.NOTHING:
        _wake_later(tx, found, next_one)
        return
    by_itself = isinstance(ready, list) or next_one.step.by is Asks.POLICY  # nobody looks at the books before the desk writes or asks
    if by_itself and (pause := old_books(tx.connection, policy, whose, tx.now)) is not None:
        yield from _pause(tx, found, next_one, pause)
        return
    if found.paused_at is not None:
        rows.change(tx, found, paused_at=None, paused_for="")
        yield LadderResumed(**ids(tx, found), step=next_one.step.name)
    yield from _take(tx, found, next_one, owed, ready)


def _ready(tx: Tx, policy: Policy, found: Ladder, next_one: Coming, owed: Position) -> list[Draft] | str | None:
    """The notices of the step that leave now, or why a person sends them; None where there is nothing to send: another step, or dry-run."""
    whose = customer(tx.connection, payer(tx.connection, found.payer_id).customer_id or 0)
    if next_one.step.does not in NOTICES or whose.mode is Mode.DRY_RUN:
        return None
    if next_one.step.sender is not Sender.DESK:
        return next_one.step.sender.value
    return drafts(tx.connection, policy, next_one.step, found, owed, tx.now)


def _take(tx: Tx, found: Ladder, next_one: Coming, owed: Position, ready: list[Draft] | str | None) -> Iterable[Event]:
    step, amount = next_one.step, split(tx.connection, owed).undisputed or owed.open
    is_notice, hand = step.does in NOTICES, ready if isinstance(ready, str) else ""
    outcome = Outcome.DONE if not is_notice else Outcome.DRY_RUN if ready is None else Outcome.SENDING
    step_id = rows.begin_step(tx, found, next_one, outcome, amount, hand)
    waits = Waits.HAND if hand else Waits.PROOF if ready else Waits.NOTHING
    named = {"final_amount": amount} if step.does is Does.FINAL else {}
    is_done = waits is Waits.NOTHING
    rows.change(tx, found, climbed=found.climbed + 1, waits=waits.value, last_on=owed.today if is_done else None, **named)
    plan(tx, rows.ladder(tx.connection, found.id))
    yield StepBegun(
        **ids(tx, found), step_id=step_id, step=step.name, does=step.does.value, sender=step.sender.value, to=step.to,
        outcome=outcome.value, amount=amount, planned_on=next_one.planned_on, hand=hand,
        by=step.by.value,
    )  # fmt: skip
    if isinstance(ready, list):
        yield from send_step(tx, found, step, step_id, ready)
    if is_done:
        yield StepDone(**ids(tx, found), step=step.name, on=owed.today)


def _too_little(tx: Tx, policy: Policy, owed: Position, next_one: Coming) -> bool:
    """Before the due date the open amount counts, after it what is overdue and not disputed."""
    whose = customer(tx.connection, payer(tx.connection, owed.payer_id).customer_id or 0)
    least = policy.threshold(currency=owed.currency, segment=whose.segment)
    amount = owed.open if next_one.step.day <= 0 else split(tx.connection, owed).undisputed
    return amount <= 0 or amount < least


def _pause(tx: Tx, found: Ladder, next_one: Coming, pause: Pause) -> Iterable[Event]:
    _wake_later(tx, found, next_one, pause)
    if found.paused_for == pause.why:
        return
    rows.change(tx, found, paused_at=found.paused_at or tx.now, paused_for=pause.why)
    yield LadderPaused(**ids(tx, found), step=next_one.step.name, why=pause.why)


def _needs_new_final(tx: Tx, policy: Policy, found: Ladder, owed: Position) -> bool:
    """Whether the ladder, or what it collects, stood still for too long since the last one began, or more is owed."""
    begun = [row.begun_at for row in rows.steps_of(tx.connection, found.id) if row.does == Does.FINAL]
    since = (begun or [tx.now])[-1].astimezone(ZoneInfo(customer(tx.connection, _customer_of(tx, found)).zone)).date()
    still = longest_pause(tx.connection, _customer_of(tx, found), found.payer_id, found.currency, since=since, now=tx.now)
    return needs_new_final(policy, found, amount=split(tx.connection, owed).undisputed, still=still, now=tx.now)


def _customer_of(tx: Tx, found: Ladder) -> int:
    return payer(tx.connection, found.payer_id).customer_id or 0


def _step_back(tx: Tx, policy: Policy, found: Ladder) -> Iterable[Event]:
    """Once, to the final notice and no further; the days between it and asking count anew from its proof."""
    why = "amount" if found.paused_at is None else "pause"
    rows.change(tx, found, climbed=final_index(policy), last_on=None)
    yield LadderSteppedBack(**ids(tx, found), why=why)


def _wake_later(tx: Tx, found: Ladder, next_one: Coming, pause: Pause | None = None) -> None:
    """On the day the step or the pause's end says, else the customer's next morning."""
    whose = payer(tx.connection, found.payer_id)
    today = today_of(tx.connection, whose.customer_id or 0, tx.now)
    day = max(next_one.on, pause.until if pause is not None and pause.until is not None else next_one.on)
    at = moment_on(tx.connection, whose, day)
    if at <= tx.now:
        at = moment_on(tx.connection, whose, today.fromordinal(today.toordinal() + 1))
    timers.schedule(tx, CLIMBS, found.subject, due_at=at, rule=f"step_{next_one.step.name}")


HANDLERS: Handlers = {ClimbLadder: Handler(climb_ladder, lock_of_ladder)}
