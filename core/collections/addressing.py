"""Whom a customer's notices go to, and by what: into the ticket that a person chose for them, else by mail; only to billing contacts."""

from dataclasses import dataclass

from sqlalchemy import Connection

from core.cases.model import Case, Kind
from core.cases.queries import case
from core.customers.queries import billing_contacts_of
from core.people.connections import answers_to

from .notices import Channel

THROUGH = "notices_through"  # in the collection case's `extra`: the question case whose ticket its notices go into


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """A billing contact and the way to them. `ticket_case_id`: the case whose ticket is theirs; `answers`: the address that mail is
    answered to."""

    name: str
    email: str
    channel: Channel
    ticket_case_id: int | None = None
    answers: str = ""


@dataclass(frozen=True, kw_only=True)
class Addressees:
    """`contacts`: how many there are; `reached`: those with a way to them."""

    contacts: int
    reached: tuple[Addressee, ...]


def addressees(connection: Connection, customer_id: int, case_id: int | None) -> Addressees:
    """The customer's billing contacts as they would be reached now, the ticket's own first."""
    contacts = billing_contacts_of(connection, customer_id)
    ticket, answers = ticket_of(connection, None if case_id is None else case(connection, case_id)), answers_to(connection)
    by_ticket = [] if ticket is None else [c for c in contacts if c[1].casefold() == ticket.requestor.casefold()]
    reached = [
        Addressee(name=name, email=email, channel=Channel.TICKET, ticket_case_id=None if ticket is None else ticket.id)
        for name, email in by_ticket
    ]
    if answers:
        others = [c for c in contacts if c not in by_ticket]
        reached += [Addressee(name=name, email=email, channel=Channel.MAIL, answers=answers) for name, email in others]
    return Addressees(contacts=len(contacts), reached=tuple(reached))


def ticket_of(connection: Connection, found: Case | None) -> Case | None:
    """The question case whose ticket this collection case's notices go into, while it has one and is the same customer's."""
    through = None if found is None else found.extra.get(THROUGH)
    if found is None or not isinstance(through, int):
        return None
    chosen = case(connection, through)
    return chosen if is_fit(found, chosen) else None


def is_fit(found: Case, chosen: Case) -> bool:
    """Whether the chosen case's ticket is this customer's own, and can be written to."""
    return chosen.kind is Kind.QUESTION and bool(chosen.ticket) and not chosen.is_closed and chosen.customer_id == found.customer_id
