"""The sweeps: each claims what is due, does it, and says how much it did. They own no state, so any number may run.

Faults of one row never stop a sweep; what cannot be delivered is put back with a growing pause, or given up for good.
"""

import time
from collections.abc import Callable, Mapping
from functools import partial

import structlog
from sqlalchemy import Connection

from app.pausing import pause
from app.wiring import House
from core.desk import Settles
from core.engine import outbox, timers
from core.engine.errors import DeliveryError, DeskError
from core.engine.outbox import Posting
from core.engine.timers import Timer
from core.engine.transaction import SYSTEM
from core.reactions import TIMERS
from webhooks.calling import LONGEST

log = structlog.get_logger(__name__)
Sender = Callable[[House, Posting], None]
# Seconds after the claim in which a sending may begin, so that one as long as it can be still ends within the lease.
FRESH = outbox.LEASE.total_seconds() - LONGEST - 2.0


def sweep_timers(house: House) -> int:
    """Turn due timers into commands; returns how many were claimed."""
    due = timers.claim_due(house.store, house.clock.now())
    for timer in due:
        _fire(house, timer)
    return len(due)


def _fire(house: House, timer: Timer) -> None:
    try:
        house.desk.do(TIMERS[timer.kind](timer), SYSTEM, house.clock.now(), settles=Settles("timer", timer.id))
    except DeskError as error:
        log.warning("A timer came too late to do anything.", timer=timer.kind, subject=timer.subject, reason=error.kind)
        _settle(house, lambda c: timers.finish(c, timer.id))
    except Exception:
        log.exception("A timer failed; it is tried again when its lease ends.", timer=timer.kind, subject=timer.subject)


def sweep_nudges(house: House) -> int:
    """Remind whoever should be reminded, set-wise; returns how many clocks were done with."""
    return house.desk.nudge(house.clock.now())


def sweep_outbox(house: House, senders: Mapping[str, Sender]) -> int:
    """Send what waits in the outbox and has its sender here; returns how many rows were claimed.

    Rows are claimed together and sent one after another: what a slow one leaves too little of the lease for is given back.
    """
    claimed = outbox.claim(house.store, senders.keys())
    claimed_at = time.monotonic()
    for number, posting in enumerate(claimed):
        if time.monotonic() - claimed_at > FRESH:
            house.store.attempt(partial(outbox.give_back, postings=claimed[number:]))
            break
        _send(house, senders, posting)
    return len(claimed)


def _send(house: House, senders: Mapping[str, Sender], posting: Posting) -> None:
    """A sender settles its own row, in the transaction that records what came back."""
    try:
        with house.meter.sending(posting.kind):
            senders[posting.kind](house, posting)
    except DeliveryError as error:
        _undelivered(house, posting, error)
    except DeskError as error:
        log.warning("An outbox row was overtaken.", kind=posting.kind, posting=posting.id, reason=error.kind)
        house.store.attempt(partial(outbox.failed, posting_id=posting.id, error=error.kind))
    except Exception:
        log.exception("An outbox row failed; it is tried again when its lease ends.", kind=posting.kind, posting=posting.id)


def _undelivered(house: House, posting: Posting, error: DeliveryError) -> None:
    if error.permanent:
        log.warning("An outbox row was given up.", kind=posting.kind, posting=posting.id, reason=error.reason)
        _settle(house, lambda c: outbox.failed(c, posting.id, error.reason))
        return
    wait = pause(posting.attempts, error.retry_after)
    _settle(house, lambda c: outbox.again(c, posting.id, at=house.store.real_now(c) + wait, error=error.reason))


def _settle(house: House, work: Callable[[Connection], object]) -> None:
    house.store.attempt(work)
