"""Verbs about customers."""

from core.chat.actions import Action, Argument, ArgumentKind, Given, Topic, Use
from core.chat.asking import Asked
from core.chat.requests import Private, Reply
from core.chat.showing.customers import customer_view
from core.chat.showing.windows import windows_view
from core.people.model import Right

CUSTOMER = Argument(name="customer", kind=ArgumentKind.CUSTOMER)


def show_customer(asked: Asked, given: Given) -> Reply:
    """Mode, links, subscriptions and what is open."""
    with asked.reading() as connection:
        return Private(customer_view(connection, asked.words, int(str(given["customer"])), asked.now))


def show_windows(asked: Asked, given: Given) -> Reply:
    """Until when what they bought can be cancelled or reduced; for this reader only."""
    with asked.reading() as connection:
        return Private(windows_view(connection, asked.words, int(str(given["customer"])), asked.now))


ACTIONS = (
    Action(
        name="customer", right=Right.READ, topic=Topic.CUSTOMERS, answer=show_customer, arguments=(CUSTOMER,), polish=("klient",),
        use=Use.EVERYDAY, example="customer {customer}",
    ),
    Action(
        name="windows", right=Right.READ, topic=Topic.CUSTOMERS, answer=show_windows, arguments=(CUSTOMER,),
        polish=("okna", "anulowanie"), aliases=("cancellable",), example="windows {customer}",
    ),
)  # fmt: skip
