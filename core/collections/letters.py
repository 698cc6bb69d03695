"""A notice's row as the letter that a carrier takes, and whether it may still go."""

from sqlalchemy import Connection

from core.cases.queries import collection_case
from core.customers.model import Mode
from core.customers.queries import customer
from core.engine.errors import Conflict
from core.receivables.queries import payer

from . import rows
from .access import letter_called
from .notices import DeskNotice, NoticeState, desk_notice, notice_called
from .ports import Letter

MAIL_KIND = "notice.mail"  # the outbox row's: {"notice_id": …}


def letter_of(connection: Connection, notice_id: int) -> Letter:
    """The letter, the same on every try. Raises NotFound; Conflict when it must not go (any more): then nothing may be sent, and
    `WithdrawNotice` says so."""
    found = desk_notice(connection, notice_id)
    if (why := why_not(connection, found)) is not None:
        raise Conflict(f"notice_{why}", number=found.number)
    return Letter(
        message_id=found.message_id, recipient=found.recipient, reply_to=found.reply_to, subject=found.subject, body=found.body,
        language=found.language,
    )  # fmt: skip


def case_of_letter(connection: Connection, message_id: str) -> int | None:
    """The case of the letter with this Message-ID, which only those know who have it; for one that left before there was a case, the one
    that came of it. None for any other message, and while there is no case."""
    found = notice_called(connection, message_id)
    if found is None:
        other = letter_called(connection, message_id)
        return None if other is None else other.case_id
    if found.case_id is not None:
        return found.case_id
    ladder = rows.ladder(connection, found.ladder_id)
    return collection_case(connection, ladder.payer_id, ladder.currency)


def why_not(connection: Connection, found: DeskNotice) -> str | None:
    """Why it must not leave: it was settled before, nothing is left to pay, or the customer is in dry-run. None: it may."""
    if found.state is not NoticeState.QUEUED:
        return "settled"
    ladder = rows.ladder(connection, found.ladder_id)
    if ladder.ended_at is not None:
        return "overtaken"
    whose = payer(connection, ladder.payer_id)
    if whose.customer_id is None or customer(connection, whose.customer_id).mode is Mode.DRY_RUN:
        return "overtaken"
    return None
