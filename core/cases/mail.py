"""What somebody wrote to a case by mail, to the address that a letter of ours gave for answers."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.people.model import Right

from .model import Case, Kind, State
from .queries import case, collection_case, roots_of
from .tickets import Comment, record_comments


@dataclass(frozen=True, kw_only=True)
class RecordMail(Command):
    """Keep what was written as a note of the case. `external` names the message, so that the same one twice is kept once.

    `by_customer`: by whoever the letter went to; else by a machine that answered for them, whose word changes nobody's turn.
    """

    needs = Right.FEED
    case_id: int
    external: str
    author: str
    text: str = field(repr=False)
    by_customer: bool


def record_mail(tx: Tx, command: RecordMail) -> Iterable[Event]:
    """The word of a customer counts as in a ticket: waiting ends, what was resolved is open again. Raises NotFound."""
    about = _now(tx.connection, case(tx.connection, command.case_id))
    said = Comment(
        external=command.external, author=command.author, public=command.by_customer, by_customer=command.by_customer, text=command.text,
        at=tx.now,
    )  # fmt: skip
    return record_comments(tx, about.id, [said])


def _now(connection: Connection, found: Case) -> Case:
    """Where it is talked about now: an answer to a letter of a debt that was settled belongs to the payer's open case, if there is one."""
    if found.kind is not Kind.COLLECTION or found.state is not State.RESOLVED or found.payer_id is None:
        return found
    other = collection_case(connection, found.payer_id, found.currency)
    return found if other is None else case(connection, other)


def _roots(connection: Connection, command: RecordMail) -> list[str]:
    given = case(connection, command.case_id)
    both = dict.fromkeys([*roots_of(connection, given.id), *roots_of(connection, _now(connection, given).id)])
    return sorted(both, key=lambda root: not root.startswith("customer:"))  # customers before cases, as everywhere


HANDLERS: Handlers = {RecordMail: Handler(record_mail, _roots)}
