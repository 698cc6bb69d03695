"""Asking an accounting system for newer facts. No accounting that can be asked is connected yet: files and webhooks push theirs."""

from functools import partial

import structlog

from app.wiring import House
from core.engine import outbox
from core.engine.outbox import Posting

log = structlog.get_logger(__name__)


def pull_receivables(house: House, posting: Posting) -> None:
    """Settles the wish; the suspension's card and its proposer say what is missing, and the next feed is looked at by itself."""
    log.info("This accounting sends its facts by itself and cannot be asked for newer ones.", payer=posting.ids["payer_id"])
    house.store.attempt(partial(outbox.sent, posting_id=posting.id))


SENDERS = {"receivables.pull": pull_receivables}
