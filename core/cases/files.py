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

from .queries import roots_of

LIFE = timedelta(minutes=10)  # by the real clock


@dataclass(frozen=True, kw_only=True)
class Offer(Command):
    """Let whoever holds the tokens behind `digests` take the file once, in each form."""

    file: str
    digests: tuple[tuple[str, str], ...]  # form, digest
    locale: str
    zone: str


@dataclass(frozen=True, kw_only=True)
class OfferFile(Offer):
    """A case's. Everybody listed but viewers may ask."""

    needs = Right.STOP
    case_id: int


@dataclass(frozen=True, kw_only=True)
class OfferFigures(Offer):
    """What is reckoned about one customer, or about all of them together. Who may see the latter the verb says."""

    needs = Right.READ
    customer_id: int | None


@dataclass(frozen=True, kw_only=True)
class TakeFile(Command):
    """The link was used: it is of no more use."""

    needs = Right.RUN
    digest: str


@dataclass(frozen=True, kw_only=True)
class OfFile(Event):
    """An event of the chain of what the file is about: its case, its customer, or neither where it is about all customers."""

    case_id: int | None
    customer_id: int | None
    file: str

    @property
    def subject(self) -> str:
        """The case, the customer or the files about all of them."""
        return subject_of(self.case_id, self.customer_id)


@dataclass(frozen=True, kw_only=True)
class FileOffered(OfFile):
    """Somebody was given links to the file."""

    forms: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FileTaken(OfFile):
    """A link was used."""

    form: str


def subject_of(case_id: int | None, customer_id: int | None) -> str:
    """What a file about these is journalled under."""
    if case_id is not None:
        return f"case:{case_id}"
    return "files:all" if customer_id is None else f"customer:{customer_id}"


def offer_file(tx: Tx, command: OfferFile) -> Iterable[Event]:
    """Keep the links' digests."""
    return _offer(tx, command, case_id=command.case_id)


def offer_figures(tx: Tx, command: OfferFigures) -> Iterable[Event]:
    """Keep the links' digests."""
    return _offer(tx, command, customer_id=command.customer_id)


def _offer(tx: Tx, command: Offer, *, case_id: int | None = None, customer_id: int | None = None) -> Iterable[Event]:
    """Links that ran out are swept out on the way."""
    tx.connection.execute(sa.delete(file_passes).where(file_passes.c.expires_at < tx.real_now))
    for form, digest in command.digests:
        about = {"case_id": case_id, "customer_id": customer_id}
        values = {"file": command.file, "form": form, "expires_at": tx.real_now + LIFE}
        said = {"locale": command.locale, "zone": command.zone}
        tx.connection.execute(sa.insert(file_passes).values(digest=digest, **about, **values, **said))
    forms = tuple(form for form, _ in command.digests)
    return [FileOffered(case_id=case_id, customer_id=customer_id, file=command.file, forms=forms)]


def take_file(tx: Tx, command: TakeFile) -> Iterable[Event]:
    """Raises NotFound for a link that was used, ran out or was made up."""
    gone = sa.delete(file_passes).where(file_passes.c.digest == command.digest).returning(file_passes)
    row = tx.connection.execute(gone).one_or_none()
    if row is None or row.expires_at <= tx.real_now:
        raise NotFound("file_link_spent")
    return [FileTaken(case_id=row.case_id, customer_id=row.customer_id, file=row.file, form=row.form)]


def offered(connection: Connection, digest: str, real_now: datetime) -> Row[Any]:
    """What the link stands for. Raises NotFound for one that was used, ran out or was made up."""
    row = connection.execute(sa.select(file_passes).where(file_passes.c.digest == digest)).one_or_none()
    if row is None or row.expires_at <= real_now:
        raise NotFound("file_link_spent")
    return row


def _lock(connection: Connection, command: TakeFile) -> list[str]:
    row = connection.execute(sa.select(file_passes).where(file_passes.c.digest == command.digest)).one_or_none()
    if row is None:
        return []
    return [subject_of(None, row.customer_id)] if row.case_id is None else roots_of(connection, row.case_id)


HANDLERS: Handlers = {
    OfferFile: Handler(offer_file, lambda connection, command: roots_of(connection, command.case_id)),
    OfferFigures: Handler(offer_figures, lambda _, command: [subject_of(None, command.customer_id)]),
    TakeFile: Handler(take_file, _lock),
}
