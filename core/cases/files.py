"""Files handed over in chat as a link: valid for ten minutes and for one use, known here by a digest only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from core.engine.db.tables.cases import file_passes
from core.engine.errors import NotFound
from core.engine.handling import Command, Handler, Handlers
from core.engine.journal import Event
from core.engine.transaction import Tx
from core.people.model import Right

from .events import OfCase
from .queries import roots_of

LIFE = timedelta(minutes=10)  # by the real clock


@dataclass(frozen=True, kw_only=True)
class OfferFile(Command):
    """Let whoever holds the tokens behind `digests` take the case's file once, in each form. Everybody listed but viewers may ask."""

    needs = Right.STOP
    case_id: int
    file: str
    digests: tuple[tuple[str, str], ...]  # form, digest
    locale: str
    zone: str


@dataclass(frozen=True, kw_only=True)
class TakeFile(Command):
    """The link was used: it is of no more use."""

    needs = Right.RUN
    digest: str


@dataclass(frozen=True, kw_only=True)
class FileOffered(OfCase):
    """Somebody was given links to the case's file."""

    file: str
    forms: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FileTaken(OfCase):
    """A link was used."""

    file: str
    form: str


def offer_file(tx: Tx, command: OfferFile) -> Iterable[Event]:
    """Links that ran out are swept out on the way."""
    tx.connection.execute(sa.delete(file_passes).where(file_passes.c.expires_at < tx.real_now))
    for form, digest in command.digests:
        values = {"case_id": command.case_id, "file": command.file, "form": form, "expires_at": tx.real_now + LIFE}
        said = {"locale": command.locale, "zone": command.zone}
        tx.connection.execute(sa.insert(file_passes).values(digest=digest, **values, **said))
    return [FileOffered(case_id=command.case_id, file=command.file, forms=tuple(form for form, _ in command.digests))]


def take_file(tx: Tx, command: TakeFile) -> Iterable[Event]:
    """Raises NotFound for a link that was used, ran out or was made up."""
    gone = sa.delete(file_passes).where(file_passes.c.digest == command.digest).returning(file_passes)
    row = tx.connection.execute(gone).one_or_none()
    if row is None or row.expires_at < tx.real_now:
        raise NotFound("file_link_spent")
    return [FileTaken(case_id=row.case_id, file=row.file, form=row.form)]


def offered(connection: Connection, digest: str, real_now: datetime) -> Row[Any]:
    """What the link stands for. Raises NotFound for one that was used, ran out or was made up."""
    row = connection.execute(sa.select(file_passes).where(file_passes.c.digest == digest)).one_or_none()
    if row is None or row.expires_at < real_now:
        raise NotFound("file_link_spent")
    return row


def _lock(connection: Connection, command: TakeFile) -> list[str]:
    case_id = connection.scalar(sa.select(file_passes.c.case_id).where(file_passes.c.digest == command.digest))
    return [] if case_id is None else roots_of(connection, case_id)


HANDLERS: Handlers = {
    OfferFile: Handler(offer_file, lambda connection, command: roots_of(connection, command.case_id)),
    TakeFile: Handler(take_file, _lock),
}
