"""Zendesk's REST API v2 (https://developer.zendesk.com/api-reference/ticketing/introduction/), as far as the desk needs it.

Calls go to the connection's own address only, whatever a page of results names as its next; they follow no redirect.
"""

import base64
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from core.engine.errors import DeliveryError
from webhooks.calling import PATIENCE, Calls
from webhooks.reading import Access
from webhooks.tickets.answering import as_object, called, clock

from .model import Change, Comment, Ticket, User, Written, change_of, comment_of, marked_of, ticket_of, user_of, written_of

PAGE = 100  # the most that one page of comments or audits may hold
EXPORTED = 1000  # the most that one page of the export may hold
MOST_PAGES = 50
# Ten calls a minute are allowed (https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/).
MOST_EXPORTS = 8
KEY = "billing_desk"  # under which our marker stands in the custom metadata of an audit
CLOSED_FOR_GOOD = "the ticket is closed for good in Zendesk, which adds nothing to a closed ticket; make a follow-up ticket there"


class Gone(Exception):
    """There is no such ticket: deleted, or never there. `at` is when that was said, by Zendesk's clock."""

    def __init__(self, at: datetime) -> None:
        super().__init__("gone")
        self.at = at


class Zendesk:
    """One Zendesk, called as one user for one piece of work of at most `patience` seconds.

    Every method raises DeliveryError when it cannot do what it says.
    """

    def __init__(self, access: Access, *, patience: float = PATIENCE) -> None:
        headers = {"Authorization": _credential(access), "Accept": "application/json"}
        self._http = Calls(f"{access.settings['url'].rstrip('/')}/api/v2/", headers, patience=patience)

    def __enter__(self) -> "Zendesk":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def me(self) -> User:
        """Whom the token is of; an anonymous end user where it is of nobody."""
        return user_of(as_object(self._call("GET", "users/me")).get("user"))

    def is_there(self, kind: str, number: str) -> bool:
        """Whether there is such a `ticket_fields`, `groups` or `users`."""
        return self._http_answer("GET", f"{kind}/{int(number)}").status_code == 200

    def ticket(self, number: int) -> Ticket:
        """The ticket now, with who asked. Raises Gone."""
        answer = self._http_answer("GET", f"tickets/{number}?include=users")
        if answer.status_code == 404:
            raise Gone(clock(answer))
        return ticket_of(as_object(_good(answer)))

    def comments(self, number: int) -> Iterator[Comment]:
        """What was written, the oldest first, each with who wrote it."""
        for page in self._pages(f"tickets/{number}/comments?include=users"):
            users = {user.id: user for user in map(user_of, page.get("users") or ())}
            yield from (comment_of(raw, users) for raw in page.get("comments") or ())

    def marked(self, number: int) -> Mapping[str, int]:
        """The comments of ours by their markers. A marker stands where no reader sees it and no quoting repeats it."""
        return {
            marker: comment
            for page in self._pages(f"tickets/{number}/audits?")
            for raw in page.get("audits") or ()
            for marker, comment in marked_of(raw, KEY)
        }

    def update(self, number: int, values: Mapping[str, Any], *, seen: str) -> Written:
        """Change the ticket if nothing happened to it since `seen`, its `updated_at` as it was read. Raises Changed.

        https://developer.zendesk.com/documentation/ticketing/managing-tickets/creating-and-updating-tickets/#protecting-against-ticket-update-collisions
        """
        body = {"ticket": {**values, "safe_update": True, "updated_stamp": seen}}
        return written_of(as_object(self._call("PUT", f"tickets/{number}", body)), KEY)

    def changed(self, since: datetime) -> Iterator[Change]:
        """Tickets changed since, the earliest change first; those of the last minute are left out by Zendesk itself.

        After so many pages that a minute allows no more it ends, and the newest change is where to go on.
        """
        asked = f"incremental/tickets/cursor?start_time={int(since.timestamp())}"
        for _ in range(MOST_EXPORTS):
            page = as_object(self._call("GET", f"{asked}&per_page={EXPORTED}"))
            yield from map(change_of, page.get("tickets") or ())
            if page.get("end_of_stream") or not page.get("after_cursor"):
                return
            asked = f"incremental/tickets/cursor?cursor={quote(str(page['after_cursor']), safe='')}"

    def _pages(self, path: str) -> Iterator[dict[str, Any]]:
        after: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            asked = httpx.QueryParams({"page[size]": PAGE, **after})
            page = as_object(self._call("GET", f"{path}&{asked}"))
            yield page
            meta = page.get("meta") or {}
            if not meta.get("has_more"):
                return
            after = {"page[after]": str(meta.get("after_cursor"))}
        raise DeliveryError("the ticket's history has no end", permanent=True)

    def _call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return _good(self._http_answer(method, path, body))

    def _http_answer(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Any answer that says something about the ticket: good, gone, or not to be changed like that. Raises as `called` does."""
        return called(self._http, method, path, body=body, stale=409, also=(404, 422))


def _good(answer: httpx.Response) -> httpx.Response:
    """Raises DeliveryError, with the names of the fields that were refused; what stood in them goes into no log."""
    if answer.status_code == 404:
        raise DeliveryError("there is no such ticket in Zendesk any more", permanent=True)
    if answer.status_code == 422:
        raise DeliveryError(_refused(answer), permanent=True)
    return answer


def _refused(answer: httpx.Response) -> str:
    """`{"error":"RecordInvalid","details":{"status":[{"description":"Status: closed prevents ticket update"}]}}`"""
    if "closed prevents ticket update" in answer.text:
        return CLOSED_FOR_GOOD
    try:
        details = answer.json().get("details") or {}
        names = ", ".join(sorted(str(name)[:40] for name in details))
    except (ValueError, AttributeError, TypeError):
        names = ""
    return f"Zendesk did not take {names}" if names else "Zendesk refused the change (422)"


def _credential(access: Access) -> str:
    """An API token belongs to a user's address; an OAuth access token stands alone.

    https://developer.zendesk.com/api-reference/introduction/security-and-auth/
    """
    user = access.settings.get("user", "")
    if not user:
        return f"Bearer {access.token}"
    return "Basic " + base64.b64encode(f"{user}/token:{access.token}".encode()).decode()
