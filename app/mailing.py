"""Letters and what comes back: the outbox kinds `notice.mail` and `access.mail`, and `./desk mail receive` for a mail server's pipe."""

import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import click

from app.pausing import pause
from app.receiving import access_of
from app.settings import ConfigError
from app.wiring import House, Make
from core.collections.access import ACCESS_KIND, RecordLetterCarriage, letter_to_carry
from core.collections.commands import RecordCarriage, WithdrawNotice
from core.collections.letters import MAIL_KIND, letter_of
from core.collections.ports import Carriage, Carried, Letter
from core.desk import Settles
from core.engine.errors import Conflict, DeliveryError, DeskError, NotFound
from core.engine.handling import Command
from core.engine.inbox import Delivery, InboxUnavailable
from core.engine.outbox import Posting
from core.engine.transaction import SYSTEM
from core.people.connections import mail_connection
from webhooks.kinds import KINDS, MAIL
from webhooks.mail.client import MailServer
from webhooks.mail.events import RECIPIENT
from webhooks.signatures import digest_of

MOST_ATTEMPTS = 24  # with growing pauses, of five minutes at least where the server says "later", a little more than half a day
STATUS = re.compile(r"[245][0-9][0-9](?: [245](?:\.[0-9]{1,3}){2})?", re.ASCII)
TEMPORARY, TOO_LARGE = 75, 65  # sysexits.h, which Postfix' pipe(8) and other mail servers go by: kept and tried again, returned
LARGE = (
    "This message is too large for our billing desk. Please send it again without its attachments.\n"
    "Ta wiadomość jest za duża. Prosimy wysłać ją jeszcze raz, bez załączników."
)


def send_notice(house: House, posting: Posting) -> None:
    """Hand a notice to the mail server, and record what it said in the transaction that settles the row. Raises DeliveryError.

    A row that was caught in `sending` is sent again under the same Message-ID: at least once, never silently not at all.
    """
    notice_id = int(posting.ids["notice_id"])
    try:
        with house.desk.reading() as connection:
            letter = letter_of(connection, notice_id)
    except Conflict:
        house.desk.do(WithdrawNotice(notice_id=notice_id), SYSTEM, house.clock.now(), settles=Settles("outbox", posting.id))
        return
    _carry(house, posting, letter, lambda carriage: RecordCarriage(notice_id=notice_id, carriage=carriage))


def send_access_letter(house: House, posting: Posting) -> None:
    """Likewise a letter about access. Raises DeliveryError; Conflict for one that is settled."""
    letter_id = int(posting.ids["letter_id"])
    with house.desk.reading() as connection:
        letter = letter_to_carry(connection, letter_id)
    _carry(house, posting, letter, lambda carriage: RecordLetterCarriage(letter_id=letter_id, carriage=carriage))


def _carry(house: House, posting: Posting, letter: Letter, record: Callable[[Carriage], Command]) -> None:
    carriage = _carried(house, letter, posting.attempts)
    if carriage.kind is Carried.LATER:
        house.desk.do(record(carriage), SYSTEM, house.clock.now())
        wait = max(carriage.retry_after, pause(posting.attempts, None).total_seconds())
        raise DeliveryError(without_words(carriage.said), retry_after=wait)
    house.desk.do(record(carriage), SYSTEM, house.clock.now(), settles=Settles("outbox", posting.id))


def _carried(house: House, letter: Letter, attempts: int) -> Carriage:
    """What the server says; after the last try that it is given up, so that the ladder goes on with a person's help."""
    try:
        carriage = _server(house).send(letter)
    except DeliveryError as error:
        if attempts < MOST_ATTEMPTS:
            raise
        may = "; it may have arrived" if error.unknown else ""
        return Carriage(kind=Carried.REFUSED, said=f"given up after {attempts} tries{may}: {error.reason}")
    if carriage.kind is Carried.LATER and attempts >= MOST_ATTEMPTS:
        return Carriage(kind=Carried.REFUSED, said=f"given up after {attempts} tries: {carriage.said}")
    return carriage


def _server(house: House) -> MailServer:
    with house.desk.reading() as connection:
        row = mail_connection(connection)
    if row is None:
        raise DeliveryError("no mail server is connected (docs/mail.md)")
    try:
        connected = house.connections.get(row.name)
    except NotFound:
        raise DeliveryError("the mail server's connection cannot be read") from None
    return MailServer(access_of(house, connected))


def without_words(said: str) -> str:
    """What the log and the outbox may keep: the server's codes without its words, which may name people; or our own words."""
    found = STATUS.match(said)
    return f"the mail server answered {found.group()}" if found else said


@click.group()
def mail() -> None:
    """Mail that comes to the desk."""


@mail.command()
@click.argument("name")
@click.option(
    "--to", "recipient", default="", help="The address of the envelope, where the mail server does not write it into the message."
)
@click.pass_obj
def receive(make: Make, name: str, recipient: str) -> None:
    """Store one message from standard input, as it is; for a mail server's pipe. The worker reads it.

    The status is 0 once it is on disk; 75 when the mail server should keep it and try again; 65, with a sentence for its sender, when it
    is too large.
    """
    message = sys.stdin.buffer.read(KINDS[MAIL].limit + 1)
    if len(message) > KINDS[MAIL].limit:
        click.echo(LARGE)
        sys.exit(TOO_LARGE)
    try:
        _store(make(), name, message, recipient)
    except Exception as error:  # noqa: BLE001 (whatever it is, the message must stay where it is)
        why = str(error) if isinstance(error, ConfigError | DeskError | InboxUnavailable) else type(error).__name__
        click.echo(f"Nothing was stored, and the mail server keeps it: {why}", err=True)
        sys.exit(TEMPORARY)


def _store(house: House, name: str, message: bytes, recipient: str) -> None:
    """Raises NotFound for a connection that is no mail's, InboxUnavailable."""
    if house.connections.get(name).kind_name != MAIL:
        raise NotFound("connection_not_found", name=name)
    kept = {"content-type": "message/rfc822", "secret": "pipe", **({RECIPIENT: recipient[:320]} if recipient else {})}
    delivery = Delivery(name, digest_of(message), datetime.now(UTC), kept, message)
    house.inbox.put(delivery)


SENDERS = {MAIL_KIND: send_notice, ACCESS_KIND: send_access_letter}
