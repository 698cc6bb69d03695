"""Exemptions: whom the policy in force leaves alone, until when, and who answers for it. They end by themselves.

They are read from the policy in force, not from the version a ladder or a request follows: nobody is suspended, and no ladder climbed,
whom the partner has just exempted.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from core.customers.queries import customer, named
from core.engine.errors import Conflict, NotFound
from core.people.queries import by_handle

from .policy import Exemption, Policy
from .queries import policy_on


def exemption_of(connection: Connection, customer_id: int, today: date) -> Exemption | None:
    """What exempts the customer on `today`, their own day; None when nothing does. Raises NotFound."""
    return policy_on(connection, today).exemption(customer_id=customer_id, segment=customer(connection, customer_id).segment, today=today)


def resolved(connection: Connection, given: Policy) -> Policy:
    """The policy with the customers that its exemptions name, found once, when it is applied: a name may change later.

    Raises Conflict for whom nobody knows."""
    for exemption, error in unknown(connection, given):
        raise Conflict(f"policy_exemption_{error}", customer=exemption.customer, owner=exemption.owner)
    found = tuple(replace(each, customer_id=named(connection, each.customer)[0].id) if each.customer else each for each in given.exemptions)
    return replace(given, exemptions=found)


def unknown(connection: Connection, given: Policy) -> Iterator[tuple[Exemption, str]]:
    """Exemptions that name no customer of ours, or several, or an owner who does not work here: `customer`, `customers` or `owner`."""
    for each in given.exemptions:
        found = named(connection, each.customer) if each.customer else []
        if each.customer and len(found) != 1:
            yield each, "customers" if found else "customer"
        try:
            by_handle(connection, each.owner)
        except NotFound:
            yield each, "owner"
