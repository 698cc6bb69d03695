"""What is owed, computed from due dates and open amounts; who pays; which notices went out."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import Connection

from core.engine.db.tables.receivables import invoice_lines, invoices, notices, payers
from core.engine.errors import NotFound

from .model import Invoice, Line, Notice, NoticeKind, NoticeMethod, OpenInvoice, Payer, Position

# Asked for every invoice that falls due, so built once: building a statement costs more than running it.
PAYER = sa.select(payers).where(payers.c.id == sa.bindparam("payer_id"))
BILLED = sa.select(invoices.c.currency).where(invoices.c.payer_id == sa.bindparam("of_payer")).distinct()
NEXT_DUE = sa.select(sa.func.min(invoices.c.due_on)).where(
    invoices.c.payer_id == sa.bindparam("of_payer"), invoices.c.open > 0, invoices.c.due_on >= sa.bindparam("from_day")
)
UNPAID = (
    sa.select(*(invoices.c[name] for name in OpenInvoice.__dataclass_fields__))
    .where(invoices.c.payer_id == sa.bindparam("of_payer"), sa.or_(invoices.c.open.is_(None), invoices.c.open != 0))
    .order_by(invoices.c.due_on, invoices.c.number)
)


def payer(connection: Connection, payer_id: int) -> Payer:
    """The payer. Raises NotFound."""
    row = connection.execute(PAYER, {"payer_id": payer_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("payer_not_found", name=payer_id)
    return Payer(**row)


def payer_known_as(connection: Connection, connection_name: str, external: str) -> Payer | None:
    """The payer by the accounting's own id."""
    match = (payers.c.connection == connection_name) & (payers.c.external == external)
    row = connection.execute(sa.select(payers).where(match)).mappings().one_or_none()
    return None if row is None else Payer(**row)


def payers_of(connection: Connection, customer_id: int) -> list[Payer]:
    """The customer's payers, by name."""
    rows = connection.execute(sa.select(payers).where(payers.c.customer_id == customer_id).order_by(payers.c.name, payers.c.id))
    return [Payer(**row) for row in rows.mappings()]


def unlinked_payers(connection: Connection) -> list[Payer]:
    """Payers nobody has confirmed a customer for: their money opens no case."""
    rows = connection.execute(sa.select(payers).where(payers.c.customer_id.is_(None)).order_by(payers.c.name, payers.c.id))
    return [Payer(**row) for row in rows.mappings()]


def position(connection: Connection, payer_id: int, currency: str, today: date) -> Position:
    """What the payer owes in this currency on `today`, the customer's day. Raises NotFound for an unknown payer."""
    return _position(payer(connection, payer_id), currency, today, _unpaid(connection, payer_id).get(currency, []))


def positions_of_payer(connection: Connection, payer_id: int, today: date) -> list[Position]:
    """A position per currency the payer has ever been billed in, settled ones too. Raises NotFound."""
    billed = connection.scalars(BILLED, {"of_payer": payer_id}).all()
    return unpaid_positions(connection, payer(connection, payer_id), today, also=billed)


def unpaid_positions(connection: Connection, whose: Payer, today: date, *, also: Iterable[str] = ()) -> list[Position]:
    """A position per currency in which not everything is known to be paid, and in each of `also`."""
    unpaid = _unpaid(connection, whose.id)
    return [_position(whose, currency, today, unpaid.get(currency, [])) for currency in sorted({*unpaid, *also})]


def positions_of_customer(connection: Connection, customer_id: int, today: date) -> list[Position]:
    """Every position of every payer of the customer."""
    return [p for whose in payers_of(connection, customer_id) for p in positions_of_payer(connection, whose.id, today)]


def notices_of(connection: Connection, case_id: int) -> list[Notice]:
    """The notices of a collection case, oldest first."""
    rows = connection.execute(sa.select(notices).where(notices.c.case_id == case_id).order_by(notices.c.sent_on, notices.c.id)).mappings()
    return [
        Notice(
            id=r["id"], case_id=r["case_id"], kind=NoticeKind(r["kind"]), sent_on=r["sent_on"], recipient=r["recipient"],
            method=NoticeMethod(r["method"]), proof=r["proof"], recorded_by=r["recorded_by"], recorded_at=r["recorded_at"],
            to_contact=bool(r["extra"].get("to_contact")), amount=int(r["extra"].get("amount", 0)),
        )
        for r in rows
    ]  # fmt: skip


def invoices_of(connection: Connection, customer_id: int, months: Iterable[str] | None = None) -> list[Invoice]:
    """The invoices of the customer's payers with their lines, of all months or of these, in the order they were issued."""
    theirs = sa.select(invoices).join(payers, payers.c.id == invoices.c.payer_id).where(payers.c.customer_id == customer_id)
    rows = connection.execute(theirs.order_by(invoices.c.issued_on, invoices.c.number, invoices.c.id)).mappings().all()
    wanted = None if months is None else set(months)
    kept = [row for row in rows if wanted is None or billing_month(row["period"], row["issued_on"]) in wanted]
    lines = _lines(connection, [row["id"] for row in kept])
    return [
        Invoice(
            id=r["id"], number=r["number"], currency=r["currency"], issued_on=r["issued_on"], due_on=r["due_on"], total=r["total"],
            open=r["open"], month=billing_month(r["period"], r["issued_on"]), lines=tuple(lines[r["id"]]),
        )
        for r in kept
    ]  # fmt: skip


def billed_months(connection: Connection, customer_id: int) -> list[str]:
    """The months the customer has invoices of, newest first."""
    theirs = sa.select(invoices.c.period, invoices.c.issued_on).join(payers, payers.c.id == invoices.c.payer_id)
    rows = connection.execute(theirs.where(payers.c.customer_id == customer_id))
    return sorted({billing_month(row.period, row.issued_on) for row in rows}, reverse=True)


def last_two_months(connection: Connection, customer_id: int, now: datetime) -> tuple[str, str]:
    """The newest two billed months, the earlier first; calendar months where there are not two."""
    known = billed_months(connection, customer_id)
    after = known[0] if known else f"{now:%Y-%m}"
    before = known[1] if len(known) > 1 else f"{date.fromisoformat(f'{after}-01') - timedelta(days=1):%Y-%m}"
    return before, after


def billing_month(period: str, issued_on: date) -> str:
    """The month an invoice bills, YYYY-MM: what the feed said, else the month it was issued in."""
    return period or f"{issued_on:%Y-%m}"


def next_due_on(connection: Connection, payer_id: int, today: date) -> date | None:
    """The first day from `today` on which something that is still open is due."""
    found: date | None = connection.scalar(NEXT_DUE, {"of_payer": payer_id, "from_day": today})
    return found


def _lines(connection: Connection, ids: list[int]) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = defaultdict(list)
    by_position = sa.select(invoice_lines).where(invoice_lines.c.invoice_id.in_(ids)).order_by(invoice_lines.c.position)
    for row in connection.execute(by_position).mappings():
        kept = {name: row[name] for name in ("text", "product", "subscription", "net", "vat")}
        found[row["invoice_id"]].append(Line(**kept, quantity=Decimal(row["quantity"])))
    return found


def _unpaid(connection: Connection, payer_id: int) -> dict[str, list[OpenInvoice]]:
    """What is not known to be paid, by currency, the earliest due first."""
    rows = connection.execute(UNPAID, {"of_payer": payer_id})
    found: dict[str, list[OpenInvoice]] = defaultdict(list)
    for row in rows.mappings():
        found[row["currency"]].append(OpenInvoice(**row))
    return found


def _position(whose: Payer, currency: str, today: date, unpaid: list[OpenInvoice]) -> Position:
    known = [(i, i.open) for i in unpaid if i.open is not None]
    credit = sum(amount for _, amount in known if amount < 0)
    overdue = sum(amount for i, amount in known if amount > 0 and i.due_on < today)
    owed_from = [i.due_on for i in unpaid if i.open is None or i.open > 0]
    return Position(
        payer_id=whose.id, currency=currency, as_of=whose.as_of, today=today, open=sum(amount for _, amount in known),
        overdue=max(0, overdue + credit), earliest_due_on=min(owed_from, default=None), invoices=tuple(unpaid),
        unknown=tuple(i.number for i in unpaid if i.open is None),
    )  # fmt: skip
