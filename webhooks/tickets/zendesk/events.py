"""A webhook of Zendesk: only a hint which ticket to read. It may come from a trigger or from an event subscription, late and twice."""

import re
from collections.abc import Iterable, Mapping

import msgspec

from core.cases.tickets import Comment as Said
from core.cases.tickets import RecordTicket
from core.engine.inbox import Received
from webhooks.reading import Access, Unreadable
from webhooks.tickets.settings import comes_from, listed, speaks_of

from .client import Gone, Zendesk
from .model import Comment, Ticket, moment

LARGEST = 2**53
CLOSED = "solved,closed"
NUMBER = re.compile(r"[0-9]{1,16}", re.ASCII)
SUBJECT = re.compile(r"zen:ticket:([0-9]{1,16})", re.ASCII)


class Hint(msgspec.Struct):
    """A trigger posts what docs/zendesk.md says, an event subscription Zendesk's own schema, a poll the number alone.

    https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events/
    """

    ticket_id: int | str = ""
    subject: str = ""


def take(received: Received, access: Access) -> Iterable[RecordTicket]:
    """Read the ticket the hint is about. Raises Unreadable, and DeliveryError when Zendesk does not answer."""
    number = ticket_named(received.body)
    known = access.known(str(number))
    with Zendesk(access) as zendesk:
        read = _read(zendesk, number, known, access)
    return () if read is None else (read,)


def _read(zendesk: Zendesk, number: int, known: frozenset[str] | None, access: Access) -> RecordTicket | None:
    """The ticket as it is; None for one that is none of the desk's business."""
    try:
        ticket = zendesk.ticket(number)
    except Gone as gone:
        return None if known is None else _deleted(number, int(gone.at.timestamp()), access)
    if known is None and not passes(ticket, access):
        return None
    fresh = [comment for comment in zendesk.comments(number) if str(comment.id) not in (known or ())]
    # What only customers wrote holds nothing of ours: a call that most readings do without.
    ours = zendesk.marked(number) if any(comment.author.role != "end-user" for comment in fresh) else {}
    return _as_it_is(ticket, fresh, {comment: marker for marker, comment in ours.items()}, access)


def ticket_named(body: bytes) -> int:
    """The ticket's number. Raises Unreadable."""
    try:
        hint = msgspec.json.decode(body, type=Hint)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Unreadable("Its body is not a hint as docs/zendesk.md describes it.") from None
    by_subject = SUBJECT.fullmatch(hint.subject)
    number = by_subject.group(1) if by_subject else str(hint.ticket_id)
    if not NUMBER.fullmatch(number) or not 0 < int(number) < LARGEST:
        raise Unreadable("It names no possible ticket.")
    return int(number)


def passes(ticket: Ticket, access: Access) -> bool:
    """Whether the connection's filters let the ticket in: all that are set have to."""
    return passes_by_itself(ticket, access) and comes_from([ticket.requester.email], access)


def passes_by_itself(ticket: Ticket, access: Access) -> bool:
    """The filters that need nothing but the ticket's own row, which the export has too."""
    tags = listed(access, "tag")
    places = (("brand", ticket.brand), ("group", ticket.group), ("form", ticket.form))
    return (
        all(not listed(access, setting) or found in listed(access, setting) for setting, found in places)
        and (not tags or not tags.isdisjoint(tag.casefold() for tag in ticket.tags))
        and speaks_of(ticket.subject, access)
    )


def _as_it_is(ticket: Ticket, fresh: Iterable[Comment], markers: Mapping[int, str], access: Access) -> RecordTicket:
    requester = ticket.requester
    comments = tuple(
        Said(
            external=str(comment.id), author=comment.author.name or comment.author.email, public=comment.public,
            by_customer=_by_customer(comment, ticket), text=comment.text, at=comment.created_at, marker=markers.get(comment.id, ""),
        )
        for comment in fresh
    )  # fmt: skip
    return RecordTicket(
        connection=access.name, ticket=str(ticket.id), title=ticket.subject, requestor=requester.email if requester.active else "",
        status=ticket.shown_status, is_closed=ticket.status in listed(access, "closed", CLOSED), comments=comments,
        seen=int(moment(ticket.seen).timestamp()), organisation=ticket.organisation, follows=ticket.follows,
    )  # fmt: skip


def _by_customer(comment: Comment, ticket: Ticket) -> bool:
    """Whoever asked, and whoever is copied in from outside; an agent who asks something for themselves is a customer there too."""
    author = comment.author
    return author.role == "end-user" or (author.id != 0 and author.id == ticket.requester.id)


def _deleted(number: int, seen: int, access: Access) -> RecordTicket:
    """A ticket with a case was deleted: the case stays, and says so."""
    return RecordTicket(connection=access.name, ticket=str(number), title="", requestor="", status="deleted", is_closed=True, seen=seen)
