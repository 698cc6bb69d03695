"""A person chooses the ticket into which a payer's notices go."""

from collections.abc import Iterable

from core.cases.changing import change
from core.cases.model import Kind
from core.cases.queries import case, roots_of
from core.customers.queries import is_billing_contact
from core.engine.errors import Conflict
from core.engine.handling import Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx

from .addressing import THROUGH, is_fit
from .commands import ChooseTicket
from .notice_events import TicketChosen


def choose_ticket(tx: Tx, command: ChooseTicket) -> Iterable[Event]:
    """Choosing what is chosen changes nothing. Raises Conflict for a case that collects nothing or is closed, for another customer's or a
    closed ticket, and for one that no billing contact wrote; NotFound."""
    found, chosen = case(tx.connection, command.case_id), case(tx.connection, command.ticket_case_id)
    if found.kind is not Kind.COLLECTION or found.is_closed or found.customer_id is None:
        raise Conflict("ladder_needs_collection", number=found.number)
    if not is_fit(found, chosen):
        raise Conflict("ticket_unfit", number=chosen.number)
    if not is_billing_contact(tx.connection, found.customer_id, chosen.requestor):
        raise Conflict("ticket_of_no_contact", number=chosen.number)
    if found.extra.get(THROUGH) == chosen.id:
        return []
    change(tx, found.id, extra={**found.extra, THROUGH: chosen.id})
    return [TicketChosen(case_id=found.id, ticket_case_id=chosen.id)]


HANDLERS: Handlers = {ChooseTicket: Handler(choose_ticket, lambda connection, command: roots_of(connection, command.case_id))}
