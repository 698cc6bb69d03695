"""Letters that tell a customer about their access: a row for each person, carried as the ladder's notices are, and kept as evidence."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from core.cases.events import OfCase
from core.cases.queries import roots_of
from core.engine import outbox
from core.engine.db.tables.collections import access_letters
from core.engine.errors import Conflict, NotFound
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event, Private
from core.engine.transaction import Tx
from core.people.model import Right

from .addresses import address_of_case
from .addressing import Addressee
from .commands import RecordBounce
from .notices import ALIVE, NoticeState
from .ports import Carriage, Carried, Letter, digest_of

ACCESS_KIND = "access.mail"  # the outbox row's: {"letter_id": …}


@dataclass(frozen=True, kw_only=True)
class AccessLetter:
    """One letter to one person. `note_id`: the words in the case that a person confirmed; `texts`: the version they were prepared from,
    empty for the desk's own; `digest`: SHA-256 of subject and body; `said`: the carrier's answer."""

    id: int
    case_id: int
    note_id: int
    kind: str
    recipient: str
    name: str
    language: str
    texts: str
    subject: str
    body: str
    digest: str
    message_id: str
    reply_to: str
    state: NoticeState
    queued_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    said: str
    bounce: str

    @property
    def number(self) -> str:
        """As it is shown: L-3."""
        return f"L-{self.id}"


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a letter says, in which language, and from which version of the texts it was prepared. `kind`: suspended or restored."""

    kind: str
    subject: str
    body: str
    language: str
    texts: str


@dataclass(frozen=True, kw_only=True)
class RecordLetterCarriage(Command):
    """What the carrier said to a letter."""

    needs = Right.RUN
    letter_id: int
    carriage: Carriage = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class LettersQueued(OfCase):
    """The same words to these people: each letter waits to leave. `digest`: SHA-256 of subject and body."""

    note_id: int
    letters: tuple[int, ...]
    texts: str
    digest: str
    recipients: Private


@dataclass(frozen=True, kw_only=True)
class LetterAccepted(OfCase):
    """Its carrier took it over, and said so in these words."""

    letter_id: int
    note_id: int
    said: Private


@dataclass(frozen=True, kw_only=True)
class LetterUndelivered(OfCase):
    """It was refused, or came back. `alive`: how many letters with the same words are on their way or there."""

    letter_id: int
    note_id: int
    why: str
    alive: int
    recipient: Private
    said: Private


def queue(tx: Tx, case_id: int, note_id: int, to: Sequence[Addressee], words: Words, *, delay: timedelta = timedelta(0)) -> Event:
    """A letter to each, which leaves after `delay`."""
    digest, ids = digest_of(words.subject, words.body), []
    for each in to:
        values = {
            "case_id": case_id, "note_id": note_id, "kind": words.kind, "recipient": each.email, "name": each.name,
            "language": words.language,
            "texts": words.texts, "subject": words.subject, "body": words.body, "digest": digest,
            "message_id": f"access-{secrets.token_hex(12)}@{each.answers.rpartition('@')[2]}",
            "reply_to": address_of_case(each.answers, case_id, tx.digest_key), "state": NoticeState.QUEUED.value, "queued_at": tx.now,
        }  # fmt: skip
        letter_id = int(tx.connection.execute(sa.insert(access_letters).values(**values).returning(access_letters.c.id)).scalar_one())
        outbox.enqueue(tx, ACCESS_KIND, {"letter_id": letter_id}, lane=_lane(letter_id), delay=delay)
        ids.append(letter_id)
    recipients = Private("; ".join(each.email for each in to))
    return LettersQueued(case_id=case_id, note_id=note_id, letters=tuple(ids), texts=words.texts, digest=digest, recipients=recipients)


def take_back(tx: Tx, note_id: int) -> bool:
    """Withdraw every letter with these words; False, and nothing is withdrawn, when one has begun to leave."""
    mine = letters_of_note(tx.connection, note_id)
    waiting = [posting for each in mine for posting in outbox.waiting(tx.connection, _lane(each.id), ACCESS_KIND)]
    if len(waiting) < len(mine) or not all(outbox.withdraw(tx, posting) for posting in waiting):
        return False
    for each in mine:
        _set(tx, each, state=NoticeState.WITHDRAWN.value, ended_at=tx.now)
    return True


def record_letter_carriage(tx: Tx, command: RecordLetterCarriage) -> Iterable[Event]:
    """Hearing it twice changes nothing."""
    found, said = access_letter(tx.connection, command.letter_id), command.carriage.said
    if found.state is not NoticeState.QUEUED:
        return []
    if command.carriage.kind is Carried.LATER:
        _set(tx, found, said=said)
        return []
    if command.carriage.kind is Carried.REFUSED:
        return [_undelivered(tx, found, NoticeState.REFUSED, said=said)]
    _set(tx, found, state=NoticeState.ACCEPTED.value, accepted_at=tx.now, said=said)
    return [LetterAccepted(case_id=found.case_id, letter_id=found.id, note_id=found.note_id, said=Private(said))]


def record_bounced(tx: Tx, command: RecordBounce) -> list[Event]:
    """One that is none of these letters, or came back before, changes nothing."""
    found = letter_called(tx.connection, command.message_id)
    if found is None or found.state not in ALIVE:
        return []
    if not command.permanent:
        _set(tx, found, bounce=command.said)
        return []
    return [_undelivered(tx, found, NoticeState.BOUNCED, bounce=command.said)]


def letter_to_carry(connection: Connection, letter_id: int) -> Letter:
    """The letter, the same on every try. Raises NotFound; Conflict when it is settled."""
    found = access_letter(connection, letter_id)
    if found.state is not NoticeState.QUEUED:
        raise Conflict("notice_settled", number=found.number)
    return Letter(
        message_id=found.message_id, recipient=found.recipient, reply_to=found.reply_to, subject=found.subject, body=found.body,
        language=found.language,
    )  # fmt: skip


def access_letter(connection: Connection, letter_id: int) -> AccessLetter:
    """The letter. Raises NotFound."""
    found = _read(connection, access_letters.c.id == letter_id)
    if not found:
        raise NotFound("desk_notice_not_found", number=f"L-{letter_id}")
    return found[0]


def letter_called(connection: Connection, message_id: str) -> AccessLetter | None:
    """The letter with this Message-ID, brackets aside."""
    found = _read(connection, access_letters.c.message_id == message_id.strip().strip("<>"))
    return found[0] if found else None


def letters_of_note(connection: Connection, note_id: int) -> list[AccessLetter]:
    """Every letter with these words."""
    return _read(connection, access_letters.c.note_id == note_id)


def letters_of_case(connection: Connection, case_id: int) -> list[AccessLetter]:
    """Every letter about the access of the case's customer."""
    return _read(connection, access_letters.c.case_id == case_id)


def roots_of_bounced(connection: Connection, message_id: str) -> list[str]:
    """The roots of the case whose letter it is; none for any other."""
    found = letter_called(connection, message_id)
    return [] if found is None else list(roots_of(connection, found.case_id))


def _undelivered(tx: Tx, found: AccessLetter, state: NoticeState, **words: str) -> Event:
    _set(tx, found, state=state.value, ended_at=tx.now, **words)
    alive = sum(each.state in ALIVE for each in letters_of_note(tx.connection, found.note_id))
    return LetterUndelivered(
        case_id=found.case_id, letter_id=found.id, note_id=found.note_id, why=state.value, alive=alive,
        recipient=Private(found.recipient), said=Private(next(iter(words.values()))),
    )  # fmt: skip


def _lane(letter_id: int) -> str:
    return f"letter:{letter_id}"


def _set(tx: Tx, found: AccessLetter, **values: Any) -> None:
    tx.connection.execute(sa.update(access_letters).where(access_letters.c.id == found.id).values(**values))


def _read(connection: Connection, match: sa.ColumnElement[bool]) -> list[AccessLetter]:
    rows = connection.execute(sa.select(access_letters).where(match).order_by(access_letters.c.id)).mappings()
    return [
        AccessLetter(**{name: row[name] for name in AccessLetter.__dataclass_fields__} | {"state": NoticeState(row["state"])})
        for row in rows
    ]


def _lock(connection: Connection, command: RecordLetterCarriage) -> list[str]:
    return list(roots_of(connection, access_letter(connection, command.letter_id).case_id))


HANDLERS: Handlers = {RecordLetterCarriage: Handler(record_letter_carriage, _lock)}
