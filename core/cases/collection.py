"""Collection cases: opened and resolved by the desk itself, as money is overdue or comes."""

from collections.abc import Iterable

import sqlalchemy as sa

from core.customers.queries import customer
from core.engine.db.tables.cases import cases
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx

from .commands import OpenCollection, SettleCollection
from .events import CaseOpened, CollectionSettled
from .model import Kind, State
from .queries import case, collection_case, roots_of

# Run for every invoice that falls due, so built once: building a statement costs more than running it.
ADD = sa.insert(cases).returning(cases.c.id)


def open_collection(tx: Tx, command: OpenCollection) -> Iterable[Event]:
    """Opening what is open already changes nothing. Raises NotFound for an unknown customer."""
    customer(tx.connection, command.customer_id)
    if collection_case(tx.connection, command.payer_id, command.currency) is not None:
        return []
    values = {
        "kind": Kind.COLLECTION.value, "state": State.NEW.value, "title": command.title, "customer_id": command.customer_id,
        "payer_id": command.payer_id, "currency": command.currency, "opened_at": tx.now, "extra": {},
    }  # fmt: skip
    case_id = int(tx.connection.execute(ADD, values).scalar_one())
    title = Private(command.title)
    return [
        CaseOpened(
            case_id=case_id, kind=Kind.COLLECTION.value, title=title, customer_id=command.customer_id, triage="", source="receivables"
        )
    ]


def settle_collection(tx: Tx, command: SettleCollection) -> Iterable[Event]:
    """Resolving what is resolved changes nothing. Raises NotFound."""
    found = case(tx.connection, command.case_id)
    if found.state is State.RESOLVED or found.customer_id is None:
        return []
    values = {"state": State.RESOLVED.value, "resolved_at": tx.now, "waiting_since": None, "waiting_on": "", "version": cases.c.version + 1}
    tx.connection.execute(sa.update(cases).where(cases.c.id == found.id).values(**values))
    return [CollectionSettled(case_id=found.id, customer_id=found.customer_id, before=found.state.value)]


HANDLERS: Handlers = {
    OpenCollection: Handler(open_collection, lambda _c, command: [f"customer:{command.customer_id}"]),
    SettleCollection: Handler(settle_collection, lambda connection, command: roots_of(connection, command.case_id)),
}
