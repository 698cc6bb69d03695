"""A webhook of Request Tracker: only a hint which ticket to read. The payload was made in the middle of a change and is not believed."""

import re
from collections.abc import Iterable

import msgspec

from core.cases.tickets import Comment, RecordTicket
from core.engine.inbox import Received
from webhooks.reading import Access, Unreadable
from webhooks.tickets.settings import comes_from, listed, speaks_of

from .client import RequestTracker, Ticket, Transaction

LARGEST = 2**53
CLOSED = "resolved,rejected,deleted"  # the closed states of RT's default lifecycle
MARKER = re.compile(r"\[(desk-[0-9a-f]{8,40})\]")


class Data(msgspec.Struct):
    """Which ticket; what the payload says besides is not believed."""

    ticket_id: int
    transaction_id: int = 0


class Hint(msgspec.Struct):
    """What the scrip of docs/request-tracker.md posts."""

    type: str
    data: Data


def take(received: Received, access: Access) -> Iterable[RecordTicket]:
    """Read the ticket the hint is about. Raises Unreadable, and DeliveryError when Request Tracker does not answer."""
    hint = _hint(received.body)
    known = access.known(str(hint.ticket_id))
    with RequestTracker(access.settings["url"], access.token) as tracker:
        ticket = tracker.ticket(hint.ticket_id)
        if known is None and not passes(ticket, access):
            return
        # Not "what came after the entry read last": entries are numbered before they are committed, and hints get lost.
        fresh = (entry for entry in tracker.spoken(ticket.id) if str(entry.id) not in (known or ()))
        comments = tuple(_comment(tracker, ticket, entry, access) for entry in fresh)
    yield RecordTicket(
        connection=access.name, ticket=str(ticket.id), title=ticket.subject, requestor=next(iter(ticket.requestors), ""),
        status=ticket.status, is_closed=ticket.status in listed(access, "closed", CLOSED), seen=ticket.seen, comments=comments,
    )  # fmt: skip


def _hint(body: bytes) -> Data:
    try:
        data = msgspec.json.decode(body, type=Hint).data
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Unreadable("Its body is not a hint as docs/request-tracker.md describes it.") from None
    if not 0 < data.ticket_id < LARGEST or not 0 <= data.transaction_id < LARGEST:
        raise Unreadable("It names no possible ticket.")
    return data


def passes(ticket: Ticket, access: Access) -> bool:
    """Whether the connection's filters let the ticket in: all that are set have to."""
    queues = listed(access, "queue")
    return (not queues or ticket.queue.casefold() in queues) and speaks_of(ticket.subject, access) and comes_from(ticket.requestors, access)


def _comment(tracker: RequestTracker, ticket: Ticket, entry: Transaction, access: Access) -> Comment:
    text = tracker.text(entry.id)
    by_customer = entry.kind == "Create" or entry.creator.casefold() in {address.casefold() for address in ticket.requestors}
    ours = entry.creator.casefold() == access.settings["user"].casefold()
    return Comment(
        external=str(entry.id), author=entry.creator, public=entry.kind != "Comment", by_customer=by_customer, text=text,
        at=entry.created_at, marker=marker_of(text) if ours else "",
    )  # fmt: skip


def marker_of(text: str) -> str:
    """The marker in the last line of a text of ours; a marker anywhere else was quoted by somebody."""
    lines = text.rstrip().rsplit("\n", 1)
    found = MARKER.fullmatch(lines[-1].strip())
    return found.group(1) if found else ""
