"""A function per command about cases."""

from collections.abc import Iterable

import sqlalchemy as sa

from core.customers.queries import customer
from core.engine.db.tables.cases import cases, notes
from core.engine.errors import InvalidInput
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx

from . import collection
from .commands import OpenCase
from .events import CaseOpened
from .model import State

TITLE_LIMIT = 300


def open_case(tx: Tx, command: OpenCase) -> Iterable[Event]:
    """Raises InvalidInput for an empty title, NotFound for an unknown customer."""
    title = command.title.strip()
    if not title:
        raise InvalidInput("title_missing", "title")
    if command.customer_id is not None:
        customer(tx.connection, command.customer_id)
    values: dict[str, object] = {
        "kind": command.kind.value, "state": State.NEW.value, "title": title[:TITLE_LIMIT], "customer_id": command.customer_id,
        "triage": command.triage, "triage_by": tx.actor.id if command.triage else "", "opened_at": tx.now, "extra": {},
    }  # fmt: skip
    case_id = int(tx.connection.execute(sa.insert(cases).values(**values).returning(cases.c.id)).scalar_one())
    if command.text:
        note = {"case_id": case_id, "audience": "internal", "direction": "out", "author": tx.actor.id, "body": command.text, "at": tx.now}
        tx.connection.execute(sa.insert(notes).values(**note))
    opened = {"kind": command.kind.value, "customer_id": command.customer_id, "triage": command.triage, "source": tx.actor.face}
    return [CaseOpened(case_id=case_id, title=Private(title), **opened)]  # type: ignore[arg-type]  # a mixed dict


HANDLERS: Handlers = {
    **collection.HANDLERS,
    OpenCase: Handler(open_case, lambda _c, command: [f"customer:{command.customer_id}"] if command.customer_id else []),
}
