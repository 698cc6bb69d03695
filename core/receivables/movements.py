"""What feeds showed as paid, as it grew: no feed names a payment, but each says what is left of an invoice."""

from datetime import datetime

import sqlalchemy as sa

from core.engine.db.bulk import insert_all
from core.engine.db.tables.receivables import invoice_movements, invoices
from core.engine.transaction import Tx

SUM = sa.func.coalesce(sa.func.sum(invoice_movements.c.amount), 0)
# Run for every payer a feed names, so built once: building a statement costs more than running it.
GREW = (
    sa.select(invoices.c.id, (invoices.c.total - invoices.c.open - SUM).label("amount"))
    .outerjoin(invoice_movements, invoice_movements.c.invoice_id == invoices.c.id)
    .where(invoices.c.payer_id == sa.bindparam("of_payer"), invoices.c.as_of == sa.bindparam("heard"), invoices.c.open.is_not(None))
    .group_by(invoices.c.id, invoices.c.total, invoices.c.open)
    .having(invoices.c.total - invoices.c.open != SUM)
    .order_by(invoices.c.id)
)


def record_movements(tx: Tx, payer_id: int, as_of: datetime) -> None:
    """Write down by how much each invoice that the feed spoke of is paid more, or less, than was known."""
    grew = tx.connection.execute(GREW, {"of_payer": payer_id, "heard": as_of})
    rows = [{"invoice_id": row.id, "amount": int(row.amount)} for row in grew]  # a sum of integers is a Decimal on PostgreSQL
    if rows:
        insert_all(tx.connection, invoice_movements, rows, as_of=as_of)
