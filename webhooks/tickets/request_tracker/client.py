"""Request Tracker's REST 2 (https://docs.bestpractical.com/rt/5.0.3/RT/REST2.html), as far as the desk needs it.

It answers a refused change with 200 and a sentence, so that every write is read back. Calls go to the connection's own address only,
follow no redirect, and send the token nowhere else.
"""

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import httpx

from core.engine.errors import DeliveryError
from webhooks.calling import PATIENCE, Calls
from webhooks.tickets.answering import as_object, called
from webhooks.tickets.answering import clock as clock_of

PAGE = 100
MOST_PAGES = 50
TEXT_LIMIT = 100_000  # characters of one comment that are kept
SPOKEN = frozenset({"Create", "Correspond", "Comment"})
ETAG = re.compile(r'"(\d+)"')  # a ticket's ETag is the id of its last transaction


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """A ticket as it was read. `seen` is the id of its last transaction."""

    id: int
    subject: str
    status: str
    queue: str
    requestors: tuple[str, ...]
    fields: dict[str, tuple[str, ...]]
    seen: int


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """An entry of a ticket's history."""

    id: int
    kind: str
    creator: str
    created_at: datetime


class RequestTracker:
    """One Request Tracker, called as one user for one piece of work of at most `patience` seconds.

    Every method raises DeliveryError when it cannot do what it says.
    """

    def __init__(self, url: str, token: str, *, patience: float = PATIENCE) -> None:
        headers = {"Authorization": f"token {token}", "Accept": "application/json"}
        self._http = Calls(f"{url.rstrip('/')}/REST/2.0/", headers, patience=patience)

    def __enter__(self) -> "RequestTracker":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def ticket(self, number: int) -> Ticket:
        """The ticket now."""
        answer = self._call("GET", f"ticket/{number}?fields=Subject,Status,Queue,Requestor,CustomFields&fields[Queue]=Name")
        found = ETAG.fullmatch(answer.headers.get("etag", ""))
        raw = as_object(answer)
        if found is None or str(raw.get("id")) != str(number):
            raise DeliveryError("the ticket came without its last transaction")
        fields = {str(f.get("name")): tuple(str(v) for v in f.get("values", ())) for f in raw.get("CustomFields") or ()}
        return Ticket(
            id=number, subject=str(raw.get("Subject") or ""), status=str(raw.get("Status") or ""),
            queue=str((raw.get("Queue") or {}).get("Name") or ""), requestors=tuple(str(r.get("id")) for r in raw.get("Requestor") or ()),
            fields=fields, seen=int(found.group(1)),
        )  # fmt: skip

    def spoken(self, number: int, *, after: int = 0) -> Iterator[Transaction]:
        """What people wrote, the oldest first, from transactions later than `after`."""
        for page in range(1, MOST_PAGES + 1):
            asked = f"ticket/{number}/history?fields=Type,Creator,Created&per_page={PAGE}&page={page}"
            items = as_object(self._call("GET", asked)).get("items") or []
            for item in items:
                made = Transaction(
                    id=int(item["id"]), kind=str(item["Type"]), creator=str(item["Creator"]["id"]),
                    created_at=datetime.fromisoformat(item["Created"]),
                )  # fmt: skip
                if made.kind in SPOKEN and made.id > after:
                    yield made
            # `pages` and `total` are null where rights hide single entries, so only an empty page is the end.
            if not items:
                return
        raise DeliveryError("the ticket's history has no end", permanent=True)

    def text(self, transaction: int) -> str:
        """The plain text of an entry; empty when it has none."""
        listed = as_object(self._call("GET", f"transaction/{transaction}/attachments?fields=ContentType,Filename&per_page={PAGE}"))
        for part in listed.get("items") or []:
            if part.get("ContentType") == "text/plain" and not part.get("Filename"):
                raw = as_object(self._call("GET", f"attachment/{int(part['id'])}"))
                return base64.b64decode(raw.get("Content") or "").decode("utf-8", errors="replace")[:TEXT_LIMIT]
        return ""

    def changed(self, day: date) -> Iterator[tuple[int, datetime, datetime]]:
        """Tickets changed after that day, the newest change first: number, moment of the change, and Request Tracker's clock.

        It reads a moment in a search in its user's zone, and takes one with a zone for the beginning of time; so only a day is asked for,
        and callers compare the moments that come back, which are UTC.
        """
        query = quote(f"LastUpdated > '{day.isoformat()}'")
        for page in range(1, MOST_PAGES + 1):
            asked = f"tickets?query={query}&orderby=LastUpdated&order=DESC&fields=LastUpdated&per_page={PAGE}&page={page}"
            answer = self._call("GET", asked)
            items = as_object(answer).get("items") or []
            clock = clock_of(answer)
            for item in items:
                yield int(item["id"]), datetime.fromisoformat(item["LastUpdated"]), clock
            if not items:
                return
        raise DeliveryError("more tickets changed than can be listed", permanent=True)

    # RT 5.0.3 gives its comment and correspond resources no ETag and so answers every If-Match there with 412: a text is guarded by its
    # marker alone.
    def comment(self, number: int, text: str) -> None:
        """Add an internal remark."""
        self._write("POST", f"ticket/{number}/comment", {"Content": text, "ContentType": "text/plain"})

    def correspond(self, number: int, text: str) -> None:
        """Add a public answer."""
        self._write("POST", f"ticket/{number}/correspond", {"Content": text, "ContentType": "text/plain"})

    def change(self, number: int, values: dict[str, Any], *, seen: int) -> Sequence[str]:
        """Set fields, if nothing happened since transaction `seen`. Returns what it says about each. Raises Changed."""
        said = self._write("PUT", f"ticket/{number}", values, {"If-Match": f'"{seen}"'})
        return [str(line) for line in said] if isinstance(said, list) else []

    def _write(self, method: str, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
        answer = self._call(method, path, body, headers)
        try:
            return answer.json()
        except ValueError:
            return None

    def _call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> httpx.Response:
        return called(self._http, method, path, body=body, headers=headers)
