"""Deciding what becomes of a subscription when its term ends: kept for that term, compared with Partner Center, carried out by a person."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from core.cases.model import Case, Kind
from core.cases.queries import case
from core.customers.model import Subscription
from core.customers.queries import subscriptions_of
from core.customers.terms import AtTermEnd
from core.engine.db.dialects import insert_into
from core.engine.db.tables.suspensions import term_ends
from core.engine.errors import Conflict, InvalidInput
from core.engine.handling import Handler, Handlers
from core.engine.transaction import Tx
from core.suspensions.moving import lock_case

from .commands import DecideTermEnd
from .events import TermEndAskedAnew, TermEndDecided
from .model import ANSWERS, is_asked
from .queries import term_end_of, term_of


def decide_term_end(tx: Tx, command: DecideTermEnd) -> Iterable[TermEndDecided]:
    """Saying what was said already changes nothing. Raises InvalidInput for no or foreign subscriptions, Conflict where it is not asked."""
    found = case(tx.connection, command.case_id)
    if found.kind is not Kind.COLLECTION or found.customer_id is None:
        raise Conflict("term_not_collection", number=found.number)
    if not command.subscription_ids:
        raise InvalidInput("field_missing", "subscriptions")
    theirs = {read.id: read for read in subscriptions_of(tx.connection, found.customer_id)}
    for each in command.subscription_ids:
        if each not in theirs:
            raise InvalidInput("subscription_not_theirs", "subscriptions", name=each)
        if not is_asked(theirs[each]):
            raise Conflict("term_not_asked", name=theirs[each].name)
    return decided(tx, found, [theirs[each] for each in command.subscription_ids], command.choice)


def decided(tx: Tx, found: Case, about: Sequence[Subscription], choice: str) -> list[TermEndDecided]:
    """Keep the answer for those of them of which it is asked. Raises InvalidInput for what is no answer."""
    if choice not in ANSWERS:
        raise InvalidInput("term_unanswered", "at_term_end")
    return [event for read in about if is_asked(read) for event in _keep(tx, found, read, AtTermEnd(choice))]


def _keep(tx: Tx, found: Case, read: Subscription, choice: AtTermEnd) -> Iterable[TermEndDecided]:
    known = term_end_of(tx.connection, read)
    if known is None or (known.decided is choice and known.seats == read.quantity):
        return
    write(tx, read, decision=choice.value, decided_by=tx.actor.id, decided_at=tx.now, seats=read.quantity, heard=known.says.value)
    yield TermEndDecided(
        case_id=found.id, subscription_id=read.id, ends_at=read.term_end_at, before=known.decided or "", after=choice.value,
        says=known.says.value,
    )  # fmt: skip


def ask_anew(tx: Tx, found: Case, about: Sequence[Subscription]) -> list[TermEndAskedAnew]:
    """What was decided of them was about another number of seats, and stands no more."""
    ends = [(read, end) for read in about if (end := term_end_of(tx.connection, read)) is not None]
    stale = [(read, end) for read, end in ends if end.decided is not None and end.seats not in (None, read.quantity)]
    for read, _ in stale:
        write(tx, read, decision="", decided_by="")
    return [
        TermEndAskedAnew(
            case_id=found.id, subscription_id=read.id, ends_at=read.term_end_at, before=str(end.decided), was=end.seats or 0,
            seats=read.quantity,
        )
        for read, end in stale
    ]  # fmt: skip


def write(tx: Tx, read: Subscription, **values: str | datetime | list[int] | int) -> None:
    """Keep something about the subscription's present term."""
    key = {"subscription_id": read.id, "term": term_of(read)}
    statement = insert_into(tx.connection, term_ends).values(**{**key, "warned": [], **values})
    tx.connection.execute(statement.on_conflict_do_update(index_elements=[*key], set_=values))


HANDLERS: Handlers = {DecideTermEnd: Handler(decide_term_end, lock_case)}
