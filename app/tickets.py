"""What leaves for the tickets: remarks, answers, states, the case's number. Written once, however often it is tried."""

from collections.abc import Callable

from app.receiving import access_of
from app.wiring import House
from core.cases.commands import RecordNoteFailed, RecordNoteSent
from core.cases.model import Audience, Case, Note
from core.cases.queries import case, note
from core.desk import Settles
from core.engine import outbox
from core.engine.errors import DeliveryError, NotFound
from core.engine.outbox import Posting
from core.engine.transaction import SYSTEM
from core.people.queries import handle_of
from webhooks.tickets.port import TicketPort

MOST_ATTEMPTS = 24  # with growing pauses about half a day; then its author is told


def send_note(house: House, posting: Posting) -> None:
    """A remark into the ticket's internal comments, an answer into its public ones."""
    with house.desk.reading() as connection:
        written = note(connection, posting.ids["note_id"])
        about = case(connection, written.case_id)
        writer = handle_of(connection, written.author)
    try:
        public = written.audience is Audience.CUSTOMER
        entry = _port(house, about).write(about.ticket, as_comment(written), marker=written.marker, public=public, author=writer)
    except DeliveryError as error:
        if not error.permanent and posting.attempts < MOST_ATTEMPTS:
            raise
        house.desk.do(RecordNoteFailed(note_id=written.id, reason=error.reason), SYSTEM, house.clock.now())
        raise DeliveryError(error.reason, permanent=True) from None
    done = RecordNoteSent(note_id=written.id, external=entry)
    house.desk.do(done, SYSTEM, house.clock.now(), settles=Settles("outbox", posting.id, entry))


def as_comment(written: Note) -> str:
    """A remark made of a chat message ends with the way back to it; an answer to the customer never does."""
    return f"{written.body}\n\n{written.link}" if written.link and written.audience is Audience.INTERNAL else written.body


def send_status(house: House, posting: Posting) -> None:
    """The ticket follows its case."""
    about = _case(house, posting)
    _tried(posting, lambda: _port(house, about).set_status(about.ticket, posting.ids["status"]))
    house.store.attempt(lambda c: outbox.sent(c, posting.id))


def send_number(house: House, posting: Posting) -> None:
    """The case's number into the ticket's field, where the connection names one."""
    about = _case(house, posting)
    _tried(posting, lambda: _port(house, about).set_case(about.ticket, about.number))
    house.store.attempt(lambda c: outbox.sent(c, posting.id))


def _case(house: House, posting: Posting) -> Case:
    with house.desk.reading() as connection:
        return case(connection, posting.ids["case_id"])


def _tried(posting: Posting, work: Callable[[], None]) -> None:
    """Give up what failed too often: it must not hold its ticket's lane for ever."""
    try:
        work()
    except DeliveryError as error:
        if posting.attempts < MOST_ATTEMPTS:
            raise
        raise DeliveryError(error.reason, permanent=True) from None


def _port(house: House, about: Case) -> TicketPort:
    try:
        connected = house.connections.get(about.ticket_connection)
    except NotFound:
        raise DeliveryError("its connection is switched off") from None
    if connected.kind.write is None:
        raise DeliveryError("this kind of system cannot be written to", permanent=True)
    return connected.kind.write(access_of(house, connected))
