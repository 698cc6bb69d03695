"""`doctor`, asked in a chat: what its outbox row does, in a sweep of its own, as what hangs is just what it looks for."""

import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from app.doctor import examine
from app.sweeps import Sender
from app.wiring import House
from core.chat.findings import Finding, wrong
from core.chat.ports import Recipient
from core.chat.showing.health import health_view
from core.chat.words import Words
from core.engine import outbox
from core.engine.errors import DeliveryError
from core.engine.outbox import Posting
from core.people.examining import EXAMINE
from core.people.queries import identities_of, member

MOST_ATTEMPTS = 3
PATIENCE = 20.0  # seconds after which nothing new is begun: each call ends within ten, and the row's lease after sixty


def answer(house: House, posting: Posting) -> None:
    """Look, and tell the admin in the chat they asked in. Raises DeliveryError when they cannot be told; tried again, it sends no test
    messages any more, and after a few times the question is an old one."""
    if posting.attempts > MOST_ATTEMPTS:
        raise DeliveryError("was asked too long ago", permanent=True)
    with house.desk.reading() as connection:
        who = member(connection, int(posting.ids["staff_id"]))
        known = [] if who is None else identities_of(connection, who.id)
    there = [identity for identity in known if identity.face == posting.ids["face"]]
    if who is None or not there:
        raise DeliveryError("has left the staff", permanent=True)
    words = Words(who.locale or "en", who.zone or "Europe/Warsaw")
    found = list(within(examine(house, datetime.now(UTC), sends=posting.attempts == 1)))
    recipient = Recipient(workspace=there[0].workspace, user=there[0].user, address=there[0].address)
    reference = house.notifiers[there[0].face].tell(recipient, health_view(words, found), words)
    house.store.attempt(lambda c: outbox.sent(c, posting.id, reference))


def within(findings: Iterable[Finding], *, patience: float = PATIENCE) -> Iterator[Finding]:
    """What is found in that time; that not everything was looked at is a finding too."""
    began = time.monotonic()
    for finding in findings:
        yield finding
        if time.monotonic() - began > patience:
            yield wrong("out_of_time", seconds=int(patience))
            return


SENDERS: Mapping[str, Sender] = {EXAMINE: answer}
