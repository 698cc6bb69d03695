"""APScheduler wakes the sweeps, from memory, and owns nothing: downtime loses nothing, two of them do no harm (docs/adr/0002)."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from app.copies import sweep_cards
from app.erasing import sweep_raw
from app.homes import sweep_homes
from app.receiving import sweep_inbox
from app.senders import DOCTOR_SENDERS, OTHER_SENDERS, TICKET_SENDERS
from app.sweeps import sweep_nudges, sweep_outbox, sweep_timers
from app.wiring import House

log = structlog.get_logger(__name__)
FACES = ("slack", "teams")
EVERY = 0.25  # seconds between two looks: web and worker are processes of their own, and a card should be true within a second
SELDOM = 3600.0  # seconds: for what may as well happen an hour later
BURST = 100  # batches in a row before other sweeps get their turn


class Sweeping:
    """The scheduler with one job per sweep. `wake()` returns at once and lets every sweep run now."""

    def __init__(self, house: House, *, every: float = EVERY) -> None:
        self._house = house
        self._scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(8)})
        self._sweeps: dict[str, Callable[[], int]] = {
            "inbox": lambda: sweep_inbox(house),
            "timers": lambda: sweep_timers(house),
            "nudges": lambda: sweep_nudges(house),
            "outbox": lambda: sweep_outbox(house, OTHER_SENDERS),
            # Apart: a ticketing system that hangs must hold up neither a suspension nor a word to a person.
            "tickets": lambda: sweep_outbox(house, TICKET_SENDERS),
            "doctor": lambda: sweep_outbox(house, DOCTOR_SENDERS),
            "homes": lambda: sweep_homes(house),
            # one for each chat: a chat that is slow or away does not hold back the copies of the other
            **{f"cards of {face}": partial(sweep_cards, house, face) for face in FACES},
        }
        for name in self._sweeps:
            self._scheduler.add_job(
                self._run, "interval", seconds=every, id=name, args=[name], max_instances=1, coalesce=True, misfire_grace_time=None
            )
        self._seldom: dict[str, Callable[[], int]] = {"raw": lambda: sweep_raw(house)}
        for name in self._seldom:
            begins = datetime.now(UTC) + timedelta(seconds=60)
            self._scheduler.add_job(
                self._run, "interval", seconds=SELDOM, id=name, args=[name], next_run_time=begins, max_instances=1, coalesce=True,
                misfire_grace_time=None,
            )  # fmt: skip
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin sweeping in the background."""
        self._scheduler.start()

    def wake(self) -> None:
        """There may be work: look now instead of at the next tick."""
        with self._lock:
            if self._scheduler.running:
                for name in self._sweeps:
                    self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

    def stop(self) -> None:
        """Let the running batches end, then stop."""
        with self._lock:
            self._scheduler.shutdown(wait=True)

    def _run(self, name: str) -> None:
        try:
            sweep = (self._sweeps | self._seldom)[name]
            for _ in range(BURST):
                if not sweep():
                    return
        except Exception:
            log.exception("A sweep failed; the next tick tries again.", sweep=name)
