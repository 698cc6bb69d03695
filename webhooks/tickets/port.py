"""What the desk may do to a ticket, whatever system it lives in."""

from collections.abc import Callable
from typing import Protocol

from webhooks.reading import Access


class TicketPort(Protocol):
    """One ticketing system, for writing. Every method raises DeliveryError when it cannot do what it says."""

    def write(self, ticket: str, text: str, *, marker: str, public: bool, author: str = "") -> str:
        """Add the text with its marker, unless a text of ours with that marker is there already; returns the entry's id.

        `author` is the handle of the member of staff who wrote it, for systems where the desk may write in their name.
        """
        ...

    def set_status(self, ticket: str, status: str) -> None:
        """Bring the ticket into the state that stands for `open`, `waiting`, `resolved` or `handed_back`, and see that it is there."""
        ...

    def set_case(self, ticket: str, number: str) -> None:
        """Write the case's number where the connection says, if it says so."""
        ...


Write = Callable[[Access], TicketPort]
