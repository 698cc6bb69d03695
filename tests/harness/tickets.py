"""Stories of tickets: a customer asks in a real Request Tracker, the worker handles what came of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.receiving import sweep_inbox
from app.senders import SENDERS
from app.sweeps import sweep_outbox
from core.engine.db.tables.cases import cases, notes
from core.engine.db.tables.engine import outbox
from tests.harness.request_tracker import LiveTracker
from tests.harness.world import World


def ask(tracker: LiveTracker, text: str = "We were billed twice for 25 seats.", **fields: Any) -> str:
    """A customer opens a ticket; returns its number."""
    body = {"Queue": "General", "Subject": "Invoice G012345 disputed", "Requestor": "ap@nowak.test", "Content": text,
            "ContentType": "text/plain"} | fields  # fmt: skip
    return str(tracker.call("POST", "ticket", body).json()["id"])


def case_of(world: World, ticket: str) -> Any:
    with world.house.desk.reading() as connection:
        return connection.execute(sa.select(cases).where(cases.c.ticket == ticket)).one_or_none()


def notes_of(world: World, ticket: str) -> list[Any]:
    with world.house.desk.reading() as connection:
        found = sa.select(notes).join(cases, cases.c.id == notes.c.case_id).where(cases.c.ticket == ticket)
        return list(connection.execute(found.order_by(notes.c.id)))


def handle(world: World) -> None:
    """Let the worker read what came and write what waits, undo pauses aside."""
    for _ in range(30):
        with world.house.store.writing() as connection:
            connection.execute(
                sa.update(outbox).where(outbox.c.state == "waiting").values(next_at=datetime.now(UTC) - timedelta(seconds=1))
            )
        if not sweep_inbox(world.house) + sweep_outbox(world.house, SENDERS):
            return
    raise AssertionError("the tickets never come to rest")
