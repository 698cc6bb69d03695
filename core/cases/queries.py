"""Reading cases."""

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine.db.tables.cases import cases
from core.engine.errors import NotFound

from .model import Case, Kind, State


def case(connection: Connection, case_id: int) -> Case:
    """The case. Raises NotFound."""
    row = connection.execute(sa.select(cases).where(cases.c.id == case_id)).one_or_none()
    if row is None:
        raise NotFound("case_not_found", number=f"C-{case_id}")
    fields = {name: getattr(row, name) for name in Case.__dataclass_fields__} | {"kind": Kind(row.kind), "state": State(row.state)}
    return Case(**fields)


def collection_case(connection: Connection, payer_id: int, currency: str) -> int | None:
    """The one collection case of this payer and currency that is not resolved."""
    match = (cases.c.kind == Kind.COLLECTION.value) & (cases.c.payer_id == payer_id) & (cases.c.currency == currency)
    return connection.scalar(sa.select(cases.c.id).where(match, cases.c.state != State.RESOLVED.value))


def roots_of(connection: Connection, case_id: int) -> list[str]:
    """What to lock to change a case: its customer first, then itself."""
    customer_id = connection.scalar(sa.select(cases.c.customer_id).where(cases.c.id == case_id))
    return [f"case:{case_id}"] if customer_id is None else [f"customer:{customer_id}", f"case:{case_id}"]
