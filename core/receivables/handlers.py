"""A function per command about receivables. A payer's rows are locked through its customer."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.model import Kind
from core.cases.queries import case, roots_of
from core.customers.model import LinkKind
from core.customers.queries import customer, is_billing_contact, linked, today_of
from core.engine import timers
from core.engine.db.dialects import insert_into
from core.engine.db.tables.receivables import invoice_lines, invoices, notices, payers
from core.engine.errors import Conflict, InvalidInput, NotAllowed
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event, Private, lock_root
from core.engine.transaction import Tx

from .applying import Plan, plan
from .commands import AttachPayer, NoteDue, RecordNotice, RecordReceivables
from .events import InvoicesFellDue, NoticeRecorded, PayerAttached, ReceivablesRecorded
from .model import BY_HAND, InvoiceFacts, NoticeMethod
from .movements import record_movements
from .queries import next_due_on, payer, position, unpaid_positions

DUE = "receivables.due"


def record_receivables(tx: Tx, command: RecordReceivables) -> Iterable[Event]:
    """An older feed changes nothing, and the same one again neither.

    Raises InvalidInput for facts that contradict themselves, NotAllowed for a connection that speaks for another.
    """
    facts = command.payer
    if tx.actor.id.startswith("connection:") and tx.actor.id != f"connection:{command.connection}":
        raise NotAllowed("not_allowed", right=command.needs)
    customer_id = linked(tx.connection, LinkKind.PAYER, command.connection, facts.external)
    if customer_id is not None:
        lock_root(tx, f"customer:{customer_id}")  # confirmed while we waited for the payer
    planned = plan(tx.connection, command, tx.now)
    if planned.stale or _is_repeated(planned, command):
        return []
    payer_id = _keep_payer(tx, command, customer_id)
    for invoice in facts.invoices:
        _keep_invoice(tx, payer_id, invoice, command.as_of)
    _forget(tx, payer_id, planned, command)
    record_movements(tx, payer_id, command.as_of)
    if customer_id is not None:
        _wait_for_due(tx, payer_id, customer_id)
    changed = (*planned.changed, *planned.forgotten)
    said = {"connection": command.connection, "as_of": command.as_of, "complete": facts.complete, "changed": changed}
    return [ReceivablesRecorded(payer_id=payer_id, customer_id=customer_id, **said)]  # type: ignore[arg-type]  # a mixed dict


def attach_payer(tx: Tx, command: AttachPayer) -> Iterable[Event]:
    """A link may be confirmed before the payer's first feed; then there is nothing to attach yet."""
    theirs = sa.select(payers.c.id, payers.c.external).where(payers.c.connection == command.connection, payers.c.customer_id.is_(None))
    found = [row.id for row in tx.connection.execute(theirs) if row.external.casefold() == command.external.casefold()]
    for payer_id in found:
        tx.connection.execute(sa.update(payers).where(payers.c.id == payer_id).values(customer_id=command.customer_id))
        _wait_for_due(tx, payer_id, command.customer_id)
    return [PayerAttached(payer_id=payer_id, customer_id=command.customer_id, connection=command.connection) for payer_id in found]


def note_due(tx: Tx, command: NoteDue) -> Iterable[Event]:
    """Nothing happened when everything that fell due was paid before."""
    whose = payer(tx.connection, command.payer_id)
    if whose.customer_id is None:
        return []
    today = _wait_for_due(tx, whose.id, whose.customer_id)
    late = [i.number for p in unpaid_positions(tx.connection, whose, today) if p.overdue for i in p.invoices if i.due_on < today]
    if not late:
        return []
    return [InvoicesFellDue(payer_id=whose.id, customer_id=whose.customer_id, today=today, numbers=tuple(late))]


def record_notice(tx: Tx, command: RecordNotice) -> Iterable[Event]:
    """Raises Conflict for a case that collects no money or is closed, InvalidInput for a day to come or a missing proof."""
    found = case(tx.connection, command.case_id)
    if found.kind is not Kind.COLLECTION or found.customer_id is None:
        raise Conflict("notice_needs_collection", number=found.number)
    if found.is_closed:
        raise Conflict("notice_case_closed", number=found.number)
    recipient, proof = command.recipient.strip(), command.proof.strip()
    _check_notice(command, recipient, proof, today_of(tx.connection, found.customer_id, tx.now))
    to_contact = is_billing_contact(tx.connection, found.customer_id, recipient, by_name=command.method in BY_HAND)
    amount = position(tx.connection, found.payer_id or 0, found.currency, command.sent_on).overdue
    values = {
        "case_id": found.id, "kind": command.kind.value, "sent_on": command.sent_on, "recipient": recipient, "proof": proof,
        "method": command.method.value, "recorded_by": tx.actor.id, "recorded_at": tx.now,
        "extra": {"to_contact": to_contact, "amount": amount},
    }  # fmt: skip
    notice_id = int(tx.connection.execute(sa.insert(notices).values(**values).returning(notices.c.id)).scalar_one())
    return [
        NoticeRecorded(
            case_id=found.id, notice_id=notice_id, kind=command.kind.value, sent_on=command.sent_on, method=command.method.value,
            recipient=Private(recipient), proof=Private(proof), to_contact=to_contact, amount=amount,
        )
    ]  # fmt: skip


def _check_notice(command: RecordNotice, recipient: str, proof: str, today: date) -> None:
    if command.sent_on > today:
        raise InvalidInput("notice_in_future", "day", day=command.sent_on)
    is_mail = command.method is NoticeMethod.EMAIL
    if not recipient:
        raise InvalidInput("field_missing", "recipient" if is_mail else "addressee")
    if is_mail and not (recipient.count("@") == 1 and all(recipient.split("@"))):
        raise InvalidInput("notice_address", "recipient", typed=recipient)
    if not proof:
        raise InvalidInput("field_missing", "proof" if is_mail else "receipt")


def _is_repeated(planned: Plan, command: RecordReceivables) -> bool:
    return planned.payer is not None and planned.payer.as_of == command.as_of and not planned.changed and not planned.forgotten


def _keep_payer(tx: Tx, command: RecordReceivables, customer_id: int | None) -> int:
    facts = command.payer
    newest = {"name": facts.name.strip() or facts.external, "as_of": command.as_of, "customer_id": customer_id}
    known = {"tax_id": facts.tax_id} if facts.tax_id else {}
    insert = insert_into(tx.connection, payers).values(connection=command.connection, external=facts.external, **newest, **known)
    kept = insert.on_conflict_do_update(index_elements=["connection", "external"], set_={**newest, **known}).returning(payers.c.id)
    return int(tx.connection.execute(kept).scalar_one())


def _keep_invoice(tx: Tx, payer_id: int, facts: InvoiceFacts, as_of: datetime) -> None:
    """Lines are replaced as a whole; a feed without lines keeps those we have."""
    newest = {
        "issued_on": facts.issued_on, "due_on": facts.due_on, "currency": facts.currency, "total": facts.total, "open": facts.open,
        "as_of": as_of,
    }  # fmt: skip
    said = {name: value for name, value in {"period": facts.period, "document": facts.document}.items() if value}
    insert = insert_into(tx.connection, invoices).values(payer_id=payer_id, number=facts.number, **newest, **said)
    kept = insert.on_conflict_do_update(index_elements=["payer_id", "number"], set_={**newest, **said}).returning(invoices.c.id)
    invoice_id = int(tx.connection.execute(kept).scalar_one())
    if not facts.lines:
        return
    tx.connection.execute(sa.delete(invoice_lines).where(invoice_lines.c.invoice_id == invoice_id))
    rows = [
        {
            "invoice_id": invoice_id, "position": at, "text": line.text, "product": line.product, "subscription": line.subscription,
            "period_from": line.period_from, "period_to": line.period_to, "quantity": str(line.quantity), "net": line.net, "vat": line.vat,
        }
        for at, line in enumerate(facts.lines, start=1)
    ]  # fmt: skip
    tx.connection.execute(sa.insert(invoice_lines), rows)


def _forget(tx: Tx, payer_id: int, planned: Plan, command: RecordReceivables) -> None:
    """Invoices the feed does not name: paid if it is complete, else unknown."""
    for gone in planned.forgotten:
        match = (invoices.c.payer_id == payer_id) & (invoices.c.number == gone.number)
        tx.connection.execute(sa.update(invoices).where(match).values(open=gone.after, as_of=command.as_of))


def _wait_for_due(tx: Tx, payer_id: int, customer_id: int) -> date:
    """Wake at the first midnight, in the customer's zone, at which another open invoice becomes overdue: no feed need come for that.
    Returns the day it is there."""
    zone = ZoneInfo(customer(tx.connection, customer_id).zone)
    today, subject = tx.now.astimezone(zone).date(), f"payer:{payer_id}"
    due_on = next_due_on(tx.connection, payer_id, today)
    if due_on is None:
        timers.cancel(tx, DUE, subject)
    else:
        midnight = datetime.combine(due_on + timedelta(days=1), time(), tzinfo=zone)
        timers.schedule(tx, DUE, subject, due_at=midnight, rule="due_date_passed")
    return today


def _roots_of_key(connection: Connection, command: RecordReceivables) -> list[str]:
    key = f"payerkey:{command.connection}:{command.payer.external.casefold()}"[:80]
    customer_id = linked(connection, LinkKind.PAYER, command.connection, command.payer.external)
    return [key] if customer_id is None else [f"customer:{customer_id}", key]


def _roots_of_payer(connection: Connection, command: NoteDue) -> list[str]:
    customer_id = payer(connection, command.payer_id).customer_id
    return [] if customer_id is None else [f"customer:{customer_id}"]


HANDLERS: Handlers = {
    RecordReceivables: Handler(record_receivables, _roots_of_key),
    AttachPayer: Handler(
        attach_payer,
        lambda _c, command: [f"customer:{command.customer_id}", f"payerkey:{command.connection}:{command.external.casefold()}"[:80]],
    ),
    NoteDue: Handler(note_due, _roots_of_payer),
    RecordNotice: Handler(record_notice, lambda connection, command: roots_of(connection, command.case_id)),
}
