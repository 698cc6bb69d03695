"""Writing to Request Tracker: fields only on top of what was just read, everything read back, as it refuses with 200 and a sentence."""

from collections.abc import Callable, Mapping
from typing import Any

from core.engine.errors import DeliveryError
from webhooks.reading import Access
from webhooks.tickets.answering import Changed
from webhooks.tickets.settings import pairs

from .client import RequestTracker, Ticket
from .events import marker_of

TRIES = 4  # a ticket that changes more often than that while one field is set is left for later
# The default lifecycle; a connection's `statuses` names others: waiting=stalled,resolved=closed
STATUSES: Mapping[str, str] = {"open": "open", "waiting": "stalled", "resolved": "resolved", "handed_back": "open"}


class Writer:
    """The tickets of one connection."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._user = access.settings["user"].casefold()

    def write(self, ticket: str, text: str, *, marker: str, public: bool, author: str = "") -> str:
        """A comment, or public correspondence; see TicketPort. The author is the connection's user, whoever wrote it."""
        del author
        number = int(ticket)
        with RequestTracker(self._access.settings["url"], self._access.token) as tracker:
            seen = tracker.ticket(number).seen
            # Searched on every try: an earlier one may have been done although no answer came.
            entry = self._entry(tracker, number, marker)
            if entry is None:
                put = tracker.correspond if public else tracker.comment
                put(number, f"{text.rstrip()}\n\n[{marker}]")
                entry = self._entry(tracker, number, marker, after=seen)
        if entry is None:
            raise DeliveryError("it said the text was added, and it is not there", unknown=True)
        return str(entry)

    def set_status(self, ticket: str, status: str) -> None:
        """See TicketPort. A ticket handed back also moves to the queue that `return_queue` names."""
        wanted: dict[str, Any] = {"Status": self._statuses()[status]}
        queue = self._access.settings.get("return_queue", "")
        if status == "handed_back" and queue:
            wanted["Queue"] = queue
        self._change(ticket, wanted, lambda found: found.status == wanted["Status"] and found.queue == wanted.get("Queue", found.queue))

    def set_case(self, ticket: str, number: str) -> None:
        """See TicketPort."""
        name = self._access.settings.get("case_field", "")
        if name:
            self._change(ticket, {"CustomFields": {name: number}}, lambda found: number in found.fields.get(name, ()))

    def _change(self, ticket: str, values: dict[str, Any], is_so: Callable[[Ticket], bool]) -> None:
        with RequestTracker(self._access.settings["url"], self._access.token) as tracker:
            for _ in range(TRIES):
                found = tracker.ticket(int(ticket))
                if is_so(found):
                    return
                try:
                    tracker.change(found.id, values, seen=found.seen)
                except Changed:
                    continue
                if not is_so(tracker.ticket(found.id)):
                    raise DeliveryError(f"it did not take {', '.join(sorted(values))}", permanent=True)
                return
        raise DeliveryError("the ticket changes all the time")

    def _entry(self, tracker: RequestTracker, number: int, marker: str, *, after: int = 0) -> int | None:
        """The entry of ours that ends with the marker."""
        for entry in tracker.spoken(number, after=after):
            if entry.creator.casefold() == self._user and marker_of(tracker.text(entry.id)) == marker:
                return entry.id
        return None

    def _statuses(self) -> Mapping[str, str]:
        return {**STATUSES, **pairs(self._access.settings.get("statuses", ""))}
