"""Dead letters as they come to be: signed, stored, and not understood by the worker."""

import sqlalchemy as sa

from app.receiving import sweep_inbox
from core.engine import inbox
from core.engine.db.tables.engine import inbox as rows
from core.people.connections import all_connections
from tests.harness.signing import Sender, connect
from tests.harness.world import World


def given_up(world: World, body: bytes = b"no json") -> str:
    """One more delivery over the helpdesk's connection that cannot be read; returns its number."""
    with world.house.desk.reading() as connection:
        known = [row.name for row in all_connections(connection)]
        before = connection.scalar(sa.select(sa.func.count()).select_from(rows)) or 0
    sender = Sender(world) if "helpdesk" in known else connect(world)
    assert sender.send(body, delivery=f"letter_{before}").status_code == 202
    sweep_inbox(world.house)
    with world.house.store.writing() as connection:
        connection.execute(sa.update(rows).where(rows.c.id > before).values(received_at=world.now))  # the door's clock is the real one
    with world.house.desk.reading() as connection:
        return str(inbox.dead_letters(connection)[-1].id)
