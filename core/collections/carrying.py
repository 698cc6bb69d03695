"""What follows for the desk's notices from what is not theirs: money that came or is held, and tickets that took a comment."""

from collections.abc import Iterable

from core.cases.events import NoteFailed, NoteSent
from core.customers.events import ModeSwitched
from core.engine.handling import Command
from core.engine.transaction import Tx
from core.receivables.events import OfPayer
from core.receivables.queries import payers_of

from .commands import RecordCarriage, ReviewNotices
from .events import OfCollecting
from .notices import notice_of_note
from .ports import Carriage, Carried
from .rows import ladders_sending


def review_notices(tx: Tx, event: OfPayer | OfCollecting) -> Iterable[Command]:
    """What waits to leave may ask for what is paid, promised or held by now."""
    if event.customer_id is None:
        return []
    payers = [event.payer_id] if event.payer_id is not None else [each.id for each in payers_of(tx.connection, event.customer_id)]
    return [ReviewNotices(payer_id=each) for each in payers if ladders_sending(tx.connection, each)]


def review_all(tx: Tx, event: ModeSwitched) -> Iterable[Command]:
    """A customer in dry-run gets nothing, not even what waits to leave."""
    payers = [each.id for each in payers_of(tx.connection, event.customer_id)]
    return [ReviewNotices(payer_id=each) for each in payers if ladders_sending(tx.connection, each)]


def carried_by_ticket(tx: Tx, event: NoteSent | NoteFailed) -> Iterable[Command]:
    """A notice that went out as a public comment: the ticket has it, or never will."""
    found = notice_of_note(tx.connection, event.note_id)
    if found is None:
        return ()
    if isinstance(event, NoteFailed):
        return (RecordCarriage(notice_id=found.id, carriage=Carriage(kind=Carried.REFUSED, said=event.reason)),)
    return (RecordCarriage(notice_id=found.id, carriage=Carriage(kind=Carried.ACCEPTED, said=f"comment {event.external}")),)
