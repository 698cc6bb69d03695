"""Writing to Zendesk: only on top of what was just read, and read back, as it ignores in silence what it does not know.

Each comment carries its marker in the custom metadata of its audit, where no customer sees it
(https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_audits/). Zendesk takes idempotency keys for new tickets only
(https://developer.zendesk.com/api-reference/ticketing/introduction/#idempotency), so the marker is looked for before every try, and the
try is refused if anything at all was written since: a first try still on its way cannot be doubled by a second.
"""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from core.engine.errors import DeliveryError
from webhooks.reading import Access
from webhooks.tickets.answering import Changed
from webhooks.tickets.settings import pairs

from .client import CLOSED_FOR_GOOD, KEY, Gone, Zendesk
from .model import Ticket

TRIES = 4  # a ticket that changes more often than that while it is written to is left for later
STATUSES: Mapping[str, str] = {"open": "open", "waiting": "pending", "resolved": "solved", "handed_back": "open"}
BUSY = "the ticket changes all the time"


class Writer:
    """The tickets of one connection."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def write(self, ticket: str, text: str, *, marker: str, public: bool, author: str = "") -> str:
        """See TicketPort. `authors` names the agents in whose name the desk may write."""
        wanted = {"comment": self._comment(text, public=public, author=author), "metadata": {KEY: marker}}
        with Zendesk(self._access) as zendesk:
            for _ in range(TRIES):
                found = _ticket(zendesk, ticket)
                entry = zendesk.marked(found.id).get(marker) or self._put(zendesk, found, wanted, marker)
                if entry is not None:
                    return str(entry)
        raise DeliveryError(BUSY)

    def set_status(self, ticket: str, status: str) -> None:
        """See TicketPort. A ticket handed back also goes to `return_group`, nobody's, and gets the tag `return_tag`."""
        wanted = {**STATUSES, **pairs(self._access.settings.get("statuses", ""))}[status]
        if status == "handed_back":
            self._change(ticket, lambda found: self._returned(found, wanted), lambda found: self._is_returned(found, wanted))
            return
        # What is closed was solved, and stays so.
        good = {wanted, "closed"} if wanted == "solved" else {wanted}
        self._change(ticket, lambda _: {"status": wanted}, lambda found: found.status in good)

    def set_case(self, ticket: str, number: str) -> None:
        """See TicketPort. `case_field` is a custom field's id, or `external_id`."""
        name = self._access.settings.get("case_field", "")
        if name == "external_id":
            self._change(ticket, lambda _: {"external_id": number}, lambda found: found.external == number)
        elif name:
            values = {"custom_fields": [{"id": int(name), "value": number}]}
            self._change(ticket, lambda _: values, lambda found: found.fields.get(name) == number)

    def _put(self, zendesk: Zendesk, found: Ticket, wanted: Mapping[str, Any], marker: str) -> int | None:
        """The comment's id; None when somebody else was faster, so that everything has to be read again."""
        if found.is_final:
            raise DeliveryError(CLOSED_FOR_GOOD, permanent=True)
        try:
            written = zendesk.update(found.id, wanted, seen=found.seen)
        except Changed:
            return None
        entry = written.marked.get(marker) or zendesk.marked(found.id).get(marker)
        if entry is None:
            raise DeliveryError("it said the text was added, and it is not there", unknown=True)
        return entry

    def _comment(self, text: str, *, public: bool, author: str) -> dict[str, Any]:
        """As HTML, in which every character of the text stands for itself; a `body` would be read as Markdown."""
        lines = escape(text.strip(), quote=False).replace("\n", "<br>")
        agent = pairs(self._access.settings.get("authors", "")).get(author, "") if author else ""
        return {"html_body": f"<p>{lines}</p>", "public": public, **({"author_id": int(agent)} if agent else {})}

    def _returned(self, found: Ticket, status: str) -> dict[str, Any]:
        group, tag = (self._access.settings.get(name, "") for name in ("return_group", "return_tag"))
        moved = {"group_id": int(group), "assignee_id": None} if group else {}
        return {"status": status, **moved, **({"tags": sorted(found.tags | {tag})} if tag else {})}

    def _is_returned(self, found: Ticket, status: str) -> bool:
        group, tag = (self._access.settings.get(name, "") for name in ("return_group", "return_tag"))
        return found.status == status and found.group == (group or found.group) and (not tag or tag in found.tags)

    def _change(self, ticket: str, values: Callable[[Ticket], Mapping[str, Any]], is_so: Callable[[Ticket], bool]) -> None:
        with Zendesk(self._access) as zendesk:
            for _ in range(TRIES):
                found = _ticket(zendesk, ticket)
                if is_so(found):
                    return
                if found.is_final:
                    raise DeliveryError(CLOSED_FOR_GOOD, permanent=True)
                wanted = values(found)
                try:
                    after = zendesk.update(found.id, wanted, seen=found.seen).ticket
                except Changed:
                    continue
                if not is_so(after):
                    raise DeliveryError(f"Zendesk did not take {', '.join(sorted(wanted))}", permanent=True)
                return
        raise DeliveryError(BUSY)


def _ticket(zendesk: Zendesk, ticket: str) -> Ticket:
    try:
        return zendesk.ticket(int(ticket))
    except Gone:
        raise DeliveryError("the ticket was deleted in Zendesk", permanent=True) from None
