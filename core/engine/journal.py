"""Timeline and audit in one: append-only, hash-chained per subject, the chain's end on the row that is locked anyway.

Names, addresses and message texts (`Private`) stay outside the hashed row, referenced by a keyed digest: a person can be erased
and the chain still verifies.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from .db.bulk import among, insert_all, update_all
from .db.dialects import insert_for
from .db.tables.engine import journal, private_texts, roots
from .encoding import canonical
from .transaction import Tx

# What differs between the rows that one command adds.
OWN = ("subject", "seq", "event", "data", "previous", "hash")
AS_IT_IS = frozenset({str, int, bool, type(None)})

# Asked by nearly every command, so built once: building a statement costs more than running it.
ADD = sa.insert(journal).inline()  # nobody asks for its id
END = sa.select(roots.c.seq, roots.c.head).where(roots.c.subject == sa.bindparam("root")).with_for_update()
MOVE_END = sa.update(roots).where(roots.c.subject == sa.bindparam("root")).values(seq=sa.bindparam("seq"), head=sa.bindparam("head"))


class Private(str):
    """A text about a person, or written by one: kept beside the journal, never inside the chain."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened. Subclasses are named in the past tense; `subject` names the row the journal chains it to."""

    @property
    def subject(self) -> str:
        """`case:104`, `customer:7`, `suspension:3` … Raises NotImplementedError where a subclass forgot it."""
        raise NotImplementedError

    @property
    def ids(self) -> dict[str, int]:
        """The rows this happened to, by name: every field that ends in `_id` and is set."""
        return {f.name: value for f in fields(self) if f.name.endswith("_id") and isinstance(value := getattr(self, f.name), int)}


@cache
def snake(name: str) -> str:
    """CaseOpened → case_opened."""
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name))


def record(tx: Tx, event: Event) -> None:
    """Append the event to its subject's chain. The subject's root must be locked by this transaction."""
    row = _row(tx, event, *lock_root(tx, event.subject))
    tx.connection.execute(ADD, row)
    tx.connection.execute(MOVE_END, {"root": event.subject, "seq": row["seq"], "head": row["hash"]})
    tx.locked[event.subject] = (row["seq"], row["hash"])


def _row(tx: Tx, event: Event, seq: int, previous: str) -> dict[str, Any]:
    """The event as the next row of its chain; its private texts are kept beside it."""
    texts: dict[str, str] = {}
    payload = {name: _plain(tx, getattr(event, name), texts) for name in event.__dataclass_fields__}
    _keep(tx.connection, texts)
    row: dict[str, Any] = {
        "subject": event.subject, "seq": seq + 1, "at": tx.now, "actor": tx.actor.id, "face": tx.actor.face, "command": tx.command,
        "event": snake(type(event).__name__), "data": payload, "correlation": tx.correlation, "previous": previous,
    }  # fmt: skip
    row["hash"] = link(row)
    return row


def record_all(tx: Tx, heads: Mapping[str, tuple[int, str]], events: Sequence[Event]) -> None:
    """Append many events at once, one of each subject, to chains whose ends `heads` gives and whose roots this transaction has locked."""
    rows = [_row(tx, event, *heads[event.subject]) for event in events]
    if rows:
        shared = {name: value for name, value in rows[0].items() if name not in OWN}
        insert_all(tx.connection, journal, [{name: row[name] for name in OWN} for row in rows], **shared)
        ends = [{"subject": row["subject"], "seq": row["seq"], "head": row["hash"]} for row in rows]
        update_all(tx.connection, roots, ends, key="subject")


def lock_free_roots(connection: Connection, subjects: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Lock those of the roots that nobody holds just now; returns their (seq, head) by subject."""
    named = among(connection, roots.c.subject, list(subjects))
    free = sa.select(roots).where(named).order_by(roots.c.subject).with_for_update(skip_locked=True)
    return {row.subject: (row.seq, row.head) for row in connection.execute(free)}


def lock_root(tx: Tx, subject: str) -> tuple[int, str]:
    """Lock the subject's root, making it if it is new; returns its (seq, head). On SQLite the transaction itself is the lock."""
    if subject not in tx.locked:
        tx.locked[subject] = _lock(tx.connection, subject)
    return tx.locked[subject]


def _lock(connection: Connection, subject: str) -> tuple[int, str]:
    found = connection.execute(END, {"root": subject}).one_or_none()
    if found is None:
        found = connection.execute(_new_root(connection.dialect.name), {"subject": subject}).one_or_none()
    if found is None:  # another made it meanwhile
        found = connection.execute(END, {"root": subject}).one()
    return found.seq, found.head


@cache
def _new_root(store: str) -> Any:
    made = insert_for(store, roots).values(subject=sa.bindparam("subject"))
    return made.on_conflict_do_nothing().returning(roots.c.seq, roots.c.head)


def link(row: Mapping[Any, Any]) -> str:
    """SHA-256 over the canonical row without its own hash: what a stand-alone verifier computes again."""
    at = row["at"]
    parts = {k: v for k, v in row.items() if k not in ("hash", "id")} | {"at": at.isoformat() if isinstance(at, datetime) else at}
    return hashlib.sha256(canonical(parts)).hexdigest()


def broken_links(connection: Connection, subject: str) -> list[int]:
    """The sequence numbers at which the subject's chain does not verify; empty when it does."""
    wrong, previous, last = [], "", 0
    for row in connection.execute(sa.select(journal).where(journal.c.subject == subject).order_by(journal.c.seq)).mappings():
        if row["previous"] != previous or row["seq"] != last + 1 or link(row) != row["hash"]:
            wrong.append(row["seq"])
        previous, last = row["hash"], row["seq"]
    head = connection.execute(sa.select(roots.c.seq, roots.c.head).where(roots.c.subject == subject)).one_or_none()
    if head is not None and (head.seq, head.head) != (last, previous):
        wrong.append(head.seq)
    return wrong


def _plain(tx: Tx, value: object, texts: dict[str, str]) -> Any:  # noqa: PLR0911 (a closed list of types)
    """A value as JSON, private texts replaced by their digests. Raises TypeError for what the journal cannot keep."""
    if type(value) in AS_IT_IS:
        return value
    if isinstance(value, Private):
        digest = tx.digest(value)
        texts[digest] = str(value)
        return {"private": digest}
    if isinstance(value, StrEnum):
        return value.value
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(k): _plain(tx, v, texts) for k, v in value.items()}
    if isinstance(value, Iterable):
        return [_plain(tx, v, texts) for v in value]
    if is_dataclass(value):
        return {f.name: _plain(tx, getattr(value, f.name), texts) for f in fields(value)}
    raise TypeError(f"the journal cannot keep {type(value).__name__}")


def _keep(connection: Connection, texts: Mapping[str, str]) -> None:
    for digest, body in texts.items():
        connection.execute(_new_text(connection.dialect.name), {"digest": digest, "body": body})


@cache
def _new_text(store: str) -> Any:
    return insert_for(store, private_texts).values(digest=sa.bindparam("digest"), body=sa.bindparam("body")).on_conflict_do_nothing()
