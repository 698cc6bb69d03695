"""A customer's question on the desk, as a ticket brings it."""

from core.cases.commands import OpenCase
from core.customers.commands import AddCustomer
from core.engine.transaction import Actor
from core.people.queries import by_handle
from tests.harness.world import ANA, BEN, VIC, Persona, World

REQUESTOR = "jan@nowak.example"


def ask(
    world: World, *, title: str = "Why is my invoice higher than last month?", customer: str = "Nowak i Syn", ticket: str = "77"
) -> int:
    """Open a case for a ticket; with no customer it is unmatched. Hires Ana (agent), Ben (approver) and Vic (viewer)."""
    world.hire(ANA, BEN, VIC)
    contacts = (("Jan Nowak", REQUESTOR),)
    customer_id = world.do(AddCustomer(name=customer, locale="pl", contacts=contacts)).ids["customer_id"] if customer else None
    about = {"ticket_connection": "helpdesk", "ticket": ticket, "requestor": REQUESTOR} if ticket else {}
    return world.do(OpenCase(title=title, customer_id=customer_id, **about)).ids["case_id"]


def acting(world: World, who: Persona) -> Actor:
    """The persona as the door sees them."""
    with world.house.desk.reading() as connection:
        return Actor(f"staff:{by_handle(connection, who.handle).id}", "slack")
