"""Verbs about customers."""

from core.chat.actions import Action, Argument, ArgumentKind, Given
from core.chat.asking import Asked
from core.chat.requests import Private, Reply
from core.chat.showing.customers import customer_view
from core.people.model import Right

CUSTOMER = Argument(name="customer", kind=ArgumentKind.CUSTOMER)


def show_customer(asked: Asked, given: Given) -> Reply:
    """Mode, links, subscriptions and what is open."""
    with asked.reading() as connection:
        return Private(customer_view(connection, asked.words, int(str(given["customer"])), asked.now))


ACTIONS = (
    Action(
        name="customer", right=Right.READ, answer=show_customer, arguments=(CUSTOMER,), aliases=("klient",), example="customer Nowak",
    ),
)  # fmt: skip
