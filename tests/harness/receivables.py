"""Facts of an accounting system, as a feed called `books` reports them."""

from datetime import UTC, date, datetime
from typing import Any

from core.cases.queries import collection_case
from core.customers.commands import AddCustomer, ConfirmLink
from core.customers.model import LinkKind
from core.engine.handling import Outcome
from core.engine.transaction import Actor
from core.receivables.commands import RecordReceivables
from core.receivables.model import InvoiceFacts, PayerFacts
from core.receivables.queries import payer_known_as
from tests.harness.world import OPERATOR, World

AS_OF = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def invoice(number: str = "F/1", **given: Any) -> InvoiceFacts:
    """An overdue invoice of 123.00 PLN, nothing paid."""
    facts: dict[str, Any] = {"issued_on": date(2026, 10, 1), "due_on": date(2026, 10, 15), "currency": "PLN", "total": 12300, "open": 12300}
    return InvoiceFacts(number=number, **(facts | given))


def feed(
    world: World, *invoices: InvoiceFacts, as_of: datetime = AS_OF, complete: bool = False, external: str = "K-1", by: Actor = OPERATOR
) -> Outcome:
    """Let the connection `books` report a payer."""
    payer = PayerFacts(external=external, name="Nowak sp. z o.o.", invoices=invoices, complete=complete)
    return world.do(RecordReceivables(connection="books", as_of=as_of, payer=payer), by)


def customer_with_payer(
    world: World, external: str = "K-1", zone: str = "Europe/Warsaw", *, segment: str = "", name: str = "Nowak"
) -> int:  # fmt: skip
    """A customer whose payer at `books` a person has confirmed."""
    contacts = (("Ala", "ala@nowak.example"),)
    customer_id = world.do(AddCustomer(name=name, zone=zone, segment=segment, contacts=contacts)).ids["customer_id"]
    world.do(ConfirmLink(customer_id=customer_id, kind=LinkKind.PAYER, connection="books", external=external))
    return customer_id


def collection_of(world: World, external: str = "K-1") -> int:
    """The open collection case, in PLN, of a payer who is known at `books`."""
    with world.house.desk.reading() as connection:
        payer = payer_known_as(connection, "books", external)
        assert payer is not None
        found = collection_case(connection, payer.id, "PLN")
    assert found is not None
    return found
