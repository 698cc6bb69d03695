"""The baseline of `nudges`: APScheduler 3 with its SQLAlchemyJobStore; each job runs once and does nothing."""

import threading
from datetime import UTC, datetime

from apscheduler.events import EVENT_JOB_EXECUTED, EVENT_JOB_REMOVED
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from bench.stopwatch import Stopwatch, Took


def nothing() -> None:
    """The job."""


def fire(engine: Engine, number: int) -> Took:
    """What it takes until `number` due jobs have run and are gone from the store; filling it is not counted."""
    scheduler, done = BackgroundScheduler(timezone=UTC, jobstores={"default": SQLAlchemyJobStore(engine=engine)}), threading.Semaphore(0)
    scheduler.add_listener(lambda _event: done.release(), EVENT_JOB_EXECUTED | EVENT_JOB_REMOVED)
    scheduler.start(paused=True)
    for _ in range(number):
        scheduler.add_job(nothing, "date", run_date=datetime.now(UTC), misfire_grace_time=None)
    began = Stopwatch()
    scheduler.resume()
    for _ in range(2 * number):
        done.acquire()
    took = began.took()
    scheduler.shutdown()
    return took
