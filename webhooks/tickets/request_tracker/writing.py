"""Writing to Request Tracker: only on top of what was just read, and read back, as it refuses with 200 and a sentence."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from core.engine.errors import DeliveryError
from webhooks.reading import Access

from .client import Changed, RequestTracker, Ticket
from .events import marker_of

T = TypeVar("T")
TRIES = 4  # a ticket that changes more often than that while one line is added is left for later
# The default lifecycle; a connection's `statuses` names others: waiting=stalled,resolved=closed
STATUSES: Mapping[str, str] = {"open": "open", "waiting": "stalled", "resolved": "resolved", "handed_back": "open"}


class Writer:
    """The tickets of one connection."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._user = access.settings["user"].casefold()

    def write(self, ticket: str, text: str, *, marker: str, public: bool) -> str:
        """A comment, or public correspondence; see TicketPort."""

        def add(tracker: RequestTracker, found: Ticket) -> str:
            # Searched on every try: an earlier one may have been done although no answer came.
            entry = self._entry(tracker, found.id, marker)
            if entry is None:
                put = tracker.correspond if public else tracker.comment
                put(found.id, f"{text.rstrip()}\n\n[{marker}]", seen=found.seen)
                entry = self._entry(tracker, found.id, marker, after=found.seen)
            if entry is None:
                raise DeliveryError("it said the text was added, and it is not there", unknown=True)
            return str(entry)

        return self._on_top(ticket, add)

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
        def put(tracker: RequestTracker, found: Ticket) -> None:
            if is_so(found):
                return
            tracker.change(found.id, values, seen=found.seen)
            if not is_so(tracker.ticket(found.id)):
                raise DeliveryError(f"it did not take {', '.join(sorted(values))}", permanent=True)

        self._on_top(ticket, put)

    def _on_top(self, ticket: str, work: Callable[[RequestTracker, Ticket], T]) -> T:
        with RequestTracker(self._access.settings["url"], self._access.token) as tracker:
            for _ in range(TRIES):
                try:
                    return work(tracker, tracker.ticket(int(ticket)))
                except Changed:
                    continue
        raise DeliveryError("the ticket changes all the time")

    def _entry(self, tracker: RequestTracker, number: int, marker: str, *, after: int = 0) -> int | None:
        """The entry of ours that ends with the marker."""
        for entry in tracker.spoken(number, after=after):
            if entry.creator.casefold() == self._user and marker_of(tracker.text(entry.id)) == marker:
                return entry.id
        return None

    def _statuses(self) -> Mapping[str, str]:
        pairs = (part.partition("=") for part in self._access.settings.get("statuses", "").split(",") if part.strip())
        return {**STATUSES, **{key.strip(): value.strip() for key, _, value in pairs}}
